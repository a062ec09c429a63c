"""What the HTML templates loop over: content turned into plain values. No markup here."""

from typing import Any

from . import layout
from .content import (
    Align,
    Attachment,
    Block,
    Content,
    Heading,
    OfficialContent,
    Paragraph,
    SerialContent,
    Table,
)
from .layout import (
    EM_PT,
    attachment_label,
    attachment_lines,
    ended,
    issue_line,
    mark_size_pt,
    sign_off,
)
from .text import chinese_date, title_lines


def page_context(content: Content, *, code: str = "") -> dict[str, Any]:
    """Template context; `code` is the verification code printed below the last page."""
    if isinstance(content, OfficialContent):
        return {**_shared(content, code), **_official(content)}
    return {**_shared(content, code), **_serial(content)}


def _shared(content: Content, code: str) -> dict[str, Any]:
    dated = chinese_date(content.dated_on)
    sealed = isinstance(content, OfficialContent) and content.sealed
    place = sign_off(content.signer, dated, sealed=sealed)
    return {
        "document_title": "".join(title_lines(content.title)),
        "created": content.dated_on.isoformat(),
        "code": code,
        "title_lines": title_lines(content.title),
        "addressees": ended(content.addressees, "："),
        "blocks": [block_values(block) for block in content.body],
        "enclosures": attachment_lines(content.attachments),
        "printed": list(_printed(content.attachments)),
        "signer": content.signer,
        "dated": dated,
        "sign_gap": "blank2" if sealed else "blank",
        "signer_right": f"{place.signer_right * EM_PT:.2f}",
        "date_right": f"{place.date_right * EM_PT:.2f}",
    }


def _official(content: OfficialContent) -> dict[str, Any]:
    return {
        "author": content.signer,
        "organ_mark": content.organ_mark,
        "mark_size": f"{mark_size_pt(content.organ_mark):g}",
        "number": content.number,
        "urgency": content.urgency,
        "signatory": content.signatory,
        "annotation": content.annotation.strip("（）()"),
        "imprint": imprint_rows(content),
    }


def _serial(content: SerialContent) -> dict[str, Any]:
    spacing = masthead_spacing_pt(content.masthead)
    return {
        "author": content.issuing_unit,
        "masthead": content.masthead,
        "mark_size": f"{mark_size_pt(content.masthead, 60):g}",
        "mark_spacing": f"{spacing:g}",
        "issue": issue_line(content.issue, content.total_issue),
        "issuing_unit": content.issuing_unit,
        "imprint": serial_foot_rows(content),
    }


def masthead_spacing_pt(masthead: str) -> float:
    """A short name is spread: four characters fill about two thirds of the line."""
    return {2: 60.0, 3: 36.0, 4: 24.0, 5: 12.0, 6: 4.0}.get(len(masthead), 0.0)


def imprint_rows(content: OfficialContent) -> list[dict[str, str]]:
    """版记: 抄送, then 印发机关 with its date (GB/T 9704 7.4); nothing given, no 版记."""
    rows = []
    if content.cc:
        rows.append({"label": "抄送：", "text": ended(content.cc, "。"), "right": ""})
    if content.printed_by:
        printed = chinese_date(content.printed_on or content.dated_on)
        rows.append({"label": "", "text": content.printed_by, "right": f"{printed}印发"})
    return rows


def serial_foot_rows(content: SerialContent) -> list[dict[str, str]]:
    """Foot of a serial: 报、送、发 lists and the number of copies."""
    lists = (
        ("报：", content.report_to),
        ("送：", content.send_to),
        ("发：", content.distribute_to),
    )
    rows = [{"label": label, "text": ended(t, "。"), "right": ""} for label, t in lists if t]
    if content.copies:
        rows.append({"label": "", "text": content.issuing_unit, "right": f"共印{content.copies}份"})
    return rows


def _printed(attachments: tuple[Attachment, ...]) -> Any:
    for index, attachment in enumerate(attachments, start=1):
        if attachment.body:
            yield {
                "label": attachment_label(index, len(attachments)),
                "title_lines": title_lines(attachment.title),
                "blocks": [block_values(block) for block in attachment.body],
            }


def block_values(block: Block) -> dict[str, Any]:
    """One block for the templates."""
    if isinstance(block, Heading):
        # h1 is the title of the document.
        return {"kind": "heading", "tag": block.level + 1, "text": block.text}
    if isinstance(block, Paragraph):
        lines = block.text.split("\n") or [""]
        return {"kind": "paragraph", "lead": block.lead, "lines": lines}
    if isinstance(block, Table):
        return _table(block)
    return {"kind": "note", "text": block.text}


def _table(table: Table) -> dict[str, Any]:
    aligns: list[Align] = [column.align for column in table.columns]
    return {
        "kind": "table",
        "caption": table.caption,
        "many": len(aligns) > layout.FEW_COLUMNS,
        "columns": [
            {"title": column.title, "share": f"{share:.2f}"}
            for column, share in zip(table.columns, column_shares(table), strict=True)
        ],
        "rows": [
            [{"text": cell, "align": align} for cell, align in zip(row, aligns, strict=True)]
            for row in table.rows
        ],
    }


def column_shares(table: Table) -> list[float]:
    """Per cent of the width of the 版心 for each column."""
    total = sum(column.width for column in table.columns)
    return [100 * column.width / total for column in table.columns]
