"""What a granted request does to the matter, its parts and its clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from cases.models import Assignment, Case, CaseCycle, CaseState, Turn, TurnKind, TurnState
from cases.services.duties import duties_close
from cases.services.messages import tell_assigner, tell_unit
from cases.services.notices import notices_close
from cases.services.opening import cycle_clock_open
from cases.services.turn_rules import open_requests, parts_to_take_up, undecided_of
from deadlines.models import Clock, ClockState
from deadlines.services.clock_changes import clock_pause, clock_resume
from deadlines.services.clocks import clock_stop
from duban.ledger.errors import RuleViolation
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor


def turn_take_effect(*, turn: Turn, by: Actor, at: datetime) -> None:
    """In the transaction that grants it."""
    case = lock(turn.case)
    if texts := open_requests(undecided_of(case), TurnKind(turn.kind)):
        raise RuleViolation(texts[0])
    {
        TurnKind.SUSPENSION: _suspend,
        TurnKind.TERMINATION: _terminate,
        TurnKind.REOPENING: _reopen,
    }[TurnKind(turn.kind)](turn, case, by=by, at=at)


def _suspend(turn: Turn, case: Case, *, by: Actor, at: datetime) -> None:
    """No day counts from today on, for whatever of the matter has a clock."""
    with through_the_door(case, "suspend", by=by, at=at, note=turn.reason) as step:
        step.run(at=at, resume_on=turn.expected_on)
        for clock in _clocks(case, ClockState.RUNNING):
            clock_pause(clock=clock, by=by, at=max(at, clock.started_at), reason=turn.reason)
    _tell_units(case, turn, at=at)


def case_resume(
    *,
    case: Case,
    reason: str = "",
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Case:
    """恢复办理: today counts again; every limit is moved on by the days that did not."""
    at = at or timezone.now()
    with through_the_door(case, "resume", by=by, at=at, expect=expect, note=reason) as step:
        row: Case = step.subject
        step.run()
        for clock in _clocks(row, ClockState.PAUSED):
            clock_resume(clock=clock, by=by, at=at, reason=reason)
        turn = row.turns.get(kind=TurnKind.SUSPENSION, state=TurnState.GRANTED)
        with through_the_door(turn, "end", by=by, at=at, note=reason) as end:
            end.run(at=at, reason=reason.strip()[:500])
        for part in _at_work(row):
            # What would have fallen due while the matter rested is not owed afterwards.
            part.resumed_at = at
            part.save(update_fields=["resumed_at"])
            tell_unit(part, "case_resumed", at=at, context={"clock": part.clock})
    return case


def _terminate(turn: Turn, case: Case, *, by: Actor, at: datetime) -> None:
    """终止: every part ends, every clock stops; a request made in time counts from that moment."""
    if case.state == CaseState.SUSPENDED:
        _end_suspension(case, by=by, at=at)
    with through_the_door(case, "terminate", by=by, at=at, note=turn.reason) as step:
        step.run(at=at, reply=turn.reply)
        for part in case.parties:
            if not part.is_settled:
                _end_part(part, turn, by=by, at=at)
    tell_assigner(case, "case_terminated", at=at, context={"turn": turn})
    _tell_units(case, turn, at=at)


def _end_suspension(case: Case, *, by: Actor, at: datetime) -> None:
    turn = case.turns.get(kind=TurnKind.SUSPENSION, state=TurnState.GRANTED)
    turn.case = case
    with through_the_door(turn, "close", by=by, at=at) as step:
        step.run(at=at)


def _end_part(part: Assignment, turn: Turn, *, by: Actor, at: datetime) -> None:
    with through_the_door(part, "end_with_case", by=by, at=at) as step:
        row: Assignment = step.subject
        if row.clock and row.clock.state != ClockState.STOPPED:
            asked = turn.requested_at if turn.assignment_id == row.pk else at
            stopped = max(min(asked, at), row.clock.started_at)
            clock_stop(clock=row.clock, at=stopped, by=by, reason=turn.reason)
        duties_close(assignment=row, at=at, by=by)
        notices_close(assignment=row, at=at, by=by)
        step.run(at=at)


def _reopen(turn: Turn, case: Case, *, by: Actor, at: datetime) -> None:
    """A new cycle with new clocks; the verdict of the last one is kept beside it (CZ-2.6e)."""
    if turn.due_on is not None and turn.due_on <= timezone.localdate(at):
        raise RuleViolation(f"重新办理的期限（{turn.due_on}）已过，请退回后重新提出。")
    parts = parts_to_take_up(case, turn.parts)
    _keep_verdict(case, parts, at=at)
    with through_the_door(case, "reopen", by=by, at=at, note=turn.reason) as step:
        row: Case = step.subject
        step.run()
        for part in parts:
            _take_up(part, turn, row.cycle, by=by, at=at)
        row.clock = next(part.clock for part in parts if part.is_lead)
    _tell_units(case, turn, at=at)


def _take_up(part: Assignment, turn: Turn, cycle: int, *, by: Actor, at: datetime) -> None:
    clock = cycle_clock_open(assignment=part, due_on=turn.due_on, cycle=cycle, at=at, by=by)
    with through_the_door(part, "take_up_again", by=by, at=at, note=turn.reason) as step:
        step.run(at=at, clock=clock)


def _keep_verdict(case: Case, parts: list[Assignment], *, at: datetime) -> None:
    CaseCycle.objects.create(
        case=case,
        cycle=case.cycle,
        clock=case.clock,
        done_at=case.done_at,
        completed_at=case.completed_at,
        closed_at=case.closed_at,
        result=case.result,
        grade=case.grade,
        grade_reason=case.grade_reason,
        parts=[_part_verdict(part) for part in parts],
        reopened_at=at,
    )


def _part_verdict(part: Assignment) -> dict[str, object]:
    done = part.reported_done_at
    return {
        "assignment": part.pk,
        "unit": part.unit.label,
        "clock": part.clock_id,
        "state": part.state,
        "reported_done_at": done.isoformat() if done else None,
        "accepted_at": part.accepted_at.isoformat() if part.accepted_at else None,
        "result": part.result,
        "settled_reason": part.settled_reason,
    }


def _clocks(case: Case, state: ClockState) -> Iterator[Clock]:
    """Of parts, reports owed and notices alike."""
    yield from Clock.objects.filter(case_id=case.pk, state=state).order_by("pk")


def _at_work(case: Case) -> list[Assignment]:
    rows = case.assignments.select_related("unit", "clock", "case").filter(clock__isnull=False)
    return [part for part in rows if not part.is_settled]


def _tell_units(case: Case, turn: Turn, *, at: datetime) -> None:
    """Everybody the matter was delivered to, but for whoever asked: they get the answer."""
    for part in case.assignments.delivered().select_related("unit", "clock", "case"):
        concerned = part.state != "waived" and part.pk != turn.assignment_id
        if concerned:
            tell_unit(part, "turn_granted", at=at, context={"turn": turn, "clock": part.clock})
