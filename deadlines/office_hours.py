"""Office hours: messages go out only inside them, on working days. PURE."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final

from deadlines.calendar import FIRST_YEAR, WorkingCalendar
from deadlines.moments import SHANGHAI, in_shanghai

Hours = Sequence[tuple[time, time]]

_EPOCH: Final = date(FIRST_YEAR, 1, 1)

DEFAULT_HOURS: Final[Hours] = (
    (time(8, 30), time(12, 0)),
    (time(14, 30), time(17, 30)),
)


def in_office_hours(at: datetime, calendar: WorkingCalendar, hours: Hours = DEFAULT_HOURS) -> bool:
    """Opening moments belong to the hours, closing moments do not."""
    local = in_shanghai(at)
    return calendar.is_working(local.date()) and any(
        opens <= local.time() < closes for opens, closes in hours
    )


def next_office_moment(
    at: datetime, calendar: WorkingCalendar, hours: Hours = DEFAULT_HOURS
) -> datetime:
    """The moment itself if the office is open, else its next opening."""
    local = in_shanghai(at)
    if in_office_hours(local, calendar, hours):
        return local
    if calendar.is_working(local.date()):
        later = sorted(opens for opens, _ in hours if opens > local.time())
        if later:
            return datetime.combine(local.date(), later[0], SHANGHAI)
    opening = min(opens for opens, _ in hours)
    return datetime.combine(calendar.next_working_day(local.date()), opening, SHANGHAI)


def office_minutes(at: datetime, calendar: WorkingCalendar, hours: Hours = DEFAULT_HOURS) -> int:
    """Office minutes from the calendar's first day to `at`: the difference of two such numbers is
    the working time between two moments, whole minutes.
    """
    local = in_shanghai(at)
    day = local.date()
    before = calendar.working_days_between(_EPOCH, day) - calendar.is_working(day)
    full = sum(_minutes(opens, closes) for opens, closes in hours)
    if not calendar.is_working(day):
        return before * full
    now = local.time()
    today = sum(_minutes(opens, min(now, closes)) for opens, closes in hours if opens < now)
    return before * full + today


def _minutes(first: time, last: time) -> int:
    return (last.hour - first.hour) * 60 + last.minute - first.minute
