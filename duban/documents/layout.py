"""Measures of GB/T 9704-2012, used by the docx and the PDF alike. Pure.

Lengths in mm or points as the names say; 1 字 = 16 pt less the tracking of the grid.
"""

from dataclasses import dataclass

from .content import Attachment
from .text import text_width

PAGE_MM = (210, 297)
TOP_MM, RIGHT_MM, BOTTOM_MM, LEFT_MM = 37, 26, 35, 28  # 5.2.1: 版心 156 by 225
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156, 225
MARK_TOP_MM = 35  # 7.2.4: from the top of the 版心 to the top of the mark
RULE_GAP_MM = 4  # 7.2.7
PAGE_NUMBER_GAP_MM = 7  # 7.5

NO_1_PT, NO_2_PT, NO_3_PT, NO_4_PT, SMALL_4_PT, NO_5_PT = 26, 22, 16, 14, 12, 10.5
LINE_PT = 28.95  # 225 mm / 22 lines, rounded down so that 22 lines fit (5.2.3)
TITLE_LINE_PT = 36
TRACKING_PT = -0.21  # 28 characters of 16 pt on 156 mm
EM_PT = NO_3_PT + TRACKING_PT

FEW_COLUMNS = 5  # up to here a table is set in 小四, beyond in 五号

RED = "E60012"
_WIDTH_PT = TEXT_WIDTH_MM / 25.4 * 72


def mark_size_pt(text: str, largest: float = 52) -> float:
    """Type size at which the red mark stands on one line of the 版心, in half points."""
    fits = _WIDTH_PT / max(text_width(text), 1.0)
    return max(8.0, min(largest, int(fits * 2 - 0.5) / 2))


@dataclass(frozen=True)
class SignOff:
    """Distance of signer and date from the right edge of the 版心, in 字."""

    signer_right: float
    date_right: float


def sign_off(signer: str, dated: str, *, sealed: bool) -> SignOff:
    """With a seal the date stands 4 字 in and the signer is centred over it (7.3.5.1).

    Without, the signer stands 2 字 in and the date begins 2 字 right of it; a date longer than
    the signer stands 2 字 in itself and the signer moves left (7.3.5.2).
    """
    signer_width, date_width = text_width(signer), text_width(dated)
    if sealed:
        return SignOff(max(0.0, 4 + (date_width - signer_width) / 2), 4.0)
    date_right = signer_width - date_width
    if date_right >= 2:
        return SignOff(2.0, date_right)
    return SignOff(max(0.0, 4 + date_width - signer_width), 2.0)


def attachment_lines(attachments: tuple[Attachment, ...]) -> tuple[tuple[str, str], ...]:
    """(label, title) for each line of the 附件说明; a single one has no number (7.3.4)."""
    titles = [attachment.title.replace("\n", "") for attachment in attachments]
    if len(titles) == 1:
        return (("附件：", titles[0]),)
    return tuple(
        ("附件：" if index == 1 else "", f"{index}. {title}")
        for index, title in enumerate(titles, start=1)
    )


def attachment_label(index: int, count: int) -> str:
    """附件 or 附件2, as it stands at the top of the attachment's page (7.3.7)."""
    return "附件" if count == 1 else f"附件{index}"


def ended(text: str, mark: str) -> str:
    """The text with its closing mark (： after addressees, 。 after 抄送), once."""
    text = text.strip()
    return f"{text.rstrip('：:。')}{mark}" if text else ""


def issue_line(issue: int, total_issue: int | None) -> str:
    """第3期（总第15期）; a serial not yet numbered shows the blank to be filled."""
    total = f"（总第{total_issue}期）" if total_issue else ""
    return f"第{issue or '　'}期{total}"
