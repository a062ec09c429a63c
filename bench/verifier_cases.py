"""Random clocks, computed by the product and by the independent verifier, case by case.

python -m bench.verifier_cases [CASES] [SEED]
"""

from __future__ import annotations

import json
import random
import sys
import time as clock
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.limits import LimitError
from deadlines.moments import SHANGHAI
from deadlines.notices import Notice, shipped_notices
from deadlines.replay import ClockState, replay
from deadlines.verifier.clockcheck import Checker
from deadlines.verifier.days import calendar_line

LARGEST = {
    "working_day": 60,
    "calendar_day": 90,
    "month": 6,
    "day_of_month": 31,
    "month_end": 6,
    "day_of_year": 31,
}
LATER = (
    "extended", "redated", "stopped", "reopened", "receipt_corrected", "restarted", "paused",
    "paused", "resumed", "resumed", "calendar_changed",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    kind: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of the cases; `refused` are those of which no clock can be made."""

    agreed: int = 0
    refused: int = 0
    differing: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    product: float = 0.0  # seconds
    verifier: float = 0.0


def compare(cases: int, seed: int) -> Outcome:
    """`cases` clocks that can be made; the same seed gives the same clocks."""
    outcome, checker, dice = Outcome(), Checker(), random.Random(seed)
    calendars = {calendar.version: calendar for calendar in versions(dice)}
    for calendar in calendars.values():
        checker.take(json.dumps(calendar_line(calendar)))
    while outcome.agreed + len(outcome.differing) < cases:
        events = random_events(dice, sorted(calendars))
        began = clock.perf_counter()
        try:
            state = replay(events, calendars.__getitem__)
        except (LimitError, CalendarError):
            outcome.refused += 1
            continue
        line = json.dumps(exported(checker.checked + 1, events, state))
        middle = clock.perf_counter()
        differences = checker.take(line)
        outcome.product += middle - began
        outcome.verifier += clock.perf_counter() - middle
        outcome.kinds.update({event.kind for event in events} | {unit_of(events)})
        if differences:
            outcome.differing.append(f"{'；'.join(differences)}\n  {line}")
        else:
            outcome.agreed += 1
    return outcome


def versions(dice: random.Random) -> Iterator[WorkingCalendar]:
    """As they stood at several times, and with confirmed changes over the newest."""
    for as_of in (date(2018, 6, 1), date(2019, 4, 1), date(2020, 2, 1), date(2023, 1, 1)):
        yield WorkingCalendar.load(as_of)
    newest = WorkingCalendar.load()
    yield newest
    notices = list(shipped_notices())
    for number in (2, 9, 10):
        days = [date(2026, 1, 1) + timedelta(days=dice.randrange(700)) for _ in range(90)]
        notices.append(
            Notice(
                2027, "增补", f"补{number}号", date(2026, 1, number), "",
                dict.fromkeys(days[:60], "测试"), dict.fromkeys(days[60:], "测试"),
            )
        )  # fmt: skip
        version = f"{newest.version}+2" + (f"+{number}" if number > 2 else "")
        yield WorkingCalendar(notices, version=version)


def random_events(dice: random.Random, known: list[str]) -> list[Event]:
    # Half of them in the years that the confirmed changes touch.
    start = random_start(dice, *dice.choice(((date(2018, 7, 1), 3400), (date(2025, 11, 1), 720))))
    opened_at = moment_of(start) + timedelta(minutes=dice.randrange(3000))
    events = [Event("opened", opened_at, opening(dice, start, dice.choice(known)))]
    at = opened_at
    for _ in range(dice.choice((0, 0, 1, 1, 2, 3, 5, 8))):
        # Some at the same moment, some recorded later than what came after them.
        at += timedelta(minutes=dice.choice((0, 1, 45, 1440, 4000, 12000, 40000)))
        backward = timedelta(minutes=dice.choice((0, 0, 0, 5000)))
        events.append(later(dice, max(at - backward, opened_at), start, known))
    return events


def opening(dice: random.Random, start: str, version: str) -> dict[str, Any]:
    basis: dict[str, Any]
    if dice.random() < 0.15:
        due = moment_of(start).date() + timedelta(days=dice.randrange(1, 120))
        basis = named(dice, due)
    else:
        unit = dice.choice(list(LARGEST))
        basis = {
            "limit": {
                "count": dice.randint(1, LARGEST[unit]),
                "unit": unit,
                "month": dice.randint(1, 12) if unit == "day_of_year" else None,
                "roll": dice.choice(("none", "forward")),
                "at_time": hour(dice),
                "clause": "",
                "quote": "",
            }
        }
    offsets = dice.sample(range(-6, 7), dice.randrange(5))
    return basis | {
        "start": start,
        "calendar": version,
        "rule": "limit",
        "pack": "test-pack@1",
        "warning": [
            dice.randint(1, 8), dice.choice(("working_day", "calendar_day")), dice.random() < 0.7,
        ],
        "reminders": {
            "overdue" if n == 0 and dice.random() < 0.1 else f"level_{n}": [offset, f"第{n}级"]
            for n, offset in enumerate(offsets)
        },
    }  # fmt: skip


def later(dice: random.Random, at: datetime, start: str, known: list[str]) -> Event:
    kind = dice.choice(LATER)
    calendar = {"calendar": dice.choice(known)}
    if kind in {"extended", "redated"}:
        due = moment_of(start).date() + timedelta(days=dice.randrange(0, 200))
        return Event(kind, at, named(dice, due) | calendar)
    if kind in {"receipt_corrected", "restarted"}:
        begun = random_start(dice, at.date() - timedelta(days=20), 21)
        return Event(kind, at, {"start": begun} | calendar)
    return Event(kind, at, calendar if kind == "calendar_changed" else {})


def named(dice: random.Random, due: date) -> dict[str, Any]:
    return {"due_on": due.isoformat(), "at_time": hour(dice), "clause": "", "quote": ""}


def hour(dice: random.Random) -> str | None:
    return dice.choice((None, None, None, "12:00", "17:30"))


def random_start(dice: random.Random, first: date, days: int) -> str:
    day = first + timedelta(days=dice.randrange(days))
    if dice.random() < 0.3:
        return day.isoformat()
    return datetime.combine(day, time(dice.randrange(24), dice.randrange(60)), SHANGHAI).isoformat()


def moment_of(start: str) -> datetime:
    found = datetime.fromisoformat(start)
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def unit_of(events: list[Event]) -> str:
    limit = events[0].data.get("limit")
    return limit["unit"] if limit else "designated"


def exported(number: int, events: list[Event], state: ClockState) -> dict[str, Any]:
    """What the database would hold of it, as the export writes it."""
    moments = {
        "started_at": state.started_at,
        "due_at": state.computation.due_at,
        "original_due_at": state.original_due_at,
        "warn_at": state.warn_at,
        "stopped_at": state.stopped_at,
        "paused_at": state.paused_at,
    }
    stored: dict[str, Any] = {
        name: moment.isoformat() if moment else None for name, moment in moments.items()
    }
    stored["state"] = "stopped" if state.stopped_at else "paused" if state.paused_at else "running"
    stored["provisional"] = state.computation.provisional
    stored["thresholds"] = [[t.level, t.moment.isoformat(), t.label] for t in state.thresholds]
    return {
        "clock": number,
        "stored": stored,
        "events": [
            {"id": n, "kind": event.kind, "at": event.at.isoformat(), "data": dict(event.data)}
            for n, event in enumerate(events, 1)
        ],
    }


def main(cases: int, seed: int) -> int:
    outcome = compare(cases, seed)
    for text in outcome.differing[:20]:
        sys.stdout.write(text + "\n")
    sys.stdout.write(
        f"cases={cases} seed={seed} agree={outcome.agreed} differ={len(outcome.differing)} "
        f"refused={outcome.refused} product={outcome.product:.1f}s "
        f"verifier={outcome.verifier:.1f}s\n{dict(outcome.kinds.most_common())}\n"
    )
    return 1 if outcome.differing else 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(numbers + [100_000, 2026][len(numbers) :])))
