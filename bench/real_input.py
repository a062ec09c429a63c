"""Real task documents as sheets of the import: as found, and with the office's decisions added.

The documents lie beside the project and are not part of it; see `data_dir`.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import xlsxwriter

from cases.imports.columns import BLANK

DOCUMENTS = ("01", "04", "05", "07")
BASE = Path(__file__).resolve().parent.parent

DECISIONS = (
    "没有完成日期的，期限为文件基准年12月31日",
    "没有牵头单位或牵头单位不止一个的，第一个列名的单位牵头，其余为协办单位，职责为“按职责分工配合”",
    "“各地区”“有关部门”等集体主体只作记录，不作承办单位",
    "只列集体主体、没有列名单位的，由发文机关牵头",
    "事项名称取标题句，没有的取正文前40字；有下级措施的编号任务作为所属任务，不单独立项",
)
CO_DUTY = "按职责分工配合"


def data_dir() -> Path | None:
    """The folder of the documents: DUBAN_DATA, else `shared/data` beside the project."""
    told = os.environ.get("DUBAN_DATA")
    found = Path(told) if told else BASE.parent / "shared" / "data"
    return found if (found / "tasks").is_dir() else None


@dataclass(frozen=True)
class Item:
    """One task of a document, as the answer key reads it."""

    seq: str
    parent: str
    title: str
    text: str
    leads: tuple[str, ...]
    co_units: tuple[str, ...]
    collective: str
    due_on: date | None
    heading: str = ""
    co_duty: str = ""


@dataclass(frozen=True)
class Document:
    """A document that hands out work."""

    key: str
    title: str
    number: str
    issuer: str
    dated_on: date
    base_year: int
    items: tuple[Item, ...]

    @property
    def units(self) -> list[str]:
        """Every named unit, in the order of first mention."""
        named = (unit for item in self.items for unit in (*item.leads, *item.co_units))
        return list(dict.fromkeys(named))

    def as_found(self) -> list[Item]:
        return list(self.items)

    def decided(self) -> list[Item]:
        """The measures, with the office's decisions; numbered parents have become headings."""
        parents = {item.parent for item in self.items if item.parent}
        headings = {item.seq: item.title for item in self.items if item.seq in parents}
        return [
            self._decide(replace(item, heading=headings.get(item.parent, "")))
            for item in self.items
            if item.seq not in parents or item.parent
        ]

    def _decide(self, item: Item) -> Item:
        named = list(dict.fromkeys((*item.leads, *item.co_units))) or [self.issuer]
        return replace(
            item,
            leads=(named[0],),
            co_units=tuple(named[1:]),
            co_duty=CO_DUTY if named[1:] else "",
            due_on=item.due_on or date(self.base_year, 12, 31),
        )


def documents(folder: Path) -> list[Document]:
    return [_read(next((folder / "tasks").glob(f"{key}-*.key.json")), key) for key in DOCUMENTS]


def _read(path: Path, key: str) -> Document:
    raw = json.loads(path.read_text(encoding="utf-8"))
    dated = raw["doc_date"]
    return Document(
        key=key,
        title=raw["title"],
        number=raw["doc_no"] or "",
        issuer=raw["issuer"],
        dated_on=date.fromisoformat(dated if len(dated) == 10 else f"{dated}-15"),
        base_year=raw["base_year"],
        items=tuple(_item(item) for item in raw["items"]),
    )


def _item(raw: dict[str, object]) -> Item:
    leads = raw.get("lead_units_full") or raw["lead_units"]
    co_units = raw.get("co_units_full") or raw["co_units"]
    due = raw["deadline_date"]
    return Item(
        seq=str(raw["seq"] or ""),
        parent=str(raw["parent"] or ""),
        title=str(raw["title"] or raw["text40"]),
        text=str(raw["text40"]),
        leads=tuple(leads),
        co_units=tuple(unit for unit in co_units if unit not in leads),
        collective="、".join(raw["collective_units"]),
        due_on=date.fromisoformat(due) if due else None,
    )


def sheet(document: Document, items: Iterable[Item]) -> bytes:
    """The sheet of the import, with the columns of its template."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet("事项")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, spec in enumerate(BLANK):
        page.write_string(0, column, spec.title)
    for row, item in enumerate(items, start=1):
        values = _cells(document, item, row)
        for column, spec in enumerate(BLANK):
            value = values.get(spec.field, "")
            if isinstance(value, date):
                page.write_datetime(row, column, value, day)
            elif value:
                page.write_string(row, column, str(value))
    book.close()
    return buffer.getvalue()


def _cells(document: Document, item: Item, row: int) -> dict[str, object]:
    return {
        "order": str(row),
        "heading": item.heading,
        "title": item.title,
        "task": item.text,
        "source": "其他重要事项",
        "basis": f"{document.title}{document.number}"[:300],
        "basis_on": document.dated_on,
        "importance": "一般事项",
        "due_on": item.due_on or "",
        "due_basis": "立项通知指定期限" if item.due_on else "",
        "due_citation": document.number or document.title[:60] if item.due_on else "",
        "lead_unit": "、".join(item.leads),
        "co_units": "、".join(item.co_units),
        "co_duty": item.co_duty,
        "collective_units": item.collective,
        "not_secret": "是",
    }
