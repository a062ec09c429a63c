"""Counting: golden vectors, the worked dates of the clauses, and properties on random cases."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.limits import LimitError, PlainLimit, PlainWarning
from deadlines.moments import SHANGHAI
from deadlines.rules import compute, designate, reminder_moments, warn_at
from deadlines.sheet import sheet_text

CALENDAR = WorkingCalendar.load()


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(start: str, count: int, unit: str = "working_day", roll: str = "none") -> str:
    return compute(PlainLimit(count, unit, roll), day(start), CALENDAR).last_day.isoformat()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("received", "count", "expected"),
    [
        pytest.param("2025-09-26", 5, "2025-10-10", id="周日9月28日计入"),
        pytest.param("2025-09-28", 5, "2025-10-11", id="上班的周日收到_到期在上班的周六"),
        pytest.param("2025-10-01", 5, "2025-10-14", id="假期内收到"),
        pytest.param("2025-09-30", 5, "2025-10-14", id="假期前一日收到与假期内相同"),
        pytest.param("2025-12-31", 3, "2026-01-06", id="跨年_1月4日周日计入"),
        pytest.param("2026-02-13", 5, "2026-02-27", id="春节前一日"),
        pytest.param("2026-02-14", 5, "2026-02-28", id="上班周六到上班周六"),
        pytest.param("2026-02-15", 3, "2026-02-26", id="春节首日收到"),
        pytest.param("2026-02-23", 3, "2026-02-26", id="春节末日收到"),
        pytest.param("2026-09-25", 10, "2026-10-15", id="中秋收到_跨国庆"),
        pytest.param("2026-04-30", 3, "2026-05-08", id="未到5月9日上班"),
        pytest.param("2024-02-09", 5, "2024-02-22", id="2月18日周日计入"),
        pytest.param("2020-01-23", 5, "2020-02-07", id="延长通知之后"),
        pytest.param("2020-01-20", 10, "2020-02-11", id="延长通知之后_10日"),
    ],
)
def test_golden_vectors_in_working_days(received: str, count: int, expected: str) -> None:
    assert due(received, count) == expected


@pytest.mark.parametrize(
    ("received", "count", "before", "after"),
    [("2020-01-23", 5, "2020-02-05", "2020-02-07"), ("2020-01-20", 10, "2020-02-07", "2020-02-11")],
)
def test_the_calendar_changed_while_clocks_ran(
    received: str, count: int, before: str, after: str
) -> None:
    for as_of, expected in [("2019-11-21", before), ("2020-01-26", before), ("2020-01-27", after)]:
        calendar = WorkingCalendar.load(day(as_of))
        found = compute(PlainLimit(count, "working_day"), day(received), calendar)
        assert found.last_day == day(expected)
        assert not found.provisional


@pytest.mark.parametrize(
    ("received", "count", "unit", "fixed", "rolled"),
    [
        pytest.param("2026-09-21", 10, "calendar_day", "2026-10-01", "2026-10-08", id="末日在国庆"),
        pytest.param(
            "2026-01-31", 1, "month", "2026-02-28", "2026-02-28", id="月末_上班周六不顺延"
        ),
        pytest.param("2025-09-01", 1, "month", "2025-10-01", "2025-10-09", id="顺延八天"),
        pytest.param("2024-01-31", 1, "month", "2024-02-29", "2024-02-29", id="闰年二月"),
        pytest.param("2024-02-29", 12, "month", "2025-02-28", "2025-02-28", id="闰日起十二个月"),
        pytest.param("2025-12-31", 2, "month", "2026-02-28", "2026-02-28", id="跨年到二月末"),
    ],
)
def test_golden_vectors_in_calendar_time(
    received: str, count: int, unit: str, fixed: str, rolled: str
) -> None:
    assert due(received, count, unit) == fixed
    assert due(received, count, unit, "forward") == rolled


@pytest.mark.clause("AS-3.2b", "AS-3.2c", "AS-3.2d")
@pytest.mark.parametrize(
    ("count", "expected"), [(3, "2026-10-10"), (5, "2026-10-13"), (10, "2026-10-20")]
)
def test_anshan_limits_run_over_national_day(count: int, expected: str) -> None:
    """急件3个工作日内办结、非急件5个工作日内办结、难度较大的10个工作日内办结。"""
    assert due("2026-09-30", count) == expected


@pytest.mark.clause("AS-3.3b")
def test_the_revisit_window_is_ten_days_and_rolls_only_where_switched_on() -> None:
    """在收到报告后10日内开展抽查、复查和明查暗访。"""
    assert due("2026-09-21", 10, "calendar_day") == "2026-10-01"
    assert due("2026-09-21", 10, "calendar_day", "forward") == "2026-10-08"


@pytest.mark.clause("ZZ-2.3c")
def test_complaints_have_fifteen_working_days() -> None:
    """原则上要求在15个工作日办结。"""
    found = compute(PlainLimit(15, "working_day"), day("2026-09-18"), CALENDAR)
    assert found.last_day == day("2026-10-15")
    counted = {line.date for line in found.days if line.counted}
    assert {day("2026-09-20"), day("2026-10-10")} <= counted
    assert len(counted) == 15


@pytest.mark.clause("ZZ-3.1a")
def test_the_25th_stays_unless_the_roll_is_switched_on() -> None:
    """每月25日前报局“马上就办”办公室。"""
    assert due("2026-08-31", 25, "day_of_month") == "2026-09-25"
    assert due("2026-08-31", 25, "day_of_month", "forward") == "2026-09-28"


@pytest.mark.clause("ZZ-3.1b")
@pytest.mark.parametrize(
    ("month_start", "expected"),
    [("2026-06-01", "2026-06-29"), ("2026-11-01", "2026-11-30"), ("2026-02-01", "2026-02-28")],
    ids=["周日顺延", "周六顺延", "上班的周六不顺延"],
)
def test_the_28th_rolls_over_days_off(month_start: str, expected: str) -> None:
    """局办每月28日左右（节假日顺延）将月度工作情况报市。"""
    assert due(month_start, 28, "day_of_month", "forward") == expected


@pytest.mark.clause("LZ-B-10b")
def test_first_feedback_is_due_after_five_working_days() -> None:
    """5个工作日内反馈动态进展或办理结果。"""
    assert due("2026-02-11", 5) == "2026-02-25"


@pytest.mark.clause("LZ-A-7b")
def test_the_day_of_receipt_does_not_count_and_ends_at_midnight() -> None:
    """从收到相关文件、材料或指令的次日起计算。"""
    limit = PlainLimit(5, "working_day")
    late, early = (
        compute(limit, at(text), CALENDAR) for text in ("2026-02-11T23:59", "2026-02-12T00:01")
    )
    assert (late.last_day, early.last_day) == (day("2026-02-25"), day("2026-02-26"))
    assert late.first_day == day("2026-02-12")
    assert late.days[0].reason == "收到当日，不计入"


@pytest.mark.clause("LZ-A-7a")
def test_the_unit_of_days_changes_the_date() -> None:
    """以日计算。"""
    assert due("2026-02-11", 5, "calendar_day") == "2026-02-16"
    assert due("2026-02-11", 5, "working_day") == "2026-02-25"


@pytest.mark.clause("LZ-B-10d")
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-20", "2026-04-05"),
        ("2026-04-04", "2026-04-05"),
        ("2026-04-05", "2026-05-05"),
        ("2026-12-05", "2027-01-05"),
    ],
    ids=["次月5日_清明不顺延", "前一日", "5日当日起算到次月", "跨年"],
)
def test_monthly_progress_is_due_on_the_fifth(start: str, expected: str) -> None:
    """每月5日前报送进展情况，直至办结为止。"""
    assert due(start, 5, "day_of_month") == expected


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert due("2026-02-01", 31, "day_of_month") == "2026-02-28"
    assert due("2026-01-31", 31, "day_of_month") == "2026-02-28"


def test_due_is_the_first_instant_after_the_last_day() -> None:
    found = compute(PlainLimit(3, "working_day"), day("2026-09-30"), CALENDAR)
    assert found.due_at == at("2026-10-11T00:00")
    assert found.due_text == "2026-10-10"


def test_an_hour_named_by_the_rule_is_the_due_moment() -> None:
    limit = PlainLimit(3, "working_day", at_time=time(17, 0))
    found = compute(limit, day("2026-09-30"), CALENDAR)
    assert found.due_at == at("2026-10-10T17:00")
    assert found.due_text == "2026-10-10T17:00:00+08:00"


def test_a_naive_start_is_shanghai_and_an_aware_one_is_converted() -> None:
    limit = PlainLimit(1, "calendar_day")
    naive = compute(limit, datetime(2026, 9, 18, 0, 30), CALENDAR)  # noqa: DTZ001 the point
    aware = compute(limit, datetime(2026, 9, 17, 16, 30, tzinfo=UTC), CALENDAR)
    assert naive == aware
    assert naive.last_day == day("2026-09-19")


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("eve", ["2026-02-14", "2026-09-30", "2025-12-31", "2026-04-30"])
def test_every_hour_of_a_holiday_eve_belongs_to_that_day(eve: str, hour: int) -> None:
    """The morning in China is the evening before in UTC; it must not move the day."""
    moment = datetime.combine(day(eve), time(hour, 59, 59, 999_999), SHANGHAI)
    limit = PlainLimit(5, "working_day")
    expected = compute(limit, day(eve), CALENDAR)
    for seen in (moment, moment.astimezone(UTC), moment - timedelta(minutes=59)):
        assert compute(limit, seen, CALENDAR).last_day == expected.last_day
    first_day_off = day(eve) + timedelta(days=1)
    assert compute(limit, moment + timedelta(days=1), CALENDAR).received_on == first_day_off


def test_what_touches_a_year_not_announced_is_provisional() -> None:
    limit = PlainLimit(5, "working_day")
    assert not compute(limit, day("2026-12-24"), CALENDAR).provisional
    over_the_year = compute(limit, day("2026-12-28"), CALENDAR)
    assert over_the_year.provisional
    assert "（暂定）" in over_the_year.days[-1].reason
    assert "结果为暂定" in sheet_text(over_the_year)


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (PlainLimit(0, "working_day"), "1到3660"),
        (PlainLimit(-1, "calendar_day"), "1到3660"),
        (PlainLimit(10**9, "working_day"), "1到3660"),
        (PlainLimit(121, "month"), "1到120"),
        (PlainLimit(32, "day_of_month"), "1到31"),
        (PlainLimit(True, "working_day"), "整数"),
        (PlainLimit(5, "week"), "不认识的期限单位"),
        (PlainLimit(5, "working_day", "backward"), "不认识的顺延方式"),
    ],
)
def test_a_limit_that_cannot_be_counted_is_refused(limit: PlainLimit, message: str) -> None:
    with pytest.raises(LimitError, match=message):
        compute(limit, day("2026-09-30"), CALENDAR)


def test_a_start_before_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarError, match="没有2017年"):
        compute(PlainLimit(5, "calendar_day"), day("2017-12-31"), CALENDAR)


@pytest.mark.parametrize("unit", ["month", "day_of_month", "calendar_day", "working_day"])
def test_an_end_beyond_the_calendar_is_refused(unit: str) -> None:
    with pytest.raises(CalendarError, match="2099"):
        compute(PlainLimit(20, unit, "forward"), day("2099-12-31"), CALENDAR)


def test_a_designated_day_is_taken_as_it_is() -> None:
    found = designate(day("2026-10-01"), at("2026-09-21T10:00"), CALENDAR, clause="LZ-A-6.2")
    assert (found.last_day, found.rolled, found.unit) == (day("2026-10-01"), False, "designated")
    assert found.due_at == at("2026-10-02T00:00")
    with pytest.raises(LimitError, match="早于起算日"):
        designate(day("2026-09-20"), at("2026-09-21T10:00"), CALENDAR)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (10, "2026-10-15"),
        (5, "2026-10-10"),
        (3, "2026-10-09"),
        (2, "2026-10-08"),
        (1, "2026-10-08"),
    ],
    ids=["三个工作日前", "五日限取二日", "三日限取一日", "二日限取一日", "一日限当日"],
)
def test_the_warning_comes_three_working_days_before_and_at_most_half(
    count: int, expected: str
) -> None:
    found = compute(PlainLimit(count, "working_day"), day("2026-09-30"), CALENDAR)
    assert warn_at(found, PlainWarning(), CALENDAR) == at(f"{expected}T00:00")


def test_a_warning_without_the_cap_and_in_calendar_days() -> None:
    found = compute(PlainLimit(4, "working_day"), day("2026-09-30"), CALENDAR)  # until 10-12
    uncapped = PlainWarning(3, "working_day", at_most_half=False)
    assert warn_at(found, uncapped, CALENDAR) == at("2026-10-08T00:00")
    assert warn_at(found, PlainWarning(3, "calendar_day"), CALENDAR) == at("2026-10-09T00:00")


class Offset:
    def __init__(self, offset: int) -> None:
        self.offset = offset


def test_reminders_fall_on_working_days_around_the_last_day() -> None:
    found = compute(PlainLimit(5, "working_day"), at("2026-09-30T10:00"), CALENDAR)  # until 10-13
    wanted = {"overdue_1": Offset(1), "before_3": Offset(-3), "due_today": Offset(0)}
    assert reminder_moments(found, wanted, CALENDAR) == [
        ("before_3", at("2026-10-09T00:00")),
        ("due_today", at("2026-10-13T00:00")),
        ("overdue_1", at("2026-10-14T00:00")),
    ]
    short = compute(PlainLimit(2, "working_day"), at("2026-10-12T10:00"), CALENDAR)
    assert [key for key, _ in reminder_moments(short, wanted, CALENDAR)] == [
        "due_today",
        "overdue_1",
    ], "three days before lies before the start"
