"""A clock is the replay of the set of its events. PURE.

Events are read in order of their moments, those of one moment as they were recorded. What holds is
decided by the last event of each sort, never by the order between sorts: the receipt as last
corrected, the due day as last extended or agreed, whether it was last stopped or set going, and the
pauses. So events of different moments give the same clock in whatever order they were recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Protocol

from deadlines.calendar import WorkingCalendar
from deadlines.computation import Computation
from deadlines.limits import LimitLike, PlainLimit, PlainWarning, ReminderLike, WarningLike
from deadlines.moments import day_of, day_start, parse_start
from deadlines.pauses import Stretch, stretches_of
from deadlines.rules import compute, designate, reminder_moments, warn_at

OPENED: Final = "opened"
EXTENDED: Final = "extended"
STOPPED: Final = "stopped"
REOPENED: Final = "reopened"
RECEIPT_CORRECTED: Final = "receipt_corrected"
PAUSED: Final = "paused"
RESUMED: Final = "resumed"
RESTARTED: Final = "restarted"
REDATED: Final = "redated"
CALENDAR_CHANGED: Final = "calendar_changed"

# What the first due day rests on, and the two ways to a later one.
_STARTS: Final = frozenset({OPENED, RECEIPT_CORRECTED, RESTARTED})
_DATED: Final = frozenset({EXTENDED, REDATED})

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
    paused_at: datetime | None = None

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
    """The clock that these events make, given in the order in which they were recorded.

    Raises LimitError or CalendarError where they cannot be: an extension to before the receipt.
    """
    opened, held = _in_effect(events)
    start = parse_start(_last(held, _STARTS).data["start"])
    stretches, paused_at = _pauses(held)
    first = calendar_of(_newest(held, _STARTS | {CALENDAR_CHANGED}))
    original = current = _basis(opened.data, start, first, stretches)
    calendar = calendar_of(_newest(held, None))
    if dated := _find(held, _DATED):
        current = _designated(dated.data, start, calendar, stretches, day_of(dated.at))
    current = current.under(rule=opened.data["rule"], pack=opened.data["pack"])
    stopped_at = _stopped_at(held)
    return ClockState(
        computation=current,
        original_due_at=original.due_at,
        warn_at=warn_at(current, PlainWarning(*opened.data["warning"]), calendar),
        thresholds=_thresholds(current, opened.data["reminders"], calendar),
        stopped_at=stopped_at,
        paused_at=None if stopped_at else paused_at,
    )


def _in_effect(events: Sequence[EventLike]) -> tuple[EventLike, list[EventLike]]:
    """The opening, and it with everything since the last restart, by moment."""
    opened = next((event for event in events if event.kind == OPENED), None)
    if opened is None:
        raise ValueError("a clock begins with its opening")
    ordered = sorted(events, key=lambda event: event.at)
    begun = [n for n, event in enumerate(ordered) if event.kind == RESTARTED]
    if not begun:
        return opened, ordered
    return opened, [opened, *(event for event in ordered[begun[-1] :] if event is not opened)]


def _pauses(events: Sequence[EventLike]) -> tuple[tuple[Stretch, ...], datetime | None]:
    return stretches_of(
        (event.kind == PAUSED, event.at) for event in events if event.kind in {PAUSED, RESUMED}
    )


def _newest(events: Sequence[EventLike], kinds: frozenset[str] | None) -> str:
    """The newest calendar that events of these kinds (None: of any) were recorded with."""
    named = [
        event.data["calendar"]
        for event in events
        if "calendar" in event.data and (kinds is None or event.kind in kinds)
    ]
    return max(named, key=version_order)


def version_order(version: str) -> tuple[str, tuple[int, ...]]:
    """By the day of the newest notice, then by the numbers of the confirmed changes over it."""
    notice, *changes = version.split("+")
    return notice, tuple(int(number) for number in changes)


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
    data: Mapping[str, Any],
    start: date | datetime,
    calendar: WorkingCalendar,
    stretches: Sequence[Stretch],
) -> Computation:
    if "due_on" in data:
        return _designated(data, start, calendar, stretches, day_of(start))
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
    return compute(limit, start, calendar, excluded=stretches)


def _designated(
    data: Mapping[str, Any],
    start: date | datetime,
    calendar: WorkingCalendar,
    stretches: Sequence[Stretch],
    set_on: date,
) -> Computation:
    return designate(
        date.fromisoformat(data["due_on"]),
        start,
        calendar,
        at_time=_time(data["at_time"]),
        clause=data["clause"] or None,
        quote=data["quote"],
        excluded=stretches,
        set_on=set_on,
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
    last = _find(events, frozenset({STOPPED, REOPENED}))
    return last.at if last and last.kind == STOPPED else None


def _find(events: Sequence[EventLike], kinds: frozenset[str]) -> EventLike | None:
    return next((event for event in reversed(events) if event.kind in kinds), None)


def _last(events: Sequence[EventLike], kinds: frozenset[str]) -> EventLike:
    """Of the kinds that say when the count begins, the opening does where no other does."""
    later = _find(events, kinds - {OPENED})
    return later or next(event for event in events if event.kind == OPENED)


def _hour(value: time | None) -> str | None:
    return f"{value:%H:%M}" if value else None


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
