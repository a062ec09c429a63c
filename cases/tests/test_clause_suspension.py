"""缓办: approved, nothing counts while it lasts, and every limit goes on where it was left."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Case, FeedbackDuty, Notice, Turn
from cases.services.assignments import assignment_accept, assignment_report_done
from cases.services.closures import closure_draft
from cases.services.turn_effects import case_resume
from cases.services.turns import suspension_request, turn_withdraw
from cases.tests import given
from deadlines.models import Alert, Clock, OverdueFinding
from deadlines.services import clock_replay
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def shared(here):
    """The water bureau leads, the finance bureau has a part; both run until 2026-06-30."""
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    return given.in_progress(here, parties=parties)


def test_it_takes_effect_with_the_last_approval_and_not_before():
    here = given.place()
    case = shared(here)
    turn = suspension_request(
        case=case, reason="等待上级批复。", expected_on=date(2026, 5, 8),
        by=given.supervisor(here, case), at=given.at("2026-04-01"),
    )  # fmt: skip
    assert [step.role for step in turn.chain.ordered_steps] == ["deputy_leader"]
    assert fresh(case).state == "in_progress"
    assert not Clock.objects.filter(state="paused").exists()
    turn = given.turned(here, turn, when="2026-04-03 10:00")
    case = fresh(case)
    assert (turn.state, case.state, case.resume_on) == ("granted", "suspended", date(2026, 5, 8))
    assert case.suspended_at == given.at("2026-04-03 10:00")
    assert {party.clock.state for party in case.parties} == {"paused"}


def test_the_lead_may_ask_too_and_then_the_section_reviews():
    here = given.place()
    case = shared(here)
    turn = suspension_request(
        case=case, reason="等待上级批复。", by=here.water_liaison, at=given.at("2026-04-01")
    )
    roles = [step.role for step in turn.chain.ordered_steps]
    assert roles == ["supervising_section", "deputy_leader"]
    with pytest.raises(PermissionDenied):
        suspension_request(
            case=case, reason="等待批复。", by=here.finance_liaison, at=given.at("2026-04-01")
        )


def test_everything_of_the_matter_that_has_a_clock_rests():
    """承办、应报的反馈、待回复的文书，都停止计算期限。"""
    here = given.place("lanzhou-2018")
    case = shared(here)
    notice = given.noticed(here, case.lead, "urge", when="2026-04-01")
    given.suspended(here, case, when="2026-04-01 15:00")
    clocks = Clock.objects.filter(case_id=case.pk)
    assert FeedbackDuty.objects.filter(obligation__clock__state="paused").exists()
    assert fresh(notice).clock.state == "paused"
    assert not clocks.filter(state="running").exists()
    case_resume(case=fresh(case), by=here.staff, at=given.at("2026-04-13"))
    assert not clocks.filter(state="paused").exists()
    for clock in clocks:
        assert clock_replay(clock).computation == clock.explained


def test_the_limit_goes_on_by_the_days_that_did_not_count():
    here = given.place()
    case = given.suspended(here, shared(here), when="2026-04-03 10:00")
    case_resume(
        case=case, reason="已获批复", by=given.supervisor(here, case), at=given.at("2026-04-13")
    )
    case = fresh(case)
    assert (case.state, case.suspended_at, case.resume_on) == ("in_progress", None, None)
    assert str(case.clock.due_on) == "2026-07-10"
    assert case.clock.original_due_at == case.clock.due_at
    assert {str(party.clock.due_on) for party in case.parties} == {"2026-07-10"}
    turn = Turn.objects.get()
    assert (turn.state, turn.end_reason) == ("ended", "已获批复")
    assert LedgerEntry.objects.filter(action="resume", label="恢复办理").count() == 1


def test_while_it_rests_nothing_is_late_and_nobody_is_pressed():
    here = given.place()
    case = given.suspended(here, shared(here), when="2026-06-01")
    before = Alert.objects.count()
    given.swept("2026-08-03 09:00")
    assert not OverdueFinding.objects.exists()
    assert Alert.objects.count() == before
    assert Case.objects.visible_to(here.staff).under_way().count() == 0
    with pytest.raises(RuleViolation, match="缓办中"):
        given.noticed(here, case.lead, "urge", when="2026-06-03")
    assert not Notice.objects.exists()


def test_no_report_is_owed_for_the_time_it_rested():
    """每月5日前报送进展：缓办期间到期的，恢复后不补报。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    case = given.suspended(here, case, when="2026-04-02")
    given.swept("2026-05-06")
    before = FeedbackDuty.objects.count()
    case_resume(case=case, by=here.staff, at=given.at("2026-05-13"))
    given.swept("2026-05-14")
    assert FeedbackDuty.objects.count() == before
    given.swept("2026-06-01 09:00")
    assert FeedbackDuty.objects.count() == before + 1
    missed = OverdueFinding.objects.filter(due_at__gte=given.at("2026-04-02 00:00"))
    assert not missed.exists(), "what was late before it rested stays late"


def test_a_part_finished_while_the_matter_rests_is_judged_by_the_day_that_moved():
    here = given.place()
    case = given.suspended(here, shared(here), when="2026-06-29")
    part = next(party for party in case.parties if not party.is_lead)
    assignment_report_done(
        assignment=part, result="资金已拨付。", by=here.finance_liaison, at=given.at("2026-07-06")
    )
    assignment_accept(assignment=part, by=here.secretary, at=given.at("2026-07-07"))
    assert fresh(part).clock.state == "stopped"
    assert not OverdueFinding.objects.filter(clock=fresh(part).clock).exists()


def test_no_completion_is_applied_for_while_it_rests():
    here = given.place()
    case = given.suspended(here, given.in_progress(here), when="2026-04-01")
    with pytest.raises(RuleViolation, match="本事项缓办中"):
        closure_draft(case=case, result="完成。", by=here.water_liaison, at=given.at("2026-04-02"))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 3001}, "reason"),
        ({"expected_on": date(2026, 4, 1)}, "expected_on"),
        ({"expected_on": date(2126, 4, 1)}, "expected_on"),
    ],
    ids=["无理由", "理由过长", "当天恢复", "过远"],
)
def test_the_request_says_why_and_until_when(words, field):
    here = given.place()
    case = given.in_progress(here)
    values = {"reason": "等待批复。", "expected_on": None} | words
    with pytest.raises(RuleViolation) as refusal:
        suspension_request(
            case=case, by=given.supervisor(here, case), at=given.at("2026-04-01"), **values
        )
    assert set(refusal.value.reasons) == {field}
    assert not Turn.objects.exists()


def test_only_a_matter_that_is_worked_on_can_rest_and_one_request_at_a_time():
    here = given.place()
    by = here.staff
    unsigned = given.assigned(here)
    with pytest.raises(RuleViolation, match="当前状态为“已交办”，不能办理“申请缓办”"):
        suspension_request(case=unsigned, reason="等待", by=by, at=given.at("2026-03-03"))
    case = given.in_progress(here)
    turn = suspension_request(case=case, reason="等待", by=by, at=given.at("2026-03-03"))
    with pytest.raises(RuleViolation, match="已有一份缓办申请"):
        suspension_request(case=case, reason="等待", by=by, at=given.at("2026-03-03"))
    turn_withdraw(turn=turn, by=by, at=given.at("2026-03-04"))
    applied = given.applied(here, case, when="2026-03-05")
    with pytest.raises(RuleViolation, match="办结申请正在审批"):
        suspension_request(case=case, reason="等待", by=by, at=given.at("2026-03-06"))
    assert applied.state == "submitted"


def test_refused_it_runs_on():
    here = given.place()
    case = given.in_progress(here)
    turn = suspension_request(
        case=case, reason="等待上级批复。", by=here.water_liaison, at=given.at("2026-04-01")
    )
    turn = given.turned(here, turn, when="2026-04-02", approve=False, opinion="理由不充分。")
    assert (turn.state, fresh(case).state) == ("refused", "in_progress")
    assert fresh(case).clock.state == "running"
    assert Message.objects.filter(template="turn_decided").exists()


def test_a_matter_pinned_to_rules_without_the_chain_is_not_offered_it(monkeypatch):
    here = given.place()
    case = given.in_progress(here)
    # The pack of a version is kept between tests.
    monkeypatch.delitem(case.pack.chains, "suspension")
    with pytest.raises(PermissionDenied):
        suspension_request(case=case, reason="等待", by=here.staff, at=given.at("2026-04-01"))
