"""A whole .docx from content: GB/T 9704 documents and serials.

Nothing is drawn that an office would have to remove: no seal, no picture, no macro.
"""

import io
import zipfile
from datetime import UTC, datetime, time

import docx
from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Length, Pt

from . import layout
from .content import (
    Attachment,
    Block,
    Content,
    Heading,
    OfficialContent,
    Paragraph,
    SerialContent,
    Table,
)
from .docx_foot import add_foot
from .docx_parts import (
    add_blank,
    add_grid,
    add_line,
    add_text,
    border,
    set_page,
    set_tracking,
    shape,
    style_run,
)
from .pages import imprint_rows, masthead_spacing_pt, serial_foot_rows
from .text import chinese_date, one_line, title_lines

_HEADING_FACES = {1: "hei", 2: "kai", 3: "fang", 4: "fang"}


def docx_bytes(content: Content, *, code: str = "") -> bytes:
    """The .docx file; equal content gives equal bytes."""
    document = docx.Document()
    set_page(document)
    _set_properties(document, content, code)
    _set_normal_style(document)
    if isinstance(content, OfficialContent):
        _official_head(document, content)
        foot = imprint_rows(content)
    else:
        _serial_head(document, content)
        foot = serial_foot_rows(content)
    _title_and_text(document, content)
    _sign_off(document, content)
    for index, attachment in enumerate(content.attachments, start=1):
        if attachment.body:
            _attachment(document, attachment, index, len(content.attachments))
    add_foot(document, foot)
    return _repacked(document)


def _official_head(document: Document, content: OfficialContent) -> None:
    add_line(document, content.urgency, face="hei")
    size = layout.mark_size_pt(content.organ_mark)
    # The top of the mark is 35 mm below the 版心; the line of the urgency counts in.
    gap = layout.MARK_TOP_MM / 25.4 * 72 - layout.LINE_PT
    mark = shape(document.add_paragraph(), align="center", line=size * 1.15, before=gap)
    add_text(mark, content.organ_mark, face="title", size=size, red=True)
    add_blank(document, 2)
    number = add_line(document, content.number, align="center", after=12)
    if content.signatory:
        shape(number, align="left", after=12).paragraph_format.left_indent = _em(1)
        number.paragraph_format.right_indent = _em(1)
        number.paragraph_format.tab_stops.add_tab_stop(_em(27), WD_TAB_ALIGNMENT.RIGHT)
        add_text(number, "\t签发人：")
        add_text(number, content.signatory, face="kai")
    # Word measures the gap from the text, 4 mm = 11.3 pt less half the leading.
    border(number, "bottom", width_mm=0.7, color=layout.RED, gap=5)


def _serial_head(document: Document, content: SerialContent) -> None:
    size = layout.mark_size_pt(content.masthead, 60)
    mark = shape(document.add_paragraph(), align="center", line=size * 1.2, before=11)
    run = add_text(mark, content.masthead, face="title", size=size, red=True)
    set_tracking(run, masthead_spacing_pt(content.masthead))
    issue = layout.issue_line(content.issue, content.total_issue)
    add_line(document, issue, align="center", before=14)
    who = add_line(document, content.issuing_unit, align="left", before=10, after=12)
    who.paragraph_format.left_indent = who.paragraph_format.right_indent = _em(0.5)
    who.paragraph_format.tab_stops.add_tab_stop(_em(27.4), WD_TAB_ALIGNMENT.RIGHT)
    add_text(who, "\t" + chinese_date(content.dated_on))
    border(who, "bottom", width_mm=0.7, color=layout.RED, gap=5)


def _title_and_text(document: Document, content: Content) -> None:
    add_blank(document, 2)
    _title(document, content.title)
    add_blank(document)
    if content.addressees:
        add_line(document, layout.ended(content.addressees, "："))
    _blocks(document, content.body)


def _title(document: Document, title: str) -> None:
    for line in title_lines(title):
        form = shape(
            document.add_paragraph(), align="center", line=layout.TITLE_LINE_PT, keep_next=True
        )
        add_text(form, line, face="title", size=layout.NO_2_PT)


def _blocks(document: Document, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            add_line(
                document, block.text, face=_HEADING_FACES[block.level], indent=2, keep_next=True
            )
        elif isinstance(block, Paragraph):
            _paragraph(document, block)
        elif isinstance(block, Table):
            if block.caption:
                add_line(document, block.caption, face="hei", align="center", keep_next=True)
            add_grid(document, block)
        else:
            note = shape(document.add_paragraph(), line=20, before=4)
            add_text(note, block.text, size=12)


def _paragraph(document: Document, block: Paragraph) -> None:
    for index, line in enumerate(block.text.split("\n")):
        paragraph = add_line(document, indent=2)
        if index == 0 and block.lead:
            add_text(paragraph, block.lead, face="kai")
        add_text(paragraph, line)


def _sign_off(document: Document, content: Content) -> None:
    lines = layout.attachment_lines(content.attachments)
    if lines:
        add_blank(document)
    for label, title in lines:
        paragraph = add_line(document, f"{label}{title}", align="left")
        paragraph.paragraph_format.left_indent = _em(5)
        paragraph.paragraph_format.first_line_indent = _em(-3 if label else 0)
    if content.signer:
        _signature(document, content)
    annotation = getattr(content, "annotation", "")
    if annotation:
        add_line(document, f"（{annotation.strip('（）()')}）", indent=2)


def _signature(document: Document, content: Content) -> None:
    sealed = isinstance(content, OfficialContent) and content.sealed
    dated = chinese_date(content.dated_on)
    place = layout.sign_off(content.signer, dated, sealed=sealed)
    for _ in range(2 if sealed else 1):
        add_line(document, keep_next=True)
    add_line(document, content.signer, align="right", right=place.signer_right, keep_next=True)
    add_line(document, dated, align="right", right=place.date_right)


def _attachment(document: Document, attachment: Attachment, index: int, count: int) -> None:
    label = add_line(document, layout.attachment_label(index, count), face="hei", keep_next=True)
    label.paragraph_format.page_break_before = True
    add_blank(document)
    _title(document, attachment.title)
    add_blank(document)
    _blocks(document, attachment.body)


def _set_normal_style(document: Document) -> None:
    normal = document.styles["Normal"]
    normal.element.get_or_add_rPr()
    style_run(normal)  # type: ignore[arg-type]


def _set_properties(document: Document, content: Content, code: str) -> None:
    when = datetime.combine(content.dated_on, time(), tzinfo=UTC)
    properties = document.core_properties
    # python-docx refuses properties over 255 characters.
    properties.title = one_line(content.title)[:255]
    properties.author = (
        content.signer if isinstance(content, OfficialContent) else content.issuing_unit
    )[:255]
    properties.keywords, properties.comments = code, ""
    properties.created = properties.modified = when
    properties.last_modified_by, properties.revision = "", 1


def _repacked(document: Document) -> bytes:
    """The same parts with fixed times, so that equal content gives an equal file."""
    first, second = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(second, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, old.read(name))
    return second.getvalue()


def _em(count: float) -> Length:
    return Pt(count * layout.EM_PT)
