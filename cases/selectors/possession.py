"""Who held a matter: the facts of its life from the ledger and the approvals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cases.domain.possession import (
    APPROVER,
    CO,
    DESK,
    LEAD,
    Holder,
    Life,
    Part,
    StateChange,
    Stretch,
    Waiting,
    stretches,
)
from cases.models import Assignment, Case, Extension, Feedback, FeedbackState
from duban.approvals.models import ApprovalStep, Chain
from duban.ledger.models import LedgerEntry

# Links of a chain that the office decides itself; all others are a leader's.
_OURS = {"supervising_section", "office_head"}
_ASKED = "counter_proposed"
_TYPES = [model._meta.label_lower for model in (Case, Assignment, Extension)]


def possession_of(case: Case) -> list[Stretch]:
    """The stretches of one matter, the oldest first. Five queries."""
    entries = list(
        LedgerEntry.objects.filter(case_id=case.pk, subject_type__in=_TYPES)
        .order_by("effective_at", "id")
        .values_list("subject_type", "subject_id", "effective_at", "changes")
    )
    return stretches(life_of(case, entries))


Entry = tuple[str, int, datetime, dict[str, list[object]]]


def life_of(case: Case, entries: Sequence[Entry]) -> Life:
    """`entries` are those of the matter, its parts and its extensions, in order of time."""
    desk = Holder(DESK, case.supervisor.label, case.supervisor_id)
    parts = _parts(case)
    lead = next((part.holder for part in parts.values() if part.is_lead), desk)
    return Life(
        desk=desk,
        parts=parts,
        changes=list(_changes(entries)),
        finished=_finished(case),
        approvals=[*_approvals(case, desk)],
        questions=[*_questions(entries, lead)],
    )


def _parts(case: Case) -> dict[int, Part]:
    rows = case.assignments.select_related("unit", "clock").order_by("clock__due_at", "pk")
    return {
        row.pk: Part(
            Holder(LEAD if row.is_lead else CO, row.unit.label, row.unit_id), row.is_lead, rank
        )
        for rank, row in enumerate(rows)
    }


def _changes(entries: Sequence[Entry]) -> Iterator[StateChange]:
    for subject_type, subject_id, at, changes in entries:
        if "state" not in changes or subject_type == _TYPES[2]:
            continue
        part = None if subject_type == _TYPES[0] else subject_id
        yield StateChange(at, part, str(changes["state"][1]))


def _finished(case: Case) -> list[datetime]:
    sent = Feedback.objects.filter(
        assignment__case=case, assignment__kind="lead", finished=True
    ).exclude(state__in=[FeedbackState.DRAFT, FeedbackState.RETURNED])
    return list(sent.values_list("submitted_at", flat=True))


def _approvals(case: Case, desk: Holder) -> Iterator[Waiting]:
    """One for each link of each chain, for as long as it was that link's turn."""
    chains = Chain.objects.filter(case_id=case.pk).order_by("pk").prefetch_related("steps")
    for chain in chains:
        since = chain.opened_at
        for step in sorted(chain.steps.all(), key=lambda step: step.order):
            until = step.decided_at or chain.closed_at
            yield Waiting(since, until, _approver(step, desk))
            if step.decided_at is None:
                break
            since = step.decided_at


def _approver(step: ApprovalStep, desk: Holder) -> Holder:
    return desk if step.role in _OURS else Holder(APPROVER, step.label)


def _questions(entries: Sequence[Entry], lead: Holder) -> Iterator[Waiting]:
    """While another date is proposed, the answer is the unit's."""
    open_since: dict[int, datetime] = {}
    for subject_type, subject_id, at, changes in entries:
        if subject_type != _TYPES[2] or "state" not in changes:
            continue
        if changes["state"][1] == _ASKED:
            open_since[subject_id] = at
        elif subject_id in open_since:
            yield Waiting(open_since.pop(subject_id), at, lead)
    for since in open_since.values():
        yield Waiting(since, None, lead)
