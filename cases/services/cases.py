"""立项、交办、销号: the steps of a matter itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.domain.drafts import completeness, consistency
from cases.models import Case, Channel, Importance
from cases.services.assignments import assignment_deliver
from cases.services.messages import tell_approvers, tell_people
from cases.services.notices import assignment_documents_issue, number_form, series
from cases.services.registration import (
    case_discard,
    case_draft,
    case_redraft,
    facts_of,
    parties_of,
    version_on,
)
from duban.approvals.models import ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw
from duban.documents.numbering import number_next
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.rulepacks.models import RulePackVersion

__all__ = [
    "case_assign",
    "case_assign_many",
    "case_discard",
    "case_draft",
    "case_redraft",
    "case_registration_decide",
    "case_revise",
    "case_strike_off",
    "case_submit",
    "facts_of",
    "parties_of",
]


def case_submit(
    *, case: Case, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Case:
    """报请立项: complete, then to whoever approves in this pack (CZ-3.1a)."""
    at = at or timezone.now()
    with through_the_door(case, "submit", by=by, at=at, expect=expect) as step:
        row: Case = step.subject
        version = version_on(row.office, at)
        pack = version.pack
        if reasons := _problems(row, version, at):
            raise RuleViolation(reasons)
        chain = chain_open(
            kind=ChainKind.REGISTRATION,
            owner=row,
            rules=pack.chain("registration", importance=Importance(row.importance).value),
            pack_version=version,
            title=row.title,
            section_id=row.supervisor_id,
            subject_unit_id=row.lead_unit_id,
            involved=_authors(row),
            at=at,
            by=by,
        )
        step.run(chain=chain, pack_version=version)
        tell_approvers(chain, at=at)
    return case


def _problems(case: Case, version: RulePackVersion, at: datetime) -> dict[str, list[str]]:
    """Everything wrong or missing by the rules in force that day, by field."""
    facts, parties, pack = facts_of(case), parties_of(case, at), version.pack
    found = consistency(facts, parties, pack=pack, on=timezone.localdate(at))
    leader = case.assigner is not None
    for field, texts in completeness(facts, parties, pack=pack, leader_named=leader).items():
        found.setdefault(field, []).extend(texts)
    return found


def _authors(case: Case) -> set[int]:
    """Everyone who wrote or changed the draft, or for whom it was done: they do not approve it."""
    written = LedgerEntry.objects.filter(
        subject_type=case._meta.label_lower, subject_id=case.pk, action__in=["draft", "redraft"]
    )
    people = written.values_list("actor_id", "on_behalf_of_id")
    return {case.registered_by_id, *(pk for pair in people for pk in pair if pk)}


def case_registration_decide(
    *,
    case: Case,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Case:
    """立项审批: the last approval gives the number and pins the pack valid that day (LZ-A-15)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(case)
        _require_chain(row)
        outcome = chain_decide(
            chain=row.chain, approve=approve, by=by, at=at, opinion=opinion, expect=expect
        )
        if outcome is Outcome.REFUSED:
            with through_the_door(row, "return_to_draft", by=by, at=at, note=opinion) as step:
                step.run()
        elif outcome is Outcome.GRANTED:
            _register(row, by=by, at=at, opinion=opinion)
        else:
            tell_approvers(row.chain, at=at)
        if outcome is not Outcome.CONTINUES:
            tell_people(
                [row.registered_by],
                "registration_decided",
                case=row,
                at=at,
                context={"approved": approve, "opinion": opinion},
            )
    return row


def _register(row: Case, *, by: Actor, at: datetime, opinion: str) -> None:
    with through_the_door(row, "approve", by=by, at=at, note=opinion) as step:
        version = version_on(row.office, at)
        if found := _problems(row, version, at):
            # The date has passed, a unit was abolished, or other rules are in force since.
            texts = "".join(text for texts in found.values() for text in texts)
            raise RuleViolation(f"{texts}请退回修改后重新报批。")
        number = row.number or _number(row, version, at)
        step.run(number=number, pack_version=version, at=at)


def _number(row: Case, version: RulePackVersion, at: datetime) -> str:
    rule = version.pack.documents["case"]
    year, seq = number_next(office=row.office, kind=series(rule, row.office), at=at)
    return number_form(rule, row.office).format(year=year, seq=seq)


def case_revise(
    *, case: Case, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Case:
    """撤回修改: before 交办 a registration goes back to be changed and approved anew; a number
    once given stays the matter's.
    """
    at = at or timezone.now()
    with through_the_door(case, "revise", by=by, at=at, expect=expect) as step:
        row: Case = step.subject
        if row.chain is not None:
            chain_withdraw(chain=row.chain, at=at)
        step.run()
    return case


def case_assign(
    *,
    case: Case,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
    batch: UUID | None = None,
) -> Case:
    """交办: delivered to each unit on the system, each clock started; paper waits for its receipt."""
    at = at or timezone.now()
    with through_the_door(case, "assign", by=by, at=at, expect=expect, batch=batch) as step:
        row: Case = step.subject
        _require_living_units(row, at)
        step.run(at=at)
        for assignment in row.parties:
            if assignment.channel == Channel.SYSTEM:
                assignment_deliver(assignment=assignment, by=by, at=at)
        row.clock = row.lead.clock
        assignment_documents_issue(case=row, by=by, at=at)
    return case


def _require_living_units(case: Case, at: datetime) -> None:
    gone = [p.unit_name for p in parties_of(case, at) if not p.unit_active]
    if gone:
        clause = case.step_of("unit_active").clause
        where = f"（{clause}）" if clause else ""
        raise RuleViolation({"units": [f"{'、'.join(gone)}已撤销，不能承办新的事项{where}。"]})


def case_assign_many(
    *, cases: Sequence[Case], by: Actor, at: datetime | None = None
) -> list[tuple[Case, list[str]]]:
    """Batch 交办 (CZ-2.1a): each matter by itself; its reasons, or none where it succeeded."""
    at = at or timezone.now()
    batch = uuid4()
    answers: list[tuple[Case, list[str]]] = []
    for case in cases:
        try:
            case_assign(case=case, by=by, at=at, batch=batch)
            answers.append((case, []))
        except RuleViolation as refusal:
            answers.append((case, refusal.texts))
        except PermissionDenied:
            answers.append((case, ["您不是本事项的督办科室，不能交办。"]))
    return answers


def case_strike_off(
    *,
    case: Case,
    confirmed: Sequence[int],
    by: Actor,
    at: datetime | None = None,
    note: str = "",
    expect: int | None = None,
) -> Case:
    """销号: every unit's task compared with its result, item by item, then signed off (LZ-B-7b).

    `confirmed` are the ids of the assignments whose result was checked against the task.
    """
    at = at or timezone.now()
    with through_the_door(case, "strike_off", by=by, at=at, expect=expect, note=note) as step:
        row: Case = step.subject
        checked = {party.pk for party in row.parties} & set(confirmed)
        missing = [party.unit.label for party in row.parties if party.pk not in checked]
        if missing:
            text = f"请逐项核对任务与结果：{'、'.join(missing)}尚未确认。"
            raise RuleViolation({"confirmed": [text]})
        step.run(at=at)
        step.facts["confirmed"] = [None, sorted(checked)]
    return case


def _require_chain(case: Case) -> None:
    if case.chain is None:
        raise RuleViolation(f"本事项{case.get_state_display()}，没有待审批的立项申请。")
