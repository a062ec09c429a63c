"""Acts in the order of time, with the sweep between them as beat would run it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from cases.services.alerts import consume_alerts
from cases.services.visit_days import visits_count
from deadlines.services import sweep
from deadlines.services.obligation_alerts import obligations_follow
from deadlines.services.obligation_rounds import obligations_open

SHANGHAI = ZoneInfo("Asia/Shanghai")
SWEEP_AT = time(0, 5)
STATISTICS_EVERY = 14  # days


def moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)


def _gather_statistics() -> None:
    """Within one long transaction a database cannot see by itself how its tables have grown."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass
class Timeline:
    """What people will do, and when. An act may plan further acts, never earlier than itself."""

    start: date
    acts: list[tuple[datetime, int, Callable[[datetime], Any]]] = field(default_factory=list)
    _order: Any = field(default_factory=count)

    def plan(self, at: datetime, act: Callable[[datetime], Any]) -> None:
        heapq.heappush(self.acts, (at, next(self._order), act))

    def run(self, until: datetime) -> int:
        """Perform every act due before `until`, sweeping after each midnight; returns how many."""
        done, day = 0, self.start
        while self.acts and self.acts[0][0] < until:
            at, _, act = heapq.heappop(self.acts)
            day = self._sweep_through(day, at)
            act(at)
            done += 1
        self._sweep_through(day, until)
        return done

    def _sweep_through(self, day: date, at: datetime) -> date:
        """Sweep once a day up to that moment."""
        while moment(day, SWEEP_AT) <= at:
            when = moment(day, SWEEP_AT)
            sweep(when)
            if day.day == 1 or day == self.start:
                obligations_open(on=day, at=when)  # periods begin with months
                visits_count(at=when)
            obligations_follow(at=when)
            consume_alerts(at=when)
            if day.toordinal() % STATISTICS_EVERY == 0:
                _gather_statistics()
            day += timedelta(days=1)
        return day
