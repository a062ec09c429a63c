"""What changes a clock on its way: 缓办, another start, another day, another calendar.

As in `clocks`: each locks the row, appends one event, stores the replay of all, and returns the
clock as stored.
"""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from deadlines.calendars import calendar_of
from deadlines.models import Clock, ClockEvent, ClockState, EventKind
from deadlines.replay import ClockState as Replayed
from deadlines.replay import replay
from deadlines.services.clocks import append, begun, dated, locked, refusals, require_not_stopped
from duban.ledger.errors import WHOLE, RuleViolation
from duban.org.actor import Actor


def clock_pause(*, clock: Clock, by: Actor, at: datetime | None = None, reason: str) -> Clock:
    """缓办: no day counts from the day of `at` until the day of the resumption; nobody is pressed."""
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请说明缓办的理由"]})
    with locked(clock) as row:
        require_not_stopped(row)
        if row.state == ClockState.PAUSED:
            raise RuleViolation("时钟已在缓办中")
        if at < row.started_at:
            raise RuleViolation("缓办时间早于起算时间")
        return append(row, EventKind.PAUSED, {}, by=by, at=at, reason=reason)


def clock_resume(
    *, clock: Clock, by: Actor | None = None, at: datetime | None = None, reason: str = ""
) -> Clock:
    """恢复计时: the day of `at` counts again; the due moment moves by what was excluded."""
    at = at or timezone.now()
    with locked(clock) as row:
        if row.paused_at is None:
            raise RuleViolation("时钟不在缓办中，不能恢复计时")
        if at < row.paused_at:
            raise RuleViolation("恢复计时的时间早于缓办开始的时间")
        return append(row, EventKind.RESUMED, {}, by=by, at=at, reason=reason)


def clock_restart(
    *, clock: Clock, start: date | datetime, by: Actor, at: datetime | None = None, reason: str
) -> Clock:
    """重新起算: the limit counts anew from `start`, as after a new delivery. What came before,
    extensions, pauses and a stop among it, is without effect.
    """
    at = at or timezone.now()
    data = begun(clock, start, reason, "请说明重新起算的理由", at=at)
    with locked(clock) as row:
        return append(row, EventKind.RESTARTED, data, by=by, at=at, reason=reason)


def clock_redate(
    *,
    clock: Clock,
    due_on: date,
    by: Actor,
    at: datetime | None = None,
    at_time: time | None = None,
    reason: str = "",
    clause: str = "",
    quote: str = "",
) -> Clock:
    """另定期限: another last day, earlier or later, by an approved plan (ZZ-2.3g) or an agreement
    (LZ-A-6.3a). Refused before the start, and where it is the day that stands.
    """
    at = at or timezone.now()
    data = dated(clock, due_on, at_time, clause, quote, at=at)
    with locked(clock) as row:
        require_not_stopped(row)
        if due_on == row.due_on and at_time == row.explained.at_time:
            raise RuleViolation({"due_on": [f"与现期限{due_on.isoformat()}相同"]})
        return append(row, EventKind.REDATED, data, by=by, at=at, reason=reason)


def clock_follow_calendar(
    *,
    clock: Clock,
    version: str,
    by: Actor | None = None,
    at: datetime | None = None,
    reason: str = "",
) -> Clock:
    """Compute anew on that calendar version. Where it changes nothing, nothing is recorded."""
    at = at or timezone.now()
    with locked(clock) as row:
        if _on_calendar(row, version, at) == what_counts(
            replay(list(row.events.order_by("id")), calendar_of)
        ):
            return row
        data = {"calendar": version}
        return append(row, EventKind.CALENDAR_CHANGED, data, by=by, at=at, reason=reason)


def _on_calendar(row: Clock, version: str, at: datetime) -> dict[str, Any]:
    event = ClockEvent(
        clock=row, kind=EventKind.CALENDAR_CHANGED, at=at, data={"calendar": version}
    )
    with refusals(WHOLE):
        return what_counts(replay([*row.events.order_by("id"), event], calendar_of))


def what_counts(state: Replayed) -> dict[str, Any]:
    """Everything that a person could notice; the calendar's name alone is none of it."""
    computation = state.computation.to_json()
    del computation["calendar_version"]
    return {
        "computation": computation,
        "original_due_at": state.original_due_at,
        "warn_at": state.warn_at,
        "thresholds": state.thresholds,
    }
