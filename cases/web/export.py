"""Export of exactly what the 台账 shows: the same filters, order and columns (LZ-A-14a)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.selectors.paging import page_of
from cases.selectors.rows import rows_of
from cases.services.listing import export_record
from cases.web.asked import GROUPS, Asked
from cases.web.listing import EVERYTHING, require_reader
from cases.web.sheet import SheetColumn, write_sheet

LIMIT = 50_000
CHUNK = 1_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_POST
def case_export(request: HttpRequest) -> HttpResponse:
    """A POST: it leaves an entry in the ledger, and a link scanner should not."""
    require_reader(request)
    asked = Asked.by(request, at=timezone.now())
    if refusal := _refusal(asked):
        messages.warning(request, refusal)
        return redirect(f"{reverse('cases:list')}?{asked.query or EVERYTHING}")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    count = _write(file, asked)
    export_record(
        query=asked.query,
        conditions=_conditions(asked),
        columns=_labels(asked),
        rows=count,
        by=asked.actor,
        at=asked.at,
    )
    file.seek(0)
    name = f"督查督办台账_{timezone.localtime(asked.at):%Y%m%d%H%M}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _refusal(asked: Asked) -> str:
    if asked.form.mistakes:
        return f"筛选条件有误，未导出。{'；'.join(asked.form.mistakes)}"
    total = asked.rows.count()
    if total > LIMIT:
        return f"共 {total} 条，超过一次导出 {LIMIT} 条的上限，请缩小范围后分次导出。"
    return "" if total else "没有符合条件的事项，未导出。"


def _write(file: IO[bytes], asked: Asked) -> int:
    columns = [
        SheetColumn(label, width) for column in asked.columns for label, width, _ in column.sheet
    ]
    at = f"{timezone.localtime(asked.at):%Y-%m-%d %H:%M}"
    who = f"{asked.actor.unit_name} {asked.actor.user_name}"
    note = f"条件：{_conditions(asked)}。导出：{who}，{at}。时限状态以导出时刻为准。"
    return write_sheet(file, title="督查督办台账", note=note, columns=columns, rows=_lines(asked))


def _lines(asked: Asked) -> Iterator[Sequence[str | date | None]]:
    """Page by page in the order of the list, so that memory stays flat."""
    cursor: str | None = ""
    while cursor is not None:
        page = page_of(asked.rows, asked.keys, cursor, size=CHUNK)
        for row in rows_of(page.ids, actor=asked.actor, at=asked.at):
            yield [value(row) for column in asked.columns for _, _, value in column.sheet]
        cursor = page.next


def _labels(asked: Asked) -> list[str]:
    return [label for column in asked.columns for label, _, _ in column.sheet]


def _conditions(asked: Asked) -> str:
    said = [f"{label}“{words}”" for _, label, words in asked.form.said()]
    if asked.group:
        said.append(f"按{GROUPS[asked.group]}分组")
    return "，".join(said) or "全部"
