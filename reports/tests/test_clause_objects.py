"""A window or a division answers for its own matters: its score is not its unit's (NT-1.2)."""

from __future__ import annotations

import pytest

from cases.tests import given as walk
from duban.org.models import Unit
from duban.rulepacks.selectors import active_version
from reports.compute import figures_of
from reports.domain.periods import Quarter
from reports.tests import given
from reports.tests.given import at

pytestmark = pytest.mark.django_db

Q2 = Quarter(2026, 2)


@pytest.mark.clause("NT-1.2")
def test_a_window_and_a_division_are_scored_apart_from_their_unit() -> None:
    """“被评窗口”与“被评处室”"""
    made = given.place(on="2026-07-01", name="青原市", tag="qy")
    for key, kind in (("window", "window"), ("division", "division")):
        made.units[key] = Unit.objects.create(
            name=f"水利局{key}", kind=kind, parent=made.units["water"]
        )
        walk.post(made, f"{key}_liaison", key, "liaison", "联络员", "尤佳")
    for unit, grade in (
        ("water", "basic"),
        ("window", "good"),
        ("division", "basic"),
        ("division", "good"),
    ):
        given.done(made, unit, grade=grade, title=f"{unit}的一件（{grade}）")
    version = active_version(made.office, on=Q2.last)
    assert version is not None
    found = figures_of(made.office, Q2, version=version, at=at("2026-07-01"))
    scores = {unit.unit_id: unit.score_text for unit in (*found.ranked, *found.unranked)}
    assert scores == {
        made.units["water"].pk: "70.00",
        made.units["window"].pk: "85.00",
        made.units["division"].pk: "77.50",
    }
