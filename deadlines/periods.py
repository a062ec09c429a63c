"""Periods in which something is owed again: months, quarters, half-years, years. PURE."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MONTHS: Final[Mapping[str, int]] = {
    "monthly": 1,
    "quarterly": 3,
    "half_yearly": 6,
    "yearly": 12,
}
NAMES: Final[Mapping[str, str]] = {
    "once": "一次性",
    "monthly": "每月",
    "quarterly": "每季度",
    "half_yearly": "每半年",
    "yearly": "每年",
}
FIRST: Final = "首次"
# A round that stood still for two months over a month's end has missed three firsts at most.
LOOK_BACK: Final = timedelta(days=62)
_TEXT = re.compile(r"(\d{4})(?:-(\d{2})|Q([1-4])|H([12]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included; `text` is 2026-09, 2026Q3, 2026H1 or 2026."""

    text: str
    first: date
    last: date

    @property
    def eve(self) -> date:
        """The day before it: a limit that starts there has the period's first day as its day 1."""
        return self.first - timedelta(days=1)

    def __contains__(self, on: date) -> bool:
        return self.first <= on <= self.last


def period_of(repeats: str, on: date) -> Period:
    """The month, quarter, half-year or year in which the day lies."""
    length = MONTHS[repeats]
    index = (on.month - 1) // length
    text = {1: f"-{index + 1:02}", 3: f"Q{index + 1}", 6: f"H{index + 1}", 12: ""}[length]
    last_month = (index + 1) * length
    return Period(
        text=f"{on.year:04}{text}",
        first=date(on.year, index * length + 1, 1),
        last=date(on.year, last_month, monthrange(on.year, last_month)[1]),
    )


def periods_begun(repeats: str, on: date, look_back: timedelta = LOOK_BACK) -> Iterator[Period]:
    """The period of the day, after those that began within `look_back` before it; oldest first."""
    earlier = period_of(repeats, on).eve
    begun = []
    while (before := period_of(repeats, earlier)).first >= on - look_back:
        begun.append(before)
        earlier = before.eve
    yield from reversed(begun)
    yield period_of(repeats, on)


def parse_period(text: str) -> Period:
    """The reverse of `Period.text`. Raises ValueError for anything else."""
    found = _TEXT.fullmatch(text)
    if not found:
        raise ValueError(f"所属期应写作 2026-09、2026Q3、2026H1 或 2026：{text[:40]}")
    year, month, quarter, half = found.groups()
    start = int(month or 0) or int(quarter or 0) * 3 or int(half or 0) * 6 or 1
    repeats = (
        "monthly" if month else "quarterly" if quarter else "half_yearly" if half else "yearly"
    )
    return period_of(repeats, date(int(year), start, 1))


def period_name(text: str) -> str:
    """2026年9月; 2026年第三季度; 2026年上半年; 2026年; whatever else it says."""
    found = _TEXT.fullmatch(text)
    if not found:
        return text
    year, month, quarter, half = found.groups()
    if month:
        return f"{year}年{int(month)}月"
    if quarter:
        return f"{year}年第{'一二三四'[int(quarter) - 1]}季度"
    if half:
        return f"{year}年{'上下'[int(half) - 1]}半年"
    return f"{year}年"


def periods_a_year(text: str) -> int:
    """12 for 2026-09, 4 for 2026Q3, 2 for 2026H1, 1 for 2026."""
    period = parse_period(text)
    return 12 // (period.last.month - period.first.month + 1)
