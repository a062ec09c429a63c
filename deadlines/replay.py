"""A clock is the replay of its events. PURE.

What holds is decided by the last event of each sort, never by the order between sorts: the receipt
as last corrected, the due day as last extended, and whether it was last stopped or set going. So
independent events give the same clock in whatever order they were recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Protocol

from deadlines.calendar import WorkingCalendar
from deadlines.computation import Computation
from deadlines.limits import LimitLike, PlainLimit, PlainWarning, ReminderLike, WarningLike
from deadlines.moments import day_start, parse_start
from deadlines.rules import compute, designate, reminder_moments, warn_at

OPENED: Final = "opened"
EXTENDED: Final = "extended"
STOPPED: Final = "stopped"
REOPENED: Final = "reopened"
RECEIPT_CORRECTED: Final = "receipt_corrected"

# The calendar as it stood when an event was recorded: a later notice does not move it silently.
CalendarOf = Callable[[str], WorkingCalendar]

OVERDUE: Final = "overdue"  # the level that every clock reaches at its due moment
OVERDUE_LABEL: Final = "已超期"


class EventLike(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def data(self) -> Any: ...


class LabelledReminder(ReminderLike, Protocol):
    @property
    def label(self) -> str: ...


class TimesOfPack(Protocol):
    """What of a rule pack a clock takes over when it opens."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def warning(self) -> WarningLike | None: ...
    @property
    def reminders(self) -> Mapping[str, LabelledReminder]: ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level and the moment at which the clock crosses it."""

    level: str
    moment: datetime
    label: str


@dataclass(frozen=True, slots=True)
class ClockState:
    """Everything that a clock's row says about time."""

    computation: Computation
    original_due_at: datetime
    warn_at: datetime
    thresholds: tuple[Threshold, ...]
    stopped_at: datetime | None

    @property
    def started_at(self) -> datetime:
        start = self.computation.start
        return start if isinstance(start, datetime) else day_start(start)


@dataclass(frozen=True, slots=True)
class _Reminder:
    offset: int
    label: str


def opening(
    *,
    start: date | datetime,
    calendar: WorkingCalendar,
    limit: LimitLike | None,
    due_on: date | None,
    at_time: time | None = None,
    clause: str = "",
    quote: str = "",
    rule: str,
    pack: TimesOfPack,
) -> dict[str, Any]:
    """What an `opened` event keeps: all inputs, by value, so that the pack is not needed again."""
    warning = pack.warning or PlainWarning()
    basis: dict[str, Any] = (
        {"due_on": due_on.isoformat(), "at_time": _hour(at_time), "clause": clause, "quote": quote}
        if due_on
        else {"limit": _limit_data(limit)}
    )
    return basis | {
        "start": start.isoformat(),
        "calendar": calendar.version,
        "rule": rule,
        "pack": f"{pack.name}@{pack.version}",
        "warning": [warning.count, warning.unit, warning.at_most_half],
        "reminders": {key: [item.offset, item.label] for key, item in pack.reminders.items()},
    }


def replay(events: Sequence[EventLike], calendar_of: CalendarOf) -> ClockState:
    """The clock that these events (oldest first) make, each on the calendar version it names.

    Raises LimitError or CalendarError where they cannot be: an extension to before the receipt.
    """
    opened = events[0]
    if opened.kind != OPENED:
        raise ValueError("a clock begins with its opening")
    receipt = _last(events, RECEIPT_CORRECTED) or opened
    start = parse_start(receipt.data["start"])
    calendar = calendar_of(receipt.data["calendar"])
    original = _basis(opened.data, start, calendar)
    current = original
    if extended := _last(events, EXTENDED):
        calendar = calendar_of(extended.data["calendar"])
        current = _designated(extended.data, start, calendar)
    current = current.under(rule=opened.data["rule"], pack=opened.data["pack"])
    return ClockState(
        computation=current,
        original_due_at=original.due_at,
        warn_at=warn_at(current, PlainWarning(*opened.data["warning"]), calendar),
        thresholds=_thresholds(current, opened.data["reminders"], calendar),
        stopped_at=_stopped_at(events),
    )


def _thresholds(
    computation: Computation, raw: Mapping[str, list[Any]], calendar: WorkingCalendar
) -> tuple[Threshold, ...]:
    reminders = {key: _Reminder(*item) for key, item in raw.items()}
    found = [
        Threshold(key, moment, reminders[key].label)
        for key, moment in reminder_moments(computation, reminders, calendar)
    ]
    if OVERDUE not in reminders:
        found.append(Threshold(OVERDUE, computation.due_at, OVERDUE_LABEL))
    # Of two at one moment the reminder of the pack comes last: it is the one that is sent.
    return tuple(sorted(found, key=lambda item: (item.moment, item.level != OVERDUE)))


def _basis(
    data: Mapping[str, Any], start: date | datetime, calendar: WorkingCalendar
) -> Computation:
    if "due_on" in data:
        return _designated(data, start, calendar)
    raw = data["limit"]
    limit = _QuotedLimit(
        raw["count"],
        raw["unit"],
        raw["roll"],
        _time(raw["at_time"]),
        raw["clause"],
        raw.get("month"),
        raw["quote"],
    )
    return compute(limit, start, calendar)


def _designated(
    data: Mapping[str, Any], start: date | datetime, calendar: WorkingCalendar
) -> Computation:
    return designate(
        date.fromisoformat(data["due_on"]),
        start,
        calendar,
        at_time=_time(data["at_time"]),
        clause=data["clause"] or None,
        quote=data["quote"],
    )


@dataclass(frozen=True, slots=True)
class _QuotedLimit(PlainLimit):
    quote: str = ""


def _limit_data(limit: LimitLike | None) -> dict[str, Any]:
    if limit is None:
        raise ValueError("a clock needs a limit or a due day")
    return {
        "count": limit.count,
        "unit": limit.unit,
        "month": limit.month,
        "roll": limit.roll,
        "at_time": _hour(limit.at_time),
        "clause": limit.clause or "",
        "quote": getattr(limit, "quote", ""),
    }


def _stopped_at(events: Sequence[EventLike]) -> datetime | None:
    last = next((event for event in reversed(events) if event.kind in {STOPPED, REOPENED}), None)
    return last.at if last and last.kind == STOPPED else None


def _last(events: Sequence[EventLike], kind: str) -> EventLike | None:
    return next((event for event in reversed(events) if event.kind == kind), None)


def _hour(value: time | None) -> str | None:
    return f"{value:%H:%M}" if value else None


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
