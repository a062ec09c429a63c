"""What is owed, as the workbench and the head band show it: each number counts the list it links to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from deadlines.obligation_selectors import (
    OTHERS,
    OWN,
    Asked,
    LateRound,
    late_rounds,
    obligations_matching,
)
from deadlines.periods import period_name
from deadlines.web.obligations import Line, lines_of
from duban.org.actor import Actor

SHOWN = 6
PRESSING = {"state": "pressing", "whose": OWN}


@dataclass(frozen=True)
class Owed:
    """What one's own unit has still to hand in, the first due first."""

    lines: Sequence[Line]
    count: int
    url: str


@dataclass(frozen=True)
class LateLine:
    label: str
    period: str
    count: int
    url: str


@dataclass(frozen=True)
class LateUnits:
    """What others have not handed in in time, the longest overdue first."""

    lines: Sequence[LateLine]
    count: int
    url: str


def obligations_url(**asked: str) -> str:
    return f"{reverse('deadlines:obligations')}?{urlencode(asked)}"


def owed_by_own(actor: Actor, *, at: datetime) -> Owed:
    rows = obligations_matching(actor, Asked("open", whose=OWN), at=at)
    lines = lines_of(list(rows[:SHOWN]), actor=actor, at=at)
    return Owed(lines, rows.count(), obligations_url(state="open", whose=OWN))


def late_units(actor: Actor, *, at: datetime) -> LateUnits:
    found = late_rounds(actor, at=at)
    return LateUnits(
        [_late_line(line) for line in found[:SHOWN]],
        sum(line.count for line in found),
        obligations_url(state="overdue", whose=OTHERS),
    )


def _late_line(line: LateRound) -> LateLine:
    asked = {"state": "overdue", "whose": OTHERS, "kind": line.key}
    if line.period:
        asked["period"] = line.period
    period = period_name(line.period) if line.period else ""
    return LateLine(line.label, period, line.count, obligations_url(**asked))


def pressing_count(actor: Actor) -> int:
    """What one's own unit owes and is due soon or late."""
    return obligations_matching(actor, Asked(**PRESSING), at=timezone.now()).count()
