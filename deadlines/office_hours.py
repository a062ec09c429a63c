"""Office hours: messages go out only inside them, on working days. PURE."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from deadlines.calendar import WorkingCalendar
from deadlines.moments import SHANGHAI, in_shanghai

Hours = Sequence[tuple[time, time]]

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
