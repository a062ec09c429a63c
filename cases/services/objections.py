"""退件: a unit that thinks a matter is not its own says so instead of signing (LZ-A-10.1)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from cases.models import Assignment, Case, Channel, Objection, ObjectionOutcome
from cases.services.assignments import assignment_deliver
from cases.services.duties import duties_close
from cases.services.fields import require_fields
from cases.services.findings import finding_of_refusal
from cases.services.messages import tell_staff, tell_unit
from cases.services.notices import assignment_documents_issue, notices_close
from deadlines.services.clocks import clock_stop
from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.org.models import Unit


def objection_raise(
    *,
    assignment: Assignment,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Objection:
    """退件, with the reason; the clock runs on until the office has decided."""
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明退件的理由。"]})
    with through_the_door(
        assignment, "raise_objection", by=by, at=at, expect=expect, note=reason
    ) as step:
        row: Assignment = step.subject
        objection = Objection(
            assignment=row, reason=reason.strip(), raised_by_id=by.user_id, raised_at=at
        )
        require_fields(objection)
        objection.save()
        step.run()
        tell_staff(
            row.case, "objection_raised", at=at, about=row, context={"reason": objection.reason}
        )
    return objection


def objection_reject(
    *,
    assignment: Assignment,
    answer: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """不同意退件: back to be signed for; a refusal without good reason is overdue kind 1."""
    at = at or timezone.now()
    if not answer.strip():
        raise RuleViolation({"answer": ["请写明不同意退件的理由。"]})
    with through_the_door(
        assignment, "reject_objection", by=by, at=at, expect=expect, note=answer
    ) as step:
        row: Assignment = step.subject
        _decide(row, ObjectionOutcome.REJECTED, answer, by=by, at=at)
        finding_of_refusal(assignment=row, note=f"退件理由不成立：{answer.strip()}", at=at)
        step.run()
        tell_unit(row, "objection_decided", at=at, context={"upheld": False, "answer": answer})
    return assignment


def objection_uphold(
    *,
    assignment: Assignment,
    by: Actor,
    answer: str = "",
    successor: Unit | None = None,
    responsible_person: str = "",
    due_on: date | None = None,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """同意退件: another unit takes the part, with a clock of its own; a co-unit's may be waived.

    `due_on` is the new unit's day; without it the matter's own limit counts from the new delivery,
    or its date stands. Raises RuleViolation on `successor` where the lead goes and nobody follows, or the unit cannot.
    """
    at = at or timezone.now()
    with through_the_door(
        assignment, "uphold_objection", by=by, at=at, expect=expect, note=answer
    ) as step:
        row: Assignment = step.subject
        was_lead, duty_text = row.is_lead, row.duty_text
        _require_successor(row, successor, at)
        clock_stop(clock=row.clock, at=at, by=by, reason="退件理由成立")
        duties_close(assignment=row, at=at, by=by)
        notices_close(assignment=row, at=at, by=by)
        objection = _decide(row, ObjectionOutcome.UPHELD, answer, by=by, at=at)
        step.run(at=at, reason=f"退件：{objection.reason}"[:500])
        tell_unit(row, "objection_decided", at=at, context={"upheld": True, "answer": answer})
    if successor:
        objection.successor = Assignment.objects.create(
            case_id=row.case_id,
            unit=successor,
            kind="lead" if was_lead else "co",
            duty_text=duty_text,
            responsible_person=responsible_person.strip()[:60],
            due_on=due_on or row.due_on,
            channel=Channel.SYSTEM,
        )
        objection.save(update_fields=["successor"])
        _hand_over(row, objection.successor, by=by, at=at)
    return assignment


def _require_successor(row: Assignment, successor: Unit | None, at: datetime) -> None:
    if successor is None:
        if row.is_lead:
            raise RuleViolation({"successor": ["牵头单位退件的，须确定新的牵头单位。"]})
        return
    root = row.case.office.root
    if not successor.path.startswith(root.path):
        raise RuleViolation({"successor": [f"{successor.label}不是本级所辖的单位。"]})
    if not successor.is_active(on=timezone.localdate(at)):
        raise RuleViolation({"successor": [f"{successor.label}已撤销，不能承办新的事项。"]})
    if row.case.assignments.filter(unit=successor).exists():
        text = f"{successor.label}已是本事项的承办单位或者已经退件，请另选单位。"
        raise RuleViolation({"successor": [text]})


def _hand_over(row: Assignment, successor: Assignment, *, by: Actor, at: datetime) -> None:
    if successor.is_lead:
        Case.objects.filter(pk=row.case_id).update(lead_unit=successor.unit)
    step = row.step_of("object_accept")
    role = "牵头单位" if successor.is_lead else "协办单位"
    record(
        row.case,
        "hand_over",
        label=step.label,
        clause=step.clause,
        by=by,
        at=at,
        office_id=row.case.office_id,
        case_id=row.case_id,
        pack_version_id=row.case.pack_version_id,
        changes={"parties": [[f"{role}：{row.unit.label}"], [f"{role}：{successor.unit.label}"]]},
    )
    fresh = Assignment.objects.select_related("case", "unit").get(pk=successor.pk)
    assignment_deliver(assignment=fresh, by=by, at=at)
    if fresh.is_lead:
        # The notice that was sent out named another lead.
        case = Case.objects.select_related("office", "pack_version").get(pk=row.case_id)
        assignment_documents_issue(case=case, by=by, at=at)


def _decide(
    row: Assignment, outcome: ObjectionOutcome, answer: str, *, by: Actor, at: datetime
) -> Objection:
    objection = row.objections.select_for_update().get(outcome=ObjectionOutcome.PENDING)
    objection.outcome, objection.answer = outcome, answer.strip()
    objection.decided_by_id, objection.decided_at = by.user_id, at
    require_fields(objection)
    objection.save()
    return objection
