"""Who sees what of a matter, by role and relation, and who sees nothing."""

from datetime import date

import pytest

from cases.models import Assignment, Attachment, Case, ClosureRequest, Extension, Feedback
from cases.services.assignments import assignment_register_receipt
from cases.services.cases import case_assign, case_submit
from cases.services.feedback import Words, feedback_draft
from cases.tests import given
from duban.approvals.models import ApprovalStep
from duban.org.actor import Actor
from duban.org.models import Office, Portfolio, Unit
from duban.org.selectors import actor_for

pytestmark = pytest.mark.django_db


def seeing(here, model, row):
    return {
        key for key in here.posts
        if model.objects.visible_to(here.actor(key)).filter(pk=row.pk).exists()
    }  # fmt: skip


OVERSEERS = {"staff", "head", "chief", "secgen"}
SECTION = {"secretary"}
WATER = {"water_liaison", "water_head"}
FINANCE = {"finance_liaison", "finance_head"}


def parties(here):
    return [given.lead(here.units["water"]), given.co(here.units["finance"])]


@pytest.mark.clause("AS-4.2a")
def test_a_draft_is_invisible_to_the_units_and_a_delivered_matter_is_seen_by_its_own():
    here = given.place()
    draft, registered = given.draft(here, parties=parties(here)), given.registered(here)
    # The deputy leader in charge of the lead unit is the one who is asked first.
    for row in (draft, registered):
        assert seeing(here, Case, row) == OVERSEERS | SECTION | {"deputy"}
    case = given.assigned(here, parties=parties(here))
    assert seeing(here, Case, case) == (
        OVERSEERS | SECTION | {"deputy", "deputy2"} | WATER | FINANCE
    )
    assert not Case.objects.visible_to(None).exists()
    nobody = Actor.without_post(here.posts["chief"].user)
    assert not Case.objects.visible_to(nobody).exists()


@pytest.mark.clause("CZ-3.1c")
def test_a_paper_part_is_seen_by_its_unit_from_its_receipt_on():
    here = given.place()
    rows = [given.lead(here.units["water"]), given.co(here.units["finance"], paper=True)]
    case = given.assigned(here, parties=rows)
    assert FINANCE.isdisjoint(seeing(here, Case, case))
    part = case.parties[1]
    assert FINANCE.isdisjoint(seeing(here, Assignment, part))
    # To the other unit an undelivered part does not exist either.
    assert WATER.isdisjoint(seeing(here, Assignment, part))
    assignment_register_receipt(
        assignment=part, received_on=date(2026, 3, 3), by=here.secretary, at=given.at("2026-03-03")
    )
    assert seeing(here, Assignment, part) >= FINANCE | WATER


@pytest.mark.clause("CZ-3.2d", "LZ-A-8a")
def test_a_co_unit_sees_its_own_reports_and_the_lead_sees_all():
    """协办单位要积极配合；牵头单位看到全部。"""
    here = given.place()
    case = given.in_progress(here, parties=parties(here))
    lead, co_unit = case.parties
    given.report(here, lead, "initial_report", when="2026-03-05")
    given.report(here, co_unit, "initial_report", when="2026-03-05")
    of_lead, of_co = (Feedback.objects.get(assignment=part) for part in (lead, co_unit))
    office = OVERSEERS | SECTION | {"deputy", "deputy2"}
    assert seeing(here, Feedback, of_lead) == office | WATER
    assert seeing(here, Feedback, of_co) == office | WATER | FINANCE
    draft = feedback_draft(
        assignment=co_unit, words=Words(kind="follow_up_report", content="草稿"),
        by=here.finance_liaison, at=given.at("2026-03-06"),
    )  # fmt: skip
    assert seeing(here, Feedback, draft) == FINANCE


@pytest.mark.clause("CZ-3.2d")
def test_the_lead_sees_that_a_co_unit_is_overdue():
    here = given.place()
    rows = [
        given.lead(here.units["water"]),
        given.co(here.units["finance"], due_on=date(2026, 3, 31)),
    ]
    case = given.in_progress(here, parties=rows)
    part = Assignment.objects.visible_to(here.water_liaison).get(case=case, kind="co")
    assert part.clock.light_at(given.at("2026-04-01 00:00")) == "red"


def test_a_section_sees_its_own_matters_and_the_leaders_what_is_theirs():
    here = given.place()
    case = given.registered(here, by="secretary2", assigner=here.posts["deputy2"])
    case_assign(case=case, by=here.secretary, at=given.at("2026-03-02"))
    # 分管领导 of finance assigned it; his secretary section supervises it.
    assert case.supervisor == here.units["section"]
    seen = seeing(here, Case, case)
    assert {"secretary", "secretary2", "deputy", "deputy2"} <= seen
    assert FINANCE.isdisjoint(seen)
    other = given.in_progress(here, parties=[given.lead(here.units["housing"])])
    assert {"deputy2", "secretary2"}.isdisjoint(seeing(here, Case, other))


def test_requests_are_seen_by_those_who_ask_and_those_who_decide():
    here = given.place()
    case = given.in_progress(here, parties=parties(here))
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-01")
    assert FINANCE.isdisjoint(seeing(here, Extension, extension))
    assert WATER | SECTION | {"deputy"} <= seeing(here, Extension, extension)
    given.decided(here, extension, when="2026-06-02")
    closure = given.applied(here, case, when="2026-06-10")
    assert FINANCE.isdisjoint(seeing(here, ClosureRequest, closure))
    assert WATER | SECTION | {"deputy"} <= seeing(here, ClosureRequest, closure)


def test_a_matter_of_a_unit_in_nobodys_charge_comes_before_every_deputy_leader():
    here = given.place()
    case = given.in_progress(here, parties=[given.lead(here.units["district"])])
    assert {"deputy", "deputy2"}.isdisjoint(seeing(here, Case, case))
    given.asked(here, case, until="2026-08-31", when="2026-06-01")
    assert {"deputy", "deputy2"} <= seeing(here, Case, case)
    step = ApprovalStep.objects.get(role="deputy_leader")
    assert step.scope_unit is None


def test_a_charge_that_ended_shows_and_asks_nothing():
    here = given.place()
    Portfolio.objects.filter(unit=here.units["water"]).update(ends_on=date(2026, 2, 28))
    Portfolio.objects.create(
        post=here.posts["deputy2"], unit=here.units["water"], starts_on=date(2026, 3, 1)
    )
    case = given.in_progress(here)
    given.asked(here, case, until="2026-08-31", when="2026-06-01")
    waiting = ApprovalStep.objects.get(role="deputy_leader")
    assert "deputy" not in seeing(here, Case, case)
    assert [
        key for key in ("deputy", "deputy2")
        if ApprovalStep.objects.visible_to(here.actor(key)).filter(pk=waiting.pk).exists()
    ] == ["deputy2"]  # fmt: skip


def test_two_cities_in_one_installation_never_meet():
    here, there = given.place(), given.place(name="远山市", tag="y")
    case = given.in_progress(here, parties=parties(here))
    given.report(here, case.lead, "initial_report", when="2026-03-05")
    given.applied(here, case, when="2026-03-06")
    for key in there.posts:
        actor = there.actor(key)
        for model in (Case, Assignment, Feedback, ClosureRequest, Attachment):
            assert not model.objects.visible_to(actor).exists(), (key, model)
        assert not ApprovalStep.objects.visible_to(actor).exists(), key


def test_the_office_above_reads_the_office_below_and_cannot_act_there():
    here = given.place()
    hall = Unit.objects.create(
        name="城东区人民政府办公室", kind="office", parent=here.units["district"]
    )
    below = Office.objects.create(
        name="城东区人民政府督查室", root=here.units["district"], body=hall,
        organ="城东区人民政府办公室", organ_mark="城东区人民政府办公室文件", prefix="东政督",
    )  # fmt: skip
    bureau = Unit.objects.create(
        name="城东区水务局", kind="department", parent=here.units["district"]
    )
    here.units |= {"hall_east": hall, "bureau": bureau}
    for key, role in (("east_staff", "office_staff"), ("east_chief", "chief_leader")):
        given.post(here, key, "hall_east", role, "科员", "宋佳", office=below)
    given.activate(below, "anshan-2015", by=_two_heads(here, below), at=given.at("2018-01-02"))
    place = given.Place(below, here.on, here.units, here.posts, "anshan-2015")
    case = given.draft(place, by="east_staff", parties=[given.lead(bureau)])
    seen = seeing(here, Case, case)
    assert seen == {"east_staff", "east_chief", "east_head", "east_head2", *OVERSEERS}
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        case_submit(case=case, by=here.head, at=given.at("2026-03-02"))


def _two_heads(here, office):
    made = [
        given.post(here, key, "hall_east", "office_head", "主任", "魏来", office=office)
        for key in ("east_head", "east_head2")
    ]
    return tuple(actor_for(row, on=here.on) for row in made)


@pytest.mark.parametrize("role", ["personnel", "evaluator", "invited_inspector", "system_admin"])
def test_roles_that_work_elsewhere_see_no_matter(role):
    here = given.place()
    given.in_progress(here)
    row = given.post(here, "other", "hall", role, "干部", "郭宁", office=here.office)
    assert not Case.objects.visible_to(actor_for(row, on=here.on)).exists()
