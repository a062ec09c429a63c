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

from cases.domain.ladder import rung_of
from cases.models import Assignment, FeedbackDuty, Notice, Reminder
from cases.services.duties import duties_open
from cases.services.escalation_messages import is_by_office, tell_of_rung
from cases.services.findings import findings_write, is_waiting
from cases.services.ladder import escalations_advance, rung_reached
from cases.services.messages import tell_head, tell_staff, tell_unit
from cases.services.paging import by_page
from deadlines.models import Alert, Clock, ClockState
from duban.faults import passing
from duban.ledger.errors import RuleViolation

logger = logging.getLogger(__name__)

LOOK_BACK = 50_000
WHY_LENGTH = 60


@dataclass
class Consumed:
    """Reminders sent, duties opened, findings written, steps on the ladder, and alerts that failed
    and will be retried.
    """

    reminders: int = 0
    duties: int = 0
    findings: int = 0
    failed: int = 0
    rungs: int = 0


def consume_alerts(*, at: datetime) -> Consumed:
    """Open the duties of the period, send what alerts ask for, write what is overdue by then."""
    result = Consumed(duties=duties_open(on=timezone.localdate(at), at=at))
    for alert in by_page(_unhandled()):
        _handle_or_log(alert, at, result)
    result.rungs = escalations_advance(at=at)
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
            sent, why_not = _handle(alert, at)
            passing("alerts.told")
            Reminder.objects.create(
                alert=alert, sent=sent, why_not=why_not[:WHY_LENGTH], handled_at=at
            )
            passing("alerts.handled")
            result.reminders += sent
        passing("alerts.committed")
    except IntegrityError:
        logger.info("Alert %s was handled by another worker", alert.pk)
    except (DatabaseError, RuleViolation, LookupError, ValueError):
        logger.exception("Alert %s could not be handled", alert.pk)
        result.failed += 1


def _handle(alert: Alert, at: datetime) -> tuple[bool, str]:
    """Whether a message went out, and if not, why. What changed since is looked at again."""
    # The lock of a stop or an extension: what is sent was still true when it was sent.
    clock = Clock.objects.select_for_update().get(pk=alert.clock_id)
    assignment = _owner(clock)
    key = rung_of(alert.level)
    rung = assignment.pack.ladder.get(key) if key and assignment else None
    if rung is not None and rung.does != "remind":
        return False, _climb(alert, clock, assignment, key, at)
    if why_not := _why_not(alert, clock, assignment):
        return False, why_not
    _tell(alert, clock, assignment, at)
    if rung is not None:
        tell_of_rung(assignment, rung, at=at, event=f"alert:{alert.pk}")
    return True, ""


def _climb(alert: Alert, clock: Clock, assignment: Assignment, key: str, at: datetime) -> str:
    """A rung that asks for more than a reminder becomes a row of its own, which may wait."""
    if clock.state == ClockState.STOPPED or clock.due_at != alert.due_at:
        return "时限已停止或已延期"
    if assignment.is_settled:
        return "承办已完成"
    rung = assignment.pack.ladder[key]
    if rung.does == "take_over" and is_by_office(assignment.case):
        return "本事项已由督查机构督办"
    rung_reached(alert=alert, assignment=assignment, rung=key, at=at)
    return f"转入督办阶梯：{rung.label}"


def _why_not(alert: Alert, clock: Clock, assignment: Assignment | None) -> str:
    if _is_superseded(alert):
        return "已被后一级取代"
    if clock.state != ClockState.RUNNING or clock.due_at != alert.due_at:
        return "时限已停止或已延期"
    if assignment is None:
        return "没有承办单位"
    if assignment.is_settled:
        return "承办已完成"
    return "申请待批" if is_waiting(assignment, clock) else ""


def _is_superseded(alert: Alert) -> bool:
    """By a later reminder: a rung that comes to the section's desk tells the unit nothing."""
    if not alert.superseded:
        return False
    later = Alert.objects.filter(clock=alert.clock_id, due_at=alert.due_at, pk__gt=alert.pk)
    levels = list(later.values_list("level", flat=True))
    if all(not rung_of(level) for level in levels):
        return True
    owner = _owner(alert.clock)
    ladder = owner.pack.ladder if owner else {}
    return any(
        not rung_of(level) or ((rung := ladder.get(rung_of(level))) and rung.does == "remind")
        for level in levels
    )


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
    # What the office owes upon a report is told to the office, where obligations are.
    duties = FeedbackDuty.objects.filter(obligation__clock=clock, obligation__scope="part")
    duty = duties.select_related("assignment__case").first()
    if duty:
        return duty.assignment
    notice = Notice.objects.filter(clock=clock).select_related("assignment__case").first()
    return notice.assignment if notice else None
