"""报送义务 of matters: what a unit owes on its part, and the office on the matter, by a day.

An obligation of `deadlines` each; the row here says of which part, and which report met it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from cases.domain.ladder import times_of_report
from cases.models import (
    Assignment,
    AssignmentState,
    CaseState,
    Feedback,
    FeedbackDuty,
    FeedbackState,
)
from cases.services.findings import finding_of_late_report
from cases.services.paging import by_page
from deadlines.calendars import known_calendar
from deadlines.models import Clock, Obligation, ObligationState, Scope
from deadlines.moments import day_start
from deadlines.periods import FIRST, MONTHS, Period, periods_begun
from deadlines.rules import compute
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligations import obligation_cease, obligation_open
from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor
from duban.org.selectors import system_actor
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Duty

logger = logging.getLogger(__name__)

# Whose part is finished, be it undecided, owes no further report (直至办结为止).
OWING = (AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED)


def duty_open_first(*, assignment: Assignment, start: datetime, at: datetime) -> None:
    """The duties owed once after delivery, each with its clock."""
    duty_open_triggered(assignment=assignment, starts="delivered", start=start, at=at)


def duty_open_triggered(
    *, assignment: Assignment, starts: str, start: date | datetime, at: datetime
) -> int:
    """The duties owed once after that event of the part, as the limits of its pack name it.

    While one of them is open the event opens no second; after it, the next is 第2次.
    """
    return sum(
        _open_once(assignment, key, duty, start=start, at=at)
        for key, duty in assignment.pack.duties.items()
        if duty.repeats == "once"
        and assignment.pack.limits[duty.limit].starts == starts
        and _concerns(duty, assignment)
    )


def duties_open(*, on: date, at: datetime) -> int:
    """The recurring duties of the periods of `on`, for work still running on their first day.

    Periods begun within two months before are looked at as well, so that a pause leaves nothing
    out. Repeating it opens nothing twice. Returns how many were opened. A duty is judged by the
    pack of its case; one that fails holds up no other.
    """
    versions = list(RulePackVersion.objects.all())
    return sum(
        _open_or_log(assignment, key, duty, period, at=at)
        for key, duty, period, rows in _recurring(on, versions)
        for assignment in by_page(rows)
        if _concerns(duty, assignment)
    )


def _recurring(
    on: date, versions: Sequence[RulePackVersion]
) -> Iterator[tuple[str, Duty, Period, QuerySet[Assignment]]]:
    """Each duty and period of each pack version, with the parts that have none for it yet."""
    for version in versions:
        for key, duty in version.pack.duties.items():
            if duty.scope != Scope.PART or duty.repeats not in MONTHS:
                continue
            for period in periods_begun(duty.repeats, on):
                known = Obligation.objects.filter(
                    part_id=OuterRef("pk"), key=key, period=period.text
                )
                rows = Assignment.objects.filter(
                    ~Exists(known),
                    case__pack_version=version,
                    state__in=OWING,
                    delivered_at__lt=day_start(period.first),
                ).exclude(case__state=CaseState.SUSPENDED)
                if duty.applies_to == "lead":
                    rows = rows.filter(kind="lead")
                related = rows.select_related("case__pack_version", "case__office__body", "unit")
                yield key, duty, period, related


def duty_fulfil(*, feedback: Feedback, at: datetime, by: Actor) -> None:
    """A report answers every duty of its unit that is open at that moment; the report that the
    work is done starts what the office owes upon it (AS-3.3b).
    """
    for duty in _open_duties(feedback.assignment):
        if not _wants_plan(duty):
            _answer(duty, feedback, at=at, by=by)
    if feedback.finished:
        duty_open_triggered(
            assignment=feedback.assignment, starts="report_received", start=at, at=at
        )


def duty_meet(
    *, assignment: Assignment, clock: Clock | None, content: str, by: Actor, at: datetime
) -> None:
    """A handling plan meets the duty that asked for it; a report on the matter does not (ZZ-2.3d)."""
    for duty in _open_duties(assignment).filter(obligation__clock=clock):
        finding_of_late_report(duty=duty, at=at)
        obligation_report(obligation=duty.obligation, content=content[:200], by=by, at=at)


def _wants_plan(duty: FeedbackDuty) -> bool:
    pack = duty.assignment.pack
    rule = pack.duties.get(duty.obligation.key)
    return rule is not None and pack.limits[rule.limit].starts == "marked_complex"


def duties_excuse(*, assignment: Assignment, at: datetime, by: Actor) -> None:
    """Reports that fell due while the office judged the work that had been reported as done."""
    since = assignment.reported_done_at
    for duty in _open_duties(assignment):
        if since and since < duty.clock.due_at <= at:
            _cease(duty, stopped_at=since, at=at, by=by, reason="审核办结期间到期，不计")


def duties_close(*, assignment: Assignment, at: datetime, by: Actor) -> None:
    """Nothing more is owed once the work is done (直至办结为止)."""
    for duty in _open_duties(assignment):
        finding_of_late_report(duty=duty, at=at)
        _cease(duty, stopped_at=at, at=at, by=by, reason="承办已完成，不再报送")


def _open_duties(assignment: Assignment) -> QuerySet[FeedbackDuty]:
    """What the unit owes; what the office owes on it does not end with the work of the unit."""
    waiting = assignment.duties.filter(
        obligation__state=ObligationState.OPEN, obligation__scope=Scope.PART
    )
    return waiting.select_related("obligation__clock")


def _cease(
    duty: FeedbackDuty, *, stopped_at: datetime, at: datetime, by: Actor, reason: str
) -> None:
    since = max(stopped_at, duty.clock.started_at)
    obligation_cease(obligation=duty.obligation, by=by, at=at, stopped_at=since, reason=reason)


def _answer(duty: FeedbackDuty, feedback: Feedback, *, at: datetime, by: Actor) -> None:
    # Whether the sweep came by before the late report must not decide what is found.
    finding_of_late_report(duty=duty, at=at)
    said = feedback.get_kind_display()
    content = f"{said}：{feedback.content[:200]}" if feedback.content else said
    row = obligation_report(obligation=duty.obligation, content=content, by=by, at=at)
    if row.state == ObligationState.FULFILLED:
        duty.fulfilled_by = feedback
        duty.save(update_fields=["fulfilled_by"])


def _concerns(duty: Duty, assignment: Assignment) -> bool:
    case = assignment.case
    return (
        (duty.applies_to == "all" or assignment.is_lead)
        and (not duty.only_for or case.importance in duty.only_for)
        and (not duty.sources or case.source in duty.sources)
    )


def _open_or_log(
    assignment: Assignment, key: str, duty: Duty, period: Period, *, at: datetime
) -> int:
    try:
        return _open_period(assignment, key, duty, period, at=at)
    except (DatabaseError, RuleViolation, LookupError, ValueError):
        logger.exception("Duty %s %s of assignment %s failed", key, period.text, assignment.pk)
        return 0


@transaction.atomic
def _open_once(
    assignment: Assignment, key: str, duty: Duty, *, start: date | datetime, at: datetime
) -> int:
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    earlier = locked.duties.filter(obligation__key=key)
    if earlier.filter(obligation__state=ObligationState.OPEN).exists():
        return 0
    count = earlier.count()
    name = f"第{count + 1}次" if count else FIRST
    _open(assignment, key, duty, at=at, start=start, name=name)
    return 1


@transaction.atomic
def _open_period(
    assignment: Assignment, key: str, duty: Duty, period: Period, *, at: datetime
) -> int:
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if locked.duties.filter(obligation__key=key, obligation__period=period.text).exists():
        return 0
    if locked.resumed_at:
        limit = assignment.pack.limits[duty.limit]
        calendar = known_calendar(at, office_id=assignment.case.office_id)
        due_at = compute(limit, period.eve, calendar, with_days=False).due_at
        if locked.resumed_at >= due_at:
            return 0  # the work counted as finished until after that day
    _count_earlier(_open(assignment, key, duty, at=at, period=period), period)
    return 1


def _open(assignment: Assignment, key: str, duty: Duty, **when: object) -> FeedbackDuty:
    case = assignment.case
    owner = case.office.body if duty.scope == Scope.OFFICE else assignment.unit
    obligation = obligation_open(
        office=case.office,
        unit=owner,
        key=key,
        duty=duty,
        pack_version=case.pack_version,
        case_id=case.pk,
        times=times_of_report(case.pack, case.importance) if duty.scope == Scope.PART else None,
        part_id=assignment.pk,
        subject=case.title,
        **when,
    )
    return FeedbackDuty.objects.create(assignment=assignment, obligation=obligation)


def _count_earlier(duty: FeedbackDuty, period: Period) -> None:
    """A duty opened late is met by what was reported meanwhile."""
    sent = duty.assignment.feedback.sent().exclude(state=FeedbackState.RETURNED)
    rows = sent.filter(submitted_at__gte=day_start(period.first)).order_by("submitted_at")
    for earlier in rows[: duty.obligation.target]:
        by = system_actor(duty.assignment.case.office)
        _answer(duty, earlier, at=earlier.submitted_at, by=by)
