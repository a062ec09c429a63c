"""Matters as rows of the same sheet that is imported, so that it can come back unchanged."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

import xlsxwriter
from django.db.models import QuerySet

from cases.imports.columns import BLANK, COLUMNS
from cases.imports.values import Cell, date_of, line_of, text_of
from cases.models import Assignment, Case

_DATES = frozenset({"basis_on", "due_on"})
_LINES = frozenset({"task", "co_units"})
_WRAPPED = frozenset({"title", "task", "basis", "co_units", "co_duty"})


def fetched(rows: QuerySet[Case]) -> list[Case]:
    """The matters with all that a row of the sheet reads, in a fixed number of queries."""
    cases = list(rows.select_related("pack_version", "assigner__user"))
    parties: dict[int, list[Assignment]] = {case.pk: [] for case in cases}
    own = Assignment.objects.filter(case__in=parties).select_related("unit")
    for party in own.order_by("-kind", "id"):
        parties[party.case_id].append(party)
    for case in cases:
        case.__dict__["parties"] = parties[case.pk]
    return cases


def cells_of(case: Case, order: int) -> dict[str, Cell]:
    """The row of one matter, by field. `fetched` has read what it needs."""
    lead = case.lead
    importance = case.get_importance_display()
    due_basis = case.pack.due_bases.get(case.due_basis)
    return {
        "id": case.pk,
        "number": case.number,
        "order": order,
        "heading": case.heading,
        "title": case.title,
        "task": case.task,
        "source": case.source_label,
        "basis": case.basis,
        "basis_on": case.basis_on,
        "importance": importance,
        "urgency": case.urgency_label,
        "due_on": case.due_on,
        "due_basis": due_basis.label if due_basis else "",
        "due_citation": case.due_citation,
        "assigner": case.assigner.user.name if case.assigner else "",
        "lead_unit": lead.unit.name if lead else "",
        **_co_cells(case.parties),
        "collective_units": case.collective_units,
        "not_secret": case.not_secret,
    }


def _co_cells(parties: Sequence[Assignment]) -> dict[str, Cell]:
    """One common duty goes into its own column; several are written beside their units."""
    co_units = [party for party in parties if party.kind == "co"]
    duties = {party.duty_text for party in co_units}
    if len(duties) == 1:
        names = "、".join(party.unit.name for party in co_units)
        return {"co_units": names, "co_duty": duties.pop()}
    lines = [
        f"{'、'.join(party.unit.name for party in group)}：{duty}"
        for duty, group in groupby(co_units, key=lambda party: party.duty_text)
    ]
    return {"co_units": "\n".join(lines), "co_duty": ""}


def shown(field: str, cell: Cell) -> str:
    """A cell as text by which two sheets are compared, whatever type the spreadsheet gave it."""
    if field in _DATES:
        try:
            day = date_of(cell)
        except ValueError:
            return line_of(cell)
        return day.isoformat() if day else ""
    return text_of(cell) if field in _LINES else line_of(cell)


def sheet_bytes(rows: Iterable[Sequence[Cell]], *, blank: bool = False) -> bytes:
    """An .xlsx of the columns in order. Text is written as text: nothing in it is a formula."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        write_sheet(book, "督办事项", rows, blank=blank)
    return out.getvalue()


def write_sheet(
    book: xlsxwriter.Workbook, name: str, rows: Iterable[Sequence[Cell]], *, blank: bool = False
) -> xlsxwriter.worksheet.Worksheet:
    """The heading and the rows; a blank sheet has no columns that only an export fills."""
    columns = BLANK if blank else COLUMNS
    sheet = book.add_worksheet(name)
    head = book.add_format(
        {"bold": True, "bg_color": "#E4EAF1", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    plain = book.add_format({"valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    for place, column in enumerate(columns):
        style = day if column.field in _DATES else wrapped if column.field in _WRAPPED else plain
        sheet.set_column(place, place, column.width, style)
        sheet.write_string(0, place, column.title + ("*" if column.required else ""), head)
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, day)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    place: int,
    cell: Cell,
    day: xlsxwriter.format.Format,
) -> None:
    if isinstance(cell, bool):
        sheet.write_string(row, place, "是" if cell else "否")
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, day)
    elif cell:
        sheet.write_string(row, place, str(cell))
