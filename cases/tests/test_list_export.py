"""Export of exactly what is shown, safe to open, and on record."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.test import Client

from cases.tests import given
from cases.tests.given import Place
from cases.tests.pages import signed_in, titles
from cases.web import export
from cases.web.sheet import SheetColumn, neutral, write_sheet
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(given.at("2026-06-20 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> Place:
    return given.place(on="2026-06-20")


def exported(client: Client, query: str) -> list[tuple[object, ...]]:
    answer = client.post(f"/cases/export/?{query}")
    assert answer.status_code == 200, answer.headers
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def draft(here: Place, title: str, **changes: object) -> None:
    given.draft(here, when="2026-06-01", title=title, **{"due_on": date(2026, 9, 30), **changes})


@pytest.mark.clause("LZ-A-14a", "AS-3.1a")
def test_the_sheet_has_the_filters_order_and_columns_of_the_page(here: Place) -> None:
    """LZ-A-14a: 实行表格化、台账式管理；AS-3.1a: the list always comes from the matters."""
    for title in ("乙", "甲", "丙"):
        draft(here, title)
    given.in_progress(here, title="承办中的", when="2026-06-01", due_on=date(2026, 9, 30))
    client = signed_in(here, "head")
    query = "state=draft&sort=-title&col=due&col=source"
    rows = exported(client, query)
    assert [row[0] for row in rows[3:]] == titles(client.get(f"/cases/?{query}"))
    assert rows[2] == ("事项名称", "办结期限", "时限状态", "事项来源")
    assert rows[3][1].date() == date(2026, 9, 30)
    assert rows[3][2:] == ("未起算", "市政府会议决定")
    assert rows[0][0] == "督查督办台账"
    assert "状态“拟立项”" in rows[1][0]
    assert "高远" in rows[1][0]


def test_every_row_comes_out_once_however_many_pages(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "CHUNK", 2)
    for number in range(7):
        draft(here, f"事项{number}")
    rows = exported(signed_in(here, "head"), "sort=due&group=lead")
    assert sorted(row[1] for row in rows[3:]) == [f"事项{number}" for number in range(7)]


def test_nothing_in_the_sheet_is_a_formula(here: Place) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "\t=1", "https://evil.example"]
    for text in hostile:
        draft(here, text)
    answer = signed_in(here, "head").post("/cases/export/?col=title")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [row[0] for row in book.active.iter_rows(min_row=4)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert not any(cell.value.startswith(("=", "+", "-", "@", "\uff1d", "\t")) for cell in cells)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20a", "'\uff20a"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\x00\x07=1", "'=1"),
        ("管网", "管网"),
        ("", ""),
        ("a=1", "a=1"),
    ],
)
def test_text_that_could_become_a_formula_is_quoted(text: str, safe: str) -> None:
    assert neutral(text) == safe


def test_titles_repeat_on_every_printed_page() -> None:
    file = io.BytesIO()
    columns = [SheetColumn("甲", 10), SheetColumn("乙", 10)]
    assert (
        write_sheet(
            file,
            title="台账",
            note="全部",
            columns=columns,
            rows=[("1", date(2026, 6, 1)), ("2", None)],
        )
        == 2
    )
    sheet = openpyxl.load_workbook(file).active
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.freeze_panes == "A4"
    assert sheet["B4"].value.date() == date(2026, 6, 1)
    assert sheet["A5"].value == "2"


def test_who_took_what_is_on_record(here: Place) -> None:
    draft(here, "甲")
    exported(signed_in(here, "head"), "state=draft")
    entry = LedgerEntry.objects.get(action="export")
    assert (entry.actor_name, entry.office_id) == ("高远", here.office.pk)
    assert entry.changes["rows"] == [None, 1]
    assert entry.changes["query"] == [None, "state=draft"]
    assert entry.note == "状态“拟立项”"


def test_too_much_is_refused_with_what_to_do(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LIMIT", 1)
    draft(here, "甲")
    draft(here, "乙")
    page = signed_in(here, "head").post("/cases/export/?state=draft", follow=True)
    assert "共 2 条，超过一次导出 1 条的上限" in page.content.decode()
    assert not LedgerEntry.objects.filter(action="export").exists()


def test_a_wrong_filter_exports_nothing(here: Place) -> None:
    """Else the sheet would hold more than was asked for."""
    draft(here, "甲")
    page = signed_in(here, "head").post("/cases/export/?due_from=2026-13-01", follow=True)
    assert "筛选条件有误，未导出" in page.content.decode()


def test_an_export_is_asked_for_by_post_only(here: Place) -> None:
    assert signed_in(here, "head").get("/cases/export/").status_code == 405
