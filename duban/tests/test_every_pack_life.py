"""Each shipped pack that no other test walks carries a matter from registration to 销号."""

from __future__ import annotations

from datetime import date

import pytest

from cases.tests.given import (
    completed,
    in_progress,
    lead,
    place,
    report,
    struck_off,
)

pytestmark = pytest.mark.django_db
NO_DATE = {"due_on": None, "due_basis": "", "due_citation": ""}


@pytest.mark.parametrize(
    ("pack", "facts", "due_on", "owed"),
    [
        (
            "zhuzhou-highway-2016",
            {"source": "complaint", "urgency": "complaint", **NO_DATE},
            date(2026, 3, 23),
            set(),
        ),
        (
            "nantong-2012",
            {"source": "project", "due_on": date(2026, 4, 30)},
            date(2026, 4, 30),
            set(),
        ),
        (
            "shanxi-13710",
            {"source": "instruction", "urgency": "ordinary", **NO_DATE},
            date(2026, 3, 9),
            {"arrange", "feedback"},
        ),
    ],
)
def test_a_matter_lives_under_the_pack_to_its_end(pack, facts, due_on, owed):
    here = place(pack, on="2026-03-02", tag=pack[:2])
    parties = [lead(here.units["water"])]
    case = in_progress(here, parties=parties, **facts)

    assert case.pack_version.name == pack
    assert case.clock.due_on == due_on
    assert set(case.lead.duties.values_list("obligation__key", flat=True)) == owed

    report(here, case.lead, "initial_report", when="2026-03-03T10:00")
    case = completed(here, case, applied_on="2026-03-04", grade="good")
    assert case.state == "completed"
    assert case.grade == ("good" if case.pack.grades else "")
    assert struck_off(here, case, when="2026-03-05").state == "closed"
