"""Quarters in Shanghai days, both ends included. PURE."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 2018, 2099  # as far as the working calendar reaches
_FORM = re.compile(r"(\d{4})Q([1-4])", re.ASCII)
_WORDS = "一二三四"


class PeriodError(ValueError):
    """A text that names no quarter; the message is for the reader."""


@dataclass(frozen=True, order=True)
class Quarter:
    """`2026Q3`: 1 July to 30 September 2026."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Raises PeriodError."""
        found = _FORM.fullmatch(text.strip().upper())
        if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise PeriodError(f"季度应写作“2026Q3”的形式（{FIRST_YEAR}年以后）：{text[:40]}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def holding(cls, on: date) -> Quarter:
        return cls(on.year, (on.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def label(self) -> str:
        return f"{self.year}年第{_WORDS[self.number - 1]}季度"

    @property
    def previous(self) -> Quarter:
        return (
            Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)
        )

    @property
    def following(self) -> Quarter:
        return (
            Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)
        )

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.following.first - timedelta(days=1)

    @cached_property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @cached_property
    def ends_at(self) -> datetime:
        """The first instant after the quarter: 24:00 of its last day."""
        return self.following.starts_at
