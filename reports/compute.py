"""From the facts of a quarter to the figures of its bulletin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from duban.org.models import Office, Unit
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Cited
from reports.domain import scores
from reports.domain.figures import (
    Authority,
    Figures,
    GradePoints,
    Line,
    PointsMap,
    Scoring,
    Totals,
    UnitFigures,
)
from reports.domain.periods import SHANGHAI, Quarter
from reports.domain.scores import Matter, Outcome, UnitScore
from reports.facts import Facts, facts_of


def figures_of(
    office: Office, quarter: Quarter, *, version: RulePackVersion, at: datetime
) -> Figures:
    """`version` is the pack valid on the quarter's last day; it decides whether there is a ranking.

    Points come from each matter's own pack.
    """
    pack, facts = version.pack, facts_of(office, quarter)
    ranking = pack.ranking
    rows = (
        scores.unit_scores(facts.matters, quarter, min_matters=ranking.min_matters)
        if ranking
        else []
    )
    source = next((source for source in pack.sources if source.role == "basis"), None)
    return Figures(
        period=str(quarter),
        as_of=at.astimezone(SHANGHAI),
        office=office.name,
        pack=f"{version.name} 第{version.version}版",
        basis=f"《{source.title}》{f'（{source.number}）' if source.number else ''}"
        if source
        else "",
        authority=_authority(pack.bulletins),
        totals=_totals(facts.matters, quarter, facts.granted, len(facts.terminated)),
        scoring=_scoring(version, facts) if ranking else None,
        units=tuple(_units(facts, quarter, {row.unit_id: row for row in rows})),
        lines=tuple(_line(m, quarter, ranked=ranking is not None) for m in _ordered(facts)),
    )


def _authority(value: Cited | None) -> Authority:
    if value is None:
        return Authority()
    return Authority(clause=value.clause, quote=value.quote, local_decision=value.local_decision)


def _scoring(version: RulePackVersion, facts: Facts) -> Scoring:
    ranking = version.pack.ranking
    assert ranking is not None
    used = [row for row in facts.packs if row.pack.grades] or [version]
    return Scoring(
        min_matters=ranking.min_matters,
        authority=_authority(ranking),
        maps=tuple(_points_map(row) for row in used),
    )


def _points_map(version: RulePackVersion) -> PointsMap:
    return PointsMap(
        pack=f"{version.title}（第{version.version}版）",
        grades=tuple(
            GradePoints(
                label=grade.label,
                points=Decimal(str(grade.points.value)),
                authority=_authority(grade.points),
            )
            for grade in version.pack.grades.values()
        ),
    )


def _totals(
    matters: Iterable[Matter],
    quarter: Quarter,
    granted: Iterable[tuple[int, int]],
    terminated: int,
) -> Totals:
    found = scores.counts(matters, quarter)
    cases = [case_id for case_id, _ in granted]
    names = {*Totals.model_fields} - {"extensions", "extended_matters", "terminated"}
    return Totals(
        **{name: getattr(found, name) for name in names},
        extensions=len(cases),
        extended_matters=len(set(cases)),
        terminated=terminated,
    )


def _units(facts: Facts, quarter: Quarter, rows: dict[int, UnitScore]) -> Iterable[UnitFigures]:
    """In the office's order of units."""
    of_unit: dict[int, list[Matter]] = {}
    for matter in facts.matters:
        of_unit.setdefault(matter.unit_id, []).append(matter)
    for unit in facts.units:
        granted = [pair for pair in facts.granted if pair[1] == unit.pk]
        ended = facts.terminated.count(unit.pk)
        totals = _totals(of_unit[unit.pk], quarter, granted, ended)
        yield _unit(unit, facts, totals, rows.get(unit.pk), of_unit[unit.pk], quarter)


def _unit(
    unit: Unit,
    facts: Facts,
    totals: Totals,
    row: UnitScore | None,
    matters: list[Matter],
    quarter: Quarter,
) -> UnitFigures:
    graded = scores.scored_matters(matters, quarter) if row else []
    return UnitFigures(
        unit_id=unit.pk,
        name=unit.label,
        full_name=unit.name,
        head=facts.heads.get(unit.pk, ""),
        totals=totals,
        scored=row.scored if row else 0,
        score=row.score if row else None,
        rank=row.rank if row else None,
        grade_counts=dict(Counter(matter.grade.label for matter in graded if matter.grade)),
    )


def _ordered(facts: Facts) -> list[Matter]:
    place = {unit.pk: index for index, unit in enumerate(facts.units)}
    return sorted(facts.matters, key=lambda matter: (place[matter.unit_id], matter.case_id))


def _line(matter: Matter, quarter: Quarter, *, ranked: bool) -> Line:
    found = scores.outcome(matter, quarter)
    closed = matter.completed_at if found.is_done else None
    grade = matter.grade if found.is_done and ranked else None
    # What happened after the quarter's end belongs to the next one.
    applied = matter.done_on if found.is_done or found is Outcome.OPEN_WAITING else None
    return Line(
        case_id=matter.case_id,
        number=matter.number,
        title=matter.title,
        unit_id=matter.unit_id,
        assigned_on=matter.assigned_at.astimezone(SHANGHAI).date(),
        original_due_on=matter.original_due_on,
        due_on=matter.due_on,
        done_on=applied,
        completed_on=closed.astimezone(SHANGHAI).date() if closed else None,
        outcome=found,
        days_late=scores.days_late(matter, quarter),
        grade=grade.label if grade else "",
        points=grade.points if grade else None,
        clause=grade.clause if grade else "",
    )
