"""One step in the life of a clock each, in the caller's transaction or its own.

Every service locks the row, appends an event and stores the replay of all events. Refusals are
RuleViolation and change nothing. They return the clock as stored; the one handed in stays stale.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from deadlines.calendar import CalendarError
from deadlines.calendars import calendar_of, known_calendar
from deadlines.limits import LimitError, LimitLike
from deadlines.models import Clock, ClockEvent, ClockState, EventKind
from deadlines.moments import MomentError, day_of, in_shanghai
from deadlines.replay import ClockState as Replayed
from deadlines.replay import TimesOfPack, opening, replay
from deadlines.services.sweep import next_alert_set
from duban.ledger.errors import WHOLE, RuleViolation
from duban.org.actor import Actor
from duban.org.models import Office, Unit


def clock_open(
    *,
    office: Office,
    unit: Unit,
    kind: str,
    pack: TimesOfPack,
    start: date | datetime,
    limit: LimitLike | None = None,
    due_on: date | None = None,
    at_time: time | None = None,
    clause: str = "",
    quote: str = "",
    label: str = "",
    subject: str = "",
    cycle: int = 1,
    case_id: int | None = None,
    by: Actor | None = None,
    at: datetime | None = None,
) -> Clock:
    """Start a clock by a limit of the pack, or to a day that a person named (`due_on`, with
    `at_time`, `clause` and `quote`). Exactly one of the two. A paper receipt is a bare day.
    """
    if (limit is None) == (due_on is None):
        raise ValueError("a clock runs by a limit or to a designated day, not both")
    at = at or timezone.now()
    with refusals("due_on" if due_on else WHOLE):
        data = opening(
            start=in_shanghai(start) if isinstance(start, datetime) else start,
            calendar=known_calendar(at, office_id=office.pk),
            limit=limit,
            due_on=due_on,
            at_time=at_time,
            clause=clause,
            quote=quote,
            rule=kind,
            pack=pack,
        )
        event = ClockEvent(kind=EventKind.OPENED, at=at, data=data)
        state = replay([event], calendar_of)
    clock = Clock(
        office=office,
        unit=unit,
        kind=kind,
        label=label or getattr(limit, "label", "") or kind,
        cycle=cycle,
        case_id=case_id,
        subject=subject[:300],
    )
    with transaction.atomic():
        _take_over(clock, state)
        clock.save(force_insert=True)
        next_alert_set(clock)
        event.clock = clock
        _sign(event, by=by, reason="", state=state)
    return clock


def clock_extend(
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
    """Give a running clock a later last day; the original one is kept beside it.

    The day may have passed: a request made in time may be decided late, and what it asked for holds.
    """
    at = at or timezone.now()
    data = dated(clock, due_on, at_time, clause, quote, at=at)
    with locked(clock) as row:
        require_not_stopped(row)
        if due_on <= row.due_on:
            raise RuleViolation({"due_on": [f"延期后的期限应晚于现期限{row.due_on.isoformat()}"]})
        return append(row, EventKind.EXTENDED, data, by=by, at=at, reason=reason)


def clock_stop(
    *, clock: Clock, by: Actor | None = None, at: datetime | None = None, reason: str = ""
) -> Clock:
    """Stop at that moment, which may lie back (办结 counts from the request later granted).

    A paused clock is resumed first: what was excluded until then stays so.
    """
    at = at or timezone.now()
    with locked(clock) as row:
        require_not_stopped(row)
        if at < row.started_at:
            raise RuleViolation("停止时间早于起算时间")
        if row.paused_at:
            row = append(row, EventKind.RESUMED, {}, by=by, at=max(at, row.paused_at), reason="")
        return append(row, EventKind.STOPPED, {}, by=by, at=at, reason=reason)


def clock_reopen(
    *, clock: Clock, by: Actor | None = None, at: datetime | None = None, reason: str = ""
) -> Clock:
    """Set a stopped clock going again with its due moment unchanged (退回继续办理). A matter that is
    taken up anew gets a new clock with the next `cycle`.
    """
    at = at or timezone.now()
    with locked(clock) as row:
        if row.state != ClockState.STOPPED:
            raise RuleViolation("时钟未停止，不能恢复")
        if row.stopped_at and at < row.stopped_at:
            raise RuleViolation("恢复时间早于停止时间")
        return append(row, EventKind.REOPENED, {}, by=by, at=at, reason=reason)


def clock_correct_receipt(
    *, clock: Clock, start: date | datetime, by: Actor, at: datetime | None = None, reason: str
) -> Clock:
    """The matter was received at another time than recorded. An extension already given stays."""
    at = at or timezone.now()
    data = begun(clock, start, reason, "请说明更正收到时间的理由", at=at)
    with locked(clock) as row:
        return append(row, EventKind.RECEIPT_CORRECTED, data, by=by, at=at, reason=reason)


def clock_corrected(*, clock: Clock, start: date | datetime, at: datetime, reason: str) -> Replayed:
    """What a correction of the receipt would make of the clock; nothing is stored."""
    data = begun(clock, start, reason, "请说明更正收到时间的理由", at=at)
    event = ClockEvent(clock=clock, kind=EventKind.RECEIPT_CORRECTED, at=at, data=data)
    with refusals("start"):
        return replay([*clock.events.order_by("id"), event], calendar_of)


def clock_replay(clock: Clock) -> Replayed:
    """What the stored events make of the clock; its row must say the same."""
    return replay(list(clock.events.order_by("id")), calendar_of)


def begun(
    clock: Clock, start: date | datetime, reason: str, no_reason: str, *, at: datetime
) -> dict[str, Any]:
    """What an event keeps that says when the count begins; never later than the day of `at`."""
    if not reason.strip():
        raise RuleViolation({"reason": [no_reason]})
    start = in_shanghai(start) if isinstance(start, datetime) else start
    if day_of(start) > day_of(at):
        raise RuleViolation({"start": ["收到时间不能晚于今天"]})
    return {
        "start": start.isoformat(),
        "calendar": known_calendar(at, office_id=clock.office_id).version,
    }


def dated(
    clock: Clock, due_on: date, at_time: time | None, clause: str, quote: str, *, at: datetime
) -> dict[str, Any]:
    """What an event keeps that names another last day."""
    return {
        "due_on": due_on.isoformat(),
        "at_time": f"{at_time:%H:%M}" if at_time else None,
        "clause": clause,
        "quote": quote,
        "calendar": known_calendar(at, office_id=clock.office_id).version,
    }


# Beside which field it is said that the rules cannot compute.
_FIELDS = {EventKind.RECEIPT_CORRECTED: "start", EventKind.RESTARTED: "start"}


def append(
    row: Clock,
    kind: EventKind,
    data: dict[str, Any],
    *,
    by: Actor | None,
    at: datetime,
    reason: str,
) -> Clock:
    event = ClockEvent(clock=row, kind=kind, at=at, data=data)
    dates = {EventKind.EXTENDED, EventKind.REDATED}
    with refusals("due_on" if kind in dates else _FIELDS.get(kind, WHOLE)):
        state = replay([*row.events.order_by("id"), event], calendar_of)
    _take_over(row, state)
    if row.stopped_at and row.stopped_at < row.started_at:
        raise RuleViolation({"start": ["收到时间晚于停止时间"]})
    if kind in _MAKES and row.state != _MAKES[kind]:
        # A moment that lies back, before something that has undone it since.
        raise RuleViolation("该时间之后已有恢复、停止或者重新起算的记录，不能倒填")
    row.save()
    next_alert_set(row)
    _sign(event, by=by, reason=reason, state=state)
    return row


_MAKES = {
    EventKind.STOPPED: ClockState.STOPPED,
    EventKind.PAUSED: ClockState.PAUSED,
    EventKind.RESUMED: ClockState.RUNNING,
}


def _take_over(row: Clock, state: Replayed) -> None:
    row.state = _state_of(state)
    row.started_at = state.started_at
    row.due_at = state.computation.due_at
    row.original_due_at = state.original_due_at
    row.warn_at = state.warn_at
    row.stopped_at, row.paused_at = state.stopped_at, state.paused_at
    row.provisional = state.computation.provisional
    row.computation = state.computation.to_json()
    row.thresholds = [[t.level, t.moment.isoformat(), t.label] for t in state.thresholds]


def _state_of(state: Replayed) -> ClockState:
    if state.stopped_at:
        return ClockState.STOPPED
    return ClockState.PAUSED if state.paused_at else ClockState.RUNNING


def _sign(event: ClockEvent, *, by: Actor | None, reason: str, state: Replayed) -> None:
    event.actor_id = by.user_id if by else None
    event.actor_name = by.user_name if by else ""
    event.reason = reason[:500]
    if event.kind not in {EventKind.STOPPED, EventKind.REOPENED}:
        event.computation = state.computation.to_json()
    event.save()


def require_not_stopped(row: Clock) -> None:
    if row.state == ClockState.STOPPED:
        raise RuleViolation("时钟已停止")


@contextmanager
def locked(clock: Clock) -> Iterator[Clock]:
    with transaction.atomic():
        yield Clock.objects.select_for_update().get(pk=clock.pk)


@contextmanager
def refusals(field: str) -> Iterator[None]:
    """What the pure rules refuse is said beside the field."""
    try:
        yield
    except (LimitError, CalendarError, MomentError) as error:
        raise RuleViolation({field: [str(error)]}) from error
