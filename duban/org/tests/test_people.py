"""Posts with dates, portfolios, delegation, and in which capacity somebody acts."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from duban.org import roles
from duban.org.middleware import SESSION_KEY, ActorMiddleware
from duban.org.models import Delegation, Portfolio, Post, User
from duban.org.selectors import (
    actors_of,
    head_of,
    holders,
    liaisons,
    portfolio_of,
    system_actor,
)
from duban.org.tests import given

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANGE = date(2026, 3, 15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def city() -> given.City:
    return given.city()


@pytest.fixture
def leader(city: given.City) -> Post:
    return given.post("冯远", city.government, "deputy_leader", office=city.office)


# --- Posts with dates ---------------------------------------------------------------------


@pytest.mark.clause("AS-4.1b")
@pytest.mark.parametrize(
    ("on", "name"),
    [
        pytest.param(date(2014, 12, 31), None, id="无人在任"),
        pytest.param(date(2015, 1, 1), "老局长", id="任职当日"),
        pytest.param(date(2026, 3, 14), "老局长", id="免职当日仍在任"),
        pytest.param(date(2026, 3, 15), "新局长", id="接任当日"),
        pytest.param(date(2027, 1, 1), "新局长", id="继续在任"),
    ],
)
def test_the_head_is_whoever_held_the_post_on_that_day(city, on, name):
    """主要负责人是抓督查落实的第一责任人"""
    given.post("老局长", city.finance, "unit_head", ends_on=date(2026, 3, 14))
    given.post("新局长", city.finance, "unit_head", starts_on=CHANGE)
    given.post("别家局长", city.transport, "unit_head")
    found = head_of(city.finance, on=on)
    assert (found.name if found else None) == name


def test_a_post_does_not_end_before_it_begins(city):
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            user=given.user("甲"), unit=city.finance, role="handler", title="科员",
            starts_on=CHANGE, ends_on=date(2026, 3, 14),
        )  # fmt: skip


def test_a_role_outside_the_vocabulary_is_refused_by_the_database(city):
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            user=given.user("甲"), unit=city.finance, role="superuser", title="科员",
            starts_on=CHANGE,
        )  # fmt: skip


@pytest.mark.parametrize("role", sorted(roles.STAFF | roles.LEADERS))
def test_staff_and_leaders_belong_to_an_office(city, role):
    with pytest.raises(ValidationError, match="须填写督查机构"):
        given.post("甲", city.body, role)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            user=given.user("乙"), unit=city.body, role=role, title="科员", starts_on=CHANGE
        )


def test_notices_go_to_the_liaisons_of_that_day_who_are_active(city):
    given.post("在任", city.finance, "liaison")
    given.post("离任", city.finance, "liaison", ends_on=date(2026, 3, 1))
    given.post(given.user("停用", is_active=False), city.finance, "liaison")
    given.post("承办人", city.finance, "handler")
    given.post("交通", city.transport, "liaison")
    found = liaisons([city.finance.pk], on=date(2026, 3, 2))
    assert [user.name for user in found] == ["在任"]
    assert {u.name for u in liaisons([city.finance.pk, city.transport.pk], on=CHANGE)} == {
        "在任",
        "交通",
    }


def test_holders_of_a_role_in_a_unit(city):
    given.post("甲", city.finance, "handler")
    given.post("乙", city.finance, "handler")
    found = holders(unit=city.finance.pk, role="handler", on=CHANGE)
    assert {user.name for user in found} == {"甲", "乙"}


# --- Portfolios ---------------------------------------------------------------------------


def test_a_portfolio_reaches_the_units_below_and_only_in_its_time(city, leader):
    below = given.unit("公路养护中心", under=city.transport, kind="institution")
    Portfolio.objects.create(
        post=leader, unit=city.transport, starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 14)
    )
    Portfolio.objects.create(post=leader, unit=city.finance, starts_on=CHANGE)

    assert portfolio_of(leader.pk, on=date(2025, 12, 31)) == frozenset()
    assert portfolio_of(leader.pk, on=date(2026, 3, 14)) == {city.transport.pk, below.pk}
    assert portfolio_of(leader.pk, on=CHANGE) == {city.finance.pk}
    assert given.actor(leader, on=CHANGE).portfolio == {city.finance.pk}


def test_only_a_deputy_leader_acts_with_a_portfolio(city):
    chief = given.post("市长", city.government, "chief_leader", office=city.office)
    Portfolio.objects.create(post=chief, unit=city.finance, starts_on=given.FOUNDED)
    assert given.actor(chief).portfolio == frozenset()


# --- Delegation ---------------------------------------------------------------------------


@pytest.fixture
def delegation(leader: Post) -> Delegation:
    return Delegation.objects.create(
        post=leader,
        delegate=given.user("陈代"),
        starts_at=at("2026-03-02T09:00"),
        ends_at=at("2026-03-06T18:00"),
        reason="外出学习",
    )


@pytest.mark.parametrize(
    ("moment", "in_force"),
    [
        ("2026-03-02T08:59:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-06T17:59:59", True),
        ("2026-03-06T18:00", False),
    ],
)
def test_a_delegation_holds_from_its_first_moment_to_before_its_last(delegation, moment, in_force):
    found = actors_of(delegation.delegate, at=at(moment))
    assert bool(found) is in_force
    assert delegation.covers(at(moment)) is in_force


def test_a_delegate_acts_in_the_post_and_in_the_name_of_the_other(city, leader, delegation):
    Portfolio.objects.create(post=leader, unit=city.finance, starts_on=given.FOUNDED)
    (actor,) = actors_of(delegation.delegate, at=at("2026-03-03T10:00"))
    assert (actor.user_name, actor.on_behalf_of_name) == ("陈代", "冯远")
    assert (actor.post_id, actor.office_id) == (leader.pk, city.office.pk)
    assert actor.roles == {"deputy_leader"}
    assert actor.portfolio == {city.finance.pk}
    assert actor.people == {delegation.delegate_id, leader.user_id}


def test_a_delegation_ends_with_the_post(leader, delegation):
    leader.ends_on = date(2026, 3, 3)
    leader.save()
    assert actors_of(delegation.delegate, at=at("2026-03-03T23:00"))
    assert actors_of(delegation.delegate, at=at("2026-03-04T00:00")) == []


def test_nobody_delegates_to_himself(leader, delegation):
    delegation.delegate = leader.user
    with pytest.raises(ValidationError, match="不能是委托人本人"):
        delegation.full_clean()


@pytest.mark.parametrize("role", sorted(roles.ADMINISTRATORS))
def test_an_administrator_neither_delegates_nor_stands_in(city, leader, delegation, role):
    administrator = given.post("管理员", city.body, role)
    delegation.post = administrator
    with pytest.raises(ValidationError, match="管理员岗位不得委托他人"):
        delegation.full_clean()
    delegation.post, delegation.delegate = leader, administrator.user
    with pytest.raises(ValidationError, match="管理员账号不得兼任业务岗位"):
        delegation.full_clean()


def test_who_stands_in_for_somebody_does_not_become_an_administrator_meanwhile(city, delegation):
    with pytest.raises(ValidationError, match="管理员账号不得兼任业务岗位"):
        given.post(delegation.delegate, city.body, "system_admin")
    after = given.post(delegation.delegate, city.body, "system_admin", starts_on=date(2026, 3, 7))
    assert after.pk


# --- Administrators -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "wanted", "problem"),
    [
        ("system_admin", "security_admin", "不得由同一账号兼任"),
        ("security_admin", "audit_admin", "不得由同一账号兼任"),
        ("audit_admin", "handler", "不得兼任业务岗位"),
        ("unit_head", "system_admin", "不得兼任业务岗位"),
    ],
)
def test_one_account_never_combines_administration(city, held, wanted, problem):
    """等保三级：三员分立"""
    person = given.user("某")
    given.post(person, city.finance, held)
    with pytest.raises(ValidationError, match=problem):
        given.post(person, city.finance, wanted)


def test_posts_one_after_the_other_do_not_combine(city):
    person = given.user("某")
    given.post(person, city.finance, "handler", ends_on=date(2026, 3, 14))
    assert given.post(person, city.finance, "audit_admin", starts_on=CHANGE).pk
    with pytest.raises(ValidationError, match="不得兼任业务岗位"):
        given.post(person, city.finance, "handler", starts_on=date(2027, 1, 1))


def test_there_is_no_superuser(city):
    person = given.user("某")
    given.post(person, city.body, "system_admin")
    assert not person.is_superuser
    assert not person.has_perm("cases.delete_case")
    assert "is_superuser" not in {field.name for field in User._meta.get_fields()}


# --- One capacity at a time ---------------------------------------------------------------


def request_of(user: User, key: str | None = None, *, moment: datetime, monkeypatch) -> object:
    monkeypatch.setattr("duban.org.middleware.timezone.now", lambda: moment)
    request = RequestFactory().get("/")
    request.user, request.session = user, {SESSION_KEY: key} if key else {}
    ActorMiddleware(lambda _: HttpResponse())(request)
    return request


def test_somebody_with_two_posts_acts_in_one_at_a_time(city, monkeypatch):
    person = given.user("双岗")
    section = given.post(person, city.section, "section_staff", office=city.office)
    liaison = given.post(person, city.finance, "liaison")
    moment = at("2026-03-02T10:00")

    keys = {actor.key for actor in actors_of(person, at=moment)}
    assert keys == {f"p{section.pk}", f"p{liaison.pk}"}

    for post, role in ((section, "section_staff"), (liaison, "liaison")):
        request = request_of(person, f"p{post.pk}", moment=moment, monkeypatch=monkeypatch)
        assert request.actor.roles == {role}
        assert request.actor.unit_id == post.unit_id
        assert len(request.actors) == 2


def test_a_choice_that_is_no_longer_open_falls_back_to_a_post_in_force(city, monkeypatch):
    person = given.user("某")
    given.post(person, city.finance, "unit_head", ends_on=date(2026, 3, 1))
    now = given.post(person, city.transport, "handler")
    gone = Post.objects.get(role="unit_head")
    request = request_of(
        person, f"p{gone.pk}", moment=at("2026-03-02T10:00"), monkeypatch=monkeypatch
    )
    assert request.actor.post_id == now.pk


def test_somebody_elses_post_cannot_be_chosen(city, monkeypatch):
    mine = given.post("我", city.finance, "handler")
    other = given.post("他", city.government, "chief_leader", office=city.office)
    request = request_of(
        mine.user, f"p{other.pk}", moment=at("2026-03-02T10:00"), monkeypatch=monkeypatch
    )
    assert request.actor.post_id == mine.pk


def test_somebody_without_a_post_has_no_rights_and_opens_no_admin(monkeypatch):
    person = given.user("某")
    request = request_of(person, moment=at("2026-03-02T10:00"), monkeypatch=monkeypatch)
    assert request.actor.roles == frozenset()
    assert (request.actor.unit_id, request.actor.office_id) == (None, None)
    assert not person.is_staff


def test_the_admin_opens_for_the_acting_post_only(city, monkeypatch):
    person = given.user("双岗")
    section = given.post(person, city.section, "section_staff", office=city.office)
    liaison = given.post(person, city.finance, "liaison")
    for post, opens in ((section, True), (liaison, False)):
        fresh = User.objects.get(pk=person.pk)
        request_of(fresh, f"p{post.pk}", moment=at("2026-03-02T10:00"), monkeypatch=monkeypatch)
        assert fresh.is_staff is opens


def test_the_system_has_a_name_and_cannot_sign_in(city):
    actor = system_actor(city.office)
    account = User.objects.get(pk=actor.user_id)
    assert actor.is_system
    assert actor.office_id == city.office.pk
    assert not account.is_active
    assert not account.check_password("!")
    assert not account.has_usable_password()
    assert system_actor().user_id == actor.user_id


def test_a_post_without_its_first_day_is_refused_beside_the_field(city):
    post = Post(user=given.user("某"), unit=city.finance, role="handler", title="科员")
    with pytest.raises(ValidationError) as caught:
        post.full_clean()
    assert set(caught.value.message_dict) == {"starts_on"}
