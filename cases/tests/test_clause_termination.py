"""终止: asked for inside the limit, decided by who may, and counted apart from 办结."""

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Case, FeedbackDuty, Turn
from cases.selectors.conditions import Filters, matters
from cases.services.turns import suspension_request, termination_request, turn_withdraw
from cases.tests import given
from deadlines.models import Clock, OverdueFinding
from duban.ledger.errors import RecordedRefusal, RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db

# Every matter here runs until 2026-06-30 24:00.
LAST_MINUTE, TOO_LATE = "2026-06-30 23:59", "2026-07-01 00:00"
WORDS = {
    "reason": "上级已取消该项目。",
    "progress": "已完成前期勘察。",
    "reply": "因上级取消项目，本事项终止办理。",
}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def ask(here, case, *, when, by="water_liaison", **words):
    return termination_request(case=case, by=here.actor(by), at=given.at(when), **(WORDS | words))


def shared(here):
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    return given.in_progress(here, parties=parties)


@pytest.mark.clause("LZ-A-9a")
def test_the_lead_asks_in_writing_until_the_last_minute_of_the_limit():
    """应在办理时限内书面反馈进展情况并说明延期或终止的具体原因和理由。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    turn = ask(here, case, when=LAST_MINUTE)
    assert (turn.state, turn.progress, turn.reason) == (
        "submitted", WORDS["progress"], WORDS["reason"],
    )  # fmt: skip
    entry = LedgerEntry.objects.get(action="request")
    assert (entry.subject_id, entry.note) == (turn.pk, WORDS["reason"])
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("LZ-A-9a", "LZ-A-10.3")
def test_at_midnight_it_is_refused_and_the_attempt_is_on_record_as_kind_three():
    """超过规定、指定或约定时限提出延期或终止申请的。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    with pytest.raises(
        RecordedRefusal, match="期限（2026-06-30）已过，不能再申请终止；本次申请已记为超时情形"
    ):
        ask(here, case, when=TOO_LATE)
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.clock, finding.days_late) == (3, case.clock, 1)
    assert LedgerEntry.objects.get(action="request_late").note == WORDS["reason"]
    assert not Turn.objects.exists()


@pytest.mark.clause("LZ-A-9a")
@pytest.mark.parametrize("field", ["reason", "progress", "reply"])
def test_progress_reason_and_the_reply_to_the_assigner_are_written_down(field):
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    with pytest.raises(RuleViolation) as refusal:
        ask(here, case, when="2026-04-01", **{field: " "})
    assert set(refusal.value.reasons) == {field}


@pytest.mark.clause("LZ-A-9c")
def test_until_the_person_with_the_right_to_decide_has_agreed_it_runs_on():
    """经有决定权的负责人批准同意后方可延期或终止。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    turn = ask(here, case, when="2026-06-29")
    given.swept("2026-07-02")
    assert (fresh(case).state, fresh(case).clock.state) == ("in_progress", "running")
    assert not OverdueFinding.objects.filter(kind=0).exists(), "asked for in time, undecided"
    given.turned(here, turn, when="2026-07-03", approve=False, opinion="仍须办理。")
    given.swept("2026-07-03 10:00")
    finding = OverdueFinding.objects.get(kind=0)
    assert (finding.clock, finding.due_at) == (case.clock, given.at("2026-07-01 00:00"))


@pytest.mark.clause("LZ-A-9d")
def test_it_is_an_outcome_of_its_own_and_never_counted_as_completed():
    """延期或终止：终止是单独的结果，不计为办结。"""
    here = given.place("lanzhou-2018")
    case = shared(here)
    turn = ask(here, case, when="2026-06-29")
    given.turned(here, turn, when="2026-07-03")
    case = fresh(case)
    assert (case.state, case.result, case.completed_at, case.done_at) == (
        "terminated", WORDS["reply"], None, None,
    )  # fmt: skip
    assert {party.state for party in case.parties} == {"ended"}
    at = given.at("2026-07-04")
    listed = {
        state: matters(Filters(state=state), actor=here.staff, at=at).count()
        for state in ("terminated", "done", "unfinished", "under_way")
    }
    assert listed == {"terminated": 1, "done": 0, "unfinished": 0, "under_way": 0}


@pytest.mark.clause("LZ-A-9d")
def test_every_clock_stops_and_a_request_in_time_was_in_time():
    here = given.place("lanzhou-2018")
    case = shared(here)
    turn = ask(here, case, when="2026-06-29 16:00")
    given.turned(here, turn, when="2026-07-03")
    assert set(Clock.objects.filter(case_id=case.pk).values_list("state", flat=True)) == {"stopped"}
    lead = fresh(case).lead
    assert lead.clock.stopped_at == given.at("2026-06-29 16:00")
    assert not lead.clock.is_late(given.at("2026-08-01"))
    assert not FeedbackDuty.objects.owed().exists()
    before = OverdueFinding.objects.count()
    given.swept("2026-08-03")
    assert OverdueFinding.objects.count() == before


def test_the_office_may_propose_it_and_the_assigner_is_answered():
    here = given.place()
    case = given.in_progress(here, assigner=here.posts["deputy"])
    case = given.terminated(here, case, when="2026-04-01")
    assert case.state == "terminated"
    turn = Turn.objects.get()
    roles = [step.role for step in turn.chain.ordered_steps]
    assert roles == ["deputy_leader", "chief_leader"]
    told = Message.objects.get(template="case_terminated")
    assert told.recipient == here.posts["deputy"].user
    assert Message.objects.filter(template="turn_granted").exists()


def test_a_matter_that_rests_may_end():
    here = given.place()
    case = given.suspended(here, shared(here), when="2026-04-01")
    case = given.terminated(here, case, when="2026-05-06")
    assert (case.state, case.suspended_at) == ("terminated", None)
    assert not Clock.objects.filter(case_id=case.pk).exclude(state="stopped").exists()
    assert set(Turn.objects.values_list("kind", "state")) == {
        ("suspension", "ended"), ("termination", "granted"),
    }  # fmt: skip


def test_only_the_lead_and_the_office_ask_and_nothing_else_may_be_undecided():
    here = given.place()
    case = shared(here)
    with pytest.raises(PermissionDenied):
        ask(here, case, when="2026-04-01", by="finance_liaison")
    extension = given.asked(here, case, until="2026-08-31", when="2026-04-01")
    with pytest.raises(RuleViolation, match="延期申请正在审批"):
        ask(here, case, when="2026-04-02")
    given.decided(here, extension, when="2026-04-03", approve=False)
    turn = ask(here, case, when="2026-04-07")
    with pytest.raises(RuleViolation, match="终止申请正在审批，不能同时申请延期"):
        given.asked(here, fresh(case), until="2026-08-31", when="2026-04-08")
    with pytest.raises(RuleViolation, match="已有一份终止申请"):
        suspension_request(case=case, reason="等待", by=here.staff, at=given.at("2026-04-08"))
    with pytest.raises(PermissionDenied):
        turn_withdraw(turn=turn, by=here.finance_liaison, at=given.at("2026-04-08"))
    turn_withdraw(turn=turn, by=here.water_liaison, at=given.at("2026-04-08"))
    assert (fresh(turn).state, fresh(case).state) == ("withdrawn", "in_progress")
    given.applied(here, case, when="2026-04-09")
    with pytest.raises(RuleViolation, match="办结申请正在审批"):
        ask(here, case, when="2026-04-10")


def test_nothing_is_asked_of_a_matter_that_has_ended():
    here = given.place()
    case = given.terminated(here, given.in_progress(here), when="2026-04-01")
    with pytest.raises(RuleViolation, match="当前状态为“终止”"):
        ask(here, case, when="2026-04-02")
    with pytest.raises(RuleViolation):
        given.noticed(here, case.lead, "urge", when="2026-04-02")
    assert Case.objects.visible_to(here.water_liaison).filter(pk=case.pk).exists()
