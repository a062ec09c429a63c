"""报送义务: reports owed by a date (LZ-B-10b, LZ-B-10d)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cases.models import Assignment, AssignmentState, Feedback, FeedbackDuty, FeedbackState
from cases.services.findings import finding_of_late_report
from cases.services.paging import by_page
from deadlines.calendars import known_calendar
from deadlines.rules import compute
from deadlines.services.clocks import clock_open, clock_stop
from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Duty

logger = logging.getLogger(__name__)

FIRST = "首次"
# Whose part is finished, be it undecided, owes no further report (直至办结为止).
OWING = (AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED)


def duty_open_first(*, assignment: Assignment, start: datetime, at: datetime) -> None:
    """The duties owed once after delivery, each with its clock."""
    for key, duty in _duties_of(assignment, "once"):
        _open(assignment, key, duty, period=FIRST, start=start, at=at)


def duties_open_month(*, on: date, at: datetime) -> int:
    """The monthly duties of the month of `on`, for work still running on its first day.

    The month before is looked at as well, so that a pause over its end leaves nothing out.
    Repeating it opens nothing twice: one row per assignment, duty and period. Returns how many
    were opened. A duty is judged by the pack of its case; one that fails holds up no other.
    """
    first = on.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    versions = list(RulePackVersion.objects.all())
    return sum(
        _open_or_log(assignment, key, duty, period=f"{month:%Y-%m}", start=_midnight(month), at=at)
        for month in (before, first)
        for key, duty, rows in _monthly(month, versions)
        for assignment in by_page(rows)
    )


def _monthly(
    month: date, versions: Sequence[RulePackVersion]
) -> Iterator[tuple[str, Duty, QuerySet[Assignment]]]:
    """Each monthly duty of each pack version, with the parts that have none for the month yet."""
    period = f"{month:%Y-%m}"
    for version in versions:
        for key, duty in version.pack.duties.items():
            if duty.repeats != "monthly":
                continue
            known = FeedbackDuty.objects.filter(assignment=OuterRef("pk"), key=key, period=period)
            rows = Assignment.objects.filter(
                ~Exists(known),
                case__pack_version=version,
                state__in=OWING,
                delivered_at__lt=_midnight(month),
            )
            if duty.applies_to == "lead":
                rows = rows.filter(kind="lead")
            yield key, duty, rows.select_related("case__pack_version", "case__office", "unit")


def duty_fulfil(*, feedback: Feedback, at: datetime, by: Actor) -> None:
    """A report answers every duty of its unit that is open at that moment."""
    for duty in _open_duties(feedback.assignment):
        _fulfil(duty, feedback, at=at, by=by)


def duties_excuse(*, assignment: Assignment, at: datetime, by: Actor) -> None:
    """Reports that fell due while the office judged the work that had been reported as done."""
    since = assignment.reported_done_at
    for duty in _open_duties(assignment):
        if since and since < duty.clock.due_at <= at:
            clock_stop(clock=duty.clock, at=max(since, duty.clock.started_at), by=by)


def _open_duties(assignment: Assignment) -> QuerySet[FeedbackDuty]:
    waiting = assignment.duties.filter(fulfilled_at__isnull=True, clock__state="running")
    return waiting.select_related("clock")


def duties_close(*, assignment: Assignment, at: datetime, by: Actor) -> None:
    """Nothing more is owed once the work is done (直至办结为止)."""
    for duty in _open_duties(assignment):
        finding_of_late_report(duty=duty, at=at)
        clock_stop(clock=duty.clock, at=at, by=by)


def _fulfil(duty: FeedbackDuty, feedback: Feedback, *, at: datetime, by: Actor | None) -> None:
    # Whether the sweep came by before the late report must not decide what is found.
    finding_of_late_report(duty=duty, at=at)
    duty.fulfilled_by, duty.fulfilled_at = feedback, at
    duty.save(update_fields=["fulfilled_by", "fulfilled_at"])
    clock_stop(clock=duty.clock, at=at, by=by)


def _duties_of(assignment: Assignment, repeats: str) -> list[tuple[str, Duty]]:
    return [
        (key, duty)
        for key, duty in assignment.pack.duties.items()
        if duty.repeats == repeats and (duty.applies_to == "all" or assignment.is_lead)
    ]


def _open_or_log(
    assignment: Assignment, key: str, duty: Duty, *, period: str, start: datetime, at: datetime
) -> int:
    try:
        return _open(assignment, key, duty, period=period, start=start, at=at)
    except (DatabaseError, RuleViolation, LookupError, ValueError):
        logger.exception("Duty %s %s of assignment %s failed", key, period, assignment.pk)
        return 0


@transaction.atomic
def _open(
    assignment: Assignment, key: str, duty: Duty, *, period: str, start: datetime, at: datetime
) -> int:
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if locked.duties.filter(key=key, period=period).exists():
        return 0
    case, pack = assignment.case, assignment.pack
    limit = pack.limits[duty.limit]
    if locked.resumed_at:
        due_at = compute(limit, start, known_calendar(at), with_days=False).due_at
        if locked.resumed_at >= due_at:
            return 0  # the work counted as finished until after that day
    clock = clock_open(
        office=case.office,
        unit=assignment.unit,
        kind=duty.limit,
        label=duty.label,
        limit=limit,
        start=start,
        pack=pack,
        at=at,
        case_id=case.pk,
        subject=case.title,
    )
    opened = FeedbackDuty.objects.create(
        assignment=assignment, key=key, label=duty.label, period=period, clock=clock
    )
    _count_earlier(opened, start)
    return 1


def _count_earlier(duty: FeedbackDuty, start: datetime) -> None:
    """A duty opened late is met by what was reported meanwhile."""
    sent = duty.assignment.feedback.sent().exclude(state=FeedbackState.RETURNED)
    earlier = sent.filter(submitted_at__gte=start).order_by("submitted_at").first()
    if earlier:
        _fulfil(duty, earlier, at=earlier.submitted_at, by=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
