"""What people add to the overdue findings and take off them again (LZ-A-10)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.models import Assignment, Case
from cases.services.findings import KINDS
from deadlines.models import OverdueFinding
from deadlines.services.overdue import overdue_clear, overdue_record
from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.org.actor import Actor

BY_HAND = ("other", "not_accepted")


def kinds_by_hand(assignment: Assignment, *, at: datetime) -> dict[str, str]:
    """What the office may find by hand now, with the pack's words: kind 5, and kind 1 of a unit
    that has not signed in time.
    """
    known = assignment.pack.overdue_kinds
    found = {"other": known["other"].label} if "other" in known else {}
    if "not_accepted" in known and assignment.is_unsigned(at):
        found["not_accepted"] = f"{known['not_accepted'].label}（未按时签收）"
    return found


def finding_add(
    *, assignment: Assignment, kind: str, reason: str, by: Actor, at: datetime | None = None
) -> OverdueFinding:
    """登记超时情形 that the system cannot find by itself; why is mandatory (LZ-A-10.5)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(assignment)
        if not permissions.supervises(row, by):
            raise PermissionDenied("only the supervising section finds a unit overdue")
        _require_kind(row, kind, reason, at)
        finding = overdue_record(clock=row.clock, kind=KINDS[kind], at=at, note=reason.strip())
        _record(finding, row.case, "finding_add", by=by, at=at, note=reason.strip())
    return finding


def _require_kind(row: Assignment, kind: str, reason: str, at: datetime) -> None:
    found: dict[str, list[str]] = {}
    if row.clock is None:
        raise RuleViolation("本单位尚未送达，没有期限可言。")
    if kind not in kinds_by_hand(row, at=at):
        found["kind"] = ["现在不能认定这一情形。"]
    elif row.clock.findings.filter(kind=KINDS[kind], due_at=row.clock.due_at).exists():
        found["kind"] = ["这一情形已经登记。"]
    if not reason.strip():
        found["reason"] = ["请写明具体情形。"]
    if found:
        raise RuleViolation(found)


def finding_clear(
    *,
    finding: OverdueFinding,
    case: Case,
    reason: str,
    by: Actor,
    at: datetime | None = None,
) -> OverdueFinding:
    """认可正当理由: the finding stays on record and no longer counts (LZ-A-10.0)."""
    at = at or timezone.now()
    if finding.clock.case_id != case.pk:
        raise LookupError(f"finding {finding.pk} is not of case {case.pk}")
    if not permissions.clears_findings(case, by):
        raise PermissionDenied("a reason is accepted by the head of the office or a leader")
    with transaction.atomic():
        cleared = overdue_clear(finding=finding, reason=reason.strip(), by=by, at=at)
        _record(cleared, case, "finding_clear", by=by, at=at, note=reason.strip())
    return cleared


def _record(
    finding: OverdueFinding, case: Case, step_key: str, *, by: Actor, at: datetime, note: str
) -> None:
    step = case.step_of(step_key)
    record(
        finding,
        step_key,
        label=f"{step.label}：{finding.get_kind_display()}",
        clause=step.clause,
        by=by,
        at=at,
        office_id=case.office_id,
        case_id=case.pk,
        pack_version_id=case.pack_version_id,
        note=note,
    )
