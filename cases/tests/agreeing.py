"""Situations of agreed dates, by the services."""

from __future__ import annotations

from datetime import date

from cases.models import Agreement, Assignment, Case
from cases.services.agreements import agreement_decide, agreement_propose
from cases.tests import given

# Delivered on Monday 2026-03-02; a date is to be proposed within five working days.
PROPOSE_BY = date(2026, 3, 9)
UNDATED = {"due_on": None, "due_basis": "agreed", "due_citation": ""}


def undated(made: given.Place, **changes: object) -> Case:
    """Signed for, without a date: 待约定."""
    return given.in_progress(made, **(UNDATED | changes))


def proposed(
    made: given.Place,
    case: Case,
    *,
    day: str | None = "2026-06-30",
    when: str = "2026-03-04",
    co_days: dict[int, date] | None = None,
    plan: str = "三月招标，五月完成主体，六月底前通水。",
) -> Agreement:
    return agreement_propose(
        assignment=Assignment.objects.get(case=case, kind="lead"),
        plan=plan,
        proposed_on=date.fromisoformat(day) if day else None,
        co_days=co_days,
        by=made.actor(given.liaison(made, case.lead_unit)),
        at=given.at(when),
    )


def confirmed(made: given.Place, agreement: Agreement, *, when: str = "2026-03-05") -> Case:
    case = agreement.assignment.case
    by = given.supervisor(made, case)
    agreement_decide(agreement=agreement, approve=True, by=by, at=given.at(when))
    return Case.objects.get(pk=case.pk)
