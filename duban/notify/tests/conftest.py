from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from duban.notify import digest
from duban.notify.services import message_create
from duban.org.models import Office, Post, Unit, User

TEMPLATES = Path(__file__).parent / "templates"
# Friday 18 September 2026, 10:30 in Shanghai.
AT = datetime(2026, 9, 18, 2, 30, tzinfo=UTC)

Create = Callable[..., int]


@pytest.fixture(autouse=True)
def _own_templates(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    settings.DUBAN_BASE_URL = "https://duban.example/"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(digest, "_sections", {})


@pytest.fixture
def office(db: None) -> Office:
    root = Unit.objects.create(name="长平市人民政府", kind="government")
    body = Unit.objects.create(name="市政府督查室", kind="section", parent=root)
    return Office.objects.create(
        name="长平市政府督查室",
        root=root,
        body=body,
        organ="市政府办公室",
        organ_mark="督查通报",
        prefix="长政督",
    )


def _person(username: str, name: str, office: Office) -> User:
    user = User.objects.create_user(
        username, "Duban-2026!", name=name, email=f"{username}@example.org"
    )
    Post.objects.create(
        user=user,
        unit=office.body,
        office=office,
        role="office_staff",
        title="科员",
        starts_on=date(2024, 1, 1),
    )
    return user


@pytest.fixture
def zhang(office: Office) -> User:
    return _person("zhang", "张丽", office)


@pytest.fixture
def wang(office: Office) -> User:
    return _person("wang", "王敏", office)


@pytest.fixture
def create(office: Office, zhang: User) -> Create:
    def make(event: str = "due:1", **given: Any) -> int:
        wanted = {
            "event": event,
            "recipients": [zhang],
            "template": "sample",
            "office": office,
            "context": {"number": "督办〔2026〕18号", "title": "管网<改造>", "last_day": "9月30日"},
            "url": "/cases/18/",
            "at": AT,
        }
        return message_create(**(wanted | given))

    return make


class DeadServer:
    """A mail server that refuses until it is told to live."""

    def __init__(self) -> None:
        self.alive, self.asked = False, 0

    def send(self, message: EmailMessage, fail_silently: bool = False) -> int:
        self.asked += 1
        if not self.alive:
            raise ConnectionRefusedError("no server")
        from django.core import mail

        mail.outbox.append(message)
        return 1


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> DeadServer:
    made = DeadServer()
    monkeypatch.setattr(EmailMessage, "send", lambda self, fail_silently=False: made.send(self))
    return made
