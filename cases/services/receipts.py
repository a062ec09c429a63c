"""更正收到日期: a delivery registered wrongly, and every limit that began with it."""

from __future__ import annotations

from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.models import Assignment
from cases.services.messages import tell_unit
from cases.services.opening import sign_by
from deadlines.models import Clock
from deadlines.replay import ClockState as Replayed
from deadlines.services.clocks import clock_correct_receipt, clock_corrected
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.org.actor import Actor


def receipt_bars(assignment: Assignment) -> dict[str, list[str]]:
    """Why its receipt cannot be corrected now, whatever the date."""
    if assignment.clock is None:
        return {"__all__": [f"承办{assignment.get_state_display()}，没有可更正的收到日期。"]}
    if not assignment.is_running and assignment.state != "objected":
        return {"__all__": [f"承办{assignment.get_state_display()}，不再更正收到日期。"]}
    return {}


def receipt_corrected_preview(
    *, assignment: Assignment, received_on: date, reason: str, at: datetime
) -> Replayed:
    """The limit as it would be. Raises RuleViolation by field, as the correction would."""
    start = _start(assignment, received_on, at)
    return clock_corrected(clock=assignment.clock, start=start, at=at, reason=reason)


def assignment_correct_receipt(
    *,
    assignment: Assignment,
    received_on: date,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """The part, and what it owed from its delivery on, count from the day of the receipt (LZ-A-7b)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(assignment)
        if not permissions.supervises(row, by):
            raise PermissionDenied("only the supervising section corrects a receipt")
        if expect is not None and expect != row.version:
            raise StaleVersion(seen=expect, now=row.version)
        if bars := receipt_bars(row):
            raise RuleViolation(bars)
        before, start = row.delivered_at, _start(row, received_on, at)
        for clock in _begun_with(row, before):
            clock_correct_receipt(clock=clock, start=start, by=by, at=at, reason=reason)
        row.delivered_at = start
        if row.sign_by_at:
            row.sign_by_at = sign_by(row, start=start, at=at)
        row.version += 1
        row.save(update_fields=["delivered_at", "sign_by_at", "version"])
        _record(row, before, reason, by=by, at=at)
        clock = Clock.objects.get(pk=row.clock_id)
        tell_unit(row, "receipt_corrected", at=at, context={"clock": clock, "reason": reason})
    return row


def _start(assignment: Assignment, received_on: date, at: datetime) -> datetime:
    """Noon of the registered day, kept between 交办 and now."""
    if received_on > timezone.localdate(at):
        raise RuleViolation({"received_on": ["收到日期不能晚于今天。"]})
    assigned = assignment.case.assigned_at
    if received_on < timezone.localdate(assigned):
        raise RuleViolation({"received_on": ["收到日期不能早于交办日期。"]})
    if received_on == timezone.localdate(assignment.delivered_at):
        raise RuleViolation({"received_on": ["与登记的收到日期相同。"]})
    noon = datetime.combine(received_on, time(12), timezone.get_current_timezone())
    return min(max(noon, assigned), at)


def _begun_with(row: Assignment, delivered_at: datetime) -> list[Clock]:
    """Its own clock, and those of the reports that it owes from the delivery on."""
    duties = row.duties.filter(obligation__clock__started_at=delivered_at)
    owed = [duty.obligation.clock for duty in duties.select_related("obligation__clock")]
    return [row.clock, *(clock for clock in owed if clock is not None and not clock.stopped_at)]


def _record(row: Assignment, before: datetime, reason: str, *, by: Actor, at: datetime) -> None:
    step = row.step_of("correct_receipt")
    record(
        row,
        "correct_receipt",
        label=step.label,
        clause=step.clause,
        by=by,
        at=at,
        office_id=row.case.office_id,
        case_id=row.case_id,
        pack_version_id=row.case.pack_version_id,
        note=reason.strip(),
        changes={"delivered_at": [before, row.delivered_at]},
    )
