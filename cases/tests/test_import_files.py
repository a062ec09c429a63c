"""Files that cannot be what they should be, and what the product hands out itself."""

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.imports import sheet as reading
from cases.imports.export import fetched, sheet_bytes
from cases.imports.resource import CaseResource
from cases.imports.template import template_bytes
from cases.models import Case
from cases.tests import given, sheets
from duban.rulepacks.selectors import active_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> given.Place:
    return given.place()


def problem(made: given.Place, data: bytes) -> str:
    report = sheets.send(made, data)
    assert (report.created, report.rows) == (0, ())
    assert not Case.objects.exists()
    return "；".join(report.problems)


def test_formulas_are_refused_with_their_cells(here: given.Place):
    data = sheets.sheet(sheets.row(), touch=lambda book, page: page.write_formula("B2", "=A1&A2"))
    assert "单元格 B2 是公式" in problem(here, data)


def test_merged_cells_are_refused_below_the_heading_only(here: given.Place):
    def merge(book, page):
        page.merge_range("A2:A3", "合并")

    assert "A2:A3 是合并单元格" in problem(
        here, sheets.sheet(sheets.row(), sheets.row(), touch=merge)
    )


def test_hidden_sheets_and_rows_are_reported(here: given.Place):
    def hide(book, page):
        book.add_worksheet("底稿").hide()
        book.add_worksheet("备注")
        page.set_row(1, None, None, {"hidden": True})

    report = sheets.send(here, sheets.sheet(sheets.row(), touch=hide), dry_run=True)
    assert report.ok
    assert report.notes == (
        "隐藏的工作表“底稿”没有导入。",
        "只导入第一个工作表“事项”；“备注”没有导入。",
        "第 2 行在表中是隐藏行，同样参加导入，请核对。",
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"),
        (b"PK\x03\x04" + b"junk" * 50, "文件已损坏"),
        (b"%PDF-1.7 \xff\xfe\x00", "无法识别文件的类型或文字编码"),
        ("牽頭單位,期限".encode("big5"), "没有找到表头"),
        (b"name,unit\nx,y\n", "没有找到表头"),
    ],
    ids=["empty", "xls", "broken", "pdf", "big5", "no-heading"],
)
def test_what_is_not_a_sheet_is_refused_in_words(here: given.Place, data: bytes, said: str):
    assert said in problem(here, data)


def test_a_zip_that_is_no_workbook_and_one_with_macros_are_refused(here: given.Place):
    for name, said in (("word/document.xml", "不是 Excel 工作簿"), ("xl/vbaProject.bin", "含有宏")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name, "x")
        assert said in problem(here, out.getvalue())


def test_an_archive_that_unpacks_to_too_much_is_not_opened(here: given.Place, monkeypatch):
    monkeypatch.setattr("cases.imports.workbook.UNPACKED_LIMIT", 1000)
    assert "无法打开" in problem(here, sheets.sheet(sheets.row()))


def test_a_workbook_with_a_document_type_is_not_parsed(here: given.Place):
    source, out = zipfile.ZipFile(io.BytesIO(sheets.sheet(sheets.row()))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/workbook.xml":
                data = data.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook', 1)
            target.writestr(item, data)
    assert "无法打开" in problem(here, out.getvalue())


def test_more_than_the_limit_is_refused(here: given.Place, monkeypatch):
    monkeypatch.setattr(reading, "ROW_LIMIT", 2)
    assert "共 3 行，一次最多导入 2 行" in problem(here, sheets.sheet(*[sheets.row()] * 3))
    monkeypatch.setattr(reading, "SIZE_LIMIT", 100)
    assert "超过 50 MB" in problem(here, sheets.sheet(sheets.row()))


def test_unknown_missing_and_doubled_columns_are_all_named(here: given.Place):
    titles = ["事项名称", "牵头单位", "责任单位", "备注", "办结期限"]
    said = problem(here, sheets.sheet(sheets.row(), titles=titles))
    assert "不认识“备注”这一列" in said
    assert "“牵头单位”出现了两列" in said
    assert "缺少“办理要求”一列" in said
    assert "缺少“不涉密”一列" in said


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_spreadsheets_save(here: given.Place, encoding: str):
    report = sheets.send(here, sheets.csv_of(sheets.row(), encoding=encoding))
    assert report.created == 1
    assert Case.objects.get().due_on == date(2026, 6, 30)


def test_a_title_line_above_the_heading_does_not_matter(here: given.Place):
    text = "2026年重点工作清单,,\n" + sheets.csv_of(sheets.row(办结期限="")).decode("utf-8-sig")
    report = sheets.send(here, text.encode())
    assert [(r.number, r.title) for r in report.refused] == [(3, "城区老旧供水管网改造")]


def test_the_example_of_the_template_can_be_imported_as_it_stands(here: given.Place):
    pack = active_version(here.office, on=here.on).pack
    data = template_bytes(office=here.office, pack=pack, on=here.on)
    assert "表头下面没有内容" in problem(here, data)
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            name = (
                item.filename.replace("sheet2.xml", "sheet1.xml")
                if "sheet1" not in item.filename
                else ""
            )
            if name:
                target.writestr(name, source.read(item))
    report = sheets.send(here, out.getvalue(), dry_run=True)
    assert (report.ok, len(report.fresh)) == (True, 1), [row.reasons for row in report.refused]


@pytest.mark.clause("LZ-A-14a")
def test_an_export_comes_back_without_differences(here: given.Place):
    """“实行表格化、台账式管理”"""
    given.in_progress(
        here,
        parties=[
            given.lead(here.units["water"]),
            given.co(here.units["finance"]),
            given.co(here.units["housing"], "配合施工"),
        ],
    )
    given.draft(here, title="-25%能耗下降", task="第一行\n第二行 ", urgency="")
    data = sheet_bytes(exported(Case.objects.order_by("id")))
    report = sheets.send(here, data, when="2026-09-01")
    assert report.ok, [row.reasons for row in report.refused]
    assert (len(report.unchanged), len(report.fresh), report.created) == (2, 0, 0)
    assert Case.objects.count() == 2


def test_an_export_that_was_changed_names_each_difference_and_changes_nothing(here: given.Place):
    case = given.in_progress(here)
    rows = exported(Case.objects.all())
    rows[0][11] = date(2026, 12, 31)
    report = sheets.send(here, sheet_bytes(rows))
    assert list(report.rows[0].errors) == ["办结期限"]
    assert "系统为“2026-06-30”，表中为“2026-12-31”" in report.rows[0].reasons[0]
    assert Case.objects.get(pk=case.pk).due_on == date(2026, 6, 30)


def test_a_number_on_record_elsewhere_is_not_found(here: given.Place):
    there = given.place(name="安宁市", tag="安")
    case = given.draft(there)
    assert "没有这个登记编号的事项" in sheets.refusal(here, 登记编号=case.pk)["登记编号"][0]


def test_export_reads_in_a_fixed_number_of_queries(here: given.Place, django_assert_num_queries):
    for number in range(5):
        given.draft(
            here,
            title=f"事项{number}",
            parties=[given.lead(here.units["water"]), given.co(here.units["finance"])],
        )
    with django_assert_num_queries(2):
        assert len(exported(Case.objects.all())) == 5


def exported(rows) -> list[list]:
    return [CaseResource().export_resource(case) for case in fetched(rows)]


def test_the_cost_of_a_row_does_not_grow_with_the_sheet(here: given.Place):
    """Queries for each row more; its units are looked up once a sheet."""
    few, many = (_queries(here, rows) for rows in (10, 60))
    assert (many - few) / 50 <= 16


def _queries(made: given.Place, rows: int) -> int:
    data = sheets.sheet(
        *(
            sheets.row(事项名称=f"{rows}-{n}", 协办单位="市财政局、市住建局", 协办职责="配合")
            for n in range(rows)
        )
    )
    with CaptureQueriesContext(connection) as counted:
        assert sheets.send(made, data).created == rows
    return len(counted)
