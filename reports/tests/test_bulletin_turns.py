"""缓办, 终止 and 重新办理 in the figures of a quarter: what was true at its end stays true."""

from datetime import date

import pytest

from cases.tests import given
from reports.domain.periods import Quarter
from reports.domain.scores import Outcome, outcome
from reports.facts import facts_of

pytestmark = pytest.mark.django_db

Q2, Q3 = Quarter(2026, 2), Quarter(2026, 3)


def lines(here, quarter):
    """Of each matter on hand: outcome, and the verdict that is shown."""
    return {
        matter.case_id: (outcome(matter, quarter), matter.grade.key if matter.grade else "")
        for matter in facts_of(here.office, quarter).matters
    }


@pytest.mark.clause("CZ-2.6e")
def test_reopening_leaves_the_figures_of_the_earlier_quarter_as_they_were():
    here = given.place(name="青原市", tag="qy")
    case = given.in_progress(here)
    case = given.completed(here, case, applied_on="2026-06-20", decided_on="2026-06-24")
    before = facts_of(here.office, Q2)
    assert lines(here, Q2) == {case.pk: (Outcome.BY_ORIGINAL, "basic")}
    assert lines(here, Q3) == {}
    given.reopened(here, case, when="2026-07-15", due_on=date(2026, 8, 31))
    assert facts_of(here.office, Q2) == before
    assert lines(here, Q3) == {case.pk: (Outcome.OPEN_OVERDUE, "")}
    given.completed(here, case, applied_on="2026-08-20", grade="good")
    assert facts_of(here.office, Q2) == before
    assert lines(here, Q3) == {case.pk: (Outcome.BY_ORIGINAL, "good")}


@pytest.mark.clause("LZ-A-9d")
def test_what_was_terminated_later_was_open_then_and_is_never_completed():
    here = given.place(name="青原市", tag="qy")
    case = given.in_progress(here)
    given.terminated(here, case, when="2026-08-03")
    assert lines(here, Q2) == {case.pk: (Outcome.OPEN_OVERDUE, "")}
    assert lines(here, Q3) == {}


def test_a_matter_that_rests_is_not_overdue():
    here = given.place(name="青原市", tag="qy")
    case = given.in_progress(here)
    given.suspended(here, case, when="2026-06-01")
    assert lines(here, Q2) == {case.pk: (Outcome.OPEN, "")}
