"""The figures of a bulletin as typed, frozen values: what is computed, shown, printed and kept. PURE.

Stored as JSON with the bulletin; everything a reader sees is here, so that nothing is looked up
again when the ledger has moved on.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from reports.domain.periods import Quarter
from reports.domain.scores import Outcome

SCHEMA = 1


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Authority(_Value):
    """Clause and quotation, and the local decision where the regulation leaves a point open."""

    clause: str = ""
    quote: str = ""
    local_decision: str = ""

    @property
    def cited(self) -> str:
        return f"{self.clause}“{self.quote}”" if self.clause else ""

    @property
    def text(self) -> str:
        local = f"本地决定：{self.local_decision.rstrip('。')}" if self.local_decision else ""
        return "；".join(filter(None, (self.cited, local)))


class GradePoints(_Value):
    label: str
    points: Decimal
    authority: Authority

    @property
    def points_text(self) -> str:
        return f"{self.points.normalize():f}"


class PointsMap(_Value):
    """What the grades are worth in one pack version; the office of points may have several."""

    pack: str
    grades: tuple[GradePoints, ...]


class Scoring(_Value):
    min_matters: int
    authority: Authority
    maps: tuple[PointsMap, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Grades in order, over all packs in use."""
        found = dict.fromkeys(grade.label for part in self.maps for grade in part.grades)
        return tuple(found)


class Totals(_Value):
    total: int
    carried: int
    new: int
    done: int
    by_original: int
    by_extended: int
    overdue: int
    not_done: int
    open: int
    open_waiting: int
    open_overdue: int
    extensions: int
    extended_matters: int
    # 终止 in the quarter (LZ-A-9d): an outcome of its own, outside `total`.
    terminated: int = 0


class Line(_Value):
    """One matter, with all that stands behind its part in a figure."""

    case_id: int
    number: str
    title: str
    unit_id: int
    assigned_on: date
    original_due_on: date | None
    due_on: date | None
    done_on: date | None
    completed_on: date | None
    outcome: Outcome
    days_late: int
    grade: str = ""
    points: Decimal | None = None
    clause: str = ""

    @property
    def points_text(self) -> str:
        return "" if self.points is None else f"{self.points.normalize():f}"

    @property
    def is_extended(self) -> bool:
        return self.due_on != self.original_due_on

    @property
    def is_overdue(self) -> bool:
        return self.outcome in (Outcome.OVERDUE, Outcome.OPEN_OVERDUE)

    @property
    def situation(self) -> str:
        if self.outcome is Outcome.OVERDUE:
            return f"超期{self.days_late}天办结" if self.days_late else "超期办结"
        if self.outcome is Outcome.OPEN_OVERDUE:
            return f"超期{self.days_late}天未办结" if self.days_late else "到期未办结"
        return self.outcome.label


class UnitFigures(_Value):
    """One lead unit. `head` is its principal in office on the last day of the period (ZZ-8.1b)."""

    unit_id: int
    name: str
    full_name: str
    head: str
    totals: Totals
    scored: int
    score: Decimal | None
    rank: int | None
    grade_counts: dict[str, int]

    @property
    def score_text(self) -> str:
        return "" if self.score is None else f"{self.score:.2f}"


class Figures(_Value):
    schema_version: int = SCHEMA
    period: str
    as_of: datetime
    office: str
    pack: str
    basis: str
    authority: Authority
    totals: Totals
    scoring: Scoring | None
    units: tuple[UnitFigures, ...]
    lines: tuple[Line, ...]

    @property
    def quarter(self) -> Quarter:
        return Quarter.parse(self.period)

    @property
    def ranked(self) -> tuple[UnitFigures, ...]:
        rows = [unit for unit in self.units if unit.rank is not None]
        return tuple(sorted(rows, key=lambda unit: unit.rank or 0))

    @property
    def unranked(self) -> tuple[UnitFigures, ...]:
        """Too few matters for a rank; shown with their score all the same."""
        return tuple(unit for unit in self.units if unit.rank is None and unit.score is not None)

    @property
    def overdue_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_overdue)

    def unit(self, unit_id: int) -> UnitFigures | None:
        return next((unit for unit in self.units if unit.unit_id == unit_id), None)

    def lines_of(self, unit_id: int) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.unit_id == unit_id)

    def same_facts(self, other: Figures) -> bool:
        """Equal but for the moment at which they were computed."""
        return self.model_copy(update={"as_of": other.as_of}) == other
