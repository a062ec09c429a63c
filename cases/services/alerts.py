"""What follows when clocks cross their thresholds: reminders to those who owe the work.

The sweep of `deadlines` writes alerts; here each is handled once, in a row of its own. It may run
twice, late, on two workers, or be killed at any line.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from cases.models import Assignment, FeedbackDuty, Notice, Reminder
from cases.services.duties import duties_open_month
from cases.services.findings import findings_write, is_waiting
from cases.services.messages import tell_staff, tell_unit
from deadlines.models import Alert, Clock, ClockState
from deadlines.replay import OVERDUE
from duban.ledger.errors import RuleViolation

logger = logging.getLogger(__name__)

BATCH = 500


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
    last = 0
    while page := _page(last):
        last = page[-1].pk
        for alert in page:
            _handle_or_log(alert, at, result)
    result.findings = findings_write(at=at)
    return result


def _page(after: int) -> list[Alert]:
    handled = Reminder.objects.values("alert_id")
    rows = Alert.objects.filter(pk__gt=after).exclude(pk__in=handled)
    return list(rows.select_related("clock").order_by("pk")[:BATCH])


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
    clock = alert.clock
    if alert.superseded:
        return "已被后一级取代"
    if clock.state != ClockState.RUNNING or clock.due_at != alert.due_at:
        return "时限已停止或已延期"
    assignment = _owner(clock)
    if assignment is None:
        return "没有承办单位"
    if is_waiting(assignment, clock):
        return "申请待批"
    context = {"alert": alert, "clock": clock, "late": alert.due_at <= at}
    tell_unit(assignment, "deadline_reminder", at=at, context=context, event=f"alert:{alert.pk}")
    if alert.level == OVERDUE:
        tell_staff(
            assignment.case,
            "deadline_passed",
            at=at,
            about=assignment,
            context=context,
            event=f"alert:{alert.pk}",
        )
    return ""


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
