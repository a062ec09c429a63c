"""The days that a Chinese sentence names: with or without year and month, in words of the week. PURE."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from deadlines.announcement.found import stretch

_DATE: Final = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?")
_NOTE: Final = re.compile(r"\([^)]*\)")
_TO: Final = r"\s*(?:至|到|—+|\u2013|-|~)\s*"
_RANGE: Final = re.compile(rf"<(\d+)>{_TO}<(\d+)>")
_MARK: Final = re.compile(rf"<(\d+)>(?:{_TO}<(\d+)>)?")
_WEEKDAY: Final = re.compile(r"(?:星期|周)([一二三四五六日天])")
_WEEK: Final = "一二三四五六日"


@dataclass(slots=True)
class _Named:
    """A day as written: what is left out is None."""

    year: int | None
    month: int | None
    day: int
    note: str

    @property
    def text(self) -> str:
        year = f"{self.year}年" if self.year else ""
        return f"{year}{f'{self.month}月' if self.month else ''}{self.day}日"


class MarkedText:
    """A text whose days stand as <0>, <1>, … with the day that each of them means.

    A month without a year is the one nearest to the first day named: the make-up day of a New Year
    holiday lies in the December before. What is wrong is told in `problems`.
    """

    def __init__(self, text: str, year: int) -> None:
        self.problems: list[str] = []
        self._named: list[_Named] = []
        self.text = _NOTE.sub("", _DATE.sub(self._mark, text))
        self._ends = {int(a): int(b) for a, b in _RANGE.findall(self.text)}
        self._days: list[date | None] = []
        self._resolve(year)

    def _mark(self, match: re.Match[str]) -> str:
        year, month, day, note = match.groups()
        self._named.append(
            _Named(int(year) if year else None, int(month) if month else None, int(day), note or "")
        )
        return f"<{len(self._named) - 1}>"

    def _resolve(self, year: int) -> None:
        anchor = previous = None
        for index, named in enumerate(self._named):
            on = self._day(index, named, anchor, previous, year)
            self._days.append(on)
            if on is not None:
                anchor, previous = anchor or on, on
                self._check_weekday(named, on)

    def _day(
        self, index: int, named: _Named, anchor: date | None, previous: date | None, year: int
    ) -> date | None:
        month = named.month or (previous.month if previous else None)
        if month is None:
            self.problems.append(f"“{named.text}”没有写明月份")
            return None
        if named.year:
            return self._existing(named.year, month, named)
        if named.month is None and previous:
            return self._existing(previous.year, month, named)
        if anchor is None:
            return self._existing(self._first_year(index, month, year), month, named)
        near = [
            on
            for candidate in (anchor.year - 1, anchor.year, anchor.year + 1)
            if (on := _valid(candidate, month, named.day))
        ]
        if not near:
            return self._existing(anchor.year, month, named)
        return min(near, key=lambda on: abs((on - anchor).days))

    def _first_year(self, index: int, month: int, year: int) -> int:
        """The year of the first day named: of a stretch into January it is the one before."""
        end = self._named[self._ends[index]] if index in self._ends else None
        if end is None or end.month is None:
            return year
        last = end.year or year
        return last - 1 if month > end.month else last

    def _existing(self, year: int, month: int, named: _Named) -> date | None:
        if on := _valid(year, month, named.day):
            return on
        self.problems.append(f"没有{year}年{month}月{named.day}日这一天")
        return None

    def _check_weekday(self, named: _Named, on: date) -> None:
        stated = _WEEKDAY.search(named.note)
        if stated and _WEEK.index(stated[1].replace("天", "日")) != on.weekday():
            self.problems.append(
                f"{on.year}年{on.month}月{on.day}日是星期{_WEEK[on.weekday()]}，"
                f"原文写作“{stated[0]}”"
            )

    def days_in(self, part: str) -> list[date]:
        """The days marked in that part of the text, stretches with every day of theirs."""
        found: list[date] = []
        for first, last in _MARK.findall(part):
            start, end = self._days[int(first)], self._days[int(last or first)]
            if start is None or end is None:
                continue
            if end < start:
                self.problems.append(f"“{start}至{end}”的止日早于起日")
            found += stretch(start, end)
        return found


def has_days(part: str) -> bool:
    return _MARK.search(part) is not None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
