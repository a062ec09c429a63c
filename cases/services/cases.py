"""立项、交办、销号: the steps of a matter itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.drafts import Facts, Party, completeness, consistency
from cases.models import Assignment, Case, CaseState, Channel, Importance, PartyKind
from cases.services.assignments import assignment_deliver
from cases.services.messages import tell_approvers, tell_people
from cases.services.notices import registration_notice_issue, series
from duban.approvals.models import ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open
from duban.documents.numbering import number_next
from duban.documents.text import document_number
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.record import difference, record, snapshot
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.selectors import active_version


@transaction.atomic
def case_draft(
    *,
    office: Office,
    facts: Facts,
    parties: Sequence[Party],
    by: Actor,
    at: datetime | None = None,
    assigner: Post | None = None,
    supervisor: Unit | None = None,
    batch: UUID | None = None,
) -> Case:
    """登记: a draft, in the words of the pack in force that day.

    Raises PermissionDenied, and RuleViolation for what can never be right, by field.
    """
    at = at or timezone.now()
    if not permissions.may_register(by) or by.office_id != office.pk:
        raise PermissionDenied("only staff of the office register its matters")
    version = _version_on(office, at)
    _check(facts, parties, version, at)
    case = Case(
        office=office,
        pack_version=version,
        registered_by_id=by.user_id,
        created_at=at,
        assigner=assigner,
        batch=batch,
        supervisor=supervisor or _supervisor(assigner, version, office, by),
    )
    _write(case, facts, parties)
    record(
        case,
        "draft",
        label="登记",
        by=by,
        at=at,
        office_id=office.pk,
        case_id=case.pk,
        pack_version_id=version.pk,
        changes=difference({}, snapshot(case)),
        batch=batch,
    )
    return case


@transaction.atomic
def case_redraft(
    *,
    case: Case,
    facts: Facts,
    parties: Sequence[Party],
    by: Actor,
    at: datetime | None = None,
    assigner: Post | None = None,
    supervisor: Unit | None = None,
    expect: int | None = None,
) -> Case:
    """Change a draft; nothing else of a matter is ever edited."""
    at = at or timezone.now()
    row = lock(case)
    if not permissions.is_registrar_or_supervisor(row, by):
        raise PermissionDenied("only the supervising section edits a draft")
    if expect is not None and row.version != expect:
        raise StaleVersion(seen=expect, now=row.version)
    if row.state != CaseState.DRAFT:
        raise RuleViolation(f"本事项{row.get_state_display()}，登记内容不能再修改。")
    _check(facts, parties, row.pack_version, at)
    before = snapshot(row) | _described(row)
    row.assigner = assigner
    row.supervisor = supervisor or _supervisor(assigner, row.pack_version, row.office, by)
    row.version += 1
    _write(row, facts, parties)
    changes = difference(before, snapshot(row) | _described(row))
    record(
        row,
        "redraft",
        label="修改登记",
        by=by,
        at=at,
        office_id=row.office_id,
        case_id=row.pk,
        pack_version_id=row.pack_version_id,
        changes=changes,
    )
    return row


@transaction.atomic
def case_discard(*, case: Case, by: Actor, at: datetime | None = None) -> None:
    """Throw a draft away. Only what was never submitted can go; the ledger keeps that it was."""
    row = lock(case)
    if not permissions.is_registrar_or_supervisor(row, by):
        raise PermissionDenied("only the supervising section discards a draft")
    if row.state != CaseState.DRAFT or row.attachments.exists():
        raise RuleViolation("只有未报批、无附件的登记可以删除。")
    record(
        row,
        "discard",
        label="删除登记",
        by=by,
        at=at or timezone.now(),
        office_id=row.office_id,
        case_id=row.pk,
        note=row.title,
    )
    row.assignments.all().delete()
    row.delete()


def case_submit(
    *, case: Case, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Case:
    """报请立项: complete, then to whoever approves in this pack (CZ-3.1a)."""
    at = at or timezone.now()
    with through_the_door(case, "submit", by=by, at=at, expect=expect) as step:
        row: Case = step.subject
        facts, parties = facts_of(row), parties_of(row, at)
        pack = row.pack
        reasons = consistency(facts, parties, pack=pack, on=timezone.localdate(at))
        for field, texts in completeness(facts, parties, pack=pack).items():
            reasons.setdefault(field, []).extend(texts)
        if reasons:
            raise RuleViolation(reasons)
        chain = chain_open(
            kind=ChainKind.REGISTRATION,
            owner=row,
            rules=pack.chain("registration", importance=Importance(row.importance).value),
            pack_version=row.pack_version,
            title=row.title,
            section_id=row.supervisor_id,
            subject_unit_id=row.lead_unit_id,
            involved=[row.registered_by_id],
            at=at,
            by=by,
        )
        step.run(chain=chain)
        tell_approvers(chain, at=at)
    return case


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
        version = _version_on(row.office, at)
        prefix = series(version.pack.documents["case"], row.office)
        year, seq = number_next(office=row.office, kind=prefix, at=at)
        step.run(number=document_number(prefix, year, seq), pack_version=version, at=at)


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
        step.run(at=at)
        for assignment in row.parties:
            if assignment.channel == Channel.SYSTEM:
                assignment_deliver(assignment=assignment, by=by, at=at)
        row.clock = row.lead.clock
        registration_notice_issue(case=row, by=by, at=at)
    return case


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
        missing = [party.unit.label for party in row.parties if party.pk not in set(confirmed)]
        if missing:
            text = f"请逐项核对任务与结果：{'、'.join(missing)}尚未确认。"
            raise RuleViolation({"confirmed": [text]})
        step.run(at=at)
        step.facts["confirmed"] = [None, sorted(confirmed)]
    return case


def facts_of(case: Case) -> Facts:
    return Facts(**{name: getattr(case, name) for name in Facts.__dataclass_fields__})


def parties_of(case: Case, at: datetime) -> list[Party]:
    on = timezone.localdate(at)
    return [
        Party(
            unit_id=row.unit_id,
            unit_name=row.unit.label,
            is_lead=row.is_lead,
            duty_text=row.duty_text,
            responsible_person=row.responsible_person,
            due_on=row.due_on,
            unit_active=row.unit.is_active(on=on),
            paper=row.channel == Channel.PAPER,
        )
        for row in case.parties
    ]


def _check(facts: Facts, parties: Sequence[Party], version: RulePackVersion, at: datetime) -> None:
    on = timezone.localdate(at)
    if problems := consistency(facts, parties, pack=version.pack, on=on):
        raise RuleViolation(problems)


def _version_on(office: Office, at: datetime) -> RulePackVersion:
    version = active_version(office, on=timezone.localdate(at))
    if version is None:
        raise RuleViolation(f"{office.name}在该日尚未启用任何规则包，请先启用。")
    return version


def _supervisor(assigner: Post | None, version: RulePackVersion, office: Office, by: Actor) -> Unit:
    """谁交办谁负责，谁负责谁督办: the pack routes by the rank of the assigner (CZ-3.4)."""
    routes = version.pack.supervisors
    route = routes.get(assigner.role if assigner else "default") or routes.get("default")
    body = route.body if route else "assigning_section"
    if body == "supervision_office":
        return office.body
    if body == "secretary_section" and assigner and assigner.secretary_section:
        return assigner.secretary_section
    return Unit.objects.get(pk=by.unit_id)


def _write(case: Case, facts: Facts, parties: Sequence[Party]) -> None:
    for name in Facts.__dataclass_fields__:
        setattr(case, name, getattr(facts, name))
    lead = next((party for party in parties if party.is_lead), None)
    case.lead_unit_id = lead.unit_id if lead else None
    case.save()
    case.assignments.all().delete()
    Assignment.objects.bulk_create(
        Assignment(
            case=case,
            unit_id=party.unit_id,
            kind=PartyKind.LEAD if party.is_lead else PartyKind.CO,
            duty_text=party.duty_text,
            responsible_person=party.responsible_person,
            due_on=party.due_on,
            channel=Channel.PAPER if party.paper else Channel.SYSTEM,
        )
        for party in parties
    )
    case.__dict__.pop("parties", None)


def _described(case: Case) -> dict[str, object]:
    """The parties as text, for the record of a change."""
    return {
        "parties": [
            f"{row.get_kind_display()}：{row.unit.name}；{row.duty_text}；{row.due_on or ''}"
            for row in case.parties
        ]
    }


def _require_chain(case: Case) -> None:
    if case.chain is None:
        raise RuleViolation(f"本事项{case.get_state_display()}，没有待审批的立项申请。")
