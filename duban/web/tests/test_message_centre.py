"""The message centre shows one's own messages, and changes nothing by GET."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from duban.notify.models import Message
from duban.notify.selectors import unread_count
from duban.notify.services import message_create
from duban.org.models import User
from duban.web.tests.given import Office, person

SignIn = Callable[[User], Client]
Create = Callable[..., int]


@pytest.fixture
def wang(office: Office) -> User:
    return person("wang", "王敏", office.department, "unit_head")


@pytest.fixture
def mine(signed_in: SignIn, staff: User) -> Client:
    return signed_in(staff)


@pytest.fixture
def create(office: Office, staff: User) -> Create:
    def make(event: str = "due:1", **given: Any) -> int:
        wanted = {
            "event": event,
            "recipients": [staff],
            "template": "sample",
            "office": office.row,
            "context": {"number": "督办〔2026〕18号", "title": "管网<改造>", "last_day": "9月30日"},
            "url": "/cases/18/",
            "at": datetime(2026, 9, 18, 2, 30, tzinfo=UTC),
        }
        return message_create(**(wanted | given))

    return make


def test_the_centre_lists_newest_first_and_escapes(mine: Client, create: Create) -> None:
    create("a")
    create("b", context={"number": "督办〔2026〕19号", "title": "新", "last_day": ""})
    html = mine.get("/messages/").content.decode()
    assert html.index("19号") < html.index("18号")
    assert "管网&lt;改造&gt;" in html
    assert "2 条未读" in html


def test_another_persons_messages_are_not_there(mine: Client, create: Create, wang: User) -> None:
    create(recipients=[wang])
    assert "18号" not in mine.get("/messages/").content.decode()
    pk = Message.objects.get().pk
    assert mine.post(f"/messages/{pk}/").status_code == 404
    assert unread_count(wang.pk) == 1


def test_opening_marks_as_read_and_goes_there(mine: Client, create: Create, staff: User) -> None:
    create()
    pk = Message.objects.get().pk
    assert mine.get(f"/messages/{pk}/").status_code == 405
    assert unread_count(staff.pk) == 1
    assert mine.post(f"/messages/{pk}/")["Location"] == "/cases/18/"
    assert unread_count(staff.pk) == 0


@pytest.mark.parametrize(
    ("aim", "lands"),
    [
        ("/messages/?page=2", "/messages/?page=2"),
        ("//evil.example/", "/messages/"),
        ("", "/messages/"),
    ],
)
def test_marking_as_read_stays_here(
    mine: Client, create: Create, staff: User, aim: str, lands: str
) -> None:
    create()
    pk = Message.objects.get().pk
    assert mine.post(f"/messages/{pk}/", {"stay": "1", "next": aim})["Location"] == lands
    assert unread_count(staff.pk) == 0


def test_unread_only(mine: Client, create: Create) -> None:
    create("a")
    mine.post(f"/messages/{Message.objects.get().pk}/")
    assert "没有未读消息" in mine.get("/messages/", {"show": "unread"}).content.decode()
    assert "18号" in mine.get("/messages/").content.decode()


def test_all_read_does_not_swallow_what_came_meanwhile(
    mine: Client, create: Create, staff: User
) -> None:
    create("a")
    newest = mine.get("/messages/").context["newest"]
    create("b")
    mine.post("/messages/read/", {"upto": newest})
    assert unread_count(staff.pk) == 1


def test_a_long_list_is_paged_with_few_queries(
    mine: Client, create: Create, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        create(f"e{number}")
    mine.get("/messages/")
    # session twice, user, posts, delegations, office, unread twice, count, rows
    with django_assert_max_num_queries(12):
        html = mine.get("/messages/").content.decode()
    assert "共 30 条，第 1 / 2 页" in html
    assert html.count('<article class="msg') == 25


def test_the_centre_needs_a_login(client: Client, db: None) -> None:
    for answer in (
        client.get("/messages/"),
        client.post("/messages/1/"),
        client.post("/messages/read/"),
    ):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
