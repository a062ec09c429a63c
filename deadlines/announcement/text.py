"""The State Council's sentences about days off, read as days. PURE.

`元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。` Every part of a sentence that names
a day must be understood; the stated number of days and days of the week are checked against it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from deadlines.announcement.dates import MarkedText, has_days
from deadlines.announcement.found import ONE_DAY, AnnouncementError, Found, is_whole, stretch
from deadlines.calendar import WorkingCalendar

_HOLIDAY: Final = r"(?:元旦|春节|清明节?|(?:五一|国际)?劳动节|端午节?|中秋节?|国庆节?)"
_NUMBER: Final = r"(?:[一二三四五六七八九十]{1,3}、|\d{1,2}[.、])"
_HEADING: Final = re.compile(
    rf"{_NUMBER}\s*([^\s:。,;、]{{1,20}}(?:、[^\s:。,;、]{{1,20}})*)\s*:"
    rf"|({_HOLIDAY}(?:[、和]{_HOLIDAY})*)\s*:"
)
_NAME: Final = re.compile(rf"{_HOLIDAY}(?:[、和]{_HOLIDAY})*")
_COUNT: Final = re.compile(r"(?:共|放假)(\d{1,2})天")
MOST_CHARACTERS: Final = 20_000
_PARTS: Final = re.compile(r"[,。;]")
_MOVED: Final = re.compile(r"调(?:休)?[至到]")
_RESUMED: Final = re.compile(r"起(?:正常|恢复)?上班")
_EXTENDED: Final = re.compile(r"延长.*?假期[至到]")
_STATED: Final = ("法定节假日", "法定假日", "公休")
_OFF: Final = ("放假", "补休", "调休", "休息")
_YEAR_OF_TITLE: Final = re.compile(
    rf"(\d{{4}})年(?:部分)?(?:节假日|{_HOLIDAY}|全国|法定)|关于(?:调整|延长)?(\d{{4}})年"
)
_ANY_YEAR: Final = re.compile(r"(\d{4})年")
_DOCUMENT_NO: Final = re.compile(r"[\u4e00-\u9fff]{2,12}[〔\[](?:19|20)\d{2}[〕\]]\d{1,4}号")
_TITLE: Final = re.compile(r"[^\s。,;:]{0,30}关于[^。,;:]{2,60}?的(?:通知|公告|决定)")
_LINK: Final = re.compile(r"https?://[\x21-\x7e]+")
_SIGNED: Final = re.compile(r"(?:^|\n)\s*(\d{4})年(\d{1,2})月(\d{1,2})日\s*$")


def read_text(
    text: str, *, year: int | None = None, current: WorkingCalendar | None = None
) -> Found:
    """What a pasted announcement says; `current` is asked where a holiday is only made longer.

    Raises AnnouncementError where no year can be told or nothing in it names a day off.
    """
    if len(text) > MOST_CHARACTERS:
        raise AnnouncementError(f"原文超过{MOST_CHARACTERS}字，请只粘贴放假安排部分")
    plain = unicodedata.normalize("NFKC", text).strip()
    link = _LINK.search(plain)
    plain = _LINK.sub("\n", plain).strip()
    signed = _SIGNED.search(plain)
    body = plain[: signed.start()] if signed else plain
    year = year or _year_of(body)
    reader = _Reader(year, current)
    for name, section in _sections(body):
        reader.read(name, re.sub(r"\s+", "", section))
    if not reader.days_off and not reader.workdays and not reader.problems:
        raise AnnouncementError("没有读到放假或者上班的日期，请粘贴通知中写明日期的原文")
    title, number = _TITLE.search(re.sub(r"\s+", "", body)), _DOCUMENT_NO.search(body)
    return Found(
        year=year,
        days_off=dict(sorted(reader.days_off.items())),
        workdays=dict(sorted(reader.workdays.items())),
        title=title[0] if title else "",
        document_no=_official(number[0]) if number else "",
        signed_on=_signed_on(signed),
        source=link[0] if link else "",
        whole=is_whole(reader.names),
        problems=tuple(reader.problems),
        remarks=tuple(reader.remarks),
    )


class _Reader:
    """Collects the days of one section after another."""

    def __init__(self, year: int, current: WorkingCalendar | None) -> None:
        self.year, self.current = year, current
        self.days_off: dict[date, str] = {}
        self.workdays: dict[date, str] = {}
        self.names: list[str] = []
        self.problems: list[str] = []
        self.remarks: list[str] = []

    def read(self, name: str, section: str) -> None:
        marked = MarkedText(section, self.year)
        off: set[date] = set()
        work: set[date] = set()
        moved: set[date] = set()
        stated: set[date] = set()
        for part in filter(has_days, _PARTS.split(marked.text)):
            if _RESUMED.search(part):
                continue
            if _EXTENDED.search(part):
                off.update(self._longer(name, marked.days_in(part)))
            elif _MOVED.search(part):
                rest, to = _MOVED.split(part, maxsplit=1)
                moved.update(marked.days_in(rest))
                off.update(marked.days_in(to))
            elif "上班" in part:
                work.update(marked.days_in(part))
            elif any(word in part for word in _OFF):
                off.update(marked.days_in(part))
            elif any(word in part for word in _STATED):
                stated.update(marked.days_in(part))
            else:
                self.problems.append(f"{name}：有一处日期没有读懂，请改用逐日填写：{_said(part)}")
        # A rest day that is moved is worked, unless it falls on the holiday itself.
        work |= moved - off
        self.problems += [f"{name}：{problem}" for problem in marked.problems]
        self._check(name, section, off, work, stated)
        self._keep(name, off, work)

    def _check(
        self, name: str, section: str, off: set[date], work: set[date], stated: set[date]
    ) -> None:
        count = _COUNT.search(section)
        if count and int(count[1]) != len(off):
            self.problems.append(f"{name}：原文写“{count[0]}”，读到放假{len(off)}天")
        if both := sorted(off & work):
            self.problems.append(f"{name}：同一天既放假又上班：{_listed(both)}")
        if outside := sorted(stated - off - work):
            self.remarks.append(f"{name}：原文称为休息日、但不在放假日期内：{_listed(outside)}")
        for on in sorted(off):
            if "与周末连休" in section and on.weekday() not in {0, 4, 5, 6}:
                self.remarks.append(f"{name}：{_listed([on])}不与周末相连")

    def _keep(self, name: str, off: Iterable[date], work: Iterable[date]) -> None:
        self.names.append(name)
        for on in off:
            if on in self.workdays:
                self.problems.append(f"{_listed([on])}在两处分别写作放假和上班")
            self.days_off[on] = _joined(self.days_off.get(on), name)
        for on in work:
            if on in self.days_off:
                self.problems.append(f"{_listed([on])}在两处分别写作放假和上班")
            self.workdays[on] = _joined(self.workdays.get(on), name)

    def _longer(self, name: str, until: list[date]) -> list[date]:
        """The days after the holiday's last day, up to the one named."""
        if not until:
            return []
        known = self.current.arranged(until[-1].year) if self.current else {}
        last = max(
            (
                on
                for on, (working, called) in known.items()
                if not working and name in called and on < until[-1]
            ),
            default=None,
        )
        if last is None:
            self.problems.append(f"{name}：现行日历中没有这个假期，不能据此延长，请改用逐日填写")
            return []
        return stretch(last + ONE_DAY, until[-1])


def _sections(body: str) -> list[tuple[str, str]]:
    """(holiday, what is said of it); a text without headings is one section."""
    heads = list(_HEADING.finditer(body))
    if not heads:
        named = _NAME.search(body)
        return [(_full(named[0]) if named else "节假日", body)]
    ends = [head.start() for head in heads[1:]] + [len(body)]
    return [
        (_full(head[1] or head[2]), body[head.end() : end])
        for head, end in zip(heads, ends, strict=True)
    ]


def _full(name: str) -> str:
    """元旦 stands as it is; 清明、端午、中秋、国庆 get their 节."""
    names = re.split(r"[、和]", name)
    return "、".join(f"{n}节" if n in {"清明", "端午", "中秋", "国庆"} else n for n in names)


def _year_of(body: str) -> int:
    flat = re.sub(r"\s+", "", body)
    if titled := _YEAR_OF_TITLE.search(flat):
        return int(titled[1] or titled[2])
    if years := Counter(int(text) for text in _ANY_YEAR.findall(flat)):
        return max(years, key=lambda year: (years[year], year))
    raise AnnouncementError("原文没有写明年份，请填写年份")


def _signed_on(match: re.Match[str] | None) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _official(number: str) -> str:
    return number.replace("[", "〔").replace("]", "〕")


def _joined(first: str | None, name: str) -> str:
    return name if first is None or first == name else f"{first}、{name}"


def _listed(days: Iterable[date]) -> str:
    return "、".join(f"{on.year}年{on.month}月{on.day}日" for on in days)


def _said(part: str) -> str:
    return re.sub(r"<\d+>", "…日", part)[:40]
