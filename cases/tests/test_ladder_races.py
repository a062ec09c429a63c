"""The ladder under two hands at once: real threads, real transactions."""

import pytest

from cases.models import Escalation, Notice
from cases.services.alerts import consume_alerts
from cases.services.escalations import escalation_dismiss, escalation_take
from cases.tests import given, ladder_given
from cases.tests.ladder_given import once, proposed, rung
from cases.tests.test_clause_races import one_of, together
from deadlines.services import sweep
from duban.notify.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_at_the_same_moment_issue_one_document():
    here = ladder_given.place({"urge": rung("催办", "urge", 1, automatic=True)})
    case = given.in_progress(here)
    at = given.at("2026-07-01 09:00")
    sweep(at)
    together(lambda: consume_alerts(at=at), lambda: consume_alerts(at=at))
    once(given.at("2026-07-01 09:05"))
    assert Escalation.objects.get().state == "taken"
    assert Notice.objects.count() == 1
    assert Message.objects.filter(template="notice_issued", case_id=case.pk).count() == 1


def test_taken_and_left_at_the_same_moment_one_of_the_two_holds():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    rows = [proposed(case.lead, "urge") for _ in range(2)]
    at = given.at("2026-07-01 10:00")
    found = together(
        lambda: escalation_take(escalation=rows[0], content="请办。", by=here.secretary, at=at),
        lambda: escalation_dismiss(escalation=rows[1], reason="不必。", by=here.staff, at=at),
    )
    one_of(found)
    state = Escalation.objects.get().state
    assert (state, Notice.objects.count()) in {("taken", 1), ("dismissed", 0)}
