"""Rows that come back from an export: compared with what is on record, never written (LZ-A-14a)."""

from __future__ import annotations

from collections.abc import Sequence

from cases.imports.columns import BY_FIELD, COLUMNS
from cases.imports.export import cells_of, fetched, shown
from cases.imports.rows import Draft
from cases.imports.sheet import SheetRow
from cases.imports.values import line_of
from cases.models import Case
from duban.org.actor import Actor
from duban.org.models import Office

_ID = BY_FIELD["id"].title
SHORT = 40


def recognise(rows: Sequence[SheetRow], *, office: Office, by: Actor) -> dict[int, Draft]:
    """Drafts of the rows that name a matter on record, by row number: unchanged, or refused."""
    wanted = {row.number: line_of(row.cells.get(_ID)) for row in rows}
    wanted = {number: text for number, text in wanted.items() if text}
    ids = {int(text) for text in wanted.values() if text.isdecimal() and len(text) < 18}
    rows_on_record = Case.objects.visible_to(by).filter(office=office, pk__in=ids)
    cases = {case.pk: case for case in fetched(rows_on_record)} if ids else {}
    found = {}
    for row in rows:
        if row.number in wanted:
            text = wanted[row.number]
            case = cases.get(int(text)) if text.isdecimal() and len(text) < 18 else None
            found[row.number] = _compared(row, case)
    return found


def _compared(row: SheetRow, case: Case | None) -> Draft:
    draft = Draft(
        row,
        title=_cell(row, "title"),
        lead=_cell(row, "lead_unit"),
        co_units=_cell(row, "co_units"),
    )
    if case is None:
        draft.refuse(_ID, "没有这个登记编号的事项；新登记的事项请将本列留空。")
        return draft
    draft.case_id = case.pk
    stored = cells_of(case, 0)
    for column in COLUMNS:
        if column.title not in row.cells or column.field in ("id", "order"):
            continue
        there = shown(column.field, row.cells[column.title])
        here = shown(column.field, stored[column.field])
        if there != here:
            draft.refuse(
                column.title,
                f"与系统中的记录不一致：系统为“{here[:SHORT]}”，表中为“{there[:SHORT]}”。"
                "已登记的事项请在事项页修改，不能用导入改写。",
            )
    draft.unchanged = not draft.errors
    return draft


def _cell(row: SheetRow, field: str) -> str:
    return line_of(row.cells.get(BY_FIELD[field].title))
