"""The .docx read back by python-docx and as XML."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree

from duban.documents.content import Column, Heading, Note, Paragraph, Table
from duban.documents.render import content_docx
from duban.documents.tests import samples

# The order of the schema; Word repairs or refuses a file that breaks it.
RUN_ORDER = ["rFonts", "b", "i", "color", "spacing", "w", "kern", "position", "sz", "szCs"]
PARAGRAPH_ORDER = [
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
    "suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "spacing", "ind",
    "contextualSpacing", "jc", "rPr",
]  # fmt: skip


def opened(content):
    return docx.Document(io.BytesIO(content_docx(content)))


def named(tag: str) -> str:
    return etree.QName(tag).localname


@pytest.fixture(scope="module")
def notice():
    return opened(samples.registration_notice())


def paragraph(document, text: str):
    return next(p for p in document.paragraphs if text in p.text)


def face(run) -> str:
    return run._element.rPr.rFonts.get(qn("w:eastAsia"))


def test_the_page_has_the_margins_and_the_grid_of_the_standard(notice):
    section = notice.sections[0]
    sides = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    assert [round(side.mm) for side in sides] == [37, 26, 35, 28]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("督查室文件", "方正小标宋简体"),
        ("漳政督〔2026〕3号", "仿宋_GB2312"),
        ("关于对老旧小区", "方正小标宋简体"),
        ("一、督查事项", "黑体"),
        ("（一）牵头单位", "楷体_GB2312"),
        ("1. 办结期限", "仿宋_GB2312"),
        ("经市政府主要领导批准", "仿宋_GB2312"),
        ("附件1", "黑体"),
    ],
)
def test_each_part_names_the_face_the_office_has(notice, text, expected):
    assert face(paragraph(notice, text).runs[0]) == expected


def test_sizes_and_colours(notice):
    assert paragraph(notice, "关于对老旧小区").runs[0].font.size.pt == 22
    assert paragraph(notice, "经市政府").runs[0].font.size.pt == 16
    assert str(paragraph(notice, "督查室文件").runs[0].font.color.rgb) == "E60012"
    borders = paragraph(notice, "漳政督〔2026〕3号")._element.pPr.find(qn("w:pBdr"))
    assert borders.find(qn("w:bottom")).get(qn("w:color")) == "E60012"


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(notice):
    assert notice.settings.odd_and_even_pages_header_footer
    section = notice.sections[0]
    for foot, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = foot.paragraphs[0]
        assert line.paragraph_format.alignment.name.lower() == side
        assert "PAGE" in line._element.xpath("string(.//w:instrText)")
        assert line.text.startswith("— ")
        assert line.text.endswith(" —")


def test_the_attachment_begins_a_page_and_its_table_repeats_the_head(notice):
    assert paragraph(notice, "附件1").paragraph_format.page_break_before
    table = notice.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["序号", "任务", "责任单位", "完成时限"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert sum(column.width for column in table.columns) == pytest.approx(Mm(156), rel=0.01)


def test_the_imprint_floats_on_the_bottom_edge_of_the_text_area(notice):
    foot = notice.tables[-1]
    position = foot._tbl.tblPr.find(qn("w:tblpPr"))
    assert position.get(qn("w:tblpYSpec")) == "bottom"
    assert position.get(qn("w:vertAnchor")) == "margin"
    assert foot.rows[0].cells[0].text.startswith("抄送：市委督查室")
    assert foot.rows[0].cells[0].text.endswith("。")
    assert foot.rows[1].cells[0].text == "漳源市人民政府督查室\t2026年3月17日印发"


def test_the_serial_has_masthead_issue_and_lists():
    serial = opened(samples.quarterly_bulletin())
    texts = [p.text for p in serial.paragraphs]
    assert texts[0] == "督查通报"
    assert texts[1] == "第2期（总第47期）"
    assert texts[2] == "漳源市人民政府督查室\t2026年7月1日"
    rows = [row.cells[0].text for row in serial.tables[-1].rows]
    assert [row[:2] for row in rows[:3]] == ["报：", "送：", "发："]
    assert rows[3].endswith("共印120份")
    assert len(serial.tables[1].rows) == 31


def test_a_document_to_a_superior_names_who_signs():
    upward = opened(replace(samples.registration_notice(), signatory="王明"))
    line = paragraph(upward, "漳政督〔2026〕3号")
    assert line.text == "漳政督〔2026〕3号\t签发人：王明"
    assert face(line.runs[-1]) == "楷体_GB2312"


@pytest.mark.parametrize(
    "make", [samples.registration_notice, samples.supervision_notice, samples.quarterly_bulletin]
)
def test_the_xml_keeps_the_order_of_the_schema(make):
    with zipfile.ZipFile(io.BytesIO(content_docx(make()))) as package:
        parts = [name for name in package.namelist() if name.startswith("word/") and "xml" in name]
        for name in parts:
            root = etree.fromstring(package.read(name))
            for tag, order in (("rPr", RUN_ORDER), ("pPr", PARAGRAPH_ORDER)):
                for properties in root.iter(qn(f"w:{tag}")):
                    found = [named(child.tag) for child in properties if named(child.tag) in order]
                    assert found == sorted(found, key=order.index), name


def test_hostile_text_makes_a_file_that_opens_and_holds_it_as_text():
    hostile = "<w:t>&amp;]]></w:t>\x00\x0b\ud800\ufffe\u202e" + "A" * 3000
    content = replace(
        samples.registration_notice(),
        title=hostile,
        signer=hostile,
        body=(
            Heading(1, hostile),
            Paragraph(hostile, lead=hostile),
            Table((Column(hostile),), ((hostile,),)),
            Note(hostile),
        ),
    )
    document = opened(content)
    assert "<w:t>&amp;]]></w:t>AAA" in document.tables[0].rows[1].cells[0].text
    assert document.core_properties.title.startswith("<w:t>")


def test_equal_content_gives_equal_bytes():
    assert content_docx(samples.quarterly_bulletin()) == content_docx(samples.quarterly_bulletin())
