"""Announcements of days off: pasted sentences, files, lines typed by hand, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deadlines.announcement.checks import Question, refusals, remarks
from deadlines.announcement.files import read_file
from deadlines.announcement.found import AnnouncementError, Found
from deadlines.announcement.lines import days_as_lines, days_of_lines
from deadlines.announcement.text import read_text
from deadlines.calendar import WorkingCalendar
from deadlines.notices import Notice, shipped_notices
from deadlines.version_text import version_text

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays"
beside = pytest.mark.skipif(not DATA.exists(), reason="没有对照数据：holidays 不在项目旁")


def of(*days: str) -> set[date]:
    return {date.fromisoformat(day) for day in days}


def oracle(year: int) -> tuple[set[date], set[date]]:
    facts = json.loads((DATA / "oracle-2018-2026.json").read_text(encoding="utf-8"))
    raw = facts["years"][str(year)]
    return of(*raw["weekdays_off"]), of(*raw["weekend_workdays"])


@pytest.mark.data
@beside
def test_every_real_sentence_is_read_as_the_days_it_means() -> None:
    path = DATA / "natescarlet-description-parsing-cases.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    assert len(cases) == 49
    for case in cases:
        found = read_text(case["description"], year=case["year"])
        expected = {row["date"]: row["isOffDay"] for row in case["expected"]}
        read = {on.isoformat(): True for on in found.days_off}
        read |= {on.isoformat(): False for on in found.workdays}
        assert read == expected, case["description"]
        assert found.problems == found.remarks == (), case["description"]


@pytest.mark.data
@beside
@pytest.mark.parametrize("year", range(2018, 2027))
def test_the_official_texts_give_the_days_of_the_oracle(year: int) -> None:
    days: dict[date, bool] = {}
    calendar = WorkingCalendar.load(date(2020, 1, 20))
    for part in _notices_of_years(year):
        found = read_text(part[1], year=part[0], current=calendar)
        assert found.problems == ()
        days |= dict.fromkeys(found.days_off, False) | dict.fromkeys(found.workdays, True)
    off, work = oracle(year)
    mine = {on: working for on, working in days.items() if on.year == year}
    assert {on for on, working in mine.items() if not working and on.weekday() < 5} == off
    assert {on for on, working in mine.items() if working} == work


def _notices_of_years(year: int) -> list[tuple[int, str]]:
    """Of that year and of the next, whose notice may name days of this December."""
    found = []
    for each in (year, year + 1):
        path = DATA / f"official-text-{each}.txt"
        if path.exists():
            parts = path.read_text(encoding="utf-8").split("\n\n")
            found += [(each, part) for part in parts]
    return found


@pytest.mark.data
@beside
def test_a_whole_notice_tells_its_title_number_and_day() -> None:
    found = read_text((DATA / "notice-2019-full.txt").read_text(encoding="utf-8"))
    assert found.title == "国务院办公厅关于2019年部分节假日安排的通知"
    assert (found.document_no, found.year) == ("国办发明电〔2018〕15号", 2019)
    assert (found.signed_on, found.whole) == (date(2018, 12, 4), True)
    first = next(n for n in shipped_notices() if n.year == 2019)
    # 与周末连休: the notice itself names the weekend days beside a holiday nowhere.
    beyond = {on for on in first.days_off if on not in found.days_off}
    assert found.days_off.items() <= first.days_off.items()
    assert {on.weekday() for on in beyond} == {5, 6}
    assert dict(found.workdays) == dict(first.workdays)


@pytest.mark.data
@beside
@pytest.mark.parametrize("year", range(2018, 2027))
@pytest.mark.parametrize("source", ["natescarlet", "bastengao"])
def test_the_published_files_give_the_calendar_that_is_shipped(source: str, year: int) -> None:
    found = read_file((DATA / f"{source}-{year}.json").read_bytes(), year=year)
    calendar = WorkingCalendar.load()
    behind = {date(2020, 1, 31), date(2020, 2, 1)} if source == "bastengao" else set()
    differing = {on for on in found.days_off if on.year > 2017 and calendar.is_working(on)}
    differing |= {on for on in found.workdays if on.year > 2017 and not calendar.is_working(on)}
    assert differing <= behind
    assert found.whole
    named = {*found.days_off, *found.workdays}
    missing = {
        on
        for on, (working, _) in calendar.arranged(year).items()
        if on not in named and (working or on.weekday() < 5) and on.month != 12
    }
    assert missing <= behind


@pytest.mark.data
@beside
def test_the_oracle_file_is_read_for_the_year_asked_for() -> None:
    content = (DATA / "oracle-2018-2026.json").read_bytes()
    with pytest.raises(AnnouncementError, match="多年"):
        read_file(content)
    found = read_file(content, year=2026)
    assert (set(found.days_off), set(found.workdays)) == oracle(2026)


@pytest.mark.data
@beside
def test_an_empty_file_is_not_a_year_without_holidays() -> None:
    with pytest.raises(AnnouncementError, match="不能当作没有节假日"):
        read_file((DATA / "natescarlet-2027.json").read_bytes())


def test_an_extension_lengthens_the_holiday_that_is_known() -> None:
    text = "延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。"
    found = read_text(text, current=WorkingCalendar.load(date(2020, 1, 20)))
    assert set(found.days_off) == of("2020-01-31", "2020-02-01", "2020-02-02")
    assert (found.year, found.whole, found.problems) == (2020, False, ())
    assert "现行日历中没有" in read_text(text).problems[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("春节：2026年2月15日（周日）至23日（周二）放假，共9天。", "是星期一"),
        ("春节：2026年2月15日至23日放假调休，共8天。", "读到放假9天"),
        ("春节：2026年2月30日放假。", "没有2026年2月30日"),
        ("春节：2026年2月15日至17日放假。2月16日上班。", "既放假又上班"),
        ("春节：2026年2月15日放假，2月20日另行通知。", "没有读懂"),
        ("春节：15日放假，2026年另行通知。", "没有写明月份"),
        ("春节：2026年2月15日至10日放假。", "止日早于起日"),
    ],
)
def test_what_does_not_agree_is_said(text: str, problem: str) -> None:
    assert any(problem in line for line in read_text(text).problems)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("各地要妥善安排好值班和安全、保卫等工作。", "年份"),
        ("2026年另行通知。", "没有读到"),
        ("字" * 20_001, "超过20000字"),
    ],
)
def test_a_text_that_arranges_nothing_is_refused(text: str, why: str) -> None:
    with pytest.raises(AnnouncementError, match=why):
        read_text(text)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"[1, 2]", "结构"),
        (b'{"year": 2026}', "结构"),
        (
            b'{"year": 2026, "days": [{"name": "x", "date": "2026-02-30", "isOffDay": true}]}',
            "日期有误",
        ),
        (b'{"year": 2026, "days": [{"name": "x", "date": "2026-02-03", "isOffDay": 1}]}', "结构"),
        (b'[{"name": "x", "range": ["2026-01-01", "2027-01-01"], "type": "holiday"}]', "起止"),
        (b"[" * 100_000, "不能读取"),
    ],
)
def test_a_file_that_is_no_arrangement_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(AnnouncementError, match=why):
        read_file(raw)


def test_a_file_of_another_year_than_asked_for_is_refused() -> None:
    raw = b'{"year": 2025, "days": [{"name": "x", "date": "2025-01-01", "isOffDay": true}]}'
    with pytest.raises(AnnouncementError, match="与所选的2026年不符"):
        read_file(raw, year=2026)


def test_a_day_twice_in_a_file_is_a_problem() -> None:
    row = {"name": "元旦", "date": "2026-01-01", "isOffDay": True}
    found = read_file(json.dumps({"year": 2026, "days": [row, row]}).encode())
    assert "不止一次" in found.problems[0]


def test_lines_say_the_same_days_again() -> None:
    for notice in shipped_notices():
        text = days_as_lines(notice.days_off, notice.workdays)
        assert days_of_lines(text) == (dict(notice.days_off), dict(notice.workdays))
    assert "2026-01-01至2026-01-03 放假 元旦" in days_as_lines(shipped_notices()[-1].days_off, {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-05-01 休息 劳动节", "第1行没有读懂"),
        ("2026-05-01 放假 劳动节\n2026-05-01 上班 劳动节", "第2行：2026-05-01前面已经写过"),
        ("2026-05-03至2026-05-01 放假 劳动节", "起止日期有误"),
        ("2026-13-01 放假 劳动节", "第1行"),
    ],
)
def test_a_line_that_can_not_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(AnnouncementError, match=why):
        days_of_lines(text)


MAY = {date(2026, 5, 6): "劳动节"}


def asked(
    days_off: dict[date, str] | None = None,
    workdays: dict[date, str] | None = None,
    *,
    year: int = 2026,
    decided_on: str = "2026-03-02",
    today: str = "2026-03-02",
    **facts: Any,
) -> Question:
    found = Found(year, days_off or {}, workdays or {}, **facts)
    decided = date.fromisoformat(decided_on)
    shipped = [n for n in shipped_notices() if n.decided_on <= date.fromisoformat(today)]
    notice = Notice(
        year, "通知", "", decided, "", found.days_off, found.workdays, announces=found.whole
    )
    return Question(
        found,
        decided,
        date.fromisoformat(today),
        WorkingCalendar(shipped),
        WorkingCalendar([*shipped, notice]),
    )


def said(question: Question) -> str:
    return "；".join(text for texts in refusals(question).values() for text in texts)


def test_a_lawful_change_is_not_refused() -> None:
    assert refusals(asked(MAY)) == {}
    assert remarks(asked(MAY)) == []


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (asked({}), "没有写明任何"),
        (asked(MAY, MAY), "既放假又上班"),
        (asked({date(2025, 5, 6): "x"}, year=2025), "2025年已经过去"),
        (asked({date(2036, 5, 6): "x"}, year=2036), "逐年公布"),
        (asked({date(2027, 5, 6): "x"}), "不在2026年"),
        (asked({date(2025, 12, 31): "元旦"}), "属于过去的年份"),
        (asked(MAY, decided_on="2026-03-03"), "晚于今天"),
        (asked(MAY, decided_on="2026-05-07", today="2026-05-08"), "在公布日期"),
        (asked({date(2026, 5, 3): "劳动节"}), "没有差别"),
        (asked(MAY, whole=True), "日历不能缩减"),
        (asked(MAY, problems=("原文写“共3天”",)), "共3天"),
    ],
)
def test_what_is_refused_says_why(question: Question, why: str) -> None:
    assert why in said(question)


def test_a_whole_year_that_forgets_a_statutory_day_is_refused() -> None:
    days = {date(2027, 1, 1): "元旦", date(2027, 10, 1): "国庆节"}
    question = asked(days, year=2027, whole=True, today="2026-11-20", decided_on="2026-11-20")
    assert "应包含全部法定节假日，缺少：2027年2月5日" in said(question)


def test_a_truncated_year_is_refused_and_a_supplement_is_not() -> None:
    shipped = shipped_notices()[-1]
    whole = dict(shipped.days_off)
    last = max(on for on in whole if on.weekday() < 5)
    del whole[last]
    whole |= MAY
    assert "缺少现行安排已给的放假日：2026年10月7日" in said(
        asked(whole, dict(shipped.workdays), whole=True)
    )
    assert refusals(asked(MAY)) == {}


def test_what_looks_odd_is_remarked() -> None:
    question = asked({date(2026, 5, 6): "x"}, {date(2026, 4, 30): "x", date(2026, 5, 4): "x"})
    notes = "；".join(remarks(question))
    assert "2026年4月30日本来就是工作日" in notes
    assert "2026年5月4日原为放假，改为上班" in notes
    late = asked(MAY, decided_on="2026-05-05", today="2026-05-08")
    assert refusals(late) == {}
    assert "已经过去" in remarks(late)[0]


def test_a_version_in_words() -> None:
    assert version_text("2025-11-04") == "2025-11-04公布的安排"
    assert version_text("2025-11-04+12+15") == "2025-11-04公布的安排，另有第12号、第15号变更"
