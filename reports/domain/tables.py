"""The tables of a bulletin. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from duban.documents.content import Column, Table
from reports.domain.figures import Figures, Line, Totals, UnitFigures


def ranking(figures: Figures) -> Table:
    return _scores(figures, figures.ranked, ranked=True)


def unranked(figures: Figures) -> Table:
    return _scores(figures, figures.unranked, ranked=False)


def _scores(figures: Figures, units: tuple[UnitFigures, ...], *, ranked: bool) -> Table:
    labels = figures.scoring.labels if figures.scoring else ()
    columns = (
        *((Column("名次", 9, "center"),) if ranked else ()),
        Column("单位", 23),
        Column("件数", 9, "number"),
        Column("得分", 11, "number"),
        *(Column(label, 13, "number") for label in labels),
    )
    rows = tuple(
        (
            *((str(unit.rank),) if ranked else ()),
            unit.name,
            str(unit.scored),
            unit.score_text,
            *(str(unit.grade_counts.get(label, 0)) for label in labels),
        )
        for unit in units
    )
    return Table(columns, rows)


def overdue(figures: Figures) -> Table:
    """Unit and number of each matter that was not done in time."""
    columns = (
        Column("序号", 9, "center"),
        Column("牵头单位", 20),
        Column("案号", 30),
        Column("事项", 30),
        Column("期限", 16, "center"),
        Column("情况", 21),
    )
    names = {unit.unit_id: unit.name for unit in figures.units}
    rows = tuple(
        (
            str(place),
            names[line.unit_id],
            line.number,
            line.title,
            _day(line.due_on),
            line.situation,
        )
        for place, line in enumerate(figures.overdue_lines, start=1)
    )
    return Table(columns, rows)


BY_UNIT_NOTE = (
    "原期限、延长期、超期为已办结事项中按原定期限、按批准延长的期限和超期办结的件数；"
    "已超期为未办结事项中超期的件数；延期为本季度批准延期的件次。"
)


def by_unit(figures: Figures) -> Table:
    numbers = ("承办", "办结", "原期限", "延长期", "超期", "未办结", "已超期", "延期")
    columns = (
        Column("牵头单位", 22),
        Column("主要负责人", 17, "center"),
        *(Column(name, 12 if len(name) > 2 else 10, "number") for name in numbers),
    )
    rows = [(unit.name, unit.head, *_numbers(unit.totals)) for unit in figures.units]
    rows.append(("合计", "", *_numbers(figures.totals)))
    return Table(columns, tuple(rows))


def _numbers(found: Totals) -> tuple[str, ...]:
    values = (
        found.total, found.done, found.by_original, found.by_extended, found.overdue,
        found.not_done, found.open_overdue, found.extensions,
    )  # fmt: skip
    return tuple(map(str, values))


def details(figures: Figures) -> Iterator[Table]:
    """Every matter behind the figures, one row each; a table for each unit."""
    of_unit: dict[int, list[Line]] = {}
    for line in figures.lines:
        of_unit.setdefault(line.unit_id, []).append(line)
    graded = figures.scoring is not None
    columns = _detail_columns(graded=graded)
    for unit in figures.units:
        rows = [
            _detail_row(place, line, graded=graded)
            for place, line in enumerate(of_unit.get(unit.unit_id, []), start=1)
        ]
        yield Table(columns, tuple(rows), caption=_caption(unit))


def _caption(unit: UnitFigures) -> str:
    if unit.score is None:
        return unit.name
    place = f"第{unit.rank}名" if unit.rank else "不排名"
    return f"{unit.name}（得分{unit.score_text}，{place}）"


def _detail_columns(*, graded: bool) -> tuple[Column, ...]:
    return (
        Column("序号", 11, "center"),
        Column("案号", 28),
        Column("事项", 25),
        Column("交办", 17, "center"),
        Column("期限", 17, "center"),
        Column("完成", 17, "center"),
        Column("办理情况", 18),
        *((Column("等级条款", 19), Column("分值", 11, "number")) if graded else ()),
    )


def _detail_row(place: int, line: Line, *, graded: bool) -> tuple[str, ...]:
    limit = _day(line.due_on)
    if line.is_extended:
        limit += f"\n原限\n{_day(line.original_due_on)}"
    return (
        str(place),
        line.number,
        line.title,
        _day(line.assigned_on),
        limit,
        _day(line.done_on),
        line.situation,
        *((f"{line.grade}\n{line.clause}".strip(), line.points_text) if graded else ()),
    )


def _day(on: date | None) -> str:
    """In two lines: a date broken anywhere else is hard to read in a narrow column."""
    return f"{on.year}年\n{on.month}月{on.day}日" if on else "—"
