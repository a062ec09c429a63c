"""Real task documents, from the sheet as found to the bulletins of two quarters."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.real_input import data_dir, documents
from bench.real_run import QUARTERS, QUARTERS_OF, counts, run
from cases.models import Assignment, Case
from deadlines.models import Clock
from deadlines.services import clock_replay
from reports.models import Bulletin

pytestmark = [pytest.mark.django_db, pytest.mark.data]


@pytest.mark.clause("CZ-2.1a", "CZ-3.5a", "CZ-3.6b", "CZ-4.2a", "LZ-A-14a")
def test_four_documents_go_through_import_work_and_two_quarters_of_bulletins() -> None:
    folder = data_dir()
    if folder is None:
        pytest.skip("没有真实文件：项目旁边没有 shared/data")
    outcomes = {outcome.key: outcome for outcome in run(folder, lambda text: None)}
    total = counts(list(outcomes.values()))

    # As found: every row without a date or a clear lead is refused, and nothing comes in.
    for document in documents(folder):
        outcome = outcomes[document.key]
        lacking = sum(1 for i in document.items if i.due_on is None or len(i.leads) != 1)
        assert outcome.found == len(document.items)
        assert lacking <= outcome.refused_as_found <= outcome.found
        assert outcome.reasons["办结期限"] >= sum(1 for i in document.items if i.due_on is None)

    # With the decisions everything comes in: 99 numbered tasks are 76 measures under 23 headings.
    assert {key: outcome.imported for key, outcome in outcomes.items()} == {
        "01": 76,
        "04": 12,
        "05": 20,
        "07": 24,
    }
    leads = Assignment.objects.filter(kind="lead").values("case").distinct().count()
    assert leads == Case.objects.count() == total["imported"]
    assert Case.objects.filter(office__prefix="实01督").exclude(heading="").count() > 60

    # Every matter took one of the ways, and ended as its way says.
    ways = ("early", "on_time", "extended", "refused", "late", "open")
    assert sum(total.get(way, 0) for way in ways) == total["imported"]
    assert total["done"] == total["imported"] - total["open"]
    late_ways = total["late"] + total["refused"] + total["open"]
    assert total["overdue"] >= late_ways

    _bulletins_add_up()
    for clock in Clock.objects.order_by("pk")[::25]:
        assert clock_replay(clock).computation.due_at == clock.due_at


def _bulletins_add_up() -> None:
    """Two quarters of each office, signed, numbered and published; the counts are the matters'."""
    published = Bulletin.objects.filter(state="published").select_related("office", "document")
    found = Counter(bulletin.office.prefix for bulletin in published)
    assert found == {f"实{key}督": 2 for key in ("01", "04", "05", "07")}
    for bulletin in published:
        assert bulletin.document.number
        periods = QUARTERS_OF.get(bulletin.office.prefix[1:3], QUARTERS)
        assert bulletin.period in periods
