"""退件、不予受理: refusing a matter needs a reason; without one it is overdue kind 1."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Assignment, Case, Objection
from cases.services.assignments import assignment_acknowledge
from cases.services.finding_acts import finding_add, kinds_by_hand
from cases.services.objections import objection_raise, objection_reject, objection_uphold
from cases.tests import given
from deadlines.models import OverdueFinding
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db

REASON = "供水管网自2025年起划归城投公司，不属我局职责。"


@pytest.fixture
def here():
    return given.place("lanzhou-2018")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def delivered(made):
    """Water leads, finance helps; delivered on 2026-03-02, nobody has signed."""
    parties = [given.lead(made.units["water"]), given.co(made.units["finance"])]
    return given.assigned(made, parties=parties)


def part(case, kind="lead"):
    return Assignment.objects.get(case=case, kind=kind)


def objected(made, row, *, when="2026-03-03"):
    by = made.actor(given.liaison(made, row.unit))
    objection_raise(assignment=row, reason=REASON, by=by, at=given.at(when))
    return fresh(row)


@pytest.mark.clause("LZ-A-10.1")
def test_a_unit_objects_instead_of_signing_and_the_clock_runs_on(here):
    row = objected(here, part(delivered(here)))
    assert (row.state, row.clock.state) == ("objected", "running")
    assert Objection.objects.get().reason == REASON
    assert Message.objects.filter(template="objection_raised").exists()
    with pytest.raises(RuleViolation, match="退件待处理"):
        assignment_acknowledge(assignment=row, by=here.water_liaison, at=given.at("2026-03-03"))


@pytest.mark.clause("LZ-A-10.1")
def test_without_a_reason_or_after_signing_there_is_no_objection(here):
    case = delivered(here)
    row = part(case)
    with pytest.raises(RuleViolation) as refusal:
        objection_raise(
            assignment=row, reason=" ", by=here.water_liaison, at=given.at("2026-03-03")
        )
    assert refusal.value.reasons == {"reason": ["请写明退件的理由。"]}
    assignment_acknowledge(assignment=row, by=here.water_liaison, at=given.at("2026-03-03"))
    with pytest.raises(RuleViolation):
        objected(here, part(case))
    assert not Objection.objects.exists()


@pytest.mark.clause("LZ-A-10.1")
def test_a_reason_that_is_not_accepted_is_overdue_kind_one_and_the_unit_has_to_sign(here):
    """无正当理由对交办批办或申请事项不予受理的。"""
    row = objected(here, part(delivered(here)))
    by = given.supervisor(here, row.case)
    objection_reject(assignment=row, answer="三定方案未调整。", by=by, at=given.at("2026-03-04"))
    row = fresh(row)
    assert row.state == "delivered"
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.clock) == (1, row.clock)
    assert finding.note == "退件理由不成立：三定方案未调整。"
    assert row.clock.due_on == date(2026, 6, 30)
    assignment_acknowledge(assignment=row, by=here.water_liaison, at=given.at("2026-03-04"))
    assert fresh(row.case).state == "in_progress"


@pytest.mark.clause("LZ-A-10.1")
def test_an_accepted_reason_gives_the_lead_to_another_unit_with_a_clock_of_its_own(here):
    case = delivered(here)
    row = objected(here, part(case))
    by = given.supervisor(here, case)
    objection_uphold(
        assignment=row,
        successor=here.units["housing"],
        responsible_person="王建国",
        answer="情况属实。",
        by=by,
        at=given.at("2026-03-05"),
    )
    case, row = fresh(case), fresh(row)
    assert (row.state, row.kind, row.clock.state) == ("waived", "ex", "stopped")
    lead = case.lead
    assert (lead.unit, lead.state) == (here.units["housing"], "delivered")
    assert case.lead_unit == here.units["housing"]
    assert case.clock == lead.clock != row.clock
    assert given.localdate(lead.clock.started_at) == date(2026, 3, 5)
    # It owes its own first report, in five working days of its own.
    duty = lead.duties.get()
    assert duty.clock.due_on == date(2026, 3, 12)
    assert not OverdueFinding.objects.exists()
    assert LedgerEntry.objects.filter(action="hand_over", case_id=case.pk).exists()
    assignment_acknowledge(assignment=lead, by=here.housing_liaison, at=given.at("2026-03-05"))


@pytest.mark.clause("LZ-A-10.1")
def test_a_lead_does_not_go_without_a_successor_and_nobody_is_asked_twice(here):
    case = delivered(here)
    row = objected(here, part(case))
    by, when = given.supervisor(here, case), {"at": given.at("2026-03-05")}
    with pytest.raises(RuleViolation) as refusal:
        objection_uphold(assignment=row, by=by, **when)
    assert refusal.value.reasons == {"successor": ["牵头单位退件的，须确定新的牵头单位。"]}
    with pytest.raises(RuleViolation, match="已是本事项的承办单位"):
        objection_uphold(assignment=row, successor=here.units["finance"], by=by, **when)
    assert fresh(row).state == "objected"


@pytest.mark.clause("LZ-A-10.1")
@pytest.mark.parametrize("follows", [True, False], ids=["改由他单位协办", "不再需要协办"])
def test_a_co_unit_is_replaced_or_let_go(here, follows):
    case = delivered(here)
    row = objected(here, part(case, "co"))
    objection_uphold(
        assignment=row,
        successor=here.units["housing"] if follows else None,
        by=given.supervisor(here, case),
        at=given.at("2026-03-05"),
    )
    assert fresh(row).state == "waived"
    now = [p.unit for p in fresh(case).parties if not p.is_lead and not p.is_settled]
    assert now == ([here.units["housing"]] if follows else [])


@pytest.mark.clause("LZ-A-10.1")
def test_who_led_before_does_not_keep_the_matter_from_being_finished(here):
    case = delivered(here)
    row = objected(here, part(case))
    by = given.supervisor(here, case)
    objection_uphold(
        assignment=row, successor=here.units["housing"], by=by, at=given.at("2026-03-05")
    )
    for party in fresh(case).parties:
        if party.state == "delivered":
            actor = here.actor(given.liaison(here, party.unit))
            assignment_acknowledge(assignment=party, by=actor, at=given.at("2026-03-06"))
    case = given.completed(here, fresh(case), applied_on="2026-04-01")
    assert case.state == "completed"
    assert given.struck_off(here, case, when="2026-04-02").state == "closed"


@pytest.mark.clause("LZ-A-10.1")
def test_only_the_unit_objects_and_only_the_section_decides(here):
    case = delivered(here)
    with pytest.raises(PermissionDenied):
        objection_raise(
            assignment=part(case), reason=REASON, by=here.housing_liaison, at=given.at("2026-03-03")
        )
    row = objected(here, part(case))
    with pytest.raises(PermissionDenied):
        objection_reject(
            assignment=row, answer="不成立。", by=here.water_liaison, at=given.at("2026-03-04")
        )


@pytest.mark.clause("LZ-A-10.1", "LZ-A-7b")
def test_not_signing_is_flagged_and_becomes_kind_one_only_when_the_office_says_so(here):
    case = delivered(here)
    row = part(case)
    in_time, late = given.at("2026-03-04 23:59"), given.at("2026-03-05 00:00")
    assert (row.is_unsigned(in_time), row.is_unsigned(late)) == (False, True)
    given.swept("2026-03-05 10:00")
    assert not OverdueFinding.objects.exists()
    assert set(kinds_by_hand(row, at=late)) == {"other", "not_accepted"}
    finding = finding_add(
        assignment=row,
        kind="not_accepted",
        reason="两次电话提醒仍未签收。",
        by=given.supervisor(here, case),
        at=late,
    )
    assert (finding.kind, finding.note) == (1, "两次电话提醒仍未签收。")
    assert row.clock.state == "running"


@pytest.mark.clause("LZ-A-10.1")
def test_while_an_objection_is_undecided_no_overdue_is_found_and_after_it_is_rejected_it_is(here):
    case = given.assigned(here, due_on=date(2026, 3, 5))
    row = objected(here, part(case))
    given.swept("2026-03-06 10:00")
    assert not OverdueFinding.objects.filter(kind=0).exists()
    by = given.supervisor(here, case)
    objection_reject(assignment=row, answer="不成立。", by=by, at=given.at("2026-03-06 11:00"))
    given.swept("2026-03-06 12:00")
    assert OverdueFinding.objects.filter(kind=0, clock=row.clock).count() == 1
    assert Case.objects.get().state == "assigned"
