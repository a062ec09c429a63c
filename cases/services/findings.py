"""超时情形: written at the due moment, unless a timely request is undecided (DESIGN 4)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from cases.models import Agreement, Assignment, ClosureRequest, Extension, FeedbackDuty, Turn
from cases.models.agreement import OPEN_AGREEMENT
from cases.models.assignment import RUNNING, TO_AGREE, AssignmentState
from cases.models.closure import OPEN_CLOSURE
from cases.models.extension import OPEN_EXTENSION
from cases.models.turn import OPEN_TURN
from cases.services.paging import by_page
from deadlines.models import Clock, OverdueFinding, OverdueKind
from deadlines.services.overdue import overdue_record
from duban.faults import passing
from duban.ledger.errors import RuleViolation

logger = logging.getLogger(__name__)

# Key in the pack's overdue_kinds → kind of LZ-A-10.
KINDS = {
    "unfinished": OverdueKind.NOT_FINISHED,
    "not_accepted": OverdueKind.NOT_ACCEPTED,
    "finished_late": OverdueKind.FINISHED_LATE,
    "late_request": OverdueKind.REQUESTED_LATE,
    "no_feedback": OverdueKind.NO_FEEDBACK,
    "other": OverdueKind.OTHER,
}


def findings_write(*, at: datetime) -> int:
    """Write every finding due by that moment that is not written yet; returns how many.

    A row that fails is logged and tried again next time; it holds up no other.
    """
    parts = _each(by_page(_overdue_parts(at)), lambda row: _of_part(row, at))
    duties = _each(by_page(_overdue_duties(at)), lambda row: _of_duty(row, at))
    return parts + duties


def finding_of_late_finish(*, assignment: Assignment) -> None:
    """Finished after the deadline: kind 2, with the days late (LZ-A-10.2).

    It was unfinished at the due moment too, whether or not a sweep came by in between.
    """
    clock, done_at = assignment.clock, assignment.reported_done_at
    if assignment.is_to_agree:
        return  # no date was ever agreed, so none was missed (LZ-A-6.3a)
    if clock and done_at and done_at >= clock.due_at:
        _of_part(assignment, done_at)
        _write(assignment, clock, "finished_late", done_at)


def finding_of_refusal(*, assignment: Assignment, note: str, at: datetime) -> int:
    """Kind 1: not taken on, and the reason was none; of the clock that runs all the while
    (LZ-A-10.1).
    """
    if "not_accepted" not in assignment.pack.overdue_kinds:
        return 0
    overdue_record(clock=assignment.clock, kind=OverdueKind.NOT_ACCEPTED, at=at, note=note)
    return 1


def finding_of_late_report(*, duty: FeedbackDuty, at: datetime) -> None:
    """A report owed and not there at its due moment, unless the work was finished by then."""
    done_at = duty.assignment.reported_done_at
    if duty.clock.is_late(at) and not (done_at and done_at < duty.clock.due_at):
        _of_duty(duty, at)


def is_waiting(assignment: Assignment, clock: Clock) -> bool:
    """A request made in time is undecided: shown as 待批, and nothing is held against the unit."""
    reported = assignment.reported_done_at is not None and (
        assignment.reported_done_at < clock.due_at
    )
    if assignment.clock_id != clock.pk:
        # What is done owes no further report; a notice still wants its answer.
        return reported and FeedbackDuty.objects.filter(obligation__clock=clock).exists()
    asked = Extension.objects.filter(
        assignment=assignment, state__in=OPEN_EXTENSION, requested_at__lt=clock.due_at
    )
    applied = ClosureRequest.objects.filter(
        assignment=assignment, state__in=OPEN_CLOSURE, submitted_at__lt=clock.due_at
    )
    return (
        reported
        or assignment.state == AssignmentState.OBJECTED
        or asked.exists()
        or applied.exists()
        or _proposed(assignment, clock)
        or _turning(assignment, clock)
    )


def _proposed(assignment: Assignment, clock: Clock) -> bool:
    """A date was proposed in time and the answer is the assigner's to give."""
    return Agreement.objects.filter(
        assignment=assignment, state__in=OPEN_AGREEMENT, proposed_at__lt=clock.due_at
    ).exists()


def _turning(assignment: Assignment, clock: Clock) -> bool:
    """The lead asked in time that the matter rest or end (LZ-A-9a)."""
    return Turn.objects.filter(
        assignment=assignment, state__in=OPEN_TURN, requested_at__lt=clock.due_at
    ).exists()


def _overdue_parts(at: datetime) -> QuerySet[Assignment]:
    """Parts whose clock has run out, with nothing timely undecided and no finding yet."""
    known = OverdueFinding.objects.filter(
        clock=OuterRef("clock"), kind=OverdueKind.NOT_FINISHED, due_at=OuterRef("clock__due_at")
    )
    asked = Extension.objects.filter(
        assignment=OuterRef("pk"),
        state__in=OPEN_EXTENSION,
        requested_at__lt=OuterRef("clock__due_at"),
    )
    turning = Turn.objects.filter(
        assignment=OuterRef("pk"),
        state__in=OPEN_TURN,
        requested_at__lt=OuterRef("clock__due_at"),
    )
    return (
        Assignment.objects.filter(state__in=RUNNING, clock__state="running", clock__due_at__lte=at)
        .exclude(reported_done_at__lt=F("clock__due_at"))
        .exclude(clock__kind=TO_AGREE)
        .filter(~Exists(known), ~Exists(asked), ~Exists(turning))
        .select_related("clock", "case__pack_version")
    )


def _overdue_duties(at: datetime) -> QuerySet[FeedbackDuty]:
    known = OverdueFinding.objects.filter(
        clock=OuterRef("obligation__clock"),
        kind=OverdueKind.NO_FEEDBACK,
        due_at=OuterRef("obligation__clock__due_at"),
    )
    return (
        FeedbackDuty.objects.owed()
        .filter(obligation__clock__due_at__lte=at)
        .exclude(assignment__reported_done_at__lt=F("obligation__clock__due_at"))
        .filter(~Exists(known))
        .select_related("obligation__clock", "assignment__case__pack_version")
    )


def _of_part(assignment: Assignment, at: datetime) -> int:
    clock = assignment.clock
    written = _write(assignment, clock, "unfinished", at)
    if not assignment.feedback.sent().filter(submitted_at__lt=clock.due_at).exists():
        written += _write(assignment, clock, "no_feedback", at)
    return written


def _of_duty(duty: FeedbackDuty, at: datetime) -> int:
    return _write(duty.assignment, duty.clock, "no_feedback", at)


def _each(rows: Iterable[Any], write: Callable[[Any], int]) -> int:
    written = 0
    for row in rows:
        try:
            with transaction.atomic():
                written += write(row)
        except (DatabaseError, RuleViolation, LookupError, ValueError):
            logger.exception("The finding of %s %s could not be written", row._meta.label, row.pk)
    return written


def _write(assignment: Assignment, clock: Clock, key: str, at: datetime) -> int:
    """Only the kinds that the case's own pack knows."""
    if key not in assignment.pack.overdue_kinds:
        return 0
    overdue_record(clock=clock, kind=KINDS[key], at=at)
    passing("findings.written")
    return 1
