"""One matter through its whole life."""

import pytest

from cases.models import Case
from cases.tests import given
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.mark.clause("CZ-3.1a", "CZ-3.6a", "CZ-3.6b", "CZ-3.6c", "AS-3.1a")
def test_a_key_matter_walks_from_registration_to_striking_off():
    here = given.place()
    case = given.in_progress(
        here,
        importance="key",
        parties=[given.lead(here.units["water"]), given.co(here.units["finance"])],
    )
    given.report(here, case.lead, "initial_report", when="2026-03-20")
    case = given.completed(here, case, applied_on="2026-06-10", decided_on="2026-06-12")
    case = given.struck_off(here, case, when="2026-06-15")
    assert case.state == "closed"
    assert case.number == "长政督〔2026〕1号"
    assert case.done_at == given.at("2026-06-10")
    actions = list(
        LedgerEntry.objects.filter(case_id=case.pk, subject_type="cases.case")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert actions == ["draft", "submit", "approve", "assign", "start", "complete", "strike_off"]
    assert Case.objects.get(pk=case.pk).clock.stopped_at == given.at("2026-06-10")
