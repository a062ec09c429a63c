"""People and units for tests. Dates are literal; nothing reads the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count

from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit, User
from duban.org.models.unit import UnitKind
from duban.org.selectors import actor_for

FOUNDED = date(2015, 1, 1)
_numbers = count(1)


def unit(
    name: str, *, under: Unit | None = None, kind: str = UnitKind.DEPARTMENT, short: str = ""
) -> Unit:
    return Unit.objects.create(
        name=name, short_name=short, kind=kind, parent=under, starts_on=FOUNDED
    )


def user(name: str, **fields: object) -> User:
    number = next(_numbers)
    return User.objects.create(username=f"u{number}", name=name, password="!", **fields)


def post(
    person: User | str,
    at: Unit,
    role: str,
    *,
    title: str = "",
    office: Office | None = None,
    starts_on: date = FOUNDED,
    ends_on: date | None = None,
) -> Post:
    row = Post(
        user=user(person) if isinstance(person, str) else person,
        unit=at,
        office=office,
        role=role,
        title=title or dict(Post._meta.get_field("role").choices)[role],
        starts_on=starts_on,
        ends_on=ends_on,
    )
    row.full_clean()
    row.save()
    return row


def actor(holder: Post, *, on: date = date(2026, 3, 2)) -> Actor:
    return actor_for(holder, on=on)


@dataclass(frozen=True)
class City:
    """A city government with its supervision office and three units."""

    office: Office
    government: Unit
    body: Unit
    section: Unit
    finance: Unit
    transport: Unit
    district: Unit


def city(name: str = "长宁市") -> City:
    government = unit(f"{name}人民政府", kind=UnitKind.GOVERNMENT)
    hall = unit(f"{name}人民政府办公室", under=government, kind=UnitKind.OFFICE)
    body = unit("督查室", under=hall, kind=UnitKind.SECTION)
    office = Office.objects.create(
        name=f"{name}政府督查室",
        root=government,
        body=body,
        organ=f"{name}人民政府办公室",
        organ_mark=f"{name}人民政府办公室文件",
        prefix="长政督",
    )
    return City(
        office=office,
        government=government,
        body=body,
        section=unit("秘书二科", under=hall, kind=UnitKind.SECTION),
        finance=unit(f"{name}财政局", under=government, short="市财政局"),
        transport=unit(f"{name}交通运输局", under=government, short="市交通局"),
        district=unit(f"{name}东湖区人民政府", under=government, kind=UnitKind.DISTRICT),
    )
