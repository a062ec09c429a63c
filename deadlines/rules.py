"""From a limit and a start to the due moment, with the reasons. PURE.

The day of receipt never counts: day 1 is the day after (LZ-A-7b); of a limit in working days the
first counted day is the first working day after receipt. Nothing rolls unless the limit says so.
Days excluded by 缓办 are skipped; a day fixed by date moves on by as many (`deadlines.pauses`).
`day_of_month` is the first such day on or after the day after receipt, that day included; a month
without that day, and a month counted from the 31st, end on their last day.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from deadlines.calendar import LAST_YEAR, CalendarError, Day, WorkingCalendar
from deadlines.computation import DESIGNATED, Computation, DayLine
from deadlines.limits import LimitError, LimitLike, ReminderLike, WarningLike, check_limit
from deadlines.moments import at_hour, day_end, day_of, day_start, in_shanghai
from deadlines.pauses import Stretch, days_in, effective, moved_by_days, moved_by_working_days

ONE_DAY: Final = timedelta(days=1)
PAUSED: Final = "缓办期间，不计入"


def compute(
    limit: LimitLike,
    start: date | datetime,
    calendar: WorkingCalendar,
    *,
    excluded: Sequence[Stretch] = (),
    with_days: bool = True,
) -> Computation:
    """The due moment of `limit` for a start event on that day or moment, without excluded days.

    Raises LimitError, or CalendarError where a year is out of the calendar's reach.
    """
    check_limit(limit)
    start = in_shanghai(start) if isinstance(start, datetime) else start
    received = day_of(start)
    calendar.require(received)
    first, nominal = _span(limit, received, calendar)
    in_working_days = limit.unit == "working_day"
    counted = limit.count if in_working_days else (nominal - first).days + 1
    if excluded:
        first, nominal = _around(excluded, received, nominal, calendar, working=in_working_days)
        excluded = effective(excluded, received, nominal)
    last = calendar.on_or_after(nominal) if limit.roll == "forward" else nominal
    calendar.require(last)
    return Computation(
        start=start,
        unit=limit.unit,
        count=limit.count,
        roll=limit.roll,
        first_day=first,
        counted_days=counted,
        last_day=last,
        rolled=last != nominal,
        due_at=_end_of(last, limit.at_time),
        provisional=calendar.is_provisional(received, last),
        calendar_version=calendar.version,
        at_time=limit.at_time,
        clause=limit.clause or None,
        month=limit.month,
        quote=getattr(limit, "quote", "") or "",
        excluded=tuple(excluded),
        days=_day_lines(received, nominal, last, in_working_days, calendar, excluded)
        if with_days
        else (),
    )


def designate(
    due_on: date,
    start: date | datetime,
    calendar: WorkingCalendar,
    *,
    at_time: time | None = None,
    clause: str | None = None,
    quote: str = "",
    excluded: Sequence[Stretch] = (),
    set_on: date | None = None,
) -> Computation:
    """A due day that a person named (指定时间, 约定时间): nothing is counted, nothing rolls.

    It moves on by the days excluded since it was named on `set_on`, by default the day of the
    start. Raises LimitError where it lies before the start.
    """
    start = in_shanghai(start) if isinstance(start, datetime) else start
    received = day_of(start)
    calendar.day(received)
    calendar.day(due_on)
    if due_on < received or (isinstance(start, datetime) and _end_of(due_on, at_time) <= start):
        raise LimitError(f"办结期限{due_on.isoformat()}早于起算日{received.isoformat()}")
    last = moved_by_days(due_on, set_on or received, excluded)
    calendar.day(last)
    return Computation(
        start=start,
        unit=DESIGNATED,
        count=(due_on - received).days,
        roll="none",
        first_day=min(received + ONE_DAY, due_on),
        counted_days=(due_on - received).days,
        last_day=last,
        rolled=False,
        due_at=_end_of(last, at_time),
        provisional=False,
        calendar_version=calendar.version,
        at_time=at_time,
        clause=clause,
        quote=quote,
        excluded=effective(excluded, set_on or received, last),
    )


def warn_at(computation: Computation, warning: WarningLike, calendar: WorkingCalendar) -> datetime:
    """00:00 of the day on which the light turns amber: by the same engine as the due day."""
    received, last = computation.received_on, computation.last_day
    in_working_days = warning.unit == "working_day"
    total = (
        calendar.working_days_between(received, last) if in_working_days else (last - received).days
    )
    before = min(warning.count, total // 2) if warning.at_most_half else warning.count
    if in_working_days:
        return day_start(calendar.add_working_days(last, -before))
    return day_start(last - timedelta(days=before))


def reminder_moments(
    computation: Computation, reminders: Mapping[str, ReminderLike], calendar: WorkingCalendar
) -> list[tuple[str, datetime]]:
    """(key, 00:00 of its day) in order of time; those not later than the start are left out."""
    begun = (
        computation.start
        if isinstance(computation.start, datetime)
        else day_start(computation.start)
    )
    last = computation.last_day
    moments = [
        (key, day_start(calendar.add_working_days(last, reminder.offset)))
        for key, reminder in reminders.items()
    ]
    return sorted((pair for pair in moments if pair[1] > begun), key=lambda pair: pair[1])


def _end_of(last: date, hour: time | None) -> datetime:
    return at_hour(last, hour) if hour else day_end(last)


def _around(
    excluded: Sequence[Stretch],
    received: date,
    nominal: date,
    calendar: WorkingCalendar,
    *,
    working: bool,
) -> tuple[date, date]:
    """First counted and last day, with the excluded days skipped."""
    last = (
        moved_by_working_days(nominal, received, excluded, calendar)
        if working
        else moved_by_days(nominal, received, excluded)
    )
    skipped = set(days_in(excluded))
    first = received + ONE_DAY
    while first in skipped or (working and not calendar.is_working(first)):
        first += ONE_DAY
    return first, last


def _span(limit: LimitLike, received: date, calendar: WorkingCalendar) -> tuple[date, date]:
    if limit.unit == "day_of_year":
        return _yearly_span(received, limit.month or 1, limit.count)
    return _SPANS[limit.unit](received, limit.count, calendar)


def _working_span(received: date, count: int, calendar: WorkingCalendar) -> tuple[date, date]:
    return calendar.next_working_day(received), calendar.add_working_days(received, count)


def _calendar_span(received: date, count: int, calendar: WorkingCalendar) -> tuple[date, date]:
    return received + ONE_DAY, received + timedelta(days=count)


def _month_span(received: date, count: int, calendar: WorkingCalendar) -> tuple[date, date]:
    """Ends on the day of the same number; where the month has none, on its last day."""
    return received + ONE_DAY, _in_month(received.year, received.month + count, received.day)


def _monthly_span(received: date, count: int, calendar: WorkingCalendar) -> tuple[date, date]:
    first = received + ONE_DAY
    this_month = _in_month(first.year, first.month, count)
    if this_month >= first:
        return first, this_month
    return first, _in_month(first.year, first.month + 1, count)


def _month_end_span(received: date, count: int, calendar: WorkingCalendar) -> tuple[date, date]:
    """The last day of the count-th month, the month of day 1 being the first."""
    first = received + ONE_DAY
    return first, _in_month(first.year, first.month + count - 1, 31)


def _yearly_span(received: date, month: int, day: int) -> tuple[date, date]:
    first = received + ONE_DAY
    this_year = _in_month(first.year, month, day)
    return first, this_year if this_year >= first else _in_month(first.year + 1, month, day)


def _in_month(year: int, month: int, day: int) -> date:
    """That day of the month, months beyond 12 running into later years, cut to the month's end."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if year > LAST_YEAR:
        raise CalendarError(f"工作日历只到{LAST_YEAR}年，不能计算{year}年的日期")
    return date(year, month, min(day, monthrange(year, month)[1]))


_SPANS: Final[Mapping[str, Callable[[date, int, WorkingCalendar], tuple[date, date]]]] = {
    "working_day": _working_span,
    "calendar_day": _calendar_span,
    "month": _month_span,
    "day_of_month": _monthly_span,
    "month_end": _month_end_span,
}


def _day_lines(
    received: date,
    nominal: date,
    last: date,
    in_working_days: bool,
    calendar: WorkingCalendar,
    excluded: Sequence[Stretch],
) -> tuple[DayLine, ...]:
    skipped = frozenset(days_in(excluded))
    return tuple(_lines(received, nominal, last, in_working_days, calendar, skipped))


def _lines(
    received: date,
    nominal: date,
    last: date,
    in_working_days: bool,
    calendar: WorkingCalendar,
    skipped: frozenset[date],
) -> Iterator[DayLine]:
    """The day of receipt, then every day to the last one."""
    yield DayLine(received, False, None, "收到当日，不计入")
    n = 0
    on = received + ONE_DAY
    while on <= last:
        day = calendar.day(on)
        paused = on <= nominal and on in skipped
        counted = on <= nominal and not paused and (day.working or not in_working_days)
        n += counted
        yield DayLine(on, counted, n if counted else None, PAUSED if paused else _why(day, nominal))
        on += ONE_DAY


def _why(day: Day, nominal: date) -> str:
    reason = day.reason if day.date <= nominal else f"顺延：{day.reason}"
    return f"{reason}（暂定）" if day.provisional else reason
