"""Sheets for the import tests, written as a person's spreadsheet program would."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from cases.imports.services import ImportReport, sheet_import
from cases.tests import given

ROW: dict[str, Any] = {
    "序号": 1,
    "事项名称": "城区老旧供水管网改造",
    "办理要求": "完成改造12公里，年底前通水。",
    "事项来源": "市政府会议决定",
    "立项依据": "市政府第12次常务会议纪要",
    "依据日期": date(2026, 2, 26),
    "办结期限": date(2026, 6, 30),
    "期限依据": "立项通知指定期限",
    "期限依据说明": "市政府第12次常务会议纪要",
    "牵头单位": "市水利局",
    "协办单位": "",
    "协办职责": "",
    "不涉密": "是",
}


def row(**changes: Any) -> dict[str, Any]:
    return ROW | changes


def sheet(
    *rows: dict[str, Any],
    titles: Sequence[str] | None = None,
    touch: Callable[[xlsxwriter.Workbook, Any], None] | None = None,
) -> bytes:
    """An .xlsx of these rows; `touch` may spoil it before it is saved."""
    out = io.BytesIO()
    names = list(titles or dict.fromkeys(name for one in rows or (ROW,) for name in one))
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("事项")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, name in enumerate(names):
            page.write_string(0, place, name)
        for number, one in enumerate(rows, start=1):
            for place, name in enumerate(names):
                _write(page, number, place, one.get(name), day)
        if touch:
            touch(book, page)
    return out.getvalue()


def _write(page: Any, number: int, place: int, value: Any, day: Any) -> None:
    if isinstance(value, date):
        page.write_datetime(number, place, value, day)
    elif isinstance(value, int | float):
        page.write_number(number, place, value)
    elif value is not None:
        page.write_string(number, place, value)


def csv_of(*rows: dict[str, Any], encoding: str = "utf-8-sig") -> bytes:
    names = list(ROW)
    lines = [",".join(names)] + [",".join(str(one.get(n, "")) for n in names) for one in rows]
    return "\n".join(lines).encode(encoding)


def send(
    made: given.Place,
    data: bytes,
    *,
    dry_run: bool = False,
    by: str = "secretary",
    when: str = "2026-03-02",
) -> ImportReport:
    return sheet_import(
        office=made.office,
        stream=io.BytesIO(data),
        by=made.actor(by),
        at=given.at(when),
        dry_run=dry_run,
        file_name="清单.xlsx",
    )


def refusal(made: given.Place, **changes: Any) -> dict[str, list[str]]:
    """What is said of one row with these changes."""
    report = send(made, sheet(row(**changes)), dry_run=True)
    assert not report.problems
    return report.rows[0].errors
