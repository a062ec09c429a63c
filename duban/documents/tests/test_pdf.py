"""The PDF measured by another program: GB/T 9704-2012 in millimetres."""

import importlib
from dataclasses import replace

import pypdfium2
import pytest

from duban.documents import fonts, pdf
from duban.documents.content import Column, Heading, Note, Paragraph, Table
from duban.documents.pdf import PdfUnavailable, html_pdf, pdf_available
from duban.documents.render import content_pdf
from duban.documents.tests import samples
from duban.documents.tests.given import PrintedPage, read_pdf

HOSTILE = (
    "<script>alert(1)</script><img src='file:///etc/hostname'>{{ settings }}{% now %}]]>&#0;"
    "\x00\x0b\ud800\u202e"
)


@pytest.fixture(autouse=True)
def _pdf_at_hand():
    available, why = pdf_available()
    if not available:
        pytest.skip(why)


@pytest.fixture(scope="module")
def notice() -> list[PrintedPage]:
    return read_pdf(content_pdf(samples.registration_notice(), code="7F3A-91C2-08DE"))


@pytest.fixture(scope="module")
def full_page() -> PrintedPage:
    """A page of nothing but running text."""
    content = samples.registration_notice()
    text = "督查工作要坚持实事求是力戒形式主义，" * 80
    return read_pdf(content_pdf(replace(content, body=(Paragraph(text),))))[1]


def body_lines(page: PrintedPage) -> list:
    return [line for line in page.lines if "—" not in line.text]


def test_the_paper_is_a4(notice):
    assert {(round(page.width), round(page.height)) for page in notice} == {(210, 297)}


def test_text_begins_28_mm_from_the_left_and_fills_156_mm(full_page):
    lines = body_lines(full_page)
    assert min(line.left for line in lines) == pytest.approx(28, abs=0.4)
    assert max(line.right for line in lines) == pytest.approx(184, abs=0.6)


def test_a_page_holds_22_lines_of_28_characters(full_page):
    lines = body_lines(full_page)
    assert len(lines) == 22
    assert max(len(line.text) for line in lines) in (28, 29)  # 29 with a comma hung in
    pitch = (lines[-1].bottom - lines[0].bottom) / 21 / 25.4 * 72
    assert pitch == pytest.approx(28.95, abs=0.05)


def test_every_full_line_ends_at_the_right_edge(full_page):
    """The rules for punctuation leave lines short; they are spread as in Word."""
    ends = [line.right for line in body_lines(full_page)]
    assert min(ends) == pytest.approx(184, abs=0.6)


def test_the_mark_is_35_mm_below_the_text_area_and_red_line_follows(notice):
    mark = notice[0].line("督查室文件")
    assert mark.top == pytest.approx(37 + 35, abs=3)  # the em box is a little higher than the ink
    assert (mark.left + mark.right) / 2 == pytest.approx(28 + 78, abs=0.7)


def test_number_title_and_addressees_stand_where_the_standard_wants_them(notice):
    first = notice[0]
    number = first.line("漳政督〔2026〕3号")
    assert (number.left + number.right) / 2 == pytest.approx(28 + 78, abs=1.5)
    assert first.line("关于对老旧小区").left > 40
    assert first.line("市住房和城乡建设局，市财政局").left == pytest.approx(28, abs=0.5)
    assert first.line("经市政府主要领导批准").left == pytest.approx(28 + 2 * 5.57, abs=0.5)


def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones(notice):
    for number, page in enumerate(notice, start=1):
        line = page.line(f"—{number}—")
        middle_of_dash = (line.top + line.bottom) / 2
        assert middle_of_dash == pytest.approx(37 + 225 + 7, abs=1.5)
        if number % 2:
            assert line.right == pytest.approx(184 - 14 * 25.4 / 72, abs=0.6)
        else:
            assert line.left == pytest.approx(28 + 14 * 25.4 / 72, abs=0.6)


def test_the_imprint_stands_on_the_bottom_edge_of_the_last_page(notice):
    printed = notice[-1].line("印发")
    assert 255 < printed.bottom <= 262
    assert "抄送" in notice[-1].text
    assert all("抄送" not in page.text for page in notice[:-1])


def test_an_imprint_that_no_longer_fits_takes_a_page_of_its_own():
    content = samples.supervision_notice()
    for lines in range(10, 20):
        text = "督查工作要坚持实事求是，力戒形式主义。" * lines
        pages = read_pdf(content_pdf(replace(content, body=(Paragraph(text),))))
        printed = pages[-1].line("印发")
        assert 255 < printed.bottom <= 262
        above = [line for line in body_lines(pages[-1]) if line.bottom < printed.bottom]
        assert all(line.bottom <= printed.top + 1 for line in above)


def test_each_attachment_begins_a_page_with_its_label(notice):
    page = notice[-1]
    assert page.lines[0].text == "附件1"
    assert page.lines[0].left == pytest.approx(28, abs=0.5)
    assert page.lines[1].text == "督查事项任务分解表"
    listed = next(p for p in notice if "2.联络员登记表" in p.text)
    assert listed is not page


def test_the_code_is_printed_once_below_the_last_page(notice):
    assert [("7F3A-91C2-08DE" in page.text) for page in notice] == [False] * (len(notice) - 1) + [
        True
    ]


def test_a_long_table_repeats_its_head_and_keeps_every_row():
    pages = read_pdf(content_pdf(samples.quarterly_bulletin(rows=90)))
    heads = [page for page in pages if "办结期限" in page.text and "牵头单位" in page.text]
    assert len(heads) >= 3
    text = "".join(page.text.replace("\n", "") for page in pages)
    assert all(f"漳督立〔2026〕{i}" in text for i in range(1, 91))


def test_the_serial_has_masthead_issue_unit_and_date():
    first = read_pdf(content_pdf(samples.quarterly_bulletin()))[0]
    assert first.lines[0].text == "督查通报"
    assert first.lines[1].text == "第2期（总第47期）"
    assert first.lines[2].text == "漳源市人民政府督查室2026年7月1日"
    assert first.lines[2].left < 40
    assert first.lines[2].right > 170


def test_hostile_text_is_printed_as_text_and_nothing_leaves_the_paper():
    content = replace(
        samples.registration_notice(),
        title=HOSTILE,
        addressees=HOSTILE,
        signer=HOSTILE[:40],
        annotation=HOSTILE,
        cc=HOSTILE,
        body=(
            Heading(1, HOSTILE),
            Paragraph("A" * 3000, lead=HOSTILE),
            Table((Column(HOSTILE, 5), Column("乙", 5)), ((HOSTILE, "B" * 2000), ("", ""))),
            Note(HOSTILE),
        ),
    )
    pages = read_pdf(content_pdf(content))
    text = "".join(page.text.replace("\n", "") for page in pages)
    assert "<script>alert(1)</script>" in text
    assert "{{settings}}{%now%}]]>&#0;" in text
    assert text.count("A") > 2900
    assert max(line.right for page in pages for line in page.lines) < 190


def test_the_head_of_a_serial_wraps_rather_than_leaves_the_paper():
    content = replace(samples.quarterly_bulletin(), issuing_unit="A" * 300, masthead="B" * 200)
    pages = read_pdf(content_pdf(content))
    assert max(line.right for page in pages for line in page.lines) < 190


def test_equal_content_gives_equal_bytes():
    content = samples.supervision_notice()
    assert content_pdf(content) == content_pdf(content)


def test_nothing_outside_is_ever_fetched(settings, tmp_path, caplog):
    secret = tmp_path / "secret.css"
    secret.write_text("body{content:'x'}")
    folder = tmp_path / "templates"
    folder.mkdir()
    for url in (secret.as_uri(), "http://127.0.0.1:9/x.css", "data:text/css,body{color:red}"):
        (folder / "probe.html").write_text(f"<link rel=stylesheet href='{url}'><p>正文")
        engine = {**settings.TEMPLATES[0], "DIRS": [folder], "APP_DIRS": False, "OPTIONS": {}}
        settings.TEMPLATES = [engine]
        caplog.clear()
        assert html_pdf("probe.html", {}).startswith(b"%PDF")
        assert "公文不得引用外部资源" in caplog.text


def test_without_pango_the_message_says_what_to_install(monkeypatch):
    real = importlib.import_module

    def without_pango(name, *arguments):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *arguments)

    monkeypatch.setattr(pdf.importlib, "import_module", without_pango)
    with pytest.raises(PdfUnavailable, match="apt-get install libpango"):
        content_pdf(samples.supervision_notice())
    available, why = pdf_available()
    assert not available
    assert "docx文件不受影响" in why


def test_without_a_chinese_face_no_pdf_of_empty_boxes_is_made(monkeypatch):
    monkeypatch.setattr(fonts, "installed_families", lambda: frozenset({"DejaVu Sans"}))
    with pytest.raises(PdfUnavailable, match="fonts-noto-cjk"):
        content_pdf(samples.supervision_notice())


def test_missing_office_faces_are_named(monkeypatch):
    monkeypatch.setattr(fonts, "installed_families", lambda: frozenset({"SimHei", fonts.SERIF}))
    missing = fonts.missing_fonts()
    assert "方正小标宋简体" in missing
    assert "黑体" not in missing
    assert fonts.SERIF not in missing
    assert fonts.SANS in missing


def test_a_face_in_the_font_folder_is_used_first(settings, tmp_path):
    make_font(tmp_path / "fs.ttf", "FangSong_GB2312")
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    settings.DOCUMENT_FONT_DIR = tmp_path
    assert "仿宋_GB2312" not in fonts.missing_fonts()
    stack = fonts.font_stack()
    assert stack.families["fang"].startswith('"FangSong_GB2312",')
    data = content_pdf(samples.supervision_notice())
    assert "FangSong_GB2312" in faces_used(data)


def faces_used(data: bytes) -> set[str]:
    """Names of the embedded faces, without the prefix of a subset."""
    found = set()
    with pypdfium2.PdfDocument(data) as document:
        for item in document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            found.add(item.get_font().get_base_name().split("+")[-1])
    return found


def make_font(path, family: str) -> None:
    """A face whose every character is one box: enough to see which face was taken."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap({code: "box" for code in range(0x4E00, 0x9FA6)})
    pen = TTGlyphPen(None)
    for point in ((50, 0), (50, 800), (950, 800)):
        pen.lineTo(point) if pen.points else pen.moveTo(point)
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyf({".notdef": glyph, "box": glyph})
    builder.setupHorizontalMetrics({".notdef": (1000, 50), "box": (1000, 50)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
