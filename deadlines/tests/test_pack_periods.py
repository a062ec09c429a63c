"""The duties of the shipped packs fall due inside the period for which they are owed."""

from __future__ import annotations

from datetime import date

import pytest

from deadlines.calendar import WorkingCalendar
from deadlines.rules import compute
from duban.rulepacks.loader import load_shipped, shipped_names


@pytest.mark.parametrize("name", shipped_names())
def test_the_first_day_of_a_period_starts_a_limit_that_ends_inside_it(name):
    """Counted from the day before the period, as the duties say: nothing is due before it begins."""
    pack = load_shipped(name)
    months = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
    calendar = WorkingCalendar.load()
    for key, duty in pack.duties.items():
        if duty.repeats != "once":
            last = compute(
                pack.limits[duty.limit], date(2025, 12, 31), calendar, with_days=False
            ).last_day
            assert last.year == 2026, key
            rolled = 1 if pack.limits[duty.limit].roll == "forward" else 0
            assert last.month <= months[duty.repeats] + rolled, key
