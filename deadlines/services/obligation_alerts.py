"""What follows when the clock of an obligation crosses a threshold: those who owe it are told, and
what is overdue is found. Those of parts of matters are seen to where the matters are.

It may run twice, late, on two workers, or be killed at any line.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.urls import reverse

from deadlines.calendars import known_calendar
from deadlines.models import (
    Alert,
    Clock,
    ClockState,
    Obligation,
    ObligationReminder,
    OverdueFinding,
    OverdueKind,
    Scope,
)
from deadlines.office_hours import next_office_moment
from deadlines.services.obligation_entries import overdue_of_obligation
from deadlines.services.obligations import owed_by
from duban.faults import passing
from duban.ledger.errors import RuleViolation
from duban.notify.services import message_create

logger = logging.getLogger(__name__)

PAGE = 500
# The table of alerts only grows, and this runs every few minutes.
LOOK_BACK = 50_000


@dataclass
class Followed:
    """Reminders sent, findings written, rows that failed and will be tried again."""

    reminders: int = 0
    findings: int = 0
    failed: int = 0


def obligations_follow(*, at: datetime) -> Followed:
    """Send what alerts ask for, write what is overdue by then."""
    result, last = Followed(), 0
    while page := list(_unhandled().filter(pk__gt=last).order_by("pk")[:PAGE]):
        last = page[-1].pk
        for alert in page:
            _remind_or_log(alert, at, result)
    last = 0
    while rows := list(_overdue(at).filter(pk__gt=last).order_by("pk")[:PAGE]):
        last = rows[-1].pk
        for row in rows:
            _find_or_log(row, at, result)
    return result


def _unhandled() -> QuerySet[Alert]:
    newest = ObligationReminder.objects.aggregate(newest=Max("alert_id"))["newest"] or 0
    handled = ObligationReminder.objects.filter(alert=OuterRef("pk"))
    return Alert.objects.filter(
        ~Exists(handled),
        pk__gt=newest - LOOK_BACK,
        clock__obligation__scope__in=(Scope.UNIT, Scope.OFFICE),
    )


def _overdue(at: datetime) -> QuerySet[Obligation]:
    known = OverdueFinding.objects.filter(
        clock=OuterRef("clock"), kind=OverdueKind.NO_FEEDBACK, due_at=OuterRef("clock__due_at")
    )
    rows = Obligation.objects.open().filter(scope=Scope.UNIT, clock__state=ClockState.RUNNING)
    rows = rows.filter(~Exists(known), clock__due_at__lte=at)
    return rows.select_related("clock", "pack_version")


def _remind_or_log(alert: Alert, at: datetime, result: Followed) -> None:
    """One alert that cannot be handled holds up nobody; it is tried again next time."""
    try:
        with transaction.atomic():
            why_not = _remind(alert, at)
            passing("obligations.told")
            ObligationReminder.objects.create(
                alert=alert, sent=not why_not, why_not=why_not, handled_at=at
            )
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
    clock = Clock.objects.select_for_update().get(pk=alert.clock_id)
    if clock.state != ClockState.RUNNING or clock.due_at != alert.due_at:
        return "时限已停止或已变更"
    row = Obligation.objects.select_related("office", "unit", "pack_version").get(clock=clock)
    people = owed_by(row, at)
    if not people:
        return "没有联络员"
    hours = row.pack.hours
    calendar = known_calendar(at, office_id=row.office_id)
    message_create(
        event=f"obligation:{alert.pk}",
        recipients=people,
        template="obligation_reminder",
        context={"alert": alert, "clock": clock, "obligation": row, "late": clock.due_at <= at},
        office=row.office,
        url=reverse("deadlines:obligation", args=[row.pk]),
        at=next_office_moment(at, calendar, hours.spans) if hours else at,
        case_id=row.case_id,
        reminder=True,
    )
    return ""


def _find_or_log(row: Obligation, at: datetime, result: Followed) -> None:
    try:
        with transaction.atomic():
            result.findings += overdue_of_obligation(row, at=at)
    except (DatabaseError, RuleViolation, LookupError, ValueError):
        logger.exception("The finding of obligation %s could not be written", row.pk)
        result.failed += 1
