"""People and units for the tests of the layout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from duban.org import models

PASSWORD = "Duban-2026!"
SINCE = date(2024, 1, 1)


@dataclass
class Office:
    row: models.Office
    body: models.Unit
    department: models.Unit

    @classmethod
    def make(cls) -> Office:
        root = models.Unit.objects.create(name="长平市人民政府", kind="government")
        body = models.Unit.objects.create(name="市政府督查室", kind="section", parent=root)
        department = models.Unit.objects.create(
            name="市住房和城乡建设局", short_name="市住建局", kind="department", parent=root
        )
        row = models.Office.objects.create(
            name="长平市政府督查室",
            root=root,
            body=body,
            organ="长平市人民政府办公室",
            organ_mark="长平市人民政府督查通报",
            prefix="长政督",
        )
        return cls(row, body, department)


def person(
    username: str,
    name: str,
    unit: models.Unit,
    role: str,
    *,
    office: models.Office | None = None,
    title: str = "工作人员",
) -> models.User:
    """The person with one more post."""
    user = models.User.objects.filter(username=username).first()
    if user is None:
        user = models.User.objects.create_user(
            username, PASSWORD, name=name, email=f"{username}@example.org"
        )
    models.Post.objects.create(
        user=user, unit=unit, office=office, role=role, title=title, starts_on=SINCE
    )
    return models.User.objects.get(pk=user.pk)
