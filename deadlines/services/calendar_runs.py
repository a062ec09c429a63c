"""Carrying out a confirmed change of the calendar: clock by clock, in batches, from where it stood.

May run twice, on two workers, or be killed at any line: a batch and the mark behind it are one
transaction, and a second worker that comes to a batch already done passes over it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from deadlines.calendar import CalendarError
from deadlines.limits import LimitError
from deadlines.models import (
    CalendarChange,
    CalendarMove,
    CalendarRun,
    FindingReview,
    OverdueFinding,
    OverdueKind,
)
from deadlines.services.calendar_changes import batch_of
from deadlines.services.calendar_messages import last_day, tell_of_moves
from deadlines.services.calendar_plan import Moved, Plan, batches, findings_touched, plan_of
from deadlines.services.clock_changes import clock_follow_calendar
from deadlines.services.overdue import days_late, overdue_clear, overdue_record
from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.selectors import system_actor

logger = logging.getLogger(__name__)

FAILURES = (RuleViolation, CalendarError, LimitError)


def calendar_changes_carry_out(*, at: datetime | None = None, most: int | None = None) -> int:
    """Every confirmed change that is not carried out yet, in order, at most so many batches of each;
    returns how many were finished.
    """
    at = at or timezone.now()
    unfinished = CalendarChange.objects.filter(run__finished_at__isnull=True).order_by("number")
    return sum(
        calendar_change_carry_out(change=change, at=at, most=most).finished_at is not None
        for change in unfinished.confirmed()
    )


def calendar_change_carry_out(
    *, change: CalendarChange, at: datetime | None = None, most: int | None = None
) -> CalendarRun:
    """Go on from the mark, at most so many batches. After the last one, tell whom it concerns."""
    at = at or timezone.now()
    plan, by = plan_of(change, at), system_actor()
    run = CalendarRun.objects.get(change=change)
    if run.finished_at:
        return run
    for done, (last, found) in enumerate(batches(plan, after=run.cursor), start=1):
        run = _batch(plan, last, found, by=by)
        if done == most:
            return run
    return _finish(plan, by=by, at=at)


@transaction.atomic
def _batch(plan: Plan, last: int, found: Sequence[Moved], *, by: Actor) -> CalendarRun:
    run = CalendarRun.objects.select_for_update().get(change=plan.change)
    if run.finished_at or run.cursor >= last:
        return run  # another worker was here
    findings = findings_touched(found)
    for moved in found:
        own = [row for row in findings if row.clock_id == moved.clock.pk]
        run.failed += not _carried(plan, moved, own, by)
    run.cursor = last
    run.save()
    return run


def _carried(plan: Plan, moved: Moved, findings: Iterable[OverdueFinding], by: Actor) -> bool:
    """One clock that cannot be moved is logged and counted; it holds up no other."""
    try:
        with transaction.atomic():
            _carry_out(plan, moved, findings, by)
    except FAILURES:
        logger.exception("Clock %s could not follow the calendar", moved.clock.pk)
        return False
    return True


def _carry_out(plan: Plan, moved: Moved, findings: Iterable[OverdueFinding], by: Actor) -> None:
    change, clock = plan.change, moved.clock
    clock_follow_calendar(
        clock=clock,
        version=plan.calendar_for(clock.office_id).version,
        by=by,
        at=plan.at,
        reason=f"第{change.number}号日历变更：{change.title}",
    )
    CalendarMove.objects.create(
        change=change,
        clock=clock,
        due_before=moved.due_before,
        due_after=moved.due_after,
        late_before=moved.late_before,
        late_after=moved.late_after,
        settled=moved.settled,
    )
    record(
        clock,
        "calendar_change",
        label="工作日历调整",
        by=by,
        at=plan.at,
        office_id=clock.office_id,
        case_id=clock.case_id,
        note=f"第{change.number}号日历变更：{change.title}",
        changes={"due_at": [moved.due_before, moved.due_after]} if moved.is_redated else {},
        batch=batch_of(change),
    )
    for finding in findings:
        _review(plan, moved, finding, by)


def _review(plan: Plan, moved: Moved, finding: OverdueFinding, by: Actor) -> None:
    """Judged as of the moment it was judged for; kept, and followed by one with the days as they are
    now, or by none.
    """
    change, due = plan.change, moved.due_after
    judged_at = _judged_at(moved, finding, plan.at)
    stands = judged_at >= due
    words = f"第{change.number}号日历变更（{change.title}）后，期限改为{last_day(due)}"
    overdue_clear(
        finding=finding,
        reason=f"{words}，按新期限重新认定" if stands else f"{words}，不再超期",
        by=by,
        at=plan.at,
    )
    successor = None
    if stands:
        successor = overdue_record(
            clock=finding.clock, kind=finding.kind, due_at=due, at=judged_at, note=finding.note
        )
    FindingReview.objects.create(
        change=change,
        finding=finding,
        due_before=moved.due_before,
        due_after=due,
        days_late_before=finding.days_late,
        days_late_after=days_late(due, judged_at),
        stands=stands,
        successor=successor,
        reviewed_at=plan.at,
    )


def _judged_at(moved: Moved, finding: OverdueFinding, at: datetime) -> datetime:
    """A late request is late as of the request; the rest as of the stop, or, not stopped, as of
    when it was found, if it was late by then, else as of now.
    """
    if finding.kind == OverdueKind.REQUESTED_LATE:
        return finding.found_at
    if moved.clock.stopped_at:
        return moved.clock.stopped_at
    return finding.found_at if finding.found_at >= moved.due_after else at


@transaction.atomic
def _finish(plan: Plan, *, by: Actor, at: datetime) -> CalendarRun:
    run = CalendarRun.objects.select_for_update().get(change=plan.change)
    if run.finished_at:
        return run
    moved = CalendarMove.objects.filter(change=plan.change)
    reviews = FindingReview.objects.filter(change=plan.change)
    record(
        plan.change,
        "carried_out",
        label="日历变更办理完毕",
        by=by,
        at=at,
        office_id=plan.change.office_id,
        changes={
            "clocks": [None, moved.count()],
            "findings": [None, reviews.count()],
            "failed": [None, run.failed],
        },
        batch=batch_of(plan.change),
    )
    tell_of_moves(plan.change, at=at)
    run.finished_at = at
    run.save()
    return run
