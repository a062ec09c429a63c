"""送达、签收、完成: the steps of one unit's part."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from cases.models import Assignment, Case, CaseState, Channel
from cases.services.duties import duties_close, duties_excuse, duty_open_first
from cases.services.findings import finding_of_late_finish
from cases.services.messages import tell_staff, tell_unit
from cases.services.notices import notices_close
from cases.services.opening import part_clock_open, sign_by
from deadlines.services.clocks import clock_stop
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor


def assignment_deliver(
    *,
    assignment: Assignment,
    by: Actor,
    at: datetime,
    received_at: datetime | None = None,
) -> Assignment:
    """送达: starts the clock, not the 签收 click (LZ-A-7b, CZ-3.1c).

    `received_at` is the registered receipt of a paper; by default delivery is now.
    """
    start = received_at or at
    channel = Channel.PAPER if received_at else Channel.SYSTEM
    with through_the_door(assignment, "deliver", by=by, at=start) as step:
        row: Assignment = step.subject
        clock = part_clock_open(assignment=row, start=start, at=at, by=by)
        until = sign_by(row, start=start, at=at)
        step.run(at=start, channel=channel, clock=clock, sign_by_at=until)
        if row.is_lead:
            Case.objects.filter(pk=row.case_id).update(clock=clock)
        duty_open_first(assignment=row, start=start, at=at)
        tell_unit(row, "case_assigned", at=at)
    return assignment


def assignment_register_receipt(
    *,
    assignment: Assignment,
    received_on: date,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """登记纸质送达: the clock of a paper runs from its registered receipt (CZ-3.1c)."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    with transaction.atomic():
        row = lock(assignment)
        assigned = row.case.assigned_at
        if assigned is None:
            raise RuleViolation("本事项尚未交办，不能登记送达。")
        if received_on > today:
            raise RuleViolation({"received_on": ["送达日期不能晚于今天。"]})
        if received_on < timezone.localdate(assigned):
            raise RuleViolation({"received_on": ["送达日期不能早于交办日期。"]})
        if expect is not None and expect != row.version:
            raise StaleVersion(seen=expect, now=row.version)
        noon = datetime.combine(received_on, time(12), timezone.get_current_timezone())
        return assignment_deliver(
            assignment=row, by=by, at=at, received_at=min(max(noon, assigned), at)
        )


def assignment_acknowledge(
    *,
    assignment: Assignment,
    by: Actor,
    at: datetime | None = None,
    responsible_person: str = "",
    expect: int | None = None,
) -> Assignment:
    """签收: the first one of a matter sets it in progress."""
    at = at or timezone.now()
    with through_the_door(assignment, "acknowledge", by=by, at=at, expect=expect) as step:
        row: Assignment = step.subject
        step.run(by=by, at=at, responsible_person=responsible_person.strip())
        case = lock(row.case)
        if case.state == CaseState.ASSIGNED:
            with through_the_door(case, "start", by=by, at=at) as start:
                start.run(at=at)
    return assignment


def assignment_report_done(
    *,
    assignment: Assignment,
    result: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """报告完成: a co-unit says that its part is done."""
    at = at or timezone.now()
    if not result.strip():
        raise RuleViolation({"result": ["请填写完成情况。"]})
    with through_the_door(assignment, "report_done", by=by, at=at, expect=expect) as step:
        step.run(at=at, result=result.strip())
        tell_staff(step.subject.case, "co_unit_reported", at=at, about=step.subject)
    return assignment


def assignment_accept(
    *, assignment: Assignment, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Assignment:
    """认可完成: the clock stops at the moment the unit reported, not when it was read."""
    at = at or timezone.now()
    with through_the_door(assignment, "accept", by=by, at=at, expect=expect) as step:
        _stop_clocks(step.subject, at=at, by=by)
        step.run(at=at)
    return assignment


def assignment_accept_with_closure(
    *, assignment: Assignment, by: Actor, at: datetime
) -> Assignment:
    """The lead's part, by the decision that grants its application for completion."""
    with through_the_door(assignment, "accept_with_closure", by=by, at=at) as step:
        _stop_clocks(step.subject, at=at, by=by)
        step.run(at=at)
    return assignment


def _stop_clocks(row: Assignment, *, at: datetime, by: Actor) -> None:
    """What is done was done when it was reported (DESIGN 4); from then on nothing was owed."""
    # What a pause excluded has moved the day that is judged by.
    row.clock = clock_stop(clock=row.clock, at=row.reported_done_at, by=by)
    duties_close(assignment=row, at=row.reported_done_at, by=by)
    notices_close(assignment=row, at=at, by=by)
    finding_of_late_finish(assignment=row)


def assignment_return_for_rework(
    *,
    assignment: Assignment,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """退回重办: back to work, the clock as it was (CZ-3.6d)."""
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明退回理由。"]})
    with through_the_door(
        assignment, "return_for_rework", by=by, at=at, expect=expect, note=reason
    ) as step:
        duties_excuse(assignment=step.subject, at=at, by=by)
        step.run(at=at, reason=_short(reason))
        tell_unit(step.subject, "assignment_returned", at=at, context={"reason": reason})
    return assignment


def assignment_take_back(
    *, assignment: Assignment, reason: str, by: Actor, at: datetime, withdrawn: bool
) -> Assignment:
    """The lead goes back to work, its clock as it was: the application was refused, or withdrawn.

    What fell due while the office had it is not owed; whoever withdraws has applied for nothing.
    """
    with through_the_door(assignment, "take_back", by=by, at=at, note=reason) as step:
        if not withdrawn:
            duties_excuse(assignment=step.subject, at=at, by=by)
        step.run(reason=_short(reason), returned_at=None if withdrawn else at)
    return assignment


def _short(reason: str) -> str:
    """What the part shows; the ledger's note keeps every word."""
    return reason.strip()[:500]


def assignment_waive(
    *,
    assignment: Assignment,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """免予完成: a co-unit's part is no longer needed; why is recorded."""
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明免予完成的理由。"]})
    with through_the_door(assignment, "waive", by=by, at=at, expect=expect, note=reason) as step:
        row: Assignment = step.subject
        if row.clock:
            clock_stop(clock=row.clock, at=at, by=by)
        duties_close(assignment=row, at=at, by=by)
        notices_close(assignment=row, at=at, by=by)
        step.run(at=at, reason=_short(reason))
        if row.delivered_at:
            tell_unit(row, "assignment_waived", at=at, context={"reason": reason})
    return assignment
