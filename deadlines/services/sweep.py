"""The sweep: write an alert for every threshold that running clocks have crossed.

It may run twice, late, on two workers, or be killed at any line: a row is looked at again under
its lock, alerts are unique on clock, level and due moment, and each batch commits on its own.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, IntegrityError, InternalError, transaction
from django.db.models import Q

from deadlines.models import Alert, Clock

logger = logging.getLogger(__name__)

BATCH = 1000
# What one bad row can cause. A lost connection is not among them: it ends the run.
BAD_ROW = (DataError, IntegrityError, InternalError, ValueError, TypeError, KeyError)


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


def sweep(at: datetime) -> SweepResult:
    """Everything that was due for an alert at that moment, however long ago."""
    result = SweepResult()
    last: tuple[datetime, int] | None = None
    while page := _page(at, last):
        last = page[-1]
        result += _sweep_or_isolate([pk for _, pk in page], at)
    return result


def _page(at: datetime, after: tuple[datetime, int] | None) -> list[tuple[datetime, int]]:
    """The next (moment, id); by key, so that a row which keeps failing does not hold up others."""
    rows = Clock.objects.running().filter(next_alert_at__lte=at)
    if after:
        rows = rows.filter(
            Q(next_alert_at__gt=after[0]) | Q(next_alert_at=after[0], pk__gt=after[1])
        )
    return list(rows.order_by("next_alert_at", "pk").values_list("next_alert_at", "pk")[:BATCH])


def _sweep_or_isolate(pks: Sequence[int], at: datetime) -> SweepResult:
    try:
        return _sweep_batch(pks, at)
    except BAD_ROW:
        if len(pks) == 1:
            logger.exception("Clock %s could not be swept", pks[0])
            return SweepResult(failed=1)
    result = SweepResult()
    for pk in pks:
        result += _sweep_or_isolate([pk], at)
    return result


@transaction.atomic
def _sweep_batch(pks: Sequence[int], at: datetime) -> SweepResult:
    # Looked at again under the lock: stopped or extended meanwhile means nothing to do. A row that
    # another worker holds is being swept there.
    rows = (
        Clock.objects.select_for_update(skip_locked=True)
        .running()
        .filter(pk__in=pks, next_alert_at__lte=at)
        .values_list("pk", "due_at", "thresholds")
    )
    alerts: list[Alert] = []
    following: dict[datetime | None, list[int]] = defaultdict(list)
    for pk, due_at, thresholds in rows:
        crossed, next_at = _split(thresholds, at)
        alerts += _alerts(pk, due_at, crossed, at)
        following[next_at].append(pk)
    new = _without_known(alerts)
    Alert.objects.bulk_create(new, ignore_conflicts=True)
    for next_at, group in following.items():
        Clock.objects.filter(pk__in=group).update(next_alert_at=next_at)
    return SweepResult(clocks=sum(map(len, following.values())), alerts=len(new))


def _split(
    thresholds: Iterable[tuple[str, str, str]], at: datetime
) -> tuple[list[tuple[str, datetime, str]], datetime | None]:
    """What has been crossed by `at`, and the moment of what comes next."""
    parsed = [(level, datetime.fromisoformat(text), label) for level, text, label in thresholds]
    crossed = [item for item in parsed if item[1] <= at]
    return crossed, min((moment for _, moment, _ in parsed if moment > at), default=None)


def _alerts(
    pk: int, due_at: datetime, crossed: Sequence[tuple[str, datetime, str]], at: datetime
) -> list[Alert]:
    """One for each level crossed; after a pause of the sweep all but the last are superseded."""
    return [
        Alert(
            clock_id=pk,
            level=level,
            label=label,
            due_at=due_at,
            moment=moment,
            raised_at=at,
            superseded=position < len(crossed) - 1,
        )
        for position, (level, moment, label) in enumerate(crossed)
    ]


def _without_known(alerts: Sequence[Alert]) -> list[Alert]:
    """Thresholds below the one just crossed were raised by an earlier sweep."""
    known = set(
        Alert.objects.filter(clock_id__in={alert.clock_id for alert in alerts}).values_list(
            "clock_id", "level", "due_at"
        )
    )
    return [a for a in alerts if (a.clock_id, a.level, a.due_at) not in known]
