"""What a change of the calendar moves: worked out before it is confirmed and while it is carried out,
by the same lines, so that what was previewed is what happens.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import F, Max, Min, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Greatest

from deadlines.announcement.checks import ChangedDay, changed_days
from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.calendars import built, calendar_of, changes_known
from deadlines.confirmed import Confirmed
from deadlines.limits import LimitError
from deadlines.models import (
    CalendarChange,
    ChangeState,
    Clock,
    ClockEvent,
    ClockState,
    EventKind,
    OverdueFinding,
    OverdueKind,
)
from deadlines.moments import day_end, day_of, day_start
from deadlines.replay import replay
from deadlines.services.clock_changes import what_counts
from duban.org.models import Office

BATCH: Final = 500
# How long after its due moment a running clock may still cross thresholds.
STILL_ALERTING: Final = timedelta(days=400)
# Findings that rest on the clock's due moment; the others say what somebody did.
JUDGED_BY_DUE: Final = (
    OverdueKind.NOT_FINISHED,
    OverdueKind.FINISHED_LATE,
    OverdueKind.REQUESTED_LATE,
    OverdueKind.NO_FEEDBACK,
)


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock on the new calendar. `settled`: its date was provisional and is no longer."""

    clock: Clock
    due_before: datetime
    due_after: datetime
    late_before: bool
    late_after: bool
    settled: bool

    @property
    def is_redated(self) -> bool:
        return self.due_before != self.due_after


@dataclass
class Plan:
    """The calendars of a change as it is, or would be, confirmed at `at`."""

    change: CalendarChange
    at: datetime
    own: Confirmed
    _after: dict[int | None, WorkingCalendar] = field(default_factory=dict)

    @cached_property
    def shipped(self) -> str:
        return WorkingCalendar.load(day_of(self.at)).version

    @cached_property
    def before(self) -> WorkingCalendar:
        shipped = self._outdated or self.shipped
        return built(shipped, self._changes(self.change.office_id))

    @property
    def after(self) -> WorkingCalendar:
        return self.calendar_for(self.change.office_id)

    def calendar_for(self, office_id: int | None) -> WorkingCalendar:
        if office_id not in self._after:
            changes = [*self._changes(office_id), self.own]
            self._after[office_id] = built(self.shipped, changes)
        return self._after[office_id]

    def calendar_of(self, version: str) -> WorkingCalendar:
        """Also for the versions that this change would make."""
        for calendar in self._after.values():
            if calendar.version == version:
                return calendar
        return calendar_of(version)

    @cached_property
    def days(self) -> tuple[ChangedDay, ...]:
        """What it changes in the calendar, past years left out."""
        this_year = day_of(self.at).year
        return tuple(
            day for day in changed_days(self.before, self.after) if day.on.year >= this_year - 1
        )

    def _changes(self, office_id: int | None) -> list[Confirmed]:
        known = changes_known(self.at, office_id=office_id)
        return [change for change in known if change.number < self.own.number]

    @cached_property
    def _outdated(self) -> str:
        """Of an adoption: the oldest notice on which a clock still counts."""
        if self.change.adopts is None:
            return ""
        found = outdated_clocks(self.change.adopts, self.at).aggregate(
            oldest=Min(KT("computation__calendar_version"))
        )["oldest"]
        return found.split("+")[0] if found else self.shipped


def plan_of(change: CalendarChange, at: datetime) -> Plan:
    """Of a confirmed change as of its confirmation; else as if it were confirmed at `at`."""
    if change.state == ChangeState.CONFIRMED and change.confirmed_at and change.number:
        at, number = change.confirmed_at, change.number
    else:
        number = next_number()
    return Plan(change, at, Confirmed(number, change.office_id, at, change.notice))


def next_number() -> int:
    return (CalendarChange.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def outdated_clocks(adopts: date, at: datetime) -> QuerySet[Clock]:
    """Not stopped, and last counted before that shipped notice; old matters of past years aside."""
    return Clock.objects.filter(
        state__in=[ClockState.RUNNING, ClockState.PAUSED],
        due_at__gte=day_start(date(day_of(at).year, 1, 1)),
        computation__calendar_version__lt=adopts.isoformat(),
    )


def candidates(plan: Plan) -> QuerySet[Clock]:
    """Clocks that reach a changed day: all that run or pause, and of the stopped the late ones.
    What was settled in time is left as it was judged.
    """
    days = [day.on for day in plan.days]
    if not days:
        return Clock.objects.none()
    first, last = day_start(days[0]), day_end(days[-1])
    live = Q(state__in=[ClockState.RUNNING, ClockState.PAUSED], until__gte=first - STILL_ALERTING)
    late = Q(state=ClockState.STOPPED, stopped_at__gte=F("due_at"), until__gte=first)
    rows = (
        Clock.objects.annotate(until=Greatest("due_at", "original_due_at"))
        .filter(live | late)
        .filter(Q(started_at__lt=last) | Q(warn_at__lt=last))
    )
    if plan.change.office:
        rows = rows.filter(office__in=Office.objects.at_or_below(plan.change.office))
    return rows


def batches(
    plan: Plan, *, after: int = 0, within: Q | None = None
) -> Iterator[tuple[int, list[Moved]]]:
    """(last clock looked at, what of the batch moves), by id; memory stays flat."""
    ordinals = sorted(day.on.toordinal() for day in plan.days)
    # The numbers at once, the rows by the page: the condition is looked for only one time.
    rows = candidates(plan).filter(within or Q(), pk__gt=after).order_by("pk")
    numbers = array("q", rows.values_list("pk", flat=True).iterator(10_000))
    for start in range(0, len(numbers), BATCH):
        page = numbers[start : start + BATCH].tolist()
        clocks = Clock.objects.filter(pk__in=page).order_by("pk")
        yield page[-1], _moved([clock for clock in clocks if _reaches(clock, ordinals)], plan)


def moves(plan: Plan, *, after: int = 0, within: Q | None = None) -> Iterator[Moved]:
    for _, found in batches(plan, after=after, within=within):
        yield from found


def _reaches(clock: Clock, ordinals: Sequence[int]) -> bool:
    """Whether a changed day lies where the clock counts, warns or reminds."""
    ends = [clock.due_at, clock.original_due_at]
    ends += [datetime.fromisoformat(moment) for _, moment, _ in clock.thresholds]
    first = day_of(min(clock.started_at, clock.warn_at)).toordinal()
    index = bisect_left(ordinals, first)
    return index < len(ordinals) and ordinals[index] <= day_of(max(ends)).toordinal()


def _moved(clocks: Sequence[Clock], plan: Plan) -> list[Moved]:
    """One query for the events of all."""
    events: dict[int, list[ClockEvent]] = defaultdict(list)
    for event in ClockEvent.objects.filter(clock__in=clocks).order_by("id"):
        events[event.clock_id].append(event)
    found = (_move(clock, events[clock.pk], plan) for clock in clocks)
    return [moved for moved in found if moved is not None]


def _move(clock: Clock, events: list[ClockEvent], plan: Plan) -> Moved | None:
    """None where the new calendar gives the same clock."""
    version = plan.calendar_for(clock.office_id).version
    ghost = ClockEvent(kind=EventKind.CALENDAR_CHANGED, at=plan.at, data={"calendar": version})
    try:
        now = replay(events, plan.calendar_of)
        then = replay([*events, ghost], plan.calendar_of)
    except (LimitError, CalendarError):
        return None  # beyond the calendar's reach; the nightly verification names such clocks
    if what_counts(now) == what_counts(then):
        return None
    due = then.computation.due_at
    judged_at = clock.stopped_at or plan.at
    return Moved(
        clock,
        clock.due_at,
        due,
        clock.is_late(plan.at),
        clock.state != ClockState.PAUSED and judged_at >= due,
        now.computation.provisional and not then.computation.provisional,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """Counts for people, and a digest that differs when anything in the list does."""

    counts: dict[str, Any]
    digest: str


def preview_of(plan: Plan) -> Preview:
    counts: Counter[str] = Counter()
    offices: Counter[int] = Counter()
    units: set[int] = set()
    digest = hashlib.sha256(repr(_days_key(plan)).encode())
    for _, found in batches(plan):
        for moved in found:
            counts.update(effects_of(moved))
            offices[moved.clock.office_id] += 1
            units.add(moved.clock.unit_id)
            digest.update(repr(_key(moved)).encode())
        counts["findings"] += len(findings_touched(found))
    total = {**counts, "units": len(units), "offices": {str(pk): n for pk, n in offices.items()}}
    return Preview(total, digest.hexdigest())


def effects_of(moved: Moved) -> Iterator[str]:
    """Under which counts a clock falls."""
    yield "clocks"
    if moved.due_after > moved.due_before:
        yield "later"
    elif moved.due_after < moved.due_before:
        yield "earlier"
    elif not moved.settled:
        yield "same"
    if moved.settled:
        yield "settled"
    if moved.late_before and not moved.late_after:
        yield "cleared"
    if moved.late_after and not moved.late_before:
        yield "late"


def findings_touched(found: Iterable[Moved]) -> list[OverdueFinding]:
    """Standing findings on due moments that move."""
    due = {moved.clock.pk: moved.due_before for moved in found if moved.is_redated}
    rows = OverdueFinding.objects.standing().filter(clock__in=due, kind__in=JUDGED_BY_DUE)
    return [row for row in rows.order_by("pk") if row.due_at == due[row.clock_id]]


def _days_key(plan: Plan) -> list[tuple[str, bool]]:
    return [(day.on.isoformat(), day.after.working) for day in plan.days]


def _key(moved: Moved) -> tuple[object, ...]:
    due = moved.due_before.isoformat(), moved.due_after.isoformat()
    return moved.clock.pk, *due, moved.late_before, moved.late_after, moved.settled
