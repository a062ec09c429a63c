"""The weekly budget of reminders: beyond it nothing but the daily digest."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from duban.notify.deliver import messages_deliver
from duban.notify.models import Message
from duban.notify.selectors import reminders_in_week
from duban.notify.tests.conftest import AT, Create
from duban.org.models import User


def test_what_is_beyond_the_budget_of_one_waits_for_that_ones_digest(
    create: Create, zhang: User, wang: User
) -> None:
    wanted = {"reminder": True, "per_week": 2, "urgent": True}
    for number in (1, 2):
        create(f"urge:{number}", recipients=[zhang], **wanted)
    create("urge:3", recipients=[zhang, wang], **wanted)
    own_mail = Message.objects.filter(deliver_after__isnull=False)
    assert list(own_mail.order_by("pk").values_list("event", "recipient")) == [
        ("urge:1", zhang.pk),
        ("urge:2", zhang.pk),
        ("urge:3", wang.pk),
    ]
    assert messages_deliver(at=AT) == 3


def test_what_is_no_reminder_is_neither_counted_nor_held_back(create: Create, zhang: User) -> None:
    create("urge:1", recipients=[zhang], reminder=True, per_week=1, urgent=True)
    create("order:1", recipients=[zhang], per_week=1, urgent=True)
    assert Message.objects.filter(deliver_after__isnull=False).count() == 2
    assert reminders_in_week([zhang.pk], at=AT) == {zhang.pk: 1}


def test_on_monday_the_count_begins_anew(create: Create, zhang: User) -> None:
    create("urge:1", recipients=[zhang], reminder=True)  # 周五
    assert reminders_in_week([zhang.pk], at=AT + timedelta(days=2)) == {zhang.pk: 1}
    assert reminders_in_week([zhang.pk], at=AT + timedelta(days=3)) == {}


def test_many_people_are_counted_in_one_query_on_the_index(
    create: Create, zhang: User, wang: User
) -> None:
    create("urge:1", recipients=[zhang, wang], reminder=True)
    with CaptureQueriesContext(connection) as queries:
        assert reminders_in_week([zhang.pk, wang.pk], at=AT) == {zhang.pk: 1, wang.pk: 1}
    assert len(queries) == 1
