"""The lines at the foot of the last page: 版记 of a document, 报送发 of a serial."""

from typing import Any

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from . import layout
from .docx_parts import add_text, element, shape

OUTER_MM, INNER_MM = 0.35, 0.25  # GB/T 9704 7.4.1


def add_foot(document: Document, rows: list[dict[str, str]]) -> None:
    """A table that floats on the bottom edge of the 版心 of the last page."""
    if not rows:
        return
    # Word joins two tables that follow each other without a paragraph between.
    shape(document.add_paragraph(), line=1)
    table = document.add_table(rows=0, cols=1)
    table.autofit = False
    table.columns[0].width = Mm(layout.TEXT_WIDTH_MM)
    for number, row in enumerate(rows):
        cells = table.add_row()
        cells._tr.get_or_add_trPr().append(element("cantSplit"))
        _fill(cells.cells[0], row)
        _lines(cells.cells[0], last=number == len(rows) - 1, first=number == 0)
    properties = table._tbl.tblPr
    position = element(
        "tblpPr",
        leftFromText=0,
        rightFromText=0,
        vertAnchor="margin",
        horzAnchor="margin",
        tblpXSpec="center",
        tblpYSpec="bottom",
    )
    properties.insert(1 if properties.find(qn("w:tblStyle")) is not None else 0, position)
    # A document must end in a paragraph; this one takes no visible room.
    shape(document.add_paragraph(), line=1)


def _fill(cell: Any, row: dict[str, str]) -> None:
    cell.width = Mm(layout.TEXT_WIDTH_MM)
    paragraph = shape(cell.paragraphs[0], align="left", line=24)
    form = paragraph.paragraph_format
    side = Pt(layout.NO_4_PT)
    form.left_indent, form.right_indent = side, side
    if row["label"]:
        hang = Pt(layout.NO_4_PT * len(row["label"]))
        form.left_indent, form.first_line_indent = side + hang, -hang
    text = f"{row['label']}{row['text']}"
    if row["right"]:
        width = Mm(layout.TEXT_WIDTH_MM) - side * 2
        form.tab_stops.add_tab_stop(width + side, WD_TAB_ALIGNMENT.RIGHT)
        text += f"\t{row['right']}"
    add_text(paragraph, text, size=layout.NO_4_PT)


def _lines(cell: Any, *, first: bool, last: bool) -> None:
    borders = element("tcBorders")
    for side, outer in (("top", first), ("bottom", last)):
        width = OUTER_MM if outer else INNER_MM
        eighths = round(width / 25.4 * 72 * 8)
        borders.append(element(side, val="single", sz=eighths, space=0, color="000000"))
    properties = cell._tc.get_or_add_tcPr()
    margin = element("tcMar")
    for side in ("left", "right"):
        margin.append(element(side, w=0, type="dxa"))
    properties.append(borders)
    properties.append(margin)
