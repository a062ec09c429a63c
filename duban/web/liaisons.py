"""联络员名单: who is to be spoken to in each unit of an office (AS-4.3b, CZ-5.3b)."""

from __future__ import annotations

import io
from datetime import date, datetime
from urllib.parse import quote

import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import Office, Post
from duban.org.registry import RegistryRow, registry_rows
from duban.org.roles import STAFF

COLUMNS = (
    ("序号", 6),
    ("单位", 34),
    ("单位类型", 16),
    ("联络员", 12),
    ("职务", 16),
    ("电话", 18),
    ("邮箱", 26),
    ("任职日期", 12),
    ("备注", 16),
    ("督查机构", 20),
)
MISSING = "尚未明确联络员"


def liaison_rows(office: Office, *, on: date) -> list[list[str]]:
    """One row per liaison in office on that day; a unit that has named none says so."""
    rows: list[list[str]] = []
    for entry in registry_rows(office, on=on):
        shown = [_row(entry, post) for post in entry.liaisons]
        rows += shown or [_row(entry, None)]
    return rows


def liaison_sheet(*, by: Actor, at: datetime) -> tuple[str, bytes]:
    """The list as .xlsx with its (URL-quoted) file name; that it was taken out is on record."""
    if by.office_id is None or not by.has(*STAFF):
        raise PermissionDenied("the list is the office's")
    office = Office.objects.select_related("root").get(pk=by.office_id)
    on = timezone.localdate(at)
    rows = liaison_rows(office, on=on)
    record(
        office,
        "export_liaisons",
        label="导出联络员名单",
        by=by,
        at=at,
        office_id=office.pk,
        changes={"rows": [None, len(rows)]},
    )
    return quote(f"联络员名单-{on.isoformat()}.xlsx"), _workbook(rows)


def _row(entry: RegistryRow, post: Post | None) -> list[str]:
    unit, body = entry.unit, entry.body.name if entry.body else ""
    if post is None:
        return [unit.name, unit.get_kind_display(), "", "", "", "", "", MISSING, body]
    person = post.user
    return [
        unit.name,
        unit.get_kind_display(),
        person.name,
        post.title,
        person.phone,
        person.email,
        post.starts_on.isoformat(),
        "",
        body,
    ]


def _workbook(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("联络员名单")
        head = book.add_format({"bold": True, "bg_color": "#E4EAF1", "border": 1})
        for place, (title, width) in enumerate(COLUMNS):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, title, head)
        for number, row in enumerate(rows, start=1):
            sheet.write_number(number, 0, number)
            for place, text in enumerate(row, start=1):
                sheet.write_string(number, place, text)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
    return out.getvalue()
