"""What a quarter amounts to: three numbers, scores, ranks. PURE.

Done means 办结 in the quarter. *When* it was done is the moment of the application later granted
(DESIGN 4): before the original due moment, before the extended one, or overdue; these are three
numbers and never one rate (decision 4). A unit's score is the mean of the points of its lead
matters done in the quarter, rounded half up to two digits; ranks follow the rounded score, so that
equal print is equal rank: 1, 1, 3 (CZ-4.2a).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from reports.domain.periods import SHANGHAI, Quarter


class Outcome(StrEnum):
    BY_ORIGINAL = "by_original"
    BY_EXTENDED = "by_extended"
    OVERDUE = "overdue"
    OPEN = "open"
    OPEN_WAITING = "open_waiting"
    OPEN_OVERDUE = "open_overdue"

    @property
    def is_done(self) -> bool:
        return self in _DONE

    @property
    def label(self) -> str:
        return _LABELS[self]


_DONE = (Outcome.BY_ORIGINAL, Outcome.BY_EXTENDED, Outcome.OVERDUE)
_LABELS = {
    Outcome.BY_ORIGINAL: "按原期限办结",
    Outcome.BY_EXTENDED: "按延长期限办结",
    Outcome.OVERDUE: "超期办结",
    Outcome.OPEN: "期限内在办",
    Outcome.OPEN_WAITING: "期限内已申请，待审批",
    Outcome.OPEN_OVERDUE: "超期未办结",
}


@dataclass(frozen=True, slots=True)
class Grade:
    """What a grade is worth in the pack of the matter itself."""

    key: str
    label: str
    points: Decimal
    clause: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter on hand in a quarter. A paper assignment not yet received has no due moments.

    `is_waiting`: asked for in time (extension or completion) and not decided yet. `is_excused`:
    late, and the reason was accepted: not 超时办结 (LZ-A-10.0), it counts as an extension would.
    """

    case_id: int
    number: str
    title: str
    unit_id: int
    assigned_at: datetime
    original_due_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    completed_at: datetime | None = None
    grade: Grade | None = None
    is_waiting: bool = False
    is_excused: bool = False

    @property
    def due_on(self) -> date | None:
        return last_day(self.due_at)

    @property
    def original_due_on(self) -> date | None:
        return last_day(self.original_due_at)

    @property
    def done_on(self) -> date | None:
        return self.done_at.astimezone(SHANGHAI).date() if self.done_at else None


def last_day(due_at: datetime | None) -> date | None:
    """A due moment is the first instant after the last day, or an hour of it."""
    if due_at is None:
        return None
    return (due_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


def is_on_hand(matter: Matter, quarter: Quarter) -> bool:
    """Assigned before the quarter's end, and not 办结 before it began."""
    return matter.assigned_at < quarter.ends_at and (
        matter.completed_at is None or matter.completed_at >= quarter.starts_at
    )


def outcome(matter: Matter, quarter: Quarter) -> Outcome:
    """As of 24:00 of the quarter's last day, whatever happened later."""
    if matter.completed_at is not None and matter.completed_at < quarter.ends_at:
        return _finished(matter)
    if matter.due_at is None or matter.due_at > quarter.ends_at:
        return Outcome.OPEN
    if matter.is_excused:
        return Outcome.OPEN
    applied_in_time = matter.done_at is not None and matter.done_at < matter.due_at
    return Outcome.OPEN_WAITING if matter.is_waiting or applied_in_time else Outcome.OPEN_OVERDUE


def _finished(matter: Matter) -> Outcome:
    done_at = matter.done_at or matter.completed_at
    if done_at is None or matter.due_at is None or matter.original_due_at is None:
        return Outcome.BY_ORIGINAL
    if done_at < matter.original_due_at:
        return Outcome.BY_ORIGINAL
    in_time = done_at < matter.due_at or matter.is_excused
    return Outcome.BY_EXTENDED if in_time else Outcome.OVERDUE


def days_late(matter: Matter, quarter: Quarter) -> int:
    """Calendar days after the last day: to the day it was done, or to the end of the quarter."""
    due_on, found = matter.due_on, outcome(matter, quarter)
    if due_on is None or found not in (Outcome.OVERDUE, Outcome.OPEN_OVERDUE):
        return 0
    until = matter.done_on if found is Outcome.OVERDUE else quarter.last
    return max((until - due_on).days, 0) if until else 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Matters on hand in a quarter; every sum is over disjoint parts."""

    carried: int = 0
    new: int = 0
    by_original: int = 0
    by_extended: int = 0
    overdue: int = 0
    open: int = 0
    open_waiting: int = 0
    open_overdue: int = 0

    @property
    def total(self) -> int:
        return self.carried + self.new

    @property
    def done(self) -> int:
        return self.by_original + self.by_extended + self.overdue

    @property
    def not_done(self) -> int:
        return self.open + self.open_waiting + self.open_overdue


def counts(matters: Iterable[Matter], quarter: Quarter) -> Counts:
    """Of the matters that were on hand in the quarter."""
    found = dict.fromkeys(Counts.__dataclass_fields__, 0)
    for matter in matters:
        if is_on_hand(matter, quarter):
            found["new" if matter.assigned_at >= quarter.starts_at else "carried"] += 1
            found[outcome(matter, quarter).value] += 1
    return Counts(**found)


@dataclass(frozen=True, slots=True)
class UnitScore:
    """`score` None: nothing graded. `rank` None: too few matters, or none."""

    unit_id: int
    scored: int
    score: Decimal | None
    rank: int | None


def scored_matters(matters: Iterable[Matter], quarter: Quarter) -> list[Matter]:
    """办结 in the quarter and graded: those whose points make a score."""
    return [
        matter
        for matter in matters
        if matter.grade is not None
        and is_on_hand(matter, quarter)
        and outcome(matter, quarter).is_done
    ]


def mean(points: Sequence[Decimal]) -> Decimal:
    """Rounded half up to two digits, exactly: the division is not rounded before."""
    whole = sum(map(Fraction, points), Fraction(0)) / len(points)
    return Decimal(floor(whole * 100 + Fraction(1, 2))).scaleb(-2)


def unit_scores(
    matters: Iterable[Matter], quarter: Quarter, *, min_matters: int
) -> list[UnitScore]:
    """Ranked units first, best first, then the unranked ones; ties in the order of unit ids."""
    points: dict[int, list[Decimal]] = {}
    for matter in scored_matters(matters, quarter):
        if matter.grade is not None:
            points.setdefault(matter.unit_id, []).append(matter.grade.points)
    scores = {unit_id: mean(values) for unit_id, values in points.items()}
    ranked = [score for unit_id, score in scores.items() if len(points[unit_id]) >= min_matters]
    found = [
        UnitScore(
            unit_id=unit_id,
            scored=len(points[unit_id]),
            score=score,
            rank=_rank(score, ranked) if len(points[unit_id]) >= min_matters else None,
        )
        for unit_id, score in scores.items()
    ]
    return sorted(found, key=lambda row: (row.rank is None, -(row.score or 0), row.unit_id))


def _rank(score: Decimal, ranked: Sequence[Decimal]) -> int:
    """One more than the number of better scores: 1, 1, 3."""
    return 1 + sum(other > score for other in ranked)
