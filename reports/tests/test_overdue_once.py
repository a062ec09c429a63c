"""An overdue matter counts once, and not at all where its reason was accepted (LZ-A-10)."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Case
from cases.services.finding_acts import finding_add, finding_clear
from cases.tests import agreeing
from cases.tests import given as matters
from deadlines.models import OverdueFinding
from duban.rulepacks.selectors import active_version
from reports.compute import figures_of
from reports.domain.figures import Figures
from reports.domain.periods import Quarter
from reports.tests.given import Place, at, in_progress, place

pytestmark = pytest.mark.django_db


def figures(made: Place) -> Figures:
    quarter = Quarter(2026, 2)
    version = active_version(made.office, on=quarter.last)
    assert version is not None
    return figures_of(made.office, quarter, version=version, at=at("2026-07-01"))


def late(made: Place) -> Case:
    """Due on 2026-05-29, still open, with findings of several kinds."""
    case = in_progress(made, due_on=date(2026, 5, 29))
    matters.swept("2026-06-01 09:00")
    by = matters.supervisor(made, case)
    finding_add(
        assignment=case.lead, kind="other", reason="未按程序报批。", by=by, at=at("2026-06-02")
    )
    return case


@pytest.mark.clause("LZ-A-10.5")
def test_several_kinds_on_one_matter_are_one_overdue_matter() -> None:
    made = place("lanzhou-2018", name="青原市", tag="qy")
    case = late(made)
    kinds = OverdueFinding.objects.filter(clock=case.clock).values_list("kind", flat=True)
    assert sorted(kinds) == [0, 4, 5]
    totals = figures(made).totals
    assert (totals.total, totals.open_overdue, totals.open) == (1, 1, 0)


@pytest.mark.clause("LZ-A-10.0")
@pytest.mark.parametrize("finished", [False, True], ids=["仍在办", "超期办结"])
def test_an_accepted_reason_takes_the_matter_out_of_the_overdue(finished: bool) -> None:
    """无正当理由超过规定、指定或约定时限未能办结的,属超时办结。"""
    made = place("lanzhou-2018", name="青原市", tag="qy")
    case = late(made)
    if finished:
        case = matters.completed(made, case, applied_on="2026-06-03")
        assert figures(made).totals.overdue == 1
    for finding in OverdueFinding.objects.filter(clock=case.clock, kind__in=[0, 2]):
        finding_clear(
            finding=finding, case=case, reason="洪水。", by=made.head, at=at("2026-06-05")
        )
    totals = figures(made).totals
    assert (totals.overdue, totals.open_overdue, totals.total) == (0, 0, 1)


@pytest.mark.clause("LZ-A-10.0")
def test_a_reason_accepted_after_the_quarter_does_not_change_what_it_was() -> None:
    made = place("lanzhou-2018", name="青原市", tag="qy")
    case = late(made)
    for finding in OverdueFinding.objects.filter(clock=case.clock, kind=0):
        finding_clear(
            finding=finding, case=case, reason="洪水。", by=made.head, at=at("2026-07-01")
        )
    assert figures(made).totals.open_overdue == 1


@pytest.mark.clause("LZ-A-6.3a")
def test_a_matter_whose_date_is_to_be_agreed_is_not_overdue() -> None:
    made = place("lanzhou-2018", name="青原市", tag="qy")
    agreeing.undated(made)
    totals = figures(made).totals
    assert (totals.open, totals.open_overdue) == (1, 0)
