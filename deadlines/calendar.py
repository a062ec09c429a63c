"""The working calendar: which day is a working day, and why. PURE.

Working days follow the State Council's notices with their make-up workdays (调休上班). A year not
yet announced counts Monday to Friday less the statutory days and is provisional (暂定). Years
before 2018 are refused: no notice for them is shipped.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from threading import Lock
from typing import Final

from deadlines.notices import Notice, shipped_notices

FIRST_YEAR: Final = 2018
LAST_YEAR: Final = 2099  # as far as the statutory days of the lunar calendar are known
SATURDAY: Final = 5


class CalendarError(ValueError):
    """A day the calendar cannot judge; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: `reason` is what an official would say (工作日、周末、国庆节假期、调休上班)."""

    date: date
    working: bool
    reason: str
    provisional: bool


class WorkingCalendar:
    """Days as decided by `notices`. Immutable from outside; years are built when first needed."""

    def __init__(
        self, notices: Iterable[Notice], *, local: Iterable[Notice] = (), version: str = ""
    ) -> None:
        """`local` days hold over the national ones. `version` defaults to the newest notice's day."""
        national = sorted(notices, key=lambda notice: notice.decided_on)
        if not national:
            raise CalendarError("尚无已公布的放假安排，不能计算工作日")
        self.notices = (*national, *local)
        self.version = version or national[-1].decided_on.isoformat()
        self.announced_years = frozenset(n.year for n in self.notices if n.announces)
        self._overrides = _overrides(self.notices)
        self._years: dict[int, tuple[Day, ...]] = {}
        self._working: list[int] = []  # ordinals of working days, from FIRST_YEAR on
        self._next_year = FIRST_YEAR
        self._lock = Lock()

    @classmethod
    def load(cls, as_of: date | None = None) -> "WorkingCalendar":
        """The shipped calendar; with `as_of`, as it was known on that day.

        Raises CalendarError where nothing had been announced by then.
        """
        notices = shipped_notices()
        if as_of is None:
            return _shipped(len(notices))
        known = sum(notice.decided_on <= as_of for notice in notices)
        if known == 0:
            raise CalendarError(
                f"日历只收录{notices[0].decided_on.isoformat()}以后公布的放假安排，"
                f"不能按{as_of.isoformat()}当时的安排计算"
            )
        return _shipped(known)

    def day(self, on: date) -> Day:
        """Raises CalendarError before 2018 and after 2099."""
        days = self._years.get(on.year) or self._build(on.year)
        return days[on.toordinal() - date(on.year, 1, 1).toordinal()]

    def require(self, on: date) -> None:
        """Raises CalendarError before 2018 and after 2099."""
        _refuse_year(on.year)

    def is_working(self, on: date) -> bool:
        return self.day(on).working

    def is_provisional(self, first: date, last: date) -> bool:
        """Does the stretch touch a year that is not announced?"""
        if first.year == last.year:
            return first.year not in self.announced_years
        return any(year not in self.announced_years for year in range(first.year, last.year + 1))

    def next_working_day(self, after: date) -> date:
        """The first working day after that day."""
        return self.add_working_days(after, 1)

    def previous_working_day(self, before: date) -> date:
        """The last working day before that day."""
        return self.add_working_days(before, -1)

    def on_or_after(self, on: date) -> date:
        """The day itself if it is a working day, else the next one (顺延)."""
        return on if self.is_working(on) else self.next_working_day(on)

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after `day`, before it where negative; 0 is the day itself."""
        if count == 0:
            return day
        self._reach(day.year)
        if count > 0:
            index = bisect_right(self._working, day.toordinal()) + count - 1
            while index >= len(self._working):
                self._reach(self._next_year)
            return date.fromordinal(self._working[index])
        index = bisect_left(self._working, day.toordinal()) + count
        if index < 0:
            raise CalendarError(f"工作日历自{FIRST_YEAR}年起，不能推算到更早的日期")
        return date.fromordinal(self._working[index])

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        self._reach(start.year)
        self._reach(end.year)
        working = self._working
        return bisect_right(working, end.toordinal()) - bisect_right(working, start.toordinal())

    def year(self, year: int) -> tuple[Day, ...]:
        """Every day of the year in order."""
        return self._years.get(year) or self._build(year)

    def arranged(self, year: int) -> dict[date, tuple[bool, str]]:
        """Day -> (working, holiday) of the days of that year that notices name."""
        return {on: said for on, said in self._overrides.items() if on.year == year}

    def _reach(self, year: int) -> None:
        """Make the list of working days cover `year`; CalendarError out of bounds."""
        _refuse_year(year)
        if year < self._next_year:
            return
        with self._lock:
            while self._next_year <= year:
                days = self._years.get(self._next_year) or self._build(self._next_year)
                self._working.extend(day.date.toordinal() for day in days if day.working)
                self._next_year += 1

    def _build(self, year: int) -> tuple[Day, ...]:
        _refuse_year(year)
        statutory = {} if year in self.announced_years else statutory_days(year)
        first = date(year, 1, 1)
        length = (date(year + 1, 1, 1) - first).days
        days = tuple(self._judge(first + timedelta(days=n), statutory) for n in range(length))
        self._years[year] = days
        return days

    def _judge(self, on: date, statutory: dict[date, str]) -> Day:
        provisional = on.year not in self.announced_years
        if on in self._overrides:
            working, name = self._overrides[on]
            return Day(on, working, "调休上班" if working else f"{name}假期", provisional)
        if on in statutory:
            return Day(on, False, f"法定节假日（{statutory[on]}）", provisional)
        if on.weekday() >= SATURDAY:
            return Day(on, False, "周末", provisional)
        return Day(on, True, "工作日", provisional)


def _overrides(notices: Iterable[Notice]) -> dict[date, tuple[bool, str]]:
    """Day -> (working, holiday's name); of two notices the later one holds."""
    found: dict[date, tuple[bool, str]] = {}
    for notice in notices:
        found.update({day: (False, name) for day, name in notice.days_off.items()})
        found.update({day: (True, name) for day, name in notice.workdays.items()})
    return found


def _refuse_year(year: int) -> None:
    if year < FIRST_YEAR:
        raise CalendarError(f"工作日历自{FIRST_YEAR}年起，没有{year}年的放假安排")
    if year > LAST_YEAR:
        raise CalendarError(f"工作日历只到{LAST_YEAR}年，不能计算{year}年的日期")


@lru_cache
def statutory_days(year: int) -> dict[date, str]:
    """Statutory days of a year that is not announced, with the make-up day that the regulation
    itself orders where one falls on a weekend; swaps that only a notice can order are left out.
    """
    # The library takes a quarter of a second to load, and only such years need it.
    from holidays.countries.china import China

    return {
        on: name.replace("; ", "、").replace("（补假）", "补假")
        for on, name in China(years=year, language="zh_CN").items()
        if "调休" not in name and "延长" not in name
    }


@lru_cache
def _shipped(known: int) -> WorkingCalendar:
    return WorkingCalendar(shipped_notices()[:known])
