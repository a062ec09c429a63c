"""Pieces of a .docx by python-docx: fonts, paragraphs, lines, page numbers, tables."""

from collections.abc import Sequence
from typing import Any, Literal

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from . import layout
from .content import Table
from .fonts import OFFICE_NAMES
from .pages import column_shares

ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "number": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


def element(tag: str, **attributes: Any) -> Any:
    """An XML element of WordprocessingML with w: attributes."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_page(document: Document) -> Section:
    """版心 156 by 225 mm with a line grid, different feet on odd and even pages."""
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(length) for length in layout.PAGE_MM)
    section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
    # The dash of the number, half a line above the foot, stands 7 mm below the 版心.
    section.footer_distance = Mm(layout.BOTTOM_MM - layout.PAGE_NUMBER_GAP_MM - 2.8)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    # linesAndChars is drawn with huge letter gaps outside Word: lines only, tracking per run.
    section._sectPr.append(element("docGrid", type="lines", linePitch=round(layout.LINE_PT * 20)))
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], "right")
    _page_number(section.even_page_footer.paragraphs[0], "left")
    return section


def style_run(run: Run, *, face: str = "fang", size: float = 16, red: bool = False) -> Run:
    """Type face by role, size in points; body size carries the tracking of the grid."""
    name = OFFICE_NAMES[face]
    run.font.name, run.font.size = name, Pt(size)
    fonts = run._element.rPr.rFonts
    for script in ("eastAsia", "ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), name)
    fonts.set(qn("w:hint"), "eastAsia")
    if red:
        run.font.color.rgb = RGBColor.from_string(layout.RED)
    if size == layout.NO_3_PT:
        set_tracking(run, layout.TRACKING_PT)
    return run


def set_tracking(run: Run, points: float) -> None:
    """Space after each character; the schema fixes the place of the element."""
    after = ("w", "kern", "position", "sz", "szCs", "highlight", "u", "effect", "lang")
    spacing = element("spacing", val=round(points * 20))
    run._element.rPr.insert_element_before(spacing, *(f"w:{name}" for name in after))


def add_text(
    paragraph: Paragraph, text: str, *, face: str = "fang", size: float = 16, red: bool = False
) -> Run:
    """Append text to a paragraph."""
    return style_run(paragraph.add_run(text), face=face, size=size, red=red)


def shape(
    paragraph: Paragraph,
    *,
    align: str = "justify",
    line: float = layout.LINE_PT,
    indent: float = 0,
    right: float = 0,
    before: float = 0,
    after: float = 0,
    keep_next: bool = False,
) -> Paragraph:
    """Exact line pitch and spacing in points; first-line `indent` and `right` indent in 字."""
    form = paragraph.paragraph_format
    form.alignment = ALIGN[align]
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.keep_with_next = keep_next
    form.widow_control = True
    if indent:
        form.first_line_indent = Pt(indent * layout.EM_PT)
        # Word counts in characters when both are given; others ignore the second.
        form._element.pPr.ind.set(qn("w:firstLineChars"), str(round(indent * 100)))
    if right:
        form.right_indent = Pt(right * layout.EM_PT)
    return paragraph


def add_line(document: Any, text: str = "", *, face: str = "fang", **form: Any) -> Paragraph:
    """A paragraph of body size; `document` may also be a table cell."""
    paragraph = shape(document.add_paragraph(), **form)
    if text:
        add_text(paragraph, text, face=face)
    return paragraph


def add_blank(document: Any, count: int = 1) -> None:
    """Blank lines of the grid."""
    for _ in range(count):
        add_line(document)


def border(
    paragraph: Paragraph, side: Literal["top", "bottom"], *, width_mm: float, color: str, gap: float
) -> None:
    """A line at the paragraph, as wide as the 版心; `gap` in points, at most 31 (Word)."""
    borders = element("pBdr")
    eighths = round(width_mm / 25.4 * 72 * 8)
    borders.append(element(side, val="single", sz=eighths, space=round(gap), color=color))
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )


def add_grid(document: Document, table: Table) -> None:
    """A table with lines, its head repeated on each page, rows kept whole."""
    shares = column_shares(table)
    grid = document.add_table(rows=1, cols=len(table.columns))
    grid.style = "Table Grid"
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Mm(layout.TEXT_WIDTH_MM * share / 100) for share in shares]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    head = [(column.title, "center", "hei") for column in table.columns]
    _fill(grid.rows[0], head, widths)
    grid.rows[0]._tr.get_or_add_trPr().append(element("tblHeader"))
    for row in table.rows:
        aligns = [column.align for column in table.columns]
        cells = [(text, align, "fang") for text, align in zip(row, aligns, strict=True)]
        _fill(grid.add_row(), cells, widths)


def _fill(row: Any, cells: Sequence[tuple[str, str, str]], widths: Sequence[Any]) -> None:
    row._tr.get_or_add_trPr().append(element("cantSplit"))
    size = layout.SMALL_4_PT if len(cells) <= layout.FEW_COLUMNS else layout.NO_5_PT
    # row.cells computes the whole grid each time: a thousand rows would take ten seconds.
    empty = (_Cell(tc, row) for tc in row._tr.tc_lst)
    for cell, (text, align, face), width in zip(empty, cells, widths, strict=True):
        cell.width = width
        cell.vertical_alignment = 1  # centre
        for index, line in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
            add_text(shape(paragraph, align=align, line=size * 1.5), line, face=face, size=size)


def _page_number(paragraph: Paragraph, side: Literal["left", "right"]) -> None:
    """— 1 — in 4号 宋体, one 字 from the edge (GB/T 9704 7.5)."""
    shape(paragraph, align=side, line=16)
    indent = Pt(layout.NO_4_PT)
    if side == "right":
        paragraph.paragraph_format.right_indent = indent
    else:
        paragraph.paragraph_format.left_indent = indent
    add_text(paragraph, "— ", face="song", size=14)
    for kind in ("begin", None, "end"):
        run = style_run(paragraph.add_run(), face="song", size=14)
        if kind:
            run._element.append(element("fldChar", fldCharType=kind))
            continue
        code = element("instrText")
        code.text = "PAGE"
        run._element.append(code)
    add_text(paragraph, " —", face="song", size=14)
