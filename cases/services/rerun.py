"""What a pack would have meant for the matters of a past period: computed, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet

from cases.models import Assignment, Case
from cases.services.paging import by_page
from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.calendars import known_calendar
from deadlines.limits import LimitError
from deadlines.moments import day_end, day_start
from deadlines.rules import compute
from duban.org.models import Office
from duban.rulepacks.schema import Duty, Pack

SHOWN = 200  # matters listed one by one; the counts are of all


@dataclass(frozen=True)
class Moved:
    """A part whose day would have been another; `late_*` as it stood, or stands, at the asking."""

    part: Assignment
    old: date
    new: date
    late_before: bool
    late_after: bool
    clause: str


@dataclass
class DutyCount:
    """A duty of a matter that is owed once: how many would have been owed, met late or not at all."""

    label: str
    clause: str
    owed: int = 0
    missed: int = 0


@dataclass
class Rerun:
    """The parts delivered in the period under another pack."""

    first: date
    last: date
    parts: int = 0
    unchanged: int = 0
    moved: list[Moved] = field(default_factory=list)
    moved_count: int = 0
    newly_late: int = 0
    no_longer_late: int = 0
    uncounted: int = 0
    duties: dict[str, DutyCount] = field(default_factory=dict)


def quarter_before(on: date) -> tuple[date, date]:
    """First and last day of the last whole quarter before that day."""
    first = on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1)
    last = date.fromordinal(first.toordinal() - 1)
    return last.replace(month=last.month - 2, day=1), last


def pack_rerun(*, office: Office, pack: Pack, first: date, last: date, at: datetime) -> Rerun:
    """Every part delivered from `first` to `last`, its day and its reports counted by `pack`.

    A day that a leader or a document named stays; only limits that the pack counts can move.
    """
    found, calendar = Rerun(first, last), known_calendar(at, office_id=office.pk)
    for part in _delivered(office, first, last):
        found.parts += 1
        _deadline(found, part, pack, calendar, at)
        for duty in _once(pack, part):
            _duty(found, part, duty, pack, calendar, at)
    return found


def _delivered(office: Office, first: date, last: date) -> Iterator[Assignment]:
    rows: QuerySet[Assignment] = Assignment.objects.filter(
        case__office=office,
        delivered_at__gte=day_start(first),
        delivered_at__lt=day_end(last),
        clock__isnull=False,
    )
    return by_page(rows.select_related("case", "clock", "unit"))


def _deadline(
    found: Rerun, part: Assignment, pack: Pack, calendar: WorkingCalendar, at: datetime
) -> None:
    case: Case = part.case
    urgency = pack.urgencies.get(case.urgency) if case.due_on is None else None
    if urgency is None or part.clock.is_extended:
        # Counted by a limit that this pack does not know, or named by a person.
        found.uncounted += case.due_on is None and urgency is None
        found.unchanged += 1
        return
    limit = pack.limits[urgency.limit]
    try:
        computed = compute(limit, part.clock.explained.start, calendar, with_days=False)
    except (CalendarError, LimitError):
        found.uncounted += 1
        return
    if computed.last_day == part.clock.due_on:
        found.unchanged += 1
        return
    ended = part.clock.stopped_at or at
    moved = Moved(
        part,
        part.clock.due_on,
        computed.last_day,
        ended >= part.clock.due_at,
        ended >= computed.due_at,
        limit.clause,
    )
    found.moved_count += 1
    found.newly_late += moved.late_after and not moved.late_before
    found.no_longer_late += moved.late_before and not moved.late_after
    if len(found.moved) < SHOWN:
        found.moved.append(moved)


def _once(pack: Pack, part: Assignment) -> Iterator[tuple[str, Duty]]:
    """Duties counted from delivery; those that something else sets off cannot be told afterwards."""
    for key, duty in pack.duties.items():
        if duty.scope != "part" or duty.repeats != "once":
            continue
        if pack.limits[duty.limit].starts != "delivered":
            continue
        if duty.applies_to == "all" or part.is_lead:
            yield key, duty


def _duty(
    found: Rerun,
    part: Assignment,
    keyed: tuple[str, Duty],
    pack: Pack,
    calendar: WorkingCalendar,
    at: datetime,
) -> None:
    key, duty = keyed
    count = found.duties.setdefault(key, DutyCount(duty.label, duty.clause))
    count.owed += 1
    due = compute(pack.limits[duty.limit], part.clock.explained.start, calendar, with_days=False)
    done = part.reported_done_at
    if at < due.due_at or (done and done < due.due_at):
        return
    if not part.feedback.sent().filter(submitted_at__lt=due.due_at).exists():
        count.missed += 1
