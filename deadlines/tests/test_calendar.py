"""The working calendar: shipped facts against independent sources, and what it refuses."""

import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.notices import Notice, shipped_notices

ORACLE = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays" / "oracle-2018-2026.json"
)
CALENDAR = WorkingCalendar.load()


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.data
@pytest.mark.skipif(not ORACLE.exists(), reason="没有对照数据：oracle-2018-2026.json 不在项目旁")
def test_every_day_of_the_oracle() -> None:
    years = json.loads(ORACLE.read_text(encoding="utf-8"))["years"]
    assert sorted(years) == [str(year) for year in range(2018, 2027)]
    for year, facts in years.items():
        off = {date.fromisoformat(text) for text in facts["weekdays_off"]}
        on = {date.fromisoformat(text) for text in facts["weekend_workdays"]}
        days = every_day(date(int(year), 1, 1), date(int(year), 12, 31))
        expected = {day: (day.weekday() < 5 and day not in off) or day in on for day in days}
        assert {day: CALENDAR.is_working(day) for day in days} == expected
        assert sum(expected.values()) == facts["working_days"]


def test_every_day_agrees_with_an_independent_package() -> None:
    days = every_day(date(2018, 1, 1), date(2026, 12, 31))
    assert len(days) == 3287
    differing = [
        day for day in days if CALENDAR.is_working(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []


@pytest.mark.parametrize("year", range(2018, 2027))
def test_every_year_has_its_notice_decided_before_it_begins(year: int) -> None:
    own = [notice for notice in shipped_notices() if notice.year == year]
    assert own[0].decided_on < date(year, 1, 1)
    assert len(own) == (2 if year in {2019, 2020} else 1)
    for notice in own:
        assert notice.document_no.startswith("国办发明电")
        assert all(day.weekday() >= 5 for day in notice.workdays), "a make-up day is a weekend day"
        assert not notice.days_off.keys() & notice.workdays.keys()


@pytest.mark.parametrize(
    ("on", "working", "reason"),
    [
        (date(2026, 9, 18), True, "工作日"),
        (date(2026, 9, 19), False, "周末"),
        (date(2026, 9, 20), True, "调休上班"),
        (date(2026, 10, 3), False, "国庆节假期"),
        (date(2026, 10, 10), True, "调休上班"),
        (date(2018, 12, 29), True, "调休上班"),
        (date(2018, 12, 31), False, "元旦假期"),
        (date(2020, 2, 1), False, "春节假期"),
        (date(2020, 2, 3), True, "工作日"),
    ],
    ids=["平日", "周六", "国庆前周日上班", "假期内周六", "国庆后周六上班", "次年通知规定的十二月上班",
         "次年通知规定的十二月放假", "延长后取消的上班日", "延长后首日上班"],
)  # fmt: skip
def test_a_day_says_why(on: date, working: bool, reason: str) -> None:
    day = CALENDAR.day(on)
    assert (day.working, day.reason, day.provisional) == (working, reason, False)


def test_before_2018_is_refused_with_a_sentence() -> None:
    with pytest.raises(CalendarError, match="自2018年起，没有2017年"):
        CALENDAR.day(date(2017, 12, 31))
    with pytest.raises(CalendarError, match="不能推算到更早"):
        CALENDAR.add_working_days(date(2018, 1, 3), -2)
    with pytest.raises(CalendarError, match="只到2099年"):
        CALENDAR.day(date(2100, 1, 1))


def test_a_year_not_announced_is_provisional_and_free_on_statutory_days() -> None:
    new_year, monday = CALENDAR.day(date(2027, 1, 1)), CALENDAR.day(date(2027, 1, 4))
    assert (new_year.working, new_year.provisional) == (False, True)
    assert new_year.reason == "法定节假日（元旦）"
    assert (monday.working, monday.reason, monday.provisional) == (True, "工作日", True)
    assert not CALENDAR.is_working(date(2027, 10, 1))
    assert not any(day.working for day in CALENDAR.year(2027) if day.date.weekday() >= 5), (
        "make-up workdays exist only by notice"
    )


def test_the_last_year_of_the_calendar_still_has_its_spring_festival() -> None:
    reasons = [day.reason for day in CALENDAR.year(2099)]
    assert any("春节" in reason for reason in reasons)


def test_the_calendar_as_known_on_a_day() -> None:
    before, after = (WorkingCalendar.load(date(2020, 1, day)) for day in (26, 27))
    assert (before.version, after.version) == ("2019-11-21", "2020-01-27")
    assert before.is_working(date(2020, 1, 31))
    assert before.day(date(2020, 2, 1)).reason == "调休上班"
    assert not after.is_working(date(2020, 1, 31))
    assert CALENDAR.version == "2025-11-04"


def test_a_year_is_provisional_until_its_notice() -> None:
    on = date(2019, 10, 8)
    assert WorkingCalendar.load(date(2018, 12, 5)).day(on).provisional
    assert not WorkingCalendar.load(date(2018, 12, 6)).day(on).provisional


def test_what_a_notice_swaps_is_unknown_before_it() -> None:
    """2020-01-30 was a substituted rest day: by the calendar of 2019 only the statute is known."""
    early = WorkingCalendar.load(date(2019, 6, 1))
    assert early.is_working(date(2020, 1, 24))
    assert not early.is_working(date(2020, 1, 27))
    assert not early.is_working(date(2020, 1, 19))


def test_nothing_is_known_before_the_first_notice() -> None:
    with pytest.raises(CalendarError, match="2017-11-30以后"):
        WorkingCalendar.load(date(2017, 11, 29))
    with pytest.raises(CalendarError, match="尚无"):
        WorkingCalendar([])


def test_loading_twice_gives_the_same_calendar() -> None:
    assert WorkingCalendar.load() is WorkingCalendar.load(date(2030, 1, 1))


def test_days_taken_count_the_make_up_sunday() -> None:
    """Golden vector: 2026-09-18 → 09-21 took two days."""
    assert CALENDAR.working_days_between(date(2026, 9, 18), date(2026, 9, 21)) == 2
    assert CALENDAR.working_days_between(date(2026, 9, 21), date(2026, 9, 18)) == -2
    assert CALENDAR.working_days_between(date(2026, 9, 21), date(2026, 9, 21)) == 0


def test_next_and_previous_step_over_the_holiday() -> None:
    assert CALENDAR.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.previous_working_day(date(2026, 10, 8)) == date(2026, 9, 30)
    assert CALENDAR.on_or_after(date(2026, 10, 10)) == date(2026, 10, 10)
    assert CALENDAR.on_or_after(date(2026, 10, 11)) == date(2026, 10, 12)


def test_a_year_without_any_working_day_is_stepped_over_and_never_loops() -> None:
    whole_year = {day: "停工" for day in every_day(date(2018, 1, 1), date(2018, 12, 31))}
    notice = Notice(2018, "全年放假", "测1号", date(2017, 12, 1), "", whole_year, {})
    calendar = WorkingCalendar([notice])
    assert calendar.next_working_day(date(2018, 5, 1)) == date(2019, 1, 2)
    with pytest.raises(CalendarError, match="2099"):
        calendar.add_working_days(date(2018, 5, 1), 30_000)
