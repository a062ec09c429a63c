"""One summary a day, at 08:30 of a working day, with what is new and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail as outgoing

from duban.notify import digest
from duban.notify.digest import DigestLine, DigestSection, digests_send
from duban.notify.models import Digest, Message
from duban.notify.services import message_read
from duban.notify.tests.conftest import AT, Create, DeadServer
from duban.org.models import User

MONDAY = date(2026, 9, 21)


def shanghai(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 9, 21, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


def send(at: datetime, *, on: date = MONDAY, working_day: bool = True) -> int:
    return digests_send(on=on, at=at, working_day=working_day)


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        (shanghai(8, 29, 59), 0),
        (shanghai(8, 30), 1),
        (shanghai(13, 0), 1),
        (shanghai(17, 29, 59), 1),
        (shanghai(17, 30), 0),
        (shanghai(23, 0), 0),
    ],
    ids=["差一秒", "八点半整", "错过后补发", "下班前一秒", "下班", "夜里"],
)
def test_the_hours_of_the_digest(create: Create, at: datetime, sent: int) -> None:
    create()
    assert send(at) == sent


def test_no_digest_on_a_day_off(create: Create) -> None:
    create()
    assert send(shanghai(8, 30), working_day=False) == 0


def test_a_digest_of_another_day_is_not_made_up(create: Create) -> None:
    create()
    assert send(shanghai(8, 30), on=date(2026, 9, 20)) == 0


def test_once_a_day_and_each_message_once(create: Create) -> None:
    create("a")
    assert [send(shanghai(8, 30)), send(shanghai(8, 40)), send(shanghai(9, 0))] == [1, 0, 0]
    assert Message.objects.get().digest_on == MONDAY
    create("b", context={"number": "督办〔2026〕19号", "title": "新事项", "last_day": ""})
    tuesday = shanghai(8, 30) + timedelta(days=1)
    assert send(tuesday, on=date(2026, 9, 22)) == 1
    text = outgoing.outbox[1].body
    assert "19号" in text
    assert "18号" not in text
    assert "另有 1 条较早的未读消息" in text


def test_nobody_is_written_to_without_news(create: Create, zhang: User, wang: User) -> None:
    create()
    message_read(message=Message.objects.get(), by=zhang.actor, at=AT)
    assert send(shanghai(8, 30)) == 0
    assert Digest.objects.count() == 0


def test_what_has_a_mail_of_its_own_is_not_told_twice(create: Create) -> None:
    create(deliver_after=shanghai(8, 30))
    assert send(shanghai(8, 30)) == 0


def test_what_is_due_comes_from_the_apps_above(zhang: User, wang: User) -> None:
    def lines(user_id: int, on: date) -> Sequence[DigestLine]:
        return [DigestLine(f"{on:%m-%d} 到期：A&B", "/cases/1/")] if user_id == zhang.pk else []

    digest.register(DigestSection("到期事项", lines))
    assert send(shanghai(8, 30)) == 1
    text = outgoing.outbox[0].body
    assert "到期事项\n· 09-21 到期：A&B\n  https://duban.example/cases/1/" in text
    assert outgoing.outbox[0].subject == "督办事项每日摘要（9月21日）"
    assert "https://duban.example/messages/" in text


def test_a_dead_server_only_delays_it(create: Create, server: DeadServer) -> None:
    create()
    assert send(shanghai(8, 30)) == 0
    assert Message.objects.get().digest_on is None
    assert send(shanghai(8, 32)) == 0
    assert server.asked == 1
    server.alive = True
    assert send(shanghai(8, 40)) == 1
    assert Message.objects.get().digest_on == MONDAY


def test_two_workers_send_one(create: Create, zhang: User) -> None:
    from duban.notify.digest import _claim

    create()
    assert _claim(zhang, MONDAY, shanghai(8, 30)) is not None
    assert _claim(zhang, MONDAY, shanghai(8, 30)) is None
    assert send(shanghai(8, 30)) == 0
    assert send(shanghai(8, 41)) == 1


def test_the_day_off_is_asked_of_the_calendar_that_settings_name(
    create: Create, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duban.notify import tasks

    asked: list[date] = []

    def is_working_day(on: date) -> bool:
        asked.append(on)
        return True

    monkeypatch.setattr(tasks, "import_string", lambda path: is_working_day)
    monkeypatch.setattr(tasks.timezone, "now", lambda: shanghai(8, 30))
    create()
    assert tasks.send_digests() == 1
    assert asked == [MONDAY]
