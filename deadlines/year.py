"""The year's rounds, meetings and reports: what was held, what is missing (AS-2.1b, LZ-B-15a)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q, QuerySet

from deadlines import lights
from deadlines.models import Obligation, ObligationState, Scope
from deadlines.obligation_selectors import counted_entries
from deadlines.periods import periods_a_year
from duban.org.actor import Actor

DONE: Final = "done"
# The worst of what a line holds is what it shows.
_WORST: Final = (lights.RED, lights.AMBER, lights.GREEN, DONE)


@dataclass(frozen=True, slots=True)
class YearCell:
    """One period: how much of what it asks for has come in."""

    row: Obligation
    count: int
    signal: str
    late: bool


@dataclass(frozen=True, slots=True)
class YearLine:
    """One duty of a body over the year: `done` of `wanted`, and what that means in words."""

    label: str
    office: str
    clause: str
    quote: str
    cells: Sequence[YearCell]
    done: int
    wanted: int
    signal: str

    @property
    def word(self) -> str:
        if self.done >= self.wanted:
            return "已完成"
        if self.done:
            return f"尚缺{self.wanted - self.done}次"
        return "本年度未召开" if "会议" in self.label else "本年度未开展"


@dataclass(frozen=True, slots=True)
class UnitsLine:
    """A duty of units in one period: how many owe it, have met it, have let the day pass."""

    key: str
    label: str
    period: str
    total: int
    done: int
    late: int


def body_lines(actor: Actor, year: int, *, at: datetime) -> list[YearLine]:
    """What the supervising bodies owe in that year, in two queries."""
    rows = list(
        _of_year(actor, year)
        .filter(scope=Scope.OFFICE)
        .select_related("clock", "office")
        .defer("clock__computation", "clock__thresholds")
        .order_by("office", "first_day", "key")
    )
    counts = counted_entries(rows)
    grouped: dict[tuple[int, str], list[Obligation]] = defaultdict(list)
    for row in rows:
        grouped[row.office_id, row.key].append(row)
    return [_line(group, counts, at) for group in grouped.values()]


def unit_lines(actor: Actor, year: int, *, at: datetime) -> list[UnitsLine]:
    """What units owe in that year, by duty and period, in one query."""
    rows = (
        _of_year(actor, year)
        .filter(scope=Scope.UNIT)
        .exclude(state__in=(ObligationState.WAIVED, ObligationState.CEASED))
        .order_by()
        .values("key", "label", "period", "first_day")
        .annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(state=ObligationState.FULFILLED)),
            late=Count("pk", filter=Q(state=ObligationState.OPEN, clock__due_at__lte=at)),
        )
        .order_by("key", "first_day")
    )
    names = ("key", "label", "period", "total", "done", "late")
    return [UnitsLine(**{name: row[name] for name in names}) for row in rows]


def _of_year(actor: Actor, year: int) -> QuerySet[Obligation]:
    rows = Obligation.objects.visible_to(actor).filter(part_id__isnull=True)
    return rows.filter(first_day__gte=date(year, 1, 1), first_day__lte=date(year, 12, 31))


def _line(rows: Sequence[Obligation], counts: Mapping[int, int], at: datetime) -> YearLine:
    cells = [_cell(row, counts, at) for row in rows if row.state != ObligationState.CEASED]
    newest = rows[-1]
    a_year = periods_a_year(newest.period)
    met = sum(cell.row.state != ObligationState.OPEN for cell in cells)
    once = a_year == 1
    signals = {cell.signal for cell in cells}
    return YearLine(
        label=newest.label,
        office=newest.office.name,
        clause=newest.clause,
        quote=newest.quote,
        cells=cells,
        # Of what is owed once a year the times count; of the rest the periods that were met.
        done=(cells[0].count if once and cells else met),
        wanted=(newest.target if once else a_year),
        signal=next((signal for signal in _WORST if signal in signals), DONE),
    )


def _cell(row: Obligation, counts: Mapping[int, int], at: datetime) -> YearCell:
    met = row.state != ObligationState.OPEN
    count = counts.get(row.pk, 0) if row.target > 1 else int(met)
    signal = DONE if met else row.clock.light_at(at)
    return YearCell(row, count, signal, met and row.clock.is_late(at))
