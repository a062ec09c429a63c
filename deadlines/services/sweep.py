"""The sweep: write an alert for every threshold that running clocks have crossed.

It may run twice, late, on two workers, or be killed at any line: a stretch of clocks is claimed
and raised in one transaction, and alerts are unique on clock, level and due moment.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.db.models import Max, Q, QuerySet

from deadlines.models import Clock, ClockState, NextAlert
from deadlines.services.sweep_sql import (
    POSTGRESQL,
    SQLITE_CLAIM,
    SQLITE_DONE,
    SQLITE_MOVE,
    SQLITE_RAISE,
    SQLITE_SWEPT,
)
from duban.faults import passing

logger = logging.getLogger(__name__)

BATCH = 20_000  # clocks in one transaction: half a second's work
# What one bad row can cause. A lost connection is not among them: it ends the run.
BAD_ROW: Final = (DataError, IntegrityError, InternalError)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Clocks looked at, alerts written, clocks that could not be swept (each is logged)."""

    clocks: int = 0
    alerts: int = 0
    failed: int = 0

    def __add__(self, other: "SweepResult") -> "SweepResult":
        return SweepResult(
            self.clocks + other.clocks, self.alerts + other.alerts, self.failed + other.failed
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Clocks numbered after `after` up to `to` that stand before their threshold at `moment`,
    having passed `passed` earlier ones. A clock that has crossed it stands later in this order, so
    one run takes it over all that it missed.
    """

    moment: datetime
    passed: int
    after: int
    to: int

    def clocks(self) -> QuerySet[NextAlert]:
        rows = NextAlert.objects.filter(at=self.moment, passed=self.passed)
        return rows.filter(clock_id__gt=self.after, clock_id__lte=self.to).order_by("clock_id")


def sweep(at: datetime) -> SweepResult:
    """Everything that was due for an alert at that moment, however long ago."""
    result = SweepResult()
    stretch: Stretch | None = None
    while stretch := _next_stretch(at, stretch):
        passing("sweep.stretch_found")
        result += _sweep_or_isolate(stretch, at)
        passing("sweep.stretch_committed")
    return result


def next_alert_set(clock: Clock) -> None:
    """Arm the clock as its row now says. The sweep passes over what has been raised already, so it
    begins with the first threshold.
    """
    first = next((datetime.fromisoformat(moment) for _, moment, _ in clock.thresholds), None)
    NextAlert.objects.bulk_create(
        [NextAlert(clock_id=clock.pk, at=first if clock.state == ClockState.RUNNING else None)],
        update_conflicts=True,
        unique_fields=["clock"],
        update_fields=["at", "passed"],
    )


def _next_stretch(at: datetime, done: Stretch | None) -> Stretch | None:
    """By key, so that a clock which keeps failing does not hold up others."""
    rows = NextAlert.objects.filter(at__lte=at).order_by("at", "passed", "clock_id")
    if done:
        same = Q(at=done.moment, passed=done.passed, clock_id__gt=done.to)
        deeper = Q(at=done.moment, passed__gt=done.passed)
        rows = rows.filter(same | deeper | Q(at__gt=done.moment))
    first = rows.values_list("at", "passed", "clock_id").first()
    if first is None:
        return None
    moment, passed, clock_id = first
    rest = NextAlert.objects.filter(at=moment, passed=passed, clock_id__gte=clock_id)
    window = rest.order_by("clock_id").values("clock_id")[:BATCH]
    last = window.aggregate(last=Max("clock_id"))["last"]
    return Stretch(moment, passed, clock_id - 1, last or clock_id)


def _sweep_or_isolate(stretch: Stretch, at: datetime) -> SweepResult:
    """The stretch at once; where a row of it is bad, its halves."""
    try:
        return _sweep_stretch(stretch, at)
    except BAD_ROW:
        numbers = list(stretch.clocks().values_list("clock_id", flat=True))
        if len(numbers) <= 1:
            logger.exception("Clock %s could not be swept", stretch.to)
            return SweepResult(failed=1)
    middle = numbers[len(numbers) // 2 - 1]
    lower, upper = replace(stretch, to=middle), replace(stretch, after=middle)
    return _sweep_or_isolate(lower, at) + _sweep_or_isolate(upper, at)


@transaction.atomic
def _sweep_stretch(stretch: Stretch, at: datetime) -> SweepResult:
    stored = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {
        "moment": stored(stretch.moment),
        "passed": stretch.passed,
        "after": stretch.after,
        "to": stretch.to,
        "at": stored(at),
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL, values)
            passing("sweep.alerts_written")
            return SweepResult(*cursor.fetchone())
        cursor.execute(SQLITE_CLAIM, values)
        alerts = cursor.execute(SQLITE_RAISE, values).rowcount
        passing("sweep.alerts_written")
        cursor.execute(SQLITE_MOVE)
        clocks = cursor.execute(SQLITE_SWEPT, values).fetchone()[0]
        cursor.execute(SQLITE_DONE)
    return SweepResult(clocks, alerts)
