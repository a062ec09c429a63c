"""Many due days at once are the same due days."""

from datetime import date, timedelta

import pytest

from deadlines import bulk
from deadlines.bulk import Computations, last_days
from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.limits import LimitError, PlainLimit
from deadlines.rules import compute

CALENDAR = WorkingCalendar.load()
STARTS = [date(2019, 1, 1) + timedelta(days=n) for n in range(0, 3000, 7)] * 2


@pytest.mark.parametrize(
    "limit",
    [
        PlainLimit(10, "working_day"),
        PlainLimit(15, "calendar_day", roll="forward"),
        PlainLimit(3, "month"),
        PlainLimit(25, "day_of_month", roll="forward"),
        PlainLimit(2, "month_end"),
        PlainLimit(20, "day_of_year", month=12),
    ],
    ids=lambda limit: f"{limit.count}{limit.unit}",
)
def test_each_day_is_what_the_single_computation_says(limit: PlainLimit) -> None:
    single = [compute(limit, start, CALENDAR).last_day for start in STARTS]
    assert list(last_days(limit, STARTS, CALENDAR)) == single


def test_no_more_is_kept_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_KEPT", 100)
    table = Computations(PlainLimit(5, "working_day"), CALENDAR)
    for start in STARTS:
        assert table[start].received_on == start
        assert len(table) <= 100


def test_what_cannot_be_computed_is_refused_as_ever() -> None:
    with pytest.raises(CalendarError, match="2017"):
        list(last_days(PlainLimit(5, "working_day"), [date(2017, 12, 31)], CALENDAR))
    with pytest.raises(LimitError, match="1到3660"):
        list(last_days(PlainLimit(0, "working_day"), [date(2026, 1, 1)], CALENDAR))
