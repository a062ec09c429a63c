"""Random cases: against a counter written differently, and what must hold for every case."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.calendar import WorkingCalendar
from deadlines.computation import Computation
from deadlines.limits import PlainLimit
from deadlines.moments import SHANGHAI
from deadlines.notices import Notice, shipped_notices
from deadlines.rules import compute
from deadlines.sheet import sheet_text
from deadlines.tests.brute_force import last_day

CALENDAR = WorkingCalendar.load()

STARTS = st.dates(date(2018, 1, 1), date(2026, 6, 30))
UNITS = st.sampled_from(["working_day", "calendar_day", "month", "day_of_month"])
ROLLS = st.sampled_from(["none", "forward"])
HOURS = st.times()


@settings(max_examples=2000, deadline=None)
@given(STARTS, HOURS, UNITS, ROLLS, st.data())
def test_random_cases_agree_with_a_counter_written_differently(
    received: date, hour: time, unit: str, roll: str, data: st.DataObject
) -> None:
    largest = {"working_day": 90, "calendar_day": 150, "month": 5, "day_of_month": 31}[unit]
    count = data.draw(st.integers(1, largest))
    moment = datetime.combine(received, hour, SHANGHAI)
    found = compute(PlainLimit(count, unit, roll), moment.astimezone(UTC), CALENDAR)
    assert (found.last_day, found.rolled) == last_day(unit, count, roll, received)
    assert found.due_at == datetime.combine(found.last_day, time(), SHANGHAI) + timedelta(days=1)
    assert sum(line.counted for line in found.days) == found.counted_days
    assert next(line.date for line in found.days if line.counted) == found.first_day
    assert [line.n for line in found.days if line.counted] == [*range(1, found.counted_days + 1)]
    assert Computation.from_json(found.to_json()) == found


@settings(max_examples=500, deadline=None)
@given(STARTS, st.integers(1, 90), ROLLS)
def test_working_day_limits_end_on_working_days_and_take_that_many(
    received: date, count: int, roll: str
) -> None:
    found = compute(PlainLimit(count, "working_day", roll), received, CALENDAR)
    assert CALENDAR.is_working(found.last_day)
    assert not found.rolled
    assert CALENDAR.working_days_between(received, found.last_day) == count
    longer = compute(PlainLimit(count + 1, "working_day", roll), received, CALENDAR)
    assert longer.last_day > found.last_day
    later = compute(PlainLimit(count, "working_day"), received + timedelta(days=1), CALENDAR)
    assert later.last_day >= found.last_day


@settings(max_examples=150, deadline=None)
@given(
    STARTS,
    st.integers(1, 40),
    UNITS,
    st.sets(st.integers(1, 60), max_size=20),
    st.sets(st.integers(1, 60), max_size=20),
)
def test_more_holidays_never_move_a_deadline_earlier_nor_make_up_days_later(
    received: date, count: int, unit: str, off: set[int], on: set[int]
) -> None:
    count = (
        min(count, 12) if unit == "month" else min(count, 28) if unit == "day_of_month" else count
    )
    limit = PlainLimit(count, unit, "forward")
    base = compute(limit, received, CALENDAR).last_day
    assert compute(limit, received, changed(off, received, working=False)).last_day >= base
    assert compute(limit, received, changed(on, received, working=True)).last_day <= base


def changed(offsets: set[int], received: date, *, working: bool) -> WorkingCalendar:
    days = {received + timedelta(days=offset): "测试" for offset in offsets}
    off, on = ({}, days) if working else (days, {})
    extra = Notice(2026, "测试", "测1号", date(2026, 1, 1), "", off, on)
    return WorkingCalendar([*shipped_notices(), extra])


@settings(max_examples=200, deadline=None)
@given(STARTS, st.integers(1, 30), st.booleans())
def test_the_sheet_reads_back_to_the_same_date(
    received: date, count: int, in_working_days: bool
) -> None:
    unit = "working_day" if in_working_days else "calendar_day"
    found = compute(PlainLimit(count, unit), received, CALENDAR)
    lines = sheet_text(found).splitlines()
    numbered = [line for line in lines if "第" in line and "天　" in line]
    assert len(numbered) == count
    last = found.last_day
    assert f"{last.year}年{last.month}月{last.day}日" in numbered[-1]
    assert f"到期：{last.year}年{last.month}月{last.day}日" in "\n".join(lines)
