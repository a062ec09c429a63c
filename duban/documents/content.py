"""The content of an official document as typed values, apart from any layout. Pure.

Both docx and PDF are made from one content object; its JSON is what is frozen at issue.
Every text is cleaned on construction, so what is stored is what is printed.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Literal

from .text import clean_text, document_number, issue_number

Align = Literal["left", "center", "number"]
URGENCIES = ("", "加急", "特急")


class ContentError(ValueError):
    """The content cannot be printed; the message says which part and why, in Chinese."""


class _Clean:
    """Cleans the texts of a frozen dataclass and makes its lists tuples."""

    def __post_init__(self) -> None:
        for spec in fields(self):  # type: ignore[arg-type]
            value = getattr(self, spec.name)
            if isinstance(value, str):
                value = clean_text(value)
            elif isinstance(value, list | tuple):
                value = tuple(clean_text(v) if isinstance(v, str) else v for v in value)
            object.__setattr__(self, spec.name, value)
        self.check()

    def check(self) -> None:
        """Raise ContentError when the values do not fit together."""


@dataclass(frozen=True)
class Heading(_Clean):
    """level 1 一、黑体; 2 （一）楷体; 3 1.仿宋; 4 （1）仿宋 (GB/T 9704 7.3.3). The text has its number."""

    level: int
    text: str

    def check(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise ContentError(f"标题层级只有一至四级，没有第{self.level}级")


@dataclass(frozen=True)
class Paragraph(_Clean):
    """Running text. `lead` is printed before it in 楷体, as in （一）落实责任。各单位要……"""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Note(_Clean):
    """A small remark under a table: 注：……"""

    text: str


@dataclass(frozen=True)
class Column(_Clean):
    """`width` is relative to the other columns, 1 to 100; numbers stand right-aligned."""

    title: str
    width: int = 10
    align: Align = "left"

    def check(self) -> None:
        if not 1 <= self.width <= 100:
            raise ContentError(f"表格列“{self.title}”的宽度须在1至100之间")
        if self.align not in ("left", "center", "number"):
            raise ContentError(f"表格列“{self.title}”的对齐方式不明：{self.align}")


@dataclass(frozen=True)
class Table(_Clean):
    """The head row is repeated on each page; a row is not split between pages."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def check(self) -> None:
        if not self.columns:
            raise ContentError("表格至少要有一列")
        rows = tuple(tuple(clean_text(str(cell)) for cell in row) for row in self.rows)
        object.__setattr__(self, "rows", rows)
        for number, row in enumerate(rows, start=1):
            if len(row) != len(self.columns):
                wrong = f"表格第{number}行有{len(row)}格，应为{len(self.columns)}格"
                raise ContentError(wrong)


Block = Heading | Paragraph | Note | Table


@dataclass(frozen=True)
class Attachment(_Clean):
    """Listed after the text; with a body it is also printed, on a page of its own."""

    title: str
    body: tuple[Block, ...] = ()


@dataclass(frozen=True)
class OfficialContent(_Clean):
    """A document with 发文字号 by GB/T 9704-2012.

    `signatory` (签发人) is given for documents to a superior only: it moves the number to the
    left. `sealed` leaves room for the seal over signer and date; no seal is ever drawn.
    """

    organ_mark: str
    title: str
    signer: str
    dated_on: date
    body: tuple[Block, ...]
    number: str = ""
    urgency: str = ""
    signatory: str = ""
    addressees: str = ""
    attachments: tuple[Attachment, ...] = ()
    annotation: str = ""
    cc: str = ""
    printed_by: str = ""
    printed_on: date | None = None
    sealed: bool = True

    def check(self) -> None:
        if self.urgency not in URGENCIES:
            raise ContentError("紧急程度只能是“特急”或“加急”")
        if not self.title.strip():
            raise ContentError("公文没有标题")


@dataclass(frozen=True)
class SerialContent(_Clean):
    """A serial (督查通报, 简报): masthead and 第N期, no 发文字号; GB/T 9704 does not cover it.

    `issue` 0 means not yet numbered; `total_issue` is the running number of all years (总第).
    """

    masthead: str
    issuing_unit: str
    dated_on: date
    title: str
    body: tuple[Block, ...]
    year: int = 0
    issue: int = 0
    total_issue: int | None = None
    addressees: str = ""
    attachments: tuple[Attachment, ...] = ()
    report_to: str = ""
    send_to: str = ""
    distribute_to: str = ""
    copies: int | None = None
    signer: str = ""

    def check(self) -> None:
        if not self.title.strip():
            raise ContentError("期刊没有标题")


Content = OfficialContent | SerialContent


@dataclass(frozen=True)
class Number:
    """One number of a series. `prefix`: 机关代字 (长政督) or the name of the serial (督查通报)."""

    prefix: str
    year: int
    seq: int
    layout: Literal["official", "serial"] = "official"
    # How an office writes it that has a way of its own: "{year}-{seq}".
    form: str = ""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        write = document_number if self.layout == "official" else issue_number
        own = self.form.format(year=self.year, seq=self.seq)
        object.__setattr__(self, "text", own or write(self.prefix, self.year, self.seq))


def with_number(content: Content, number: Number) -> Content:
    """The same content bearing its number."""
    if isinstance(content, SerialContent):
        return replace(content, year=number.year, issue=number.seq)
    return replace(content, number=number.text)


def content_layout(content: Content) -> Literal["official", "serial"]:
    """Which family the content is printed in."""
    return "serial" if isinstance(content, SerialContent) else "official"
