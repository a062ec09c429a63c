"""One limit from very many starts. PURE.

Starts are days, and there are few of them: thirty thousand in all the years that the calendar
knows. So each is computed once, by the same rules as a single one, and looked up from then on.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from deadlines.calendar import WorkingCalendar
from deadlines.computation import Computation
from deadlines.limits import LimitLike
from deadlines.rules import compute

MOST_KEPT: Final = 4096  # days, about eleven years: 2 MB


class Computations(dict[date, Computation]):
    """Day of receipt -> computation without its list of days; raises as `compute` does."""

    def __init__(self, limit: LimitLike, calendar: WorkingCalendar) -> None:
        self.limit, self.calendar = limit, calendar

    def __missing__(self, received: date) -> Computation:
        found = compute(self.limit, received, self.calendar, with_days=False)
        if len(self) >= MOST_KEPT:
            self.clear()
        self[received] = found
        return found


def last_days(
    limit: LimitLike, starts: Iterable[date], calendar: WorkingCalendar
) -> Iterator[date]:
    """The last day for each day of receipt, in order; nothing is kept of what has been given out."""
    return map(_LastDays(Computations(limit, calendar)).__getitem__, starts)


class _LastDays(dict[date, date]):
    def __init__(self, computations: Computations) -> None:
        self.computations = computations

    def __missing__(self, received: date) -> date:
        found = self.computations[received].last_day
        if len(self) >= MOST_KEPT:
            self.clear()
        self[received] = found
        return found
