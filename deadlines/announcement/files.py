"""Arrangements of a year as files that others publish. PURE.

Read are: `{year, papers, days: [{name, date, isOffDay}]}`; a list of `{name, range, type}`;
`{years: {2026: {weekdays_off, weekend_workdays}}}`; and the product's own `{year, notices: […]}`.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from deadlines.announcement.found import AnnouncementError, Found, stretch
from deadlines.moments import MomentError, parse_day

MOST_BYTES: Final = 1_000_000

# (day, working, name of the holiday)
Row = tuple[date, bool, str]


def read_file(content: bytes, *, year: int | None = None) -> Found:
    """The days of one year; `year` chooses among several.

    Raises AnnouncementError for anything that is not such a file, and for one without days: no day
    off in a file never means a year without holidays.
    """
    if len(content) > MOST_BYTES:
        raise AnnouncementError("文件超过1MB，不是放假安排文件")
    try:
        raw = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise AnnouncementError("文件不是UTF-8编码的JSON，不能读取") from error
    try:
        return _found(raw, year)
    except (KeyError, TypeError, AttributeError) as error:
        raise AnnouncementError("文件的结构与已知的放假安排文件都不相同，不能读取") from error
    except MomentError as error:
        raise AnnouncementError(f"文件中的日期有误：{error}") from error


def _found(raw: Any, year: int | None) -> Found:
    rows, said, source = _recognised(raw, year)
    if not rows:
        raise AnnouncementError("文件没有任何日期，不能当作没有节假日")
    if said is not None and year is not None and said != year:
        raise AnnouncementError(f"文件写明是{said}年的安排，与所选的{year}年不符")
    year = said or year or Counter(on.year for on, _, _ in rows).most_common(1)[0][0]
    days_off: dict[date, str] = {}
    workdays: dict[date, str] = {}
    problems: list[str] = []
    for on, working, name in rows:
        if on in days_off or on in workdays:
            problems.append(f"{on.isoformat()}在文件中出现不止一次")
        (workdays if working else days_off)[on] = name
    return Found(
        year=year,
        days_off=dict(sorted(days_off.items())),
        workdays=dict(sorted(workdays.items())),
        source=source,
        whole=True,
        problems=tuple(problems),
    )


def _recognised(raw: Any, year: int | None) -> tuple[list[Row], int | None, str]:
    """Rows, the year that the file says it is of, and where it says it comes from."""
    if isinstance(raw, list):
        return list(_ranges(raw)), None, ""
    if "days" in raw:
        papers = raw.get("papers") or []
        return list(_days(raw["days"])), _year(raw["year"]), str(papers[-1]) if papers else ""
    if "notices" in raw:
        return _notices(raw["notices"]), _year(raw["year"]), str(raw["notices"][-1]["source"])
    years = raw["years"]
    if year is None and len(years) > 1:
        raise AnnouncementError("文件有多年的安排，请写明导入哪一年")
    wanted = str(year) if year is not None else next(iter(years), "")
    if wanted not in years:
        raise AnnouncementError(f"文件中没有{wanted}年的安排")
    return list(_weekdays(years[wanted])), int(wanted), ""


def _days(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for row in rows:
        if not isinstance(row["isOffDay"], bool):
            raise TypeError("isOffDay")
        yield parse_day(row["date"]), not row["isOffDay"], _name(row["name"])


def _ranges(rows: list[dict[str, Any]]) -> Iterator[Row]:
    working = {"holiday": False, "workingday": True}
    for row in rows:
        ends = [parse_day(text) for text in row["range"]]
        if not 1 <= len(ends) <= 2 or (ends[-1] - ends[0]).days not in range(60):
            raise AnnouncementError(f"文件中的起止日期有误：{row['range']}")
        for on in stretch(ends[0], ends[-1]):
            yield on, working[row["type"]], _name(row["name"])


def _weekdays(raw: dict[str, list[str]]) -> Iterator[Row]:
    for key, working in (("weekdays_off", False), ("weekend_workdays", True)):
        for text in raw[key]:
            yield parse_day(text), working, "节假日"


def _notices(notices: list[dict[str, Any]]) -> list[Row]:
    """Of two notices the later one holds for the days it names."""
    found: dict[date, Row] = {}
    for notice in notices:
        for key, working in (("days_off", False), ("workdays", True)):
            for row in notice[key]:
                on = parse_day(row["date"])
                found[on] = (on, working, _name(row["name"]))
    return list(found.values())


def _name(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise TypeError("name")
    return text.strip()[:40]


def _year(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("year")
    return value
