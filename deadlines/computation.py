"""How one due moment was computed: every input, every day, and the result. PURE.

A `Computation` is stored with its clock as JSON and read back without loss, so that the date on
a printed 期限计算单 stays explainable after rules and calendars have changed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from deadlines.moments import day_of, parse_start

DESIGNATED: Final = "designated"  # 指定时间: a person named the day, nothing is counted


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day on the way: `n` is its number in the count, None where it does not count."""

    date: date
    counted: bool
    n: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Computation:
    """`due_at` is the first instant after `last_day` in Asia/Shanghai, or the hour that the rule
    names; late means now >= due_at. `counted_days` runs from `first_day` to the last day before
    any roll. `days` is empty where it was not asked for or nothing was counted. `excluded` holds
    the stretches of 缓办 that moved the last day: first and last day, both included.
    """

    start: date | datetime
    unit: str
    count: int
    roll: str
    first_day: date
    counted_days: int
    last_day: date
    rolled: bool
    due_at: datetime
    provisional: bool
    calendar_version: str
    at_time: time | None = None
    clause: str | None = None
    quote: str = ""
    rule: str | None = None
    pack: str | None = None
    month: int | None = None
    excluded: tuple[tuple[date, date], ...] = ()
    days: tuple[DayLine, ...] = ()

    @property
    def received_on(self) -> date:
        """The day of the start event, which does not count."""
        return day_of(self.start)

    @property
    def due_text(self) -> str:
        """The last day as ISO date; a moment where the rule names an hour."""
        return self.due_at.isoformat() if self.at_time else self.last_day.isoformat()

    def under(self, *, rule: str | None, pack: str | None) -> "Computation":
        """The same, with the rule and the pack version it was computed under."""
        return replace(self, rule=rule, pack=pack)

    def to_json(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "unit": self.unit,
            "count": self.count,
            "roll": self.roll,
            "first_day": self.first_day.isoformat(),
            "counted_days": self.counted_days,
            "last_day": self.last_day.isoformat(),
            "rolled": self.rolled,
            "due_at": self.due_at.isoformat(),
            "provisional": self.provisional,
            "calendar_version": self.calendar_version,
            "at_time": f"{self.at_time:%H:%M}" if self.at_time else None,
            "clause": self.clause,
            "quote": self.quote,
            "rule": self.rule,
            "pack": self.pack,
            "month": self.month,
            "excluded": [[first.isoformat(), last.isoformat()] for first, last in self.excluded],
            "days": [[line.date.isoformat(), line.n, line.reason] for line in self.days],
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Computation":
        """The reverse of to_json(); raises KeyError or ValueError on anything else."""
        due_at = parse_start(raw["due_at"])
        if not isinstance(due_at, datetime):
            raise ValueError("due_at is a day, not a moment")
        return cls(
            start=parse_start(raw["start"]),
            first_day=date.fromisoformat(raw["first_day"]),
            last_day=date.fromisoformat(raw["last_day"]),
            due_at=due_at,
            at_time=time.fromisoformat(raw["at_time"]) if raw["at_time"] else None,
            month=raw.get("month"),
            excluded=tuple(
                (date.fromisoformat(first), date.fromisoformat(last))
                for first, last in raw.get("excluded", ())
            ),
            days=tuple(
                DayLine(date.fromisoformat(on), n is not None, n, reason)
                for on, n, reason in raw["days"]
            ),
            **{name: raw[name] for name in _PLAIN},
        )


_PLAIN: Final = (
    "unit",
    "count",
    "roll",
    "counted_days",
    "rolled",
    "provisional",
    "calendar_version",
    "clause",
    "quote",
    "rule",
    "pack",
)
