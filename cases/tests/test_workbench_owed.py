"""Reports on matters that are late stand on the office's desk by what is owed, each with its list."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from cases.tests import given
from cases.tests.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.clause("LZ-B-10d")
def test_reports_owed_on_matters_are_counted_by_what_and_month():
    """首次反馈 is owed once and has no month; 每月 has one."""
    made = given.place("lanzhou-2018", on="2026-06-01")
    for key in ("water", "finance"):
        given.in_progress(
            made,
            when="2026-06-01",
            due_on=date(2026, 12, 31),
            title=f"{key}的事项",
            parties=[given.lead(made.units[key])],
        )
    given.swept("2026-07-01 00:05")
    with time_machine.travel(given.at("2026-08-05 10:00"), tick=False):
        browser = signed_in(made, "staff")
        late = browser.get("/").context["late_units"]
        assert late.lines
        counts = [browser.get(line.url).context["page"].paginator.count for line in late.lines]
        assert counts == [line.count for line in late.lines]
        assert sum(counts) == late.count
        assert browser.get(late.url).context["page"].paginator.count == late.count
        assert {(line.label, line.period, line.count) for line in late.lines} >= {
            ("首次反馈", "", 2)
        }
        assert any(line.period for line in late.lines)
