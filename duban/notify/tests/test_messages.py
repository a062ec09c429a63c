"""Rows are written with the act, once per event and person, and seen by that person alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template import TemplateDoesNotExist

from duban.notify.models import Message
from duban.notify.selectors import messages_of, unread_count
from duban.notify.services import message_read, messages_read_all
from duban.notify.tests.conftest import AT, Create
from duban.org.models import User


def test_the_first_line_is_the_subject_and_nothing_is_escaped(create: Create) -> None:
    create()
    message = Message.objects.get()
    assert message.subject == "督办〔2026〕18号：管网<改造> 即将到期"
    assert message.body == "请于 9月30日 前办结。"
    assert message.created_at == AT


def test_the_same_event_is_one_message_however_often(create: Create, zhang: User) -> None:
    create()
    create(at=AT + timedelta(minutes=5))
    create(recipients=[zhang, zhang])
    assert Message.objects.count() == 1
    assert Message.objects.get().created_at == AT


def test_another_event_or_person_is_another_message(
    create: Create, zhang: User, wang: User
) -> None:
    create("due:1", recipients=[zhang, wang])
    create("due:2")
    assert Message.objects.count() == 3


def test_nobody_to_tell_renders_nothing(create: Create) -> None:
    assert create(recipients=[], template="no_such_template") == 0


def test_a_missing_template_stops_the_act(create: Create) -> None:
    with pytest.raises(TemplateDoesNotExist):
        create(template="no_such_template")


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_tells_nobody(create: Create) -> None:
    def act() -> None:
        with transaction.atomic():
            create()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert Message.objects.count() == 0


def test_a_subject_has_no_line_break_and_fits(create: Create) -> None:
    create("a", context={"number": "甲\r\nBcc: x@example.org", "title": "乙", "last_day": ""})
    create("b", context={"number": "丙", "title": "长" * 400, "last_day": ""})
    long, broken = (message.subject for message in Message.objects.order_by("-id"))
    assert broken == "甲"
    assert len(long) == 200


def test_three_ways_of_mail(create: Create) -> None:
    create("a")
    create("b", urgent=True)
    create("c", deliver_after=AT + timedelta(hours=4))
    create("d", deliver_after=AT + timedelta(hours=4), urgent=True)
    after = dict(Message.objects.values_list("event", "deliver_after"))
    later = AT + timedelta(hours=4)
    assert after == {"a": None, "b": AT, "c": later, "d": later}


def test_reading_counts_once(create: Create, zhang: User) -> None:
    create()
    message = Message.objects.get()
    message_read(message=message, by=zhang.actor, at=AT)
    message_read(message=message, by=zhang.actor, at=AT + timedelta(hours=1))
    assert Message.objects.get().read_at == AT
    assert unread_count(zhang.pk) == 0


def test_nobody_reads_for_another(create: Create, zhang: User, wang: User) -> None:
    create()
    with pytest.raises(PermissionDenied):
        message_read(message=Message.objects.get(), by=wang.actor)
    assert unread_count(zhang.pk) == 1
    assert list(messages_of(wang.pk)) == []


def test_all_read_means_what_was_shown(create: Create, zhang: User) -> None:
    create("a")
    shown = Message.objects.get().pk
    create("b")
    assert messages_read_all(by=zhang.actor, upto=shown, at=AT) == 1
    assert [message.event for message in messages_of(zhang.pk, unread_only=True)] == ["b"]
    assert messages_read_all(by=zhang.actor, at=AT) == 1
