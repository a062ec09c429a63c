"""What follows when clocks cross their thresholds: reminders to those who owe the work.

The sweep of `deadlines` writes alerts; here each is handled once, in a row of its own. It may run
twice, late, on two workers, or be killed at any line.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from cases.models import Assignment, FeedbackDuty, Notice, Reminder
from cases.services.duties import duties_open_month
from cases.services.findings import findings_write, is_waiting
from cases.services.messages import tell_head, tell_staff, tell_unit
from cases.services.paging import by_page
from deadlines.models import Alert, Clock, ClockState
from duban.ledger.errors import RuleViolation

logger = logging.getLogger(__name__)

LOOK_BACK = 50_000


@dataclass
class Consumed:
    """Reminders sent, duties opened, findings written, alerts that failed and will be retried."""

    reminders: int = 0
    duties: int = 0
    findings: int = 0
    failed: int = 0


def consume_alerts(*, at: datetime) -> Consumed:
    """Open the month's duties, send what alerts ask for, write what is overdue by then."""
    result = Consumed(duties=duties_open_month(on=timezone.localdate(at), at=at))
    for alert in by_page(_unhandled()):
        _handle_or_log(alert, at, result)
    result.findings = findings_write(at=at)
    return result


def _unhandled() -> QuerySet[Alert]:
    """Alerts without a reminder, not further back than one that failed is worth trying again:
    the table only grows, and this runs every few minutes.
    """
    newest = Reminder.objects.aggregate(newest=Max("alert_id"))["newest"] or 0
    handled = Reminder.objects.filter(alert=OuterRef("pk"))
    return Alert.objects.filter(~Exists(handled), pk__gt=newest - LOOK_BACK)


def _handle_or_log(alert: Alert, at: datetime, result: Consumed) -> None:
    """One alert that cannot be handled holds up nobody; it is tried again next time."""
    try:
        with transaction.atomic():
            why_not = _remind(alert, at)
            Reminder.objects.create(alert=alert, sent=not why_not, why_not=why_not, handled_at=at)
            result.reminders += not why_not
    except IntegrityError:
        logger.info("Alert %s was handled by another worker", alert.pk)
    except (DatabaseError, RuleViolation, LookupError, ValueError):
        logger.exception("Alert %s could not be handled", alert.pk)
        result.failed += 1


def _remind(alert: Alert, at: datetime) -> str:
    """Send it, or say why not. Whatever changed since the alert was raised is looked at again."""
    if alert.superseded:
        return "已被后一级取代"
    # The lock of a stop or an extension: what is sent was still true when it was sent.
    clock = Clock.objects.select_for_update().get(pk=alert.clock_id)
    if clock.state != ClockState.RUNNING or clock.due_at != alert.due_at:
        return "时限已停止或已延期"
    assignment = _owner(clock)
    if assignment is None:
        return "没有承办单位"
    if assignment.is_settled:
        return "承办已完成"
    if is_waiting(assignment, clock):
        return "申请待批"
    _tell(alert, clock, assignment, at)
    return ""


def _tell(alert: Alert, clock: Clock, assignment: Assignment, at: datetime) -> None:
    event = f"alert:{alert.pk}"
    context = {"alert": alert, "clock": clock, "late": alert.due_at <= at}
    tell_unit(assignment, "deadline_reminder", at=at, context=context, event=event)
    if alert.moment < alert.due_at:
        return
    # Once for a due moment, whichever of its levels comes first: the first working day after
    # it may begin at that very moment.
    passed = f"passed:{clock.pk}:{alert.due_at.isoformat()}"
    tell_staff(
        assignment.case, "deadline_passed", at=at, about=assignment, context=context, event=passed
    )
    if _is_repeated(alert, assignment):
        tell_head(assignment, "deadline_reminder", at=at, context=context, event=event)


def _is_repeated(alert: Alert, assignment: Assignment) -> bool:
    """After the first reminder of what is overdue, the next ones go to the unit's head as well."""
    after = {key: r.offset for key, r in assignment.pack.reminders.items() if r.offset > 0}
    return alert.level in after and after[alert.level] > min(after.values())


def _owner(clock: Clock) -> Assignment | None:
    """Whose work the clock measures: a part, a duty to report, or a notice to answer."""
    found = Assignment.objects.filter(clock=clock).select_related("case", "unit").first()
    if found:
        return found
    duty = FeedbackDuty.objects.filter(clock=clock).select_related("assignment__case").first()
    if duty:
        return duty.assignment
    notice = Notice.objects.filter(clock=clock).select_related("assignment__case").first()
    return notice.assignment if notice else None
