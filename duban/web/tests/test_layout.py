"""Who sees what in the head band."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from duban.org.models import User
from duban.web import navigation
from duban.web.navigation import NavItem
from duban.web.search import Hit, SearchProvider, register
from duban.web.tests.given import Office, person

SignIn = Callable[[User], Client]


def test_the_band_shows_name_post_unit_and_office(signed_in: SignIn, staff: User) -> None:
    html = signed_in(staff).get("/").content.decode()
    for text in ("张丽", "督查一科科长", "市政府督查室", "长平市政府督查室"):
        assert text in html


def test_navigation_follows_the_acting_post(signed_in: SignIn, staff: User) -> None:
    navigation.register(
        NavItem("台账", "search", roles=frozenset({"office_staff"}), order=200),
        NavItem(
            "我的任务", "account", roles=frozenset({"liaison"}), order=100, badge=lambda actor: 4
        ),
    )
    client = signed_in(staff)
    first = client.get("/search/").context["layout"].nav
    assert [(link.label, link.active) for link in first] == [("台账", True)]
    liaison = client.get("/").wsgi_request.actors[1]
    client.post("/acting/", {"acting": liaison.key})
    page = client.get("/account/")
    assert [(link.label, link.count, link.active) for link in page.context["layout"].nav] == [
        ("我的任务", 4, True)
    ]
    assert page.wsgi_request.actor.post_title == "联络员（兼）"


ADDRESSES = ("home", "search", "account", "message_list", "rules", "registry", "password_change")


def places(seldom: int, often: int) -> None:
    for number, name in enumerate(ADDRESSES[: seldom + often]):
        more = number < seldom
        navigation.register(NavItem(f"第{number}处", name, order=number, more=more))


def test_what_is_opened_seldom_stands_under_more_once_the_band_is_full(
    signed_in: SignIn, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "ROOM", 4)
    places(seldom=2, often=3)
    page = signed_in(staff).get("/account/")
    layout = page.context["layout"]
    assert [link.label for link in layout.places] == ["第2处", "第3处", "第4处"]
    assert [link.label for link in layout.more_places] == ["第0处", "第1处"]
    assert page.content.decode().count("更多") == 1


def test_where_there_is_room_everything_stands_side_by_side(
    signed_in: SignIn, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "ROOM", 5)
    places(seldom=2, often=3)
    page = signed_in(staff).get("/account/")
    assert len(page.context["layout"].places) == 5
    assert "更多" not in page.content.decode()


def test_a_place_leads_to_what_its_badge_counts_and_to_all_of_it_when_there_is_nothing(
    signed_in: SignIn, staff: User
) -> None:
    counted = iter((3, 0))
    navigation.register(
        NavItem("报送", "search", badge=lambda actor: next(counted), asked="state=pressing")
    )
    client = signed_in(staff)
    links = [client.get("/search/").context["layout"].nav[0] for _ in range(2)]
    assert [(link.url, link.count, link.active) for link in links] == [
        ("/search/?state=pressing", 3, True),
        ("/search/", 0, True),
    ]


def test_nobody_acts_in_a_post_that_is_not_theirs(
    signed_in: SignIn, staff: User, office: Office
) -> None:
    other = person("wang", "王敏", office.department, "unit_head")
    answer = signed_in(staff).post("/acting/", {"acting": f"p{other.posts.get().pk}"})
    assert answer.status_code == 403
    assert signed_in(staff).get("/").wsgi_request.actor.post_title == "督查一科科长"


def test_acting_is_chosen_by_post_only(signed_in: SignIn, staff: User) -> None:
    assert signed_in(staff).get("/acting/").status_code == 405


def test_somebody_without_a_post_gets_no_navigation(signed_in: SignIn, db: None) -> None:
    navigation.register(NavItem("台账", "search", order=200))
    user = User.objects.create_user("nobody", "Duban-2026!", name="某人")
    page = signed_in(user).get("/account/")
    assert page.context["layout"].nav == ()
    assert "没有在任职务" in page.content.decode()


def test_search_asks_with_the_acting_post_and_shows_groups(signed_in: SignIn, staff: User) -> None:
    asked: list[tuple[str, str, int]] = []

    def find(actor: Any, q: str, limit: int) -> list[Hit]:
        asked.append((actor.post_title, q, limit))
        return [Hit("供水<管网>改造", "/", "督办〔2026〕18号", "市住建局")] * limit

    register(SearchProvider("督办事项", find))
    html = signed_in(staff).get("/search/", {"q": "  供水\x00 "}).content.decode()
    assert asked == [("督查一科科长", "供水", 21)]
    assert "供水&lt;管网&gt;改造" in html
    assert html.count("督办〔2026〕18号") == 20
    assert "只列出最前面的" in html


def test_a_blank_search_asks_nobody(signed_in: SignIn, staff: User) -> None:
    def find(actor: Any, q: str, limit: int) -> list[Hit]:
        raise AssertionError("asked")

    register(SearchProvider("督办事项", find))
    assert "输入案号" in signed_in(staff).get("/search/", {"q": " "}).content.decode()


def test_search_needs_a_login(client: Client, db: None) -> None:
    assert client.get("/search/", {"q": "x"})["Location"] == "/login/?next=/search/%3Fq%3Dx"


def test_the_band_costs_few_queries(
    signed_in: SignIn, staff: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(staff)
    client.get("/")
    # session read and saved in a transaction, user, posts, delegations, office, unread
    with django_assert_max_num_queries(9):
        client.get("/")


def test_the_strict_content_policy_is_on_every_page_and_loosened_for_admin_only(
    signed_in: SignIn, staff: User
) -> None:
    client = signed_in(staff)
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]
    assert "'unsafe-eval'" in client.get("/admin/")["Content-Security-Policy"]


def test_the_demo_says_so(client: Client, settings: Any, db: None) -> None:
    settings.DUBAN_DEMO = True
    assert "演示环境" in client.get("/login/").content.decode()
    settings.DUBAN_DEMO = False
    assert "演示环境" not in client.get("/login/").content.decode()
