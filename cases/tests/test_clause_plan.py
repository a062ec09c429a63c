"""实施方案: each co-unit has its own day inside the matter's; 特别复杂: the plan that moves a limit."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Case, HandlingPlan
from cases.services.assignments import assignment_register_receipt
from cases.services.handling_plans import (
    case_mark_complex,
    complex_bars,
    plan_decide,
    plan_record_answer,
    plan_submit,
)
from cases.tests import agreeing, given
from deadlines.models import ClockEvent
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.selectors import system_actor
from duban.rulepacks.loader import load_shipped_pack
from duban.rulepacks.schema import Pack

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def city():
    return given.place("lanzhou-2018")


def led(made, **changes):
    """Water leads, finance helps; the matter is due on 2026-06-30."""
    parties = [given.lead(made.units["water"]), given.co(made.units["finance"], **changes)]
    return given.in_progress(made, parties=parties)


def co(case):
    return next(party for party in fresh(case).parties if party.kind == "co")


@pytest.mark.clause("LZ-A-6.3c")
def test_a_co_unit_day_after_the_matters_own_is_refused_and_both_are_named(city):
    """牵头部门单位应制定具体实施方案,约定每个部门单位的办结时限。"""
    case = led(city)
    with pytest.raises(RuleViolation) as refusal:
        agreeing.proposed(city, case, day=None, co_days={co(case).pk: date(2026, 7, 1)})
    assert refusal.value.reasons == {
        "co_days": ["市财政局的时限（2026-07-01）晚于本事项办结时限（2026-06-30）。"]
    }


@pytest.mark.clause("LZ-A-6.3c")
def test_the_confirmed_plan_gives_the_co_unit_its_day_and_keeps_the_old_one(city):
    case = led(city)
    agreement = agreeing.proposed(city, case, day=None, co_days={co(case).pk: date(2026, 5, 15)})
    assert co(case).clock.due_on == date(2026, 6, 30)
    agreeing.confirmed(city, agreement)
    clock = co(case).clock
    assert clock.due_on == date(2026, 5, 15)
    assert clock.is_extended  # the day it had first stays beside it
    assert clock.explained.clause == "LZ-A-6.3c"
    assert fresh(case).clock.due_on == date(2026, 6, 30)


@pytest.mark.clause("LZ-A-6.3c")
def test_a_later_plan_moves_the_day_again_and_an_extension_of_the_matter_does_not(city):
    case = led(city)
    first = agreeing.proposed(city, case, day=None, co_days={co(case).pk: date(2026, 5, 15)})
    agreeing.confirmed(city, first)
    second = agreeing.proposed(
        city, case, day=None, co_days={co(case).pk: date(2026, 5, 29)}, when="2026-03-10"
    )
    agreeing.confirmed(city, second, when="2026-03-11")
    assert co(case).clock.due_on == date(2026, 5, 29)
    extension = given.asked(city, fresh(case), until="2026-08-31", when="2026-06-01")
    given.decided(city, extension, when="2026-06-02")
    assert fresh(case).clock.due_on == date(2026, 8, 31)
    assert co(case).clock.due_on == date(2026, 5, 29)


@pytest.mark.clause("LZ-A-6.3a", "LZ-A-6.3c")
def test_one_plan_agrees_on_the_matters_date_and_on_each_co_units(city):
    case = led(city)
    parties = [given.lead(city.units["housing"]), given.co(city.units["finance"])]
    case = agreeing.undated(city, parties=parties)
    assert co(case).is_to_agree
    agreement = agreeing.proposed(city, case, co_days={co(case).pk: date(2026, 5, 15)})
    agreeing.confirmed(city, agreement)
    assert fresh(case).clock.due_on == date(2026, 6, 30)
    assert (co(case).clock.due_on, co(case).clock.kind) == (date(2026, 5, 15), "due_date")


@pytest.mark.clause("LZ-A-6.3c")
def test_a_co_unit_that_no_plan_names_gets_the_matters_agreed_day(city):
    parties = [given.lead(city.units["water"]), given.co(city.units["finance"])]
    case = agreeing.undated(city, parties=parties)
    agreeing.confirmed(city, agreeing.proposed(city, case))
    assert co(case).clock.due_on == date(2026, 6, 30)


@pytest.mark.clause("LZ-A-6.3c")
def test_a_paper_not_received_yet_runs_to_its_planned_day(city):
    parties = [given.lead(city.units["water"]), given.co(city.units["finance"], paper=True)]
    case = given.assigned(city, parties=parties)
    agreement = agreeing.proposed(city, case, day=None, co_days={co(case).pk: date(2026, 5, 15)})
    agreeing.confirmed(city, agreement)
    by = given.supervisor(city, case)
    assignment_register_receipt(
        assignment=co(case), received_on=date(2026, 3, 6), by=by, at=given.at("2026-03-06")
    )
    assert co(case).clock.due_on == date(2026, 5, 15)


COMPLEX = "涉及三个部门和跨区征地，十五个工作日内难以办结。"
WORDS = {"content": "分三步拆除违建并复绿。", "due_on": date(2026, 4, 30), "person": "张建国"}


@pytest.fixture
def road():
    return given.place("zhuzhou-highway-2016", on="2026-03-02")


def complained(made):
    """A complaint: fifteen working days from 2026-03-02."""
    return given.in_progress(
        made,
        source="complaint",
        urgency="complaint",
        due_on=None,
        due_basis="",
        due_citation="",
    )


def marked(made, case):
    by = given.supervisor(made, case)
    return case_mark_complex(case=case, reason=COMPLEX, by=by, at=given.at("2026-03-04"))


def submitted(made, plan, **changes):
    values = WORDS | changes
    return plan_submit(plan=plan, by=made.water_liaison, at=given.at("2026-03-05"), **values)


def reviewed(made, plan, *, approve=True):
    while (plan := fresh(plan)).state == "submitted":
        plan_decide(
            plan=plan,
            approve=approve,
            opinion="" if approve else "步骤不清。",
            by=made.actor(given._decider(made, plan)),
            at=given.at("2026-03-06"),
        )
    return plan


def answered(made, plan, **changes):
    values = {"approve": True, "contact": "市马上就办办公室李科长", "opinion": "同意。"} | changes
    values.setdefault("answered_on", date(2026, 3, 9))
    by = given.supervisor(made, plan.assignment.case)
    return plan_record_answer(plan=plan, by=by, at=given.at("2026-03-10"), **values)


@pytest.mark.clause("ZZ-2.3c")
def test_what_people_report_is_due_in_fifteen_working_days_unless_a_day_is_named(road):
    """原则上要求在15个工作日办结。"""
    case = complained(road)
    assert case.clock.due_on == date(2026, 3, 23)
    named = given.in_progress(road, source="complaint", urgency="complaint")
    assert named.clock.due_on == date(2026, 6, 30)
    assert named.due_citation


@pytest.mark.clause("ZZ-2.3c")
def test_received_before_two_holidays_it_is_due_on_the_fifteenth_working_day():
    """Mid-Autumn and National Day do not count; 20 September and 10 October, worked, do."""
    made = given.place("zhuzhou-highway-2016", on="2026-09-18")
    undated = {"due_on": None, "due_basis": "", "due_citation": ""}
    case = given.assigned(
        made, when="2026-09-18", source="complaint", urgency="complaint", **undated
    )
    assert case.clock.due_on == date(2026, 10, 15)
    assert case.clock.explained.clause == "ZZ-2.3c"


def three_working_days(made):
    """The next version of the pack in force: 天 read as 工作日."""
    loaded = load_shipped_pack(made.pack)
    changed = loaded.pack.model_dump(mode="json") | {"version": loaded.pack.version + 1}
    changed["limits"]["complex_plan_limit"] |= {"unit": "working_day", "examples": []}
    at = given.at("2018-01-03")
    version = pack_load(
        loaded=replace(loaded, pack=Pack.model_validate(changed)), by=system_actor(), at=at
    )
    proposed = activation_propose(
        office=made.office,
        pack_version=version,
        active_from=date(2018, 2, 1),
        by=made.head,
        at=at,
    )
    activation_confirm(activation=proposed, by=made.security, at=at)


@pytest.mark.clause("ZZ-2.3d")
@pytest.mark.parametrize(
    ("switched", "due"),
    [(False, date(2026, 3, 9)), (True, date(2026, 3, 11))],
    ids=["自然日", "工作日"],
)
def test_the_pack_says_whether_its_three_days_are_working_days(road, switched, due):
    """“3天”: marked on Friday 6 March 2026."""
    if switched:
        three_working_days(road)
    case = complained(road)
    by = given.supervisor(road, case)
    plan = case_mark_complex(case=case, reason=COMPLEX, by=by, at=given.at("2026-03-06"))
    assert plan.clock.due_on == due


@pytest.mark.clause("ZZ-2.3d")
def test_a_matter_marked_as_complex_owes_a_plan_in_three_days(road):
    """责任单位应在3天之内研究提出处理方案。"""
    case = complained(road)
    before = case.clock.due_on
    plan = marked(road, case)
    assert (plan.state, plan.clock.due_on) == ("owed", date(2026, 3, 7))
    assert plan.clock.explained.clause == "ZZ-2.3d"
    assert fresh(case).clock.due_on == before


@pytest.mark.clause("ZZ-2.3d")
def test_only_the_supervising_section_marks_it_and_says_why(road):
    case = complained(road)
    with pytest.raises(PermissionDenied):
        case_mark_complex(
            case=case, reason=COMPLEX, by=road.water_liaison, at=given.at("2026-03-04")
        )
    with pytest.raises(RuleViolation) as refusal:
        case_mark_complex(
            case=case, reason=" ", by=given.supervisor(road, case), at=given.at("2026-03-04")
        )
    assert set(refusal.value.reasons) == {"reason"}


@pytest.mark.clause("ZZ-2.3e")
@pytest.mark.parametrize(("lacks", "value"), [("due_on", None), ("person", " ")])
def test_a_plan_without_a_date_or_a_person_is_refused(road, lacks, value):
    """明确办结时限和责任人。"""
    plan = marked(road, complained(road))
    with pytest.raises(RuleViolation) as refusal:
        submitted(road, plan, **{lacks: value})
    assert set(refusal.value.reasons) == {lacks}
    assert fresh(plan).state == "owed"


@pytest.mark.clause("ZZ-2.3f")
def test_the_limit_stands_until_the_answer_from_above_is_on_record(road):
    """报局“马上就办”办公室……上报至市“马上就办”办公室并进行沟通,确定处理方案是否可行。"""
    case = complained(road)
    before = case.clock.due_on
    plan = reviewed(road, submitted(road, marked(road, case)))
    assert plan.state == "reported"
    assert fresh(case).clock.due_on == before
    with pytest.raises(RuleViolation) as refusal:
        answered(road, plan, contact=" ", answered_on=date(2026, 3, 11))
    assert set(refusal.value.reasons) == {"contact", "answered_on"}


@pytest.mark.clause("ZZ-2.3g")
def test_agreed_above_the_plans_date_takes_the_place_of_the_limit_and_history_keeps_the_old(road):
    case = complained(road)
    before = case.clock.due_on
    plan = answered(road, reviewed(road, submitted(road, marked(road, case))))
    assert (plan.state, plan.due_before) == ("effective", before)
    clock = fresh(case).clock
    assert (clock.due_on, clock.explained.clause) == (date(2026, 4, 30), "ZZ-2.3g")
    assert clock.is_extended
    assert ClockEvent.objects.filter(clock=clock, kind="redated").count() == 1
    assert LedgerEntry.objects.filter(action="take_effect").get().note == "同意。"


@pytest.mark.clause("ZZ-2.3f", "ZZ-2.3g")
@pytest.mark.parametrize("where", ["here", "above"])
def test_a_plan_that_is_refused_goes_back_and_may_be_handed_in_again(road, where):
    case = complained(road)
    before = case.clock.due_on
    plan = submitted(road, marked(road, case))
    if where == "here":
        plan = reviewed(road, plan, approve=False)
    else:
        plan = answered(road, reviewed(road, plan), approve=False, opinion="时间过长。")
    assert fresh(plan).state == "returned"
    assert fresh(case).clock.due_on == before
    plan = submitted(road, fresh(plan), due_on=date(2026, 4, 15))
    assert (plan.state, plan.due_on) == ("submitted", date(2026, 4, 15))


@pytest.mark.clause("ZZ-2.3d")
def test_a_pack_without_plans_does_not_offer_them(city):
    case = given.in_progress(city)
    assert set(complex_bars(case)) == {"__all__"}
    with pytest.raises(RuleViolation, match="没有特别复杂事项"):
        marked(city, case)
    assert not HandlingPlan.objects.exists()
    assert Case.objects.get().clock.due_on == date(2026, 6, 30)
