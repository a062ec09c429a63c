"""延期: asked inside the limit, decided by the pack's chain; until granted the old date stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.drafts import FARTHEST
from cases.models import Assignment, Extension, ExtensionState, Importance
from cases.services.extension_rules import (
    extension_bars,
    extension_problems,
    is_too_late,
    late_text,
    require_undecided,
    require_waiting,
)
from cases.services.fields import require_fields
from cases.services.messages import tell_approvers, tell_staff, tell_unit
from deadlines.models import OverdueKind
from deadlines.services.clocks import clock_extend
from deadlines.services.overdue import overdue_record
from duban.approvals.models import ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw
from duban.ledger.errors import RecordedRefusal, RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor

__all__ = [
    "extension_answer",
    "extension_bars",
    "extension_counter",
    "extension_decide",
    "extension_problems",
    "extension_request",
    "extension_withdraw",
]


def extension_request(
    *,
    assignment: Assignment,
    proposed_on: date,
    progress: str,
    reason: str,
    by: Actor,
    at: datetime | None = None,
) -> Extension:
    """申请延期: in writing, with progress and reason, before the limit ends (CZ-3.5a, LZ-A-9a).

    A request after the limit is refused and goes on record as overdue kind 3 (LZ-A-10.3).
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(assignment)
        if not permissions.leads(row, by):
            raise PermissionDenied("only the lead unit asks for an extension")
        if late := is_too_late(row, at):
            _record_late(row, reason, by=by, at=at)
        else:
            extension = _file(row, proposed_on, progress, reason, by=by, at=at)
    if late:
        raise RecordedRefusal(late_text(row, recorded=True))
    return extension


def _record_late(row: Assignment, reason: str, *, by: Actor, at: datetime) -> None:
    if "late_request" in row.pack.overdue_kinds:
        overdue_record(clock=row.clock, kind=OverdueKind.REQUESTED_LATE, at=at)
    _record(row, row, "request_late", by=by, at=at, note=reason)


def _file(
    row: Assignment, proposed_on: date, progress: str, reason: str, *, by: Actor, at: datetime
) -> Extension:
    if reasons := extension_problems(row, proposed_on, progress, reason, at=at):
        raise RuleViolation(reasons)
    extension = Extension(
        assignment=row,
        progress=progress.strip(),
        reason=reason.strip(),
        due_before=row.clock.due_on,
        proposed_on=proposed_on,
        requested_by_id=by.user_id,
        requested_at=at,
    )
    require_fields(extension)
    extension.save()
    _open_chain(extension, by=by, at=at)
    changes = {"due_on": [row.clock.due_on, proposed_on]}
    _record(extension, row, "request", by=by, at=at, note=reason, changes=changes)
    return extension


def _record(
    subject: Assignment | Extension,
    row: Assignment,
    action: str,
    *,
    by: Actor,
    at: datetime,
    note: str,
    changes: Mapping[str, Any] | None = None,
) -> None:
    step = row.step_of("extend_request")
    record(
        subject,
        action,
        label=step.label,
        clause=step.clause,
        by=by,
        at=at,
        office_id=row.case.office_id,
        case_id=row.case_id,
        note=note.strip(),
        pack_version_id=row.case.pack_version_id,
        changes=changes,
    )


def extension_decide(
    *,
    extension: Extension,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Extension:
    """批复: the last approval moves the date, a refusal leaves it as it was (CZ-3.5c, d).

    While the unit has not answered to another date, only a refusal is possible: silence must not
    keep the finding in suspense for ever (LZ-A-9b).
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(extension)
        require_undecided(row)
        if approve:
            require_waiting(row)
        outcome = chain_decide(
            chain=row.chain,
            approve=approve,
            by=by,
            at=at,
            opinion=opinion,
            expect=expect,
            data={"asked_on": row.asked_on},
        )
        if outcome is Outcome.GRANTED:
            with through_the_door(row, "grant", by=by, at=at, note=opinion) as step:
                step.run(at=at, decision=opinion)
            _move_date(row, by=by, at=at)
        elif outcome is Outcome.REFUSED:
            with through_the_door(row, "refuse", by=by, at=at, note=opinion) as step:
                step.run(at=at, decision=opinion)
        else:
            if row.state == ExtensionState.SUBMITTED:
                with through_the_door(row, "review", by=by, at=at, note=opinion) as step:
                    step.run()
            tell_approvers(row.chain, at=at)
        if outcome is not Outcome.CONTINUES:
            _tell_decision(row, at)
    return row


def extension_counter(
    *,
    extension: Extension,
    counter_on: date,
    opinion: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Extension:
    """另提日期: the assigner proposes another date; no agreement, no change (LZ-A-9b)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(extension)
        require_undecided(row)
        require_waiting(row)
        step_now = row.chain.current
        if step_now is None or not step_now.may_counter or row.counter_on:
            raise RuleViolation("本环节不能另提日期，或已另提过日期。")
        if not opinion.strip():
            raise RuleViolation({"opinion": ["另提日期须写明理由。"]})
        if counter_on <= row.due_before or counter_on == row.proposed_on:
            text = f"另提的日期须晚于原期限（{row.due_before}），且不同于申请的日期。"
            raise RuleViolation({"counter_on": [text]})
        if not timezone.localdate(at) <= counter_on <= timezone.localdate(at) + FARTHEST:
            raise RuleViolation({"counter_on": ["另提的日期须在今天以后、十年以内。"]})
        chain_decide(
            chain=row.chain,
            approve=True,
            by=by,
            at=at,
            opinion=opinion,
            expect=expect,
            data={"counter_on": counter_on},
        )
        with through_the_door(row, "counter", by=by, at=at, note=opinion) as step:
            step.run(counter_on=counter_on)
        tell_unit(row.assignment, "extension_countered", at=at, context={"extension": row})
    return row


def extension_answer(
    *,
    extension: Extension,
    accept: bool,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Extension:
    """The unit's answer to the other date: on to the next approver, or the old date stands."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(extension)
        last = row.chain.closed_at is not None
        name = "decline_counter"
        if accept:
            name = "accept_last_counter" if last else "accept_counter"
        with through_the_door(row, name, by=by, at=at, expect=expect) as step:
            step.run(**({} if name == "accept_counter" else {"at": at}))
        if not accept:
            chain_withdraw(chain=row.chain, at=at)
            tell_staff(
                row.assignment.case,
                "extension_declined",
                at=at,
                about=row.assignment,
                context={"extension": row},
            )
        elif last:
            _move_date(row, by=by, at=at)
        else:
            tell_approvers(row.chain, at=at)
    return row


def extension_withdraw(
    *, extension: Extension, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Extension:
    at = at or timezone.now()
    with through_the_door(extension, "withdraw", by=by, at=at, expect=expect) as step:
        chain_withdraw(chain=step.subject.chain, at=at)
        step.run(at=at)
    return extension


def _open_chain(extension: Extension, *, by: Actor, at: datetime) -> None:
    assignment = extension.assignment
    case = assignment.case
    extension.chain = chain_open(
        kind=ChainKind.EXTENSION,
        owner=extension,
        rules=case.pack.chain("extension", importance=Importance(case.importance).value),
        pack_version=case.pack_version,
        title=f"{case.title}（延至{extension.proposed_on}）",
        section_id=case.supervisor_id,
        subject_unit_id=assignment.unit_id,
        involved=[by.user_id],
        at=at,
        by=by,
    )
    extension.save(update_fields=["chain"])
    tell_approvers(extension.chain, at=at)


def _move_date(row: Extension, *, by: Actor, at: datetime) -> None:
    """New date for the lead; the case's clock is the lead's, co-units keep their own."""
    cited = row.step_of("extend_grant")
    clock_extend(
        clock=row.assignment.clock,
        due_on=row.granted_on,
        by=by,
        at=at,
        reason=f"延期申请获批准：{row.reason}",
        clause=cited.clause,
        quote=cited.quote,
    )


def _tell_decision(row: Extension, at: datetime) -> None:
    tell_unit(row.assignment, "extension_decided", at=at, context={"extension": row})
