"""登记: drafting a matter, changing and discarding the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.drafts import Facts, Party, consistency
from cases.models import Assignment, Case, CaseState, Channel, PartyKind
from cases.services.fields import field_problems, require_fields
from duban.approvals.models import Chain
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.record import difference, record, snapshot
from duban.ledger.transition import lock
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit
from duban.org.roles import LEADERS
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
    version = version_on(office, at)
    case = Case(office=office, registered_by_id=by.user_id, created_at=at, batch=batch)
    _fill(case, facts, parties, version, assigner=assigner, supervisor=supervisor, by=by, at=at)
    record(
        case,
        "draft",
        label="登记",
        by=by,
        at=at,
        office_id=office.pk,
        case_id=case.pk,
        pack_version_id=version.pk,
        changes=difference({}, snapshot(case) | _described(parties)),
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
    before = snapshot(row) | _described(parties_of(row, at))
    row.version += 1
    version = version_on(row.office, at)
    _fill(row, facts, parties, version, assigner=assigner, supervisor=supervisor, by=by, at=at)
    record(
        row,
        "redraft",
        label="修改登记",
        by=by,
        at=at,
        office_id=row.office_id,
        case_id=row.pk,
        pack_version_id=row.pack_version_id,
        changes=difference(before, snapshot(row) | _described(parties)),
    )
    return row


@transaction.atomic
def case_discard(*, case: Case, by: Actor, at: datetime | None = None) -> None:
    """Throw a draft away. Only what was never submitted can go; the ledger keeps that it was."""
    row = lock(case)
    if not permissions.is_registrar_or_supervisor(row, by):
        raise PermissionDenied("only the supervising section discards a draft")
    submitted = Chain.objects.filter(owner_type=row._meta.label_lower, owner_id=row.pk)
    if row.state != CaseState.DRAFT or row.attachments.exists() or submitted.exists():
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
        changes=difference(snapshot(row), dict.fromkeys(snapshot(row))),
    )
    row.assignments.all().delete()
    row.delete()


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


def version_on(office: Office, at: datetime) -> RulePackVersion:
    version = active_version(office, on=timezone.localdate(at))
    if version is None:
        raise RuleViolation(f"{office.name}在该日尚未启用任何规则包，请先启用。")
    return version


def _fill(
    case: Case,
    facts: Facts,
    parties: Sequence[Party],
    version: RulePackVersion,
    *,
    assigner: Post | None,
    supervisor: Unit | None,
    by: Actor,
    at: datetime,
) -> None:
    on = timezone.localdate(at)
    judged, found = _judged(parties, case.office, on)
    for field, texts in consistency(facts, judged, pack=version.pack, on=on).items():
        found.setdefault(field, []).extend(texts)
    if assigner and (assigner.office_id != case.office_id or assigner.role not in LEADERS):
        found["assigner"] = ["交办领导须是本级领导。"]
    if supervisor and not supervisor.path.startswith(case.office.root.path):
        found["supervisor"] = ["督办科室须是本级科室。"]
    if found:
        raise RuleViolation(found)
    case.pack_version = version
    case.assigner = assigner
    case.supervisor = supervisor or _supervisor(assigner, version, case.office, by)
    _write(case, facts, judged)


def _judged(
    parties: Sequence[Party], office: Office, on: date
) -> tuple[list[Party], dict[str, list[str]]]:
    """The parties as their units stand on that day; a unit of another office's tree is refused."""
    units = Unit.objects.below(office.root).in_bulk([party.unit_id for party in parties])
    found: dict[str, list[str]] = {}
    judged = []
    for party in parties:
        unit = units.get(party.unit_id)
        if unit is None:
            field = "lead_unit" if party.is_lead else "co_units"
            found.setdefault(field, []).append(f"{party.unit_name}不是{office.name}所辖的单位。")
        else:
            judged.append(replace(party, unit_name=unit.label, unit_active=unit.is_active(on=on)))
    return judged, found


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
    require_fields(case)
    rows = [_assignment(case, party) for party in parties]
    _require_lengths(rows)
    is_new = case.pk is None
    case.save()
    if not is_new:
        case.assignments.all().delete()
    Assignment.objects.bulk_create(rows)
    case.__dict__.pop("parties", None)


def _assignment(case: Case, party: Party) -> Assignment:
    return Assignment(
        case=case,
        unit_id=party.unit_id,
        kind=PartyKind.LEAD if party.is_lead else PartyKind.CO,
        duty_text=party.duty_text,
        responsible_person=party.responsible_person,
        due_on=party.due_on,
        channel=Channel.PAPER if party.paper else Channel.SYSTEM,
    )


def _require_lengths(rows: Sequence[Assignment]) -> None:
    found: dict[str, list[str]] = {}
    for row in rows:
        texts = field_problems(row, "duty_text", "responsible_person")
        field = "lead_unit" if row.is_lead else "co_units"
        for text in (text for many in texts.values() for text in many):
            found.setdefault(field, []).append(f"{row.unit.label}：{text}")
    if found:
        raise RuleViolation(found)


def _described(parties: Sequence[Party]) -> dict[str, object]:
    """The parties as text, for the record of a change; the lead first."""
    return {
        "parties": [
            f"{'牵头单位' if party.is_lead else '协办单位'}：{party.unit_name}；"
            f"{party.duty_text}；{party.responsible_person}；{party.due_on or ''}"
            for party in sorted(parties, key=lambda party: not party.is_lead)
        ]
    }
