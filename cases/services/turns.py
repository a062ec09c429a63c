"""缓办、终止、重新办理: asked for in writing, decided by the pack's chain, then done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.models import Assignment, Case, Turn, TurnKind, TurnState
from cases.models.turn import OPEN_TURN, STEP_PREFIX
from cases.services.extension_rules import is_too_late
from cases.services.fields import require_fields
from cases.services.messages import tell_approvers, tell_people, tell_unit
from cases.services.turn_effects import turn_take_effect
from cases.services.turn_rules import (
    asking_part,
    is_recorded,
    late_text,
    links,
    may_ask,
    turn_bars,
    wording_problems,
)
from deadlines.models import OverdueKind
from deadlines.services.overdue import overdue_record
from duban.approvals.models import ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw
from duban.ledger.errors import RecordedRefusal, RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor

__all__ = [
    "reopening_request",
    "suspension_request",
    "termination_request",
    "turn_decide",
    "turn_withdraw",
]


def suspension_request(
    *,
    case: Case,
    reason: str,
    expected_on: date | None = None,
    by: Actor,
    at: datetime | None = None,
) -> Turn:
    """申请缓办: why it cannot be worked on now and, where known, until when."""
    turn = Turn(kind=TurnKind.SUSPENSION, reason=reason, expected_on=expected_on)
    return _ask(turn, case, by=by, at=at or timezone.now())


def termination_request(
    *,
    case: Case,
    reason: str,
    reply: str,
    progress: str = "",
    by: Actor,
    at: datetime | None = None,
) -> Turn:
    """申请终止: by the lead inside its limit, with progress and reason, or by the office (LZ-A-9a).

    `reply` is what the assigner is told. A request of the unit after the limit is refused and goes
    on record as overdue kind 3 (LZ-A-10.3).
    """
    turn = Turn(kind=TurnKind.TERMINATION, reason=reason, progress=progress, reply=reply)
    return _ask(turn, case, by=by, at=at or timezone.now())


def reopening_request(
    *,
    case: Case,
    reason: str,
    due_on: date | None = None,
    parts: Sequence[int] = (),
    by: Actor,
    at: datetime | None = None,
) -> Turn:
    """提出重新办理: what was found, the new day (by the matter's own limit where none is named), and
    which co-units take it up again beside the lead, by the ids of their parts.
    """
    turn = Turn(kind=TurnKind.REOPENING, reason=reason, due_on=due_on, parts=sorted(set(parts)))
    return _ask(turn, case, by=by, at=at or timezone.now())


def _ask(turn: Turn, case: Case, *, by: Actor, at: datetime) -> Turn:
    kind = TurnKind(turn.kind)
    with transaction.atomic():
        row = lock(case)
        if not may_ask(row, kind, by):
            raise PermissionDenied(f"{kind} is not this actor's to ask for")
        part = asking_part(row, kind, by)
        late = part is not None and not turn_bars(row, kind, None, at=at) and is_too_late(part, at)
        if late and is_recorded(part, kind):
            _record_late(part, turn, by=by, at=at)
        else:
            if reasons := turn_bars(row, kind, part, at=at):
                raise RuleViolation(reasons)
            _file(turn, row, part, by=by, at=at)
            late = False
    if late:
        raise RecordedRefusal(late_text(part, kind, recorded=True))
    return turn


def _record_late(part: Assignment, turn: Turn, *, by: Actor, at: datetime) -> None:
    overdue_record(clock=part.clock, kind=OverdueKind.REQUESTED_LATE, at=at)
    step = part.step_of(f"{STEP_PREFIX[TurnKind(turn.kind)]}_request")
    record(
        part,
        "request_late",
        label=step.label,
        clause=step.clause,
        by=by,
        at=at,
        office_id=part.case.office_id,
        case_id=part.case_id,
        note=turn.reason.strip(),
        pack_version_id=part.case.pack_version_id,
    )


def _file(turn: Turn, case: Case, part: Assignment | None, *, by: Actor, at: datetime) -> None:
    turn.case, turn.assignment, turn.cycle = case, part, case.cycle
    turn.requested_by_id, turn.requested_at = by.user_id, at
    for name in ("reason", "progress", "reply"):
        setattr(turn, name, getattr(turn, name).strip())
    if reasons := wording_problems(turn, at=at):
        raise RuleViolation(reasons)
    require_fields(turn)
    turn.save()
    turn.chain = chain_open(
        kind=ChainKind(turn.kind),
        owner=turn,
        rules=links(case, TurnKind(turn.kind), by),
        pack_version=case.pack_version,
        title=f"{case.title}（{turn.get_kind_display()}）",
        section_id=case.supervisor_id,
        subject_unit_id=case.lead_unit_id,
        involved=[by.user_id],
        at=at,
        by=by,
    )
    turn.save(update_fields=["chain"])
    step = turn.step_of("turn_request")
    record(
        turn,
        "request",
        label=step.label,
        clause=step.clause,
        by=by,
        at=at,
        office_id=case.office_id,
        case_id=case.pk,
        note=turn.reason,
        pack_version_id=case.pack_version_id,
    )
    tell_approvers(turn.chain, at=at)


def turn_decide(
    *,
    turn: Turn,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Turn:
    """批复: with the last approval it takes effect; until then everything runs on (LZ-A-9c)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(turn)
        if row.state not in OPEN_TURN:
            raise RuleViolation(f"该申请{row.get_state_display()}，不能再审批。")
        outcome = chain_decide(
            chain=row.chain, approve=approve, by=by, at=at, opinion=opinion, expect=expect
        )
        if outcome is Outcome.CONTINUES:
            if row.state == TurnState.SUBMITTED:
                with through_the_door(row, "review", by=by, at=at, note=opinion) as step:
                    step.run()
            tell_approvers(row.chain, at=at)
            return row
        name = "grant" if outcome is Outcome.GRANTED else "refuse"
        with through_the_door(row, name, by=by, at=at, note=opinion) as step:
            step.run(at=at, decision=opinion)
        if outcome is Outcome.GRANTED:
            turn_take_effect(turn=row, by=by, at=at)
        _tell_asker(row, at)
    return row


def _tell_asker(turn: Turn, at: datetime) -> None:
    said = {"turn": turn}
    if turn.assignment is not None:
        tell_unit(turn.assignment, "turn_decided", at=at, context=said)
    else:
        tell_people([turn.requested_by], "turn_decided", case=turn.case, at=at, context=said)


def turn_withdraw(
    *, turn: Turn, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Turn:
    at = at or timezone.now()
    with through_the_door(turn, "withdraw", by=by, at=at, expect=expect) as step:
        chain_withdraw(chain=step.subject.chain, at=at)
        step.run(at=at)
    return turn
