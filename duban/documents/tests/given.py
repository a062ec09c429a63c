"""Offices and actors for the tests of documents, and reading a PDF back."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import pypdfium2

from duban.org.actor import Actor
from duban.org.models import Office, Unit, User

MM = 72 / 25.4
AT = datetime(2026, 3, 16, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def office(name: str = "漳源市人民政府督查室") -> Office:
    root = Unit.objects.create(name=f"{name}所在市人民政府", kind="government")
    body = Unit.objects.create(name=name, kind="office", parent=root)
    return Office.objects.create(
        name=name, root=root, body=body, organ=name, organ_mark=f"{name}文件", prefix="漳政督"
    )


def clerk(at_office: Office) -> Actor:
    user = User.objects.create(username=f"clerk{at_office.pk}", name="王明")
    return Actor(
        user_id=user.pk,
        user_name=user.name,
        post_id=None,
        post_title="督查室工作人员",
        unit_id=at_office.body_id,
        unit_name=at_office.body.name,
        office_id=at_office.pk,
        roles=frozenset({"office_staff"}),
    )


@dataclass(frozen=True)
class Line:
    """One printed line; lengths in mm from the left and the top edge of the paper."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class PrintedPage:
    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def line(self, part: str) -> Line:
        return next(line for line in self.lines if part in line.text)


def read_pdf(data: bytes) -> list[PrintedPage]:
    """Pages with their lines, by the positions of the characters."""
    with pypdfium2.PdfDocument(data) as document:
        return [_page(document[index]) for index in range(len(document))]


def _page(page: pypdfium2.PdfPage) -> PrintedPage:
    width, height = page.get_size()
    textpage = page.get_textpage()
    chars = []
    for index in range(textpage.count_chars()):
        text = textpage.get_text_range(index, 1)
        if text.strip():
            left, bottom, right, top = textpage.get_charbox(index, loose=True)
            chars.append((round((height - bottom) / MM, 1), left, right, height - top, text))
    chars.sort(key=lambda char: (char[0], char[1]))
    lines = tuple(_line(list(group)) for _, group in groupby(chars, key=lambda char: char[0]))
    return PrintedPage(width / MM, height / MM, lines)


def _line(chars: list[tuple[float, float, float, float, str]]) -> Line:
    return Line(
        text="".join(char[4] for char in chars),
        left=min(char[1] for char in chars) / MM,
        right=max(char[2] for char in chars) / MM,
        top=min(char[3] for char in chars) / MM,
        bottom=chars[0][0],
    )
