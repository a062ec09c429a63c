"""What a cell says. Pure: a value as the sheet holds it in, a typed value or a refusal out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None

_DATE = re.compile(
    r"(?P<year>\d{4})\s*(?:年|-|/|\.)\s*(?P<month>\d{1,2})\s*(?:月|-|/|\.)\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]+0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_YES = frozenset({"是", "不涉密", "确认", "已确认", "√", "✓", "y", "yes", "true", "1"})
_NO = frozenset({"否", "涉密", "未确认", "n", "no", "false", "0"})
_FORMULA = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


class CellProblem(ValueError):
    """What is wrong with the cell, in Chinese, for the person who filled it in."""


def text_of(cell: Cell) -> str:
    """As text: lines kept, blanks at the ends and control characters gone, 3.0 read as 3."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime) and cell.time() == time.min:
        cell = cell.date()
    shown = str(cell).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
    kept = (c for c in shown if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return "\n".join(line.strip() for line in "".join(kept).split("\n")).strip()


def line_of(cell: Cell) -> str:
    """As one line."""
    return " ".join(text_of(cell).split())


def is_formula(cell: Cell) -> bool:
    """Text that a spreadsheet would run when the value comes out again."""
    if not isinstance(cell, str):
        return False
    shown = unicodedata.normalize("NFKC", cell).strip()
    return len(shown) > 1 and shown.startswith(_FORMULA) and not _NUMBER.fullmatch(shown)


def date_of(cell: Cell) -> date | None:
    """A real date, or one written as 2026-06-30, 2026/6/30, 2026年6月30日 or 20260630."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    shown = unicodedata.normalize("NFKC", line_of(cell))
    if not shown:
        return None
    if isinstance(cell, bool | time | timedelta):
        raise CellProblem(f"“{shown}”不是日期，请填写如 2026-06-30。")
    found = _DATE.fullmatch(shown) or _COMPACT.fullmatch(shown)
    if found is None:
        raise CellProblem(f"“{shown}”不是完整的日期，请写到日，如 2026-06-30 或 2026年6月30日。")
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise CellProblem(f"“{shown}”没有这一天，请核对。") from error


def yes_or_no(cell: Cell) -> bool:
    """True only where somebody wrote so."""
    shown = unicodedata.normalize("NFKC", line_of(cell)).lower()
    if shown in _YES:
        return True
    if not shown or shown in _NO:
        return False
    raise CellProblem(f"“{shown}”无法识别，请填“是”或“否”。")


def choice_of(cell: Cell, labels: Mapping[str, str], *, what: str) -> str:
    """The key of the label written there; "" where nothing is. The key itself is understood."""
    shown = line_of(cell)
    if not shown:
        return ""
    for key, label in labels.items():
        if shown in (key, label):
            return key
    if not labels:
        raise CellProblem(f"现行规则没有规定{what}，请留空。")
    raise CellProblem(f"“{shown}”不在现行规则的{what}中，可填：{'、'.join(labels.values())}。")
