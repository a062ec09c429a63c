"""缓办: which days are excluded, and where a last day goes because of them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deadlines.calendar import WorkingCalendar
from deadlines.computation import Computation
from deadlines.limits import PlainLimit
from deadlines.moments import SHANGHAI
from deadlines.pauses import Stretch, days_in, stretches_of
from deadlines.rules import compute, designate
from deadlines.sheet import sheet_text
from deadlines.tests.brute_force import last_day_around, working_days_among

CALENDAR = WorkingCalendar.load()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("marks", "stretches", "since"),
    [
        ([(True, "2026-03-02T09:00"), (False, "2026-03-05T08:00")], [("03-02", "03-04")], None),
        ([(True, "2026-03-02T09:00"), (False, "2026-03-02T17:00")], [], None),
        ([(True, "2026-03-02T23:59"), (False, "2026-03-03T00:00")], [("03-02", "03-02")], None),
        ([(True, "2026-03-02T09:00")], [], "2026-03-02T09:00"),
        ([(False, "2026-03-02T09:00")], [], None),
    ],
    ids=["恢复当日计入", "同一天", "跨午夜", "尚未恢复", "没有缓办的恢复"],
)
def test_from_the_day_of_the_pause_to_the_day_before_the_resumption(marks, stretches, since):
    found, open_since = stretches_of((pauses, moment(at)) for pauses, at in marks)
    assert found == tuple((day(f"2026-{a}"), day(f"2026-{b}")) for a, b in stretches)
    assert open_since == (moment(since) if since else None)


def test_the_day_is_the_day_in_shanghai():
    utc = datetime.fromisoformat("2026-03-01T16:30:00+00:00")
    found, _ = stretches_of([(True, utc), (False, moment("2026-03-03T09:00"))])
    assert found == ((day("2026-03-02"), day("2026-03-02")),)


@pytest.mark.parametrize(
    ("limit", "received", "excluded", "last"),
    [
        (PlainLimit(5, "working_day"), "2026-03-02", ("2026-03-04", "2026-03-05"), "2026-03-11"),
        (PlainLimit(5, "working_day"), "2026-03-02", ("2026-03-07", "2026-03-08"), "2026-03-09"),
        (PlainLimit(5, "working_day"), "2026-03-02", ("2026-03-09", "2026-03-09"), "2026-03-10"),
        (PlainLimit(5, "working_day"), "2026-03-02", ("2026-03-10", "2026-03-20"), "2026-03-09"),
        (PlainLimit(5, "calendar_day"), "2026-03-02", ("2026-03-03", "2026-03-05"), "2026-03-10"),
        (PlainLimit(1, "month"), "2026-03-02", ("2026-03-30", "2026-04-03"), "2026-04-07"),
        (PlainLimit(25, "day_of_month"), "2026-03-02", ("2026-03-24", "2026-03-24"), "2026-03-26"),
        (PlainLimit(1, "month_end"), "2026-03-02", ("2026-03-02", "2026-03-03"), "2026-04-01"),
        (
            PlainLimit(10, "day_of_year", month=3), "2026-03-02", ("2026-03-10", "2026-03-11"),
            "2026-03-12",
        ),
        (
            PlainLimit(5, "calendar_day", roll="forward"), "2026-03-02",
            ("2026-03-03", "2026-03-03"), "2026-03-09",
        ),
    ],
    ids=[
        "工作日跳过", "周末不影响工作日", "最后一天缓办", "期满之后的缓办", "自然日跳过", "按月顺移",
        "每月固定日", "月底，收到当日不算", "每年固定日", "先顺移再顺延",
    ],
)  # fmt: skip
def test_a_limit_around_a_pause(limit, received, excluded, last):
    stretch = (day(excluded[0]), day(excluded[1]))
    found = compute(limit, day(received), CALENDAR, excluded=[stretch])
    assert found.last_day == day(last)
    assert sum(line.counted for line in found.days) == found.counted_days
    assert next(line.date for line in found.days if line.counted) == found.first_day
    assert Computation.from_json(found.to_json()) == found


def test_a_designated_day_moves_by_what_was_excluded_since_it_was_named():
    pauses = [(day("2026-03-04"), day("2026-03-06")), (day("2026-03-20"), day("2026-03-24"))]
    found = designate(day("2026-03-31"), day("2026-03-02"), CALENDAR, excluded=pauses)
    assert found.last_day == day("2026-04-08")
    later = designate(
        day("2026-03-31"), day("2026-03-02"), CALENDAR, excluded=pauses, set_on=day("2026-03-16")
    )
    assert later.last_day == day("2026-04-05")
    assert later.excluded == (pauses[1],)


def test_the_sheet_says_which_days_did_not_count():
    stretch = (day("2026-03-04"), day("2026-03-05"))
    found = compute(PlainLimit(5, "working_day"), day("2026-03-02"), CALENDAR, excluded=[stretch])
    text = sheet_text(found)
    assert "缓办：2026年3月4日（星期三）至2026年3月5日（星期四），共2天，不计入" in text
    assert "2026年3月4日（星期三）　不计　缓办期间，不计入" in text


def test_a_computation_stored_before_there_were_pauses_still_reads():
    found = compute(PlainLimit(5, "working_day"), day("2026-03-02"), CALENDAR)
    raw = found.to_json()
    del raw["excluded"]
    assert Computation.from_json(raw) == found


RECEIVED = st.dates(date(2018, 1, 1), date(2026, 3, 31))
PAUSES = st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 15)), max_size=4)


def around(received: date, pauses: list[tuple[int, int]]) -> tuple[Stretch, ...]:
    """In order and apart, as they are in a clock."""
    stretches: list[Stretch] = []
    after = received - timedelta(30)
    for offset, length in sorted(pauses):
        first = max(received + timedelta(offset), after)
        after = first + timedelta(length)
        stretches.append((first, after - timedelta(1)))
    return tuple(stretches)


@settings(max_examples=1000, deadline=None)
@given(
    RECEIVED,
    st.sampled_from(["working_day", "calendar_day", "month", "day_of_month"]),
    st.sampled_from(["none", "forward"]),
    PAUSES,
    st.data(),
)
def test_random_pauses_agree_with_a_counter_written_differently(received, unit, roll, pauses, data):
    largest = {"working_day": 30, "calendar_day": 60, "month": 3, "day_of_month": 31}[unit]
    count = data.draw(st.integers(1, largest))
    stretches = around(received, pauses)
    off = set(days_in(stretches))
    found = compute(PlainLimit(count, unit, roll), received, CALENDAR, excluded=stretches)
    assert found.last_day == last_day_around(unit, count, roll, received, off)
    assert not any(line.counted for line in found.days if line.date in off)
    assert sum(line.counted for line in found.days) == found.counted_days


@settings(max_examples=500, deadline=None)
@given(RECEIVED, st.integers(1, 40), st.integers(0, 30), st.integers(1, 20))
def test_a_pause_inside_a_working_day_limit_moves_it_by_its_working_days(
    received, count, offset, length
):
    limit = PlainLimit(count, "working_day")
    plain = compute(limit, received, CALENDAR).last_day
    first = received + timedelta(1 + offset)
    stretch = (first, first + timedelta(length - 1))
    assume(stretch[1] <= plain)
    days = [first + timedelta(n) for n in range(length)]
    found = compute(limit, received, CALENDAR, excluded=[stretch]).last_day
    assert CALENDAR.working_days_between(plain, found) == working_days_among(days)
