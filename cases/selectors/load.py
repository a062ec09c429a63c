"""What falls due for a unit in one week, to be seen before more is put on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cases.models import Assignment
from deadlines.models import Clock
from deadlines.moments import day_end, day_start


@dataclass(frozen=True)
class WeekLoad:
    """Monday to Sunday of the week in which a day lies."""

    first: date
    matters: int
    reports: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def load_of(unit_id: int, *, on: date) -> WeekLoad:
    """Matters whose last day lies in that week, and reports and answers owed beside them; running
    ones only, of whatever office. Two queries.
    """
    first = on - timedelta(days=on.weekday())
    clocks = Clock.objects.running().filter(
        unit_id=unit_id,
        due_at__gt=day_start(first),
        due_at__lte=day_end(first + timedelta(days=6)),
    )
    matters = Assignment.objects.filter(clock__in=clocks).count()
    return WeekLoad(first, matters, clocks.count() - matters)
