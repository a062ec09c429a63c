"""终止 in a bulletin: a figure of its own, in no other (LZ-A-9d)."""

from __future__ import annotations

import pytest

from cases.tests import given as walk
from duban.rulepacks.selectors import active_version
from reports.compute import figures_of
from reports.domain.figures import Figures
from reports.domain.periods import Quarter
from reports.tests import given
from reports.tests.given import Place, at
from reports.web.shown import stats_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    """One matter done, one under way and one terminated on 20 May 2026."""
    made = given.place("lanzhou-2018", name="青原市", tag="qy", on="2026-07-01")
    given.matter(made, "housing", due="2026-09-30")
    walk.completed(made, given.matter(made, "finance"), applied_on="2026-06-02")
    walk.terminated(made, given.matter(made), when="2026-05-20")
    return made


def figures(made: Place, number: int) -> Figures:
    quarter = Quarter(2026, number)
    version = active_version(made.office, on=quarter.last)
    assert version is not None
    return figures_of(made.office, quarter, version=version, at=at("2026-10-01"))


@pytest.mark.clause("LZ-A-9d")
def test_it_is_counted_apart_in_its_quarter_and_in_no_other(here: Place) -> None:
    """延期或终止: a separate outcome, not counted as 办结."""
    totals = figures(here, 2).totals
    assert (totals.terminated, totals.total, totals.done, totals.not_done) == (1, 2, 1, 1)
    assert [figures(here, number).totals.terminated for number in (1, 3)] == [0, 0]


@pytest.mark.clause("LZ-A-9d")
def test_the_bulletin_names_it_in_a_sentence_and_a_number_of_its_own(here: Place) -> None:
    bulletin = given.published(here)
    said = "本季度经批准终止1件，单独统计，不计入承办和办结件数。"
    blocks = bulletin.document.typed_content().body
    assert [b.lead for b in blocks if getattr(b, "text", "") == said] == ["（四）终止情况。"]
    assert {stat.label: stat.value for stat in stats_of(bulletin)}["终止"] == 1
