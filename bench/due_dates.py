"""Due dates in bulk, beside numpy.busday_offset, and one with its full explanation.

python -m bench.due_dates [DATES]

numpy knows no make-up workdays (调休上班), so it is given the days off and nothing else: less work
than the product does, on the same days.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from deadlines.bulk import last_days
from deadlines.calendar import WorkingCalendar
from deadlines.limits import PlainLimit
from deadlines.rules import compute

RUNS = 7
FIRST, DAYS = date(2018, 1, 2), 3200
LIMIT = PlainLimit(10, "working_day", clause="AS-3.2d")


def main(dates: int) -> None:
    calendar, dice = WorkingCalendar.load(), random.Random(2026)
    starts = [FIRST + timedelta(days=dice.randrange(DAYS)) for _ in range(dates)]
    in_bulk(starts, calendar)
    kept_flat(starts, calendar)
    one(calendar)


def in_bulk(starts: list[date], calendar: WorkingCalendar) -> None:
    days = [day for year in range(2018, 2028) for day in calendar.year(year)]
    off = [day.date for day in days if not day.working and day.date.weekday() < 5]
    theirs = np.busdaycalendar(holidays=off)
    array = np.array(starts, dtype="datetime64[D]")
    floor, worst = timed(lambda: np.busday_offset(array, 10, roll="backward", busdaycal=theirs))
    ours, slowest = timed(lambda: list(last_days(LIMIT, starts, calendar)))
    say(
        f"bulk: dates={len(starts)} product={ours * 1000:.0f}ms(worst {slowest * 1000:.0f}ms) "
        f"numpy={floor * 1000:.0f}ms(worst {worst * 1000:.0f}ms) times={ours / floor:.1f} allowed=3"
    )


def kept_flat(starts: list[date], calendar: WorkingCalendar) -> None:
    """The same dates ten times over, given out one by one."""
    before = peak()
    for _ in range(10):
        deque(last_days(LIMIT, starts, calendar), maxlen=0)
    say(f"memory: {10 * len(starts)} dates, peak grew by {peak() - before}MB")


def one(calendar: WorkingCalendar) -> None:
    """Everything but the list of days, then with it."""
    start = date(2026, 9, 18)
    for limit in (LIMIT, PlainLimit(30, "calendar_day", roll="forward"), PlainLimit(3, "month")):
        bare, worst = each(lambda limit=limit: compute(limit, start, calendar, with_days=False))
        full, _ = each(lambda limit=limit: compute(limit, start, calendar))
        lines = len(compute(limit, start, calendar).days)
        say(
            f"one: {limit.count} {limit.unit} explained={bare:.1f}us(worst {worst:.1f}us) allowed=10us "
            f"with its {lines} days={full:.1f}us"
        )


def each(act: Callable[[], object], times: int = 100) -> tuple[float, float]:
    """Microseconds a call: the best and the worst of many rounds, each short enough to pass
    undisturbed on a busy machine.
    """

    def many() -> None:
        for _ in range(times):
            act()

    best, worst = timed(many, rounds=200)
    return best / times * 1e6, worst / times * 1e6


def timed(act: Callable[[], object], rounds: int = RUNS) -> tuple[float, float]:
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return min(seconds), max(seconds)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
