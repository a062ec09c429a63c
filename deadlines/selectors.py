from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from deadlines.models import Clock
from deadlines.pauses import days_in
from deadlines.sheet import due_text, facts, long_day, start_text


@dataclass(frozen=True, slots=True)
class SheetDay:
    on: str
    counted: bool
    n: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SheetEvent:
    label: str
    at: datetime
    actor: str
    reason: str
    due: str


@dataclass(frozen=True, slots=True)
class ComputationSheet:
    """期限计算单, ready for a template that only loops."""

    title: str
    subject: str
    facts: Sequence[tuple[str, str]]
    days: Sequence[SheetDay]
    events: Sequence[SheetEvent]
    provisional: bool


def computation_sheet(clock: Clock) -> ComputationSheet:
    """One query: the clock's events."""
    computation = clock.explained
    return ComputationSheet(
        title=clock.label,
        subject=clock.subject,
        facts=[*facts(computation), *_extension(clock)],
        days=[
            SheetDay(long_day(line.date), line.counted, line.n, line.reason)
            for line in computation.days
        ],
        events=[
            SheetEvent(
                event.get_kind_display(),
                event.at,
                event.actor_name,
                event.reason,
                _last_day(event.computation),
            )
            for event in clock.events.order_by("id")
        ],
        provisional=computation.provisional,
    )


def why_this_day(clock: Clock) -> str:
    """One sentence: 自…收到，次日起算，5个工作日，到…为止."""
    computation = clock.explained
    count = dict(facts(computation))["期限"]
    off = sum(1 for _ in days_in(computation.excluded))
    paused = f"，缓办{off}天不计入" if off else ""
    return f"{start_text(computation.start)}收到，{count}{paused}，到{due_text(computation)}为止"


def _extension(clock: Clock) -> list[tuple[str, str]]:
    if not clock.is_extended:
        return []
    first = clock.events.order_by("id").first()
    return [("原到期", _last_day(first.computation) if first else "")]


def _last_day(computation: dict[str, str] | None) -> str:
    return long_day(date.fromisoformat(computation["last_day"])) if computation else ""
