"""A locality written in YAML alone: a matter from registration to bulletin under its rules.

Qingyuan differs from the five shipped regulations in every respect that the vocabulary allows.
"""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Case, Escalation, FeedbackDuty
from cases.services.assignments import assignment_acknowledge
from cases.tests.given import (
    Place,
    assigned,
    at,
    completed,
    lead,
    liaison,
    place,
    report,
    struck_off,
    swept,
)
from deadlines.models import Obligation
from deadlines.services.obligation_rounds import obligations_open
from duban.documents.models import OfficialDocument
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.selectors import system_actor
from duban.rulepacks.loader import load_file
from duban.rulepacks.tests.test_sixth_locality import FILE
from reports.models import Bulletin
from reports.services.approval import bulletin_decide, bulletin_submit
from reports.services.drafting import bulletin_draft
from reports.services.publication import bulletin_publish

pytestmark = pytest.mark.django_db
RUSH = {
    "source": "hotline",
    "urgency": "rush",
    "due_on": None,
    "due_basis": "",
    "due_citation": "",
}


@pytest.fixture
def here() -> Place:
    """An office that changed from a shipped pack to its own."""
    made = place(name="清源市", on="2026-09-30", tag="qing")
    moment = at("2025-02-24")
    version = pack_load(loaded=load_file(FILE), by=system_actor(), at=moment)
    proposed = activation_propose(
        office=made.office,
        pack_version=version,
        active_from=date(2025, 3, 1),
        by=made.head,
        at=moment,
    )
    activation_confirm(activation=proposed, by=made.security, at=moment)
    made.pack = version.name
    return made


def rush(made: Place, *, when: str = "2026-09-30", **changes: object) -> Case:
    parties = [lead(made.units["water"], responsible_person="张小明")]
    return assigned(made, when=when, parties=parties, **(RUSH | changes))


def test_a_matter_is_registered_dispatched_and_due_by_the_words_of_the_pack(here):
    case = rush(here)

    assert case.pack_version.name == "qingyuan-2025"
    assert case.number == "2026-1"
    assert [step.role for step in case.chain.steps.all()] == ["secretary_general"]
    assert case.step_of("assign").label == "派单"
    issued = OfficialDocument.objects.filter(case_id=case.pk)
    assert [document.number for document in issued] == ["派1-2026"]
    # 次一工作日十七时前：国庆后首个工作日。
    assert case.lead.clock.due_at == at("2026-10-08T17:00")
    assert case.supervisor == here.units["body"]


def test_it_owes_what_the_pack_says_and_nothing_else(here):
    case = rush(here)
    assert set(owed(case)) == {"plan"}

    obligations_open(on=date(2026, 9, 30), at=at("2026-09-30"))

    mine = Obligation.objects.filter(office=here.office, scope__in=["unit", "office"])
    assert set(mine.values_list("key", flat=True)) >= {"half_year_report", "street_days"}
    report_of = mine.filter(key="half_year_report")
    assert {row.unit.kind for row in report_of} == {"department"}


def test_a_late_answer_climbs_its_own_ladder(here):
    case = rush(here, when="2026-09-18")
    assert case.lead.clock.due_at == at("2026-09-20T17:00")

    swept("2026-09-21T10:00")

    done = Escalation.objects.filter(case=case).values_list("rung", flat=True)
    assert "letter" in done
    assert not set(done) & {"urge", "early_warning", "supervise"}


def test_it_runs_from_registration_to_bulletin(here):
    case = rush(here, when="2026-09-14")
    for party in case.parties:
        by = here.actor(liaison(here, party.unit))
        assignment_acknowledge(assignment=party, by=by, at=at("2026-09-14T10:00"))
    report(here, case.lead, "verified_report", when="2026-09-14T15:00", finished=True)

    case = completed(
        here, Case.objects.get(pk=case.pk), applied_on="2026-09-14T16:00", grade="passed"
    )
    assert (case.state, case.grade) == ("completed", "passed")
    case = struck_off(here, case, when="2026-09-16")
    assert case.state == "closed"

    issue = bulletin_draft(office=here.office, period="2026Q3", by=here.staff, at=at("2026-10-08"))
    bulletin_submit(bulletin=issue, by=here.staff, at=at("2026-10-08"))
    assert [step.role for step in issue.chain.steps.all()] == ["chief_leader"]
    bulletin_decide(bulletin=issue, approve=True, by=here.chief, at=at("2026-10-09"))
    bulletin_publish(
        bulletin=Bulletin.objects.get(pk=issue.pk), by=here.staff, at=at("2026-10-09T15:00")
    )

    issue = Bulletin.objects.get(pk=issue.pk)
    assert issue.state == "published"
    assert issue.issue == "2026年第1期"
    assert [line.number for line in issue.figures.lines] == [case.number]


def owed(case: Case) -> list[str]:
    rows = FeedbackDuty.objects.filter(assignment__case=case)
    return list(rows.values_list("obligation__key", flat=True))
