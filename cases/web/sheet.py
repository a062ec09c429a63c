"""One worksheet written row by row in constant memory; nothing in it can become a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# What a spreadsheet may take for a formula once the text is typed again or saved as CSV; the
# full-width signs are read as the plain ones by Chinese and Japanese versions.
FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
MAX_TEXT = 32_000
HEAD_ROWS = 3

Value = str | date | None


@dataclass(frozen=True)
class SheetColumn:
    label: str
    width: int


def neutral(text: str) -> str:
    """Text that stays text wherever it is opened; XML cannot hold control characters."""
    clean = "".join(sign for sign in text if sign >= " " or sign in "\t\r\n")[:MAX_TEXT]
    return f"'{clean}" if clean.startswith(FORMULA_STARTS) else clean


def write_sheet(
    target: IO[bytes],
    *,
    title: str,
    note: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[Value]],
) -> int:
    """Title, note, heads and rows; heads repeat on every printed page. Returns how many rows."""
    options: dict[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("台账")
        _arrange(sheet, title, columns)
        _head(sheet, book, title, note, columns)
        return _body(sheet, book, rows, len(columns))


def _arrange(sheet: Worksheet, title: str, columns: Sequence[SheetColumn]) -> None:
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.repeat_rows(0, HEAD_ROWS - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.freeze_panes(HEAD_ROWS, 0)


def _head(
    sheet: Worksheet,
    book: xlsxwriter.Workbook,
    title: str,
    note: str,
    columns: Sequence[SheetColumn],
) -> None:
    big = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    small = book.add_format(
        {"font_size": 9, "font_color": "#555555", "text_wrap": True, "valign": "vcenter"}
    )
    head = book.add_format(
        {
            "bold": True,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "bg_color": "#E8EEF5",
            "text_wrap": True,
        }
    )
    _across(sheet, 0, len(columns), title, big)
    sheet.set_row(0, 28)
    _across(sheet, 1, len(columns), note, small)
    sheet.set_row(1, 30)
    for index, column in enumerate(columns):
        sheet.write_string(2, index, column.label, head)


def _across(sheet: Worksheet, row: int, width: int, text: str, form: Format) -> None:
    if width > 1:
        sheet.merge_range(row, 0, row, width - 1, "", form)
    sheet.write_string(row, 0, neutral(text), form)


def _body(
    sheet: Worksheet, book: xlsxwriter.Workbook, rows: Iterable[Sequence[Value]], width: int
) -> int:
    text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format(
        {"border": 1, "num_format": "yyyy-mm-dd", "valign": "top", "align": "center"}
    )
    count = 0
    for count, row in enumerate(rows, start=1):
        line = HEAD_ROWS + count - 1
        for index, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line, index, value, day)
            else:
                sheet.write_string(line, index, neutral(value or ""), text)
    sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + count, width - 1)
    return count
