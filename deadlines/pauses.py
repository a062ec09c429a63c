"""缓办: days that do not count, and how far a last day moves because of them. PURE.

Excluded are the days from the day of the pause, included, to the day of the resumption, which
counts again; a pause and a resumption on one day exclude nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from deadlines.calendar import WorkingCalendar
from deadlines.moments import day_of

Stretch = tuple[date, date]  # the first and the last excluded day
ONE_DAY = timedelta(days=1)


def stretches_of(
    marks: Iterable[tuple[bool, datetime]],
) -> tuple[tuple[Stretch, ...], datetime | None]:
    """From (is a pause, moment) in order of time: what is excluded, and since when it is paused now.

    A pause that still runs excludes nothing yet: how far it reaches is not known.
    """
    found: list[Stretch] = []
    since: datetime | None = None
    for pauses, moment in marks:
        if pauses:
            since = since or moment
        elif since is not None:
            first, last = day_of(since), day_of(moment) - ONE_DAY
            if first <= last:
                found.append((first, last))
            since = None
    return tuple(found), since


def days_in(stretches: Sequence[Stretch]) -> Iterator[date]:
    """Every excluded day, in order."""
    for first, last in stretches:
        for n in range((last - first).days + 1):
            yield first + timedelta(days=n)


def moved_by_days(last: date, set_on: date, stretches: Sequence[Stretch]) -> date:
    """One calendar day later for every excluded day after `set_on` up to the moving last day."""
    for day in days_in(stretches):
        if set_on < day <= last:
            last += ONE_DAY
    return last


def moved_by_working_days(
    last: date, received: date, stretches: Sequence[Stretch], calendar: WorkingCalendar
) -> date:
    """One working day later for every excluded working day on the way."""
    for day in days_in(stretches):
        if received < day <= last and calendar.is_working(day):
            last = calendar.next_working_day(last)
    return last


def effective(stretches: Sequence[Stretch], set_on: date, last: date) -> tuple[Stretch, ...]:
    """Those of which at least one day lies after `set_on` and not after the last day."""
    return tuple(pair for pair in stretches if pair[1] > set_on and pair[0] <= last)
