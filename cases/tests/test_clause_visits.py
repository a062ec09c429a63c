"""明查暗访: who is asked to go, what the visited unit may know, and who is asked no more."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cases.models import Visit, VisitKind
from cases.services.visits import visit_cancel, visit_plan, visit_record, visit_release
from cases.tests import given
from cases.tests.admin_pages import signed_in as admin_client
from cases.tests.web_given import sign_in, text_of
from cases.web.search import search_visits
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from duban.org.models import Post, User
from duban.web.models import ApiToken
from duban.web.qualifications import qualification_revoke
from duban.web.services import token_create

pytestmark = pytest.mark.django_db

AT = given.at("2026-03-02 10:00")
GUESTS = {"inspector": "invited_inspector", "evaluator": "evaluator"}


@pytest.fixture
def here():
    with time_machine.travel(AT, tick=False):
        made = given.place()
        for key, role in GUESTS.items():
            given.post(made, key, "city", role, "代表", "吴敏")
        yield made


def planned(here, kind="unannounced", *, unit="water", members=("inspector", "staff"), **changes):
    values = {"planned_on": date(2026, 3, 10), "plan": "窗口服务态度和办事效率", **changes}
    return visit_plan(
        kind=VisitKind(kind),
        unit=here.units[unit],
        members=[here.posts[key] for key in members],
        by=here.staff,
        at=AT,
        **values,
    )


def recorded(here, visit):
    return visit_record(
        visit=visit,
        visited_on=date(2026, 3, 10),
        result="两个窗口无人值守。",
        by=here.inspector,
        at=given.at("2026-03-10 16:00"),
    )


def seers(here, visit):
    return {
        key for key in here.posts
        if Visit.objects.visible_to(here.actor(key)).filter(pk=visit.pk).exists()
    }  # fmt: skip


OFFICE = {"staff", "head", "chief", "secgen"}
WATER = {"water_liaison", "water_head"}


@pytest.mark.clause("NT-3.3a")
def test_people_from_outside_see_the_visits_they_are_asked_to_and_nothing_else(here):
    """“特邀监察员、行风评议员、市民巡访员、媒体记者”"""
    own, other = planned(here), planned(here, members=("evaluator",), unit="finance")
    assert list(Visit.objects.visible_to(here.inspector)) == [own]
    assert list(Visit.objects.visible_to(here.evaluator)) == [other]
    given.assigned(here)
    browser = sign_in(here, "inspector")
    page = text_of(browser.get("visits"))
    assert "长平市水利局" in page
    assert "长平市财政局" not in page
    assert browser.get("visit", own.pk).status_code == 200
    assert browser.get("visit", other.pk).status_code == 404
    assert browser.get("list").status_code == 403
    assert browser.get("visit_new").status_code == 403
    told = Message.objects.filter(template="visit_planned").values_list("recipient_id", flat=True)
    assert here.posts["inspector"].user_id in told


@pytest.mark.clause("NT-3.3a")
def test_who_was_asked_in_one_post_does_not_go_in_another(here):
    visit = planned(here)
    other = Post.objects.create(
        user=here.posts["inspector"].user,
        unit=here.units["city"],
        role="evaluator",
        title="评议代表",
        starts_on=given.SINCE,
    )
    here.posts["inspector_elsewhere"] = other
    assert not Visit.objects.visible_to(here.inspector_elsewhere).filter(pk=visit.pk).exists()


@pytest.mark.clause("LZ-B-13a")
def test_an_announced_visit_is_told_to_the_unit_at_once(here):
    """明查“深入一线、直奔现场”"""
    page = sign_in(here, "staff").get("visit_new")
    assert "明查" in text_of(page)
    assert "暗访" in text_of(page)
    visit = planned(here, "announced")
    assert seers(here, visit) == OFFICE | WATER | {"deputy", "inspector"}
    told = Message.objects.get(template="visit_announced")
    assert told.recipient_id == here.posts["water_liaison"].user_id


@pytest.mark.clause("LZ-B-13b")
@pytest.mark.parametrize("name", ["water_liaison", "water_head"])
def test_the_visited_unit_finds_a_secret_visit_nowhere_until_it_is_released(here, name):
    """暗访“不发通知、不打招呼、不听汇报、不陪同接待”"""
    visit = planned(here)
    browser = sign_in(here, name)

    def found():
        api = browser.client.get("/api/v1/visits/").json()
        actor = here.actor(name)
        return (
            visit.plan in text_of(browser.get("visits")),
            browser.get("visit", visit.pk).status_code == 200,
            browser.client.get(f"/api/v1/visits/{visit.pk}/").status_code == 200,
            bool(api["results"] if isinstance(api, dict) else api),
            bool(search_visits(actor, "水利", 10)),
            Message.objects.filter(
                recipient_id=actor.user_id, template__startswith="visit"
            ).exists(),
            f"/visits/{visit.pk}/"
            in browser.client.get(reverse("search"), {"q": "窗口服务"}).content.decode(),
        )

    def on_the_calendar():
        shown = browser.client.get("/calendar/?month=2026-03&on=2026-03-10")
        assert shown.status_code == 200
        return any(word in shown.content.decode() for word in (visit.plan, "暗访", "/visits/1"))

    assert not any(found()), "planned"
    assert not on_the_calendar()
    recorded(here, visit)
    assert not any(found()), "recorded"
    visit_release(visit=Visit.objects.get(), by=here.staff, at=given.at("2026-03-12"))
    told = name == "water_liaison"
    assert found() == (True, True, True, True, True, told, True)
    assert "两个窗口无人值守" in text_of(browser.get("visit", visit.pk))


@pytest.mark.clause("LZ-B-13b")
def test_a_cancelled_secret_visit_stays_unknown_to_the_unit(here):
    visit = planned(here)
    visit_cancel(visit=visit, reason="改期另行安排", by=here.staff, at=AT)
    assert WATER.isdisjoint(seers(here, visit))
    told = Message.objects.filter(template="visit_cancelled").values_list("recipient_id", flat=True)
    assert set(told) == {here.posts[key].user_id for key in ("inspector", "staff")}


@pytest.mark.clause("LZ-B-13b")
def test_staff_who_work_in_the_visited_unit_do_not_learn_of_it(here):
    visit = planned(here, unit="section", members=("inspector",))
    assert "secretary" not in seers(here, visit)
    with pytest.raises(RuleViolation) as refusal:
        planned(here, unit="section", members=("secretary",))
    assert "被查单位的人员" in refusal.value.reasons["members"][0]


def test_the_result_of_an_announced_visit_is_the_unit_s_only_after_its_release(here):
    visit = recorded(here, planned(here, "announced"))
    browser = sign_in(here, "water_liaison")
    assert "无人值守" not in text_of(browser.get("visit", visit.pk))
    assert browser.client.get(f"/api/v1/visits/{visit.pk}/").json()["result"] == ""
    visit_release(visit=visit, by=here.staff, at=given.at("2026-03-12"))
    assert "无人值守" in text_of(browser.get("visit", visit.pk))


def test_one_who_goes_records_and_the_unit_never_does(here):
    visit = planned(here, "announced")
    assert sign_in(here, "water_liaison").get("visit_record", visit.pk).status_code == 403
    with time_machine.travel(given.at("2026-03-10 18:00"), tick=False):
        browser = sign_in(here, "inspector")
        sent = {"visited_on": "2026-03-10", "result": "大厅秩序良好。"}
        assert browser.post("visit_record", visit.pk, **sent).status_code == 302
    assert Visit.objects.get().state == "recorded"
    entry = LedgerEntry.objects.get(action="record_result")
    assert (entry.actor_name, entry.case_id) == ("吴敏", None)
    with pytest.raises(PermissionDenied):
        visit_release(visit=Visit.objects.get(), by=here.inspector, at=given.at("2026-03-12"))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("planned_on", {"planned_on": date(2026, 3, 1)}),
        ("plan", {"plan": "  "}),
        ("members", {"members": ()}),
        ("members", {"members": ("water_liaison",)}),
        ("unit", {"unit": "city"}),
    ],
)
def test_a_visit_is_refused_with_the_reason_beside_the_field(here, field, changes):
    with pytest.raises(RuleViolation) as refusal:
        planned(here, **changes)
    assert list(refusal.value.reasons) == [field]
    assert not Visit.objects.exists()


@pytest.mark.clause("NT-4.4c")
def test_a_revoked_representative_is_signed_out_and_refused(here):
    """“评议代表违反规定的,取消评议代表资格”"""
    visit = planned(here, members=("evaluator",))
    post = here.posts["evaluator"]
    browser = sign_in(here, "evaluator")
    token, _ = token_create(name="评议", by=here.evaluator, at=AT)
    assert browser.get("visit", visit.pk).status_code == 200
    url = reverse("admin:org_post_change", args=[post.pk]).replace("change/", "revoke/")
    answer = admin_client(here, "security").post(url, {"reason": "向被评单位透露评议内容"})
    assert answer.status_code == 302
    assert browser.get("visits").status_code == 302, "the session has ended"
    password = {"username": post.user.username, "password": "duban-2026"}
    refused = browser.client.post(reverse("login"), password)
    assert refused.status_code == 200
    assert "登录名或密码不正确" in refused.content.decode()
    assert ApiToken.objects.get(pk=token.pk).revoked_at == AT
    assert not Visit.objects.visible_to(None).exists()
    entry = LedgerEntry.objects.get(action="revoke")
    assert (entry.label, entry.note) == ("取消评议代表资格", "向被评单位透露评议内容")


@pytest.mark.clause("NT-4.4c")
def test_who_holds_another_post_loses_only_the_revoked_one(here):
    person = here.posts["inspector"].user
    Post.objects.create(
        user=person,
        unit=here.units["housing"],
        role="handler",
        title="干部",
        starts_on=given.SINCE,
    )
    qualification_revoke(post=here.posts["inspector"], reason="不再受聘", by=here.head, at=AT)
    assert User.objects.get(pk=person.pk).is_active
    held = Post.objects.held(on=date(2026, 3, 2)).filter(user=person)
    assert [post.role for post in held] == ["handler"]
    assert Post.objects.held(on=date(2026, 3, 1)).filter(user=person).count() == 2


@pytest.mark.clause("NT-4.4c")
def test_nobody_else_revokes_and_no_other_post_is_revoked(here):
    for by, key in ((here.staff, "inspector"), (here.head, "water_liaison")):
        with pytest.raises(PermissionDenied):
            qualification_revoke(post=here.posts[key], reason="不适合", by=by, at=AT)


def test_the_list_of_visits_takes_the_same_number_of_queries_however_long(
    here, django_assert_max_num_queries
):
    browser = sign_in(here, "staff")
    planned(here)
    browser.get("visits")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        browser.get("visits")
    for unit in ("finance", "housing", "district"):
        planned(here, unit=unit)
    with django_assert_max_num_queries(len(one)):
        browser.get("visits")
