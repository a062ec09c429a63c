"""Who sees a bulletin: role by state, and the same through every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from duban.org.models import Office, Post, Unit
from duban.org.selectors import actor_for
from reports.models import Bulletin, Scope
from reports.services.publication import bulletin_correct
from reports.tests import given
from reports.tests.given import Place, at

pytestmark = pytest.mark.django_db
SignIn = Callable[[Place, str], Client]

INSIDE = {"staff", "head", "secretary", "deputy", "chief", "secgen"}
UNITS = {"water_head", "water_liaison", "district_head"}
NOBODY = {"security"}


def seen_by(made: Place, name: str) -> bool:
    return Bulletin.objects.visible_to(made.actor(name)).exists()


@pytest.mark.parametrize("name", sorted(INSIDE | UNITS | NOBODY))
def test_drafts_are_the_office_s_and_its_leaders(quarter: Place, name: str):
    given.drafted(quarter)
    assert seen_by(quarter, name) is (name in INSIDE)


@pytest.mark.parametrize("name", sorted(INSIDE | UNITS | NOBODY))
def test_units_see_it_from_publication_on(quarter: Place, name: str):
    bulletin = given.signed(quarter)
    assert seen_by(quarter, name) is (name in INSIDE)
    given.bulletin_publish(bulletin=bulletin, by=quarter.staff, at=at("2026-07-06"))
    assert seen_by(quarter, name) is (name in INSIDE | UNITS)


def test_a_corrected_bulletin_stays_visible_and_its_correction_waits(quarter: Place):
    old = given.published(quarter)
    bulletin_correct(bulletin=old, note="误", by=quarter.staff, at=at("2026-07-08"))
    seen = Bulletin.objects.visible_to(quarter.water_head)
    assert [row.pk for row in seen] == [old.pk]


@pytest.mark.clause("LZ-A-14c")
def test_the_circle_of_readers_can_be_the_units_concerned(quarter: Place):
    """并在一定范围内通报."""
    idle = Unit.objects.create(
        name="长平市档案馆", kind="institution", parent=quarter.units["city"]
    )
    post = Post.objects.create(
        user=given.user("archive", "孙一"),
        unit=idle,
        role="unit_head",
        title="馆长",
        starts_on=date(2018, 1, 1),
    )
    actor = actor_for(post, on=date(2026, 7, 7))
    bulletin = given.drafted(quarter)
    given.bulletin_edit(
        bulletin=bulletin,
        intro="通报。",
        requirements="抓紧。",
        scope=Scope.CONCERNED,
        by=quarter.staff,
        at=at("2026-07-02"),
    )
    given.published(quarter, Bulletin.objects.get(pk=bulletin.pk))
    assert not Bulletin.objects.visible_to(actor).exists()
    assert seen_by(quarter, "water_head")


def test_another_locality_sees_nothing(quarter: Place):
    given.published(quarter)
    other = given.place(name="临川市", tag="lc")
    for name in (*INSIDE, *UNITS):
        assert not seen_by(other, name)


def test_the_office_above_reads_what_was_published(quarter: Place):
    province = Unit.objects.create(name="东江省人民政府", kind="government")
    Unit.objects.filter(pk=quarter.units["city"].pk).update(parent=province)
    city = Unit.objects.get(pk=quarter.units["city"].pk)
    city.save()
    hall = Unit.objects.create(name="省政府督查室", kind="section", parent=province)
    office = Office.objects.create(
        name="东江省人民政府督查室",
        root=province,
        body=hall,
        organ="东江省人民政府办公厅",
        organ_mark="东江省人民政府办公厅文件",
        prefix="东政督",
    )
    post = Post.objects.create(
        user=given.user("province", "吴省"),
        unit=hall,
        office=office,
        role="office_head",
        title="主任",
        starts_on=date(2018, 1, 1),
    )
    actor = actor_for(post, on=date(2026, 7, 7))
    bulletin = given.signed(quarter)
    assert not Bulletin.objects.visible_to(actor).exists()
    given.bulletin_publish(bulletin=bulletin, by=quarter.staff, at=at("2026-07-06"))
    assert Bulletin.objects.visible_to(actor).exists()


READING = ("bulletin", "lines", "docx", "pdf")
FORMS = ("edit", "correct")
POSTS = ("recompute", "submit", "publish", "edit", "correct", "decide")


def test_what_one_may_not_see_is_not_found_on_any_page(quarter: Place, sign_in: SignIn):
    bulletin = given.drafted(quarter)
    client = sign_in(quarter, "water_head")
    unit = quarter.units["water"].pk
    for name in READING + FORMS:
        assert client.get(reverse(f"reports:{name}", args=[bulletin.pk])).status_code == 404
    assert client.get(reverse("reports:unit", args=[bulletin.pk, unit])).status_code == 404
    for name in POSTS:
        assert client.post(reverse(f"reports:{name}", args=[bulletin.pk])).status_code == 404


@pytest.mark.parametrize("name", ["water_head", "secretary", "chief"])
def test_what_is_seen_and_never_theirs_is_forbidden(quarter: Place, sign_in: SignIn, name: str):
    bulletin = given.published(quarter)
    client = sign_in(quarter, name)
    for page in READING:
        assert client.get(reverse(f"reports:{page}", args=[bulletin.pk])).status_code == 200
    for act in POSTS:
        answer = client.post(reverse(f"reports:{act}", args=[bulletin.pk]), {"opinion": ""})
        assert answer.status_code == 403, act
    assert client.post(reverse("reports:draft"), {"period": "2026Q1"}).status_code == 403


def test_nobody_reads_without_signing_in(quarter: Place, client: Client):
    bulletin = given.published(quarter)
    for name in READING + FORMS:
        answer = client.get(reverse(f"reports:{name}", args=[bulletin.pk]))
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]
    assert client.post(reverse("reports:decide", args=[bulletin.pk])).status_code == 302
