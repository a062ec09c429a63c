"""办结: the lead applies, the section proposes a grade, leaders decide (CZ-3.6, CZ-4.1)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.grading import Record, Suggestion, problems, suggest
from cases.models import (
    Case,
    ClosureRequest,
    ClosureState,
    FeedbackState,
    Importance,
    NoticeKind,
    NoticeState,
)
from cases.services.assignments import assignment_accept_with_closure, assignment_take_back
from cases.services.duties import duty_open_triggered
from cases.services.fields import require_fields
from cases.services.messages import tell_approvers, tell_people, tell_unit
from duban.approvals.models import ChainKind
from duban.approvals.permissions import may_decide
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.transition import lock, reasons_against
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor


@transaction.atomic
def closure_draft(
    *,
    case: Case,
    result: str,
    explanation: str = "",
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> ClosureRequest:
    """Keep the application of the lead unit as a draft; one draft per matter."""
    at = at or timezone.now()
    lead = case.lead
    if lead is None or not permissions.leads(lead, by):
        raise PermissionDenied("only the lead unit applies for completion")
    # Two first savings at the same moment: the second finds the draft of the first.
    lead = lock(lead)
    if reasons := reasons_against(lead, "apply_for_closure"):
        raise RuleViolation(reasons)
    draft = case.closure_requests.filter(state=ClosureState.DRAFT).first()
    row = (
        lock(draft)
        if draft
        else ClosureRequest(case=case, assignment=lead, created_by_id=by.user_id, created_at=at)
    )
    if draft and expect is not None and expect != row.version:
        raise StaleVersion(seen=expect, now=row.version)
    row.result, row.explanation = result.strip(), explanation.strip()
    require_fields(row)
    row.version += 1
    row.save()
    return row


def closure_submit(
    *, closure: ClosureRequest, by: Actor, at: datetime | None = None, expect: int | None = None
) -> ClosureRequest:
    """申请办结: the moment that counts as done, if it is granted later (DESIGN 4)."""
    at = at or timezone.now()
    with through_the_door(closure, "submit", by=by, at=at, expect=expect) as step:
        row: ClosureRequest = step.subject
        if not row.result:
            raise RuleViolation({"result": ["请填写办理结果。"]})
        case = lock(row.case)
        _require_co_units(case)
        with through_the_door(row.assignment, "apply_for_closure", by=by, at=at) as part:
            part.run(at=at, result=row.result)
        # Upon the report that the work is done the office owes its look at it (AS-3.3b).
        duty_open_triggered(assignment=part.subject, starts="report_received", start=at, at=at)
        chain = chain_open(
            kind=ChainKind.CLOSURE,
            owner=row,
            rules=case.pack.chain("closure", importance=Importance(case.importance).value),
            pack_version=case.pack_version,
            title=case.title,
            section_id=case.supervisor_id,
            subject_unit_id=case.lead_unit_id,
            involved=[row.created_by_id],
            at=at,
            by=by,
        )
        step.run(at=at, chain=chain)
        tell_approvers(chain, at=at)
    return closure


def closure_decide(
    *,
    closure: ClosureRequest,
    approve: bool,
    by: Actor,
    opinion: str = "",
    grade: str = "",
    grade_reason: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> ClosureRequest:
    """初审、审核、审定: each link may change the grade; the last one's stands."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(closure)
        if row.state not in (ClosureState.SUBMITTED, ClosureState.IN_REVIEW):
            raise RuleViolation(f"该办结申请{row.get_state_display()}，不能再审批。")
        link = row.chain.current
        grading = approve and link is not None and link.grades
        if grading and may_decide(link, by):
            _check_grade(row, grade, grade_reason)
        outcome = chain_decide(
            chain=row.chain,
            approve=approve,
            by=by,
            at=at,
            opinion=opinion,
            expect=expect,
            data={"grade": grade, "grade_reason": grade_reason} if grading else {},
        )
        if outcome is Outcome.GRANTED:
            _grant(row, by=by, at=at, opinion=opinion)
        elif outcome is Outcome.REFUSED:
            _refuse(row, by=by, at=at, opinion=opinion)
        else:
            if row.state == ClosureState.SUBMITTED:
                with through_the_door(row, "review", by=by, at=at, note=opinion) as step:
                    step.run()
            tell_approvers(row.chain, at=at)
    return row


def closure_withdraw(
    *, closure: ClosureRequest, by: Actor, at: datetime | None = None, expect: int | None = None
) -> ClosureRequest:
    """撤回: back to work; the clock was never stopped."""
    at = at or timezone.now()
    with through_the_door(closure, "withdraw", by=by, at=at, expect=expect) as step:
        row: ClosureRequest = step.subject
        chain_withdraw(chain=row.chain, at=at)
        step.run(at=at)
        assignment_take_back(
            assignment=row.assignment,
            reason="牵头单位撤回办结申请",
            by=by,
            at=at,
            withdrawn=True,
        )
    return closure


def record_of(closure: ClosureRequest) -> Record:
    """What the system knows of how the matter was done, for grading."""
    lead = closure.assignment
    sent = lead.notices.exclude(state=NoticeState.DRAFT)
    # No date was agreed yet, so none can have been missed (LZ-A-6.3a).
    clock = None if lead.is_to_agree else lead.clock
    reports = lead.feedback.exclude(state__in=[FeedbackState.DRAFT, FeedbackState.RETURNED])
    return Record(
        done_at=closure.submitted_at or closure.created_at,
        original_due_at=clock.original_due_at if clock else None,
        due_at=clock.due_at if clock else None,
        urged=sent.filter(kind=NoticeKind.URGE).count(),
        supervised=sent.filter(kind=NoticeKind.SUPERVISION).count(),
        reports=reports.count(),
        explained=bool(closure.explanation),
    )


def grade_suggestion(closure: ClosureRequest) -> Suggestion | None:
    """The grade that the facts point to, with its reasons; it decides nothing."""
    return suggest(closure.pack, record_of(closure))


def _check_grade(row: ClosureRequest, grade: str, reason: str) -> None:
    evidence = set(
        row.attachments.exclude(evidence_kind="").values_list("evidence_kind", flat=True)
    )
    found = problems(row.pack, grade, reason=reason, evidence=evidence, record=record_of(row))
    if found:
        raise RuleViolation(found)


def _grant(row: ClosureRequest, *, by: Actor, at: datetime, opinion: str) -> None:
    graded = [step for step in row.chain.steps.order_by("order") if step.data.get("grade")]
    decided = graded[-1].data if graded else {"grade": "", "grade_reason": ""}
    reason = _reason_text(row, decided)
    with through_the_door(row, "grant", by=by, at=at, note=opinion) as step:
        step.run(at=at, decision=opinion, grade=decided["grade"], grade_reason=reason)
    assignment_accept_with_closure(assignment=row.assignment, by=by, at=at)
    with through_the_door(row.case, "complete", by=by, at=at, note=opinion) as step:
        step.run(
            at=at,
            done_at=row.submitted_at,
            result=row.result,
            grade=decided["grade"],
            grade_reason=reason,
        )
        case: Case = step.subject
        # CZ-1.1: an answer to whoever assigned the matter, and to the unit.
        assigner = case.assigner.user if case.assigner else case.registered_by
        tell_people([assigner], "case_completed", case=case, at=at, context={"closure": row})
        row.assignment.case = case
        tell_unit(row.assignment, "closure_decided", at=at, context={"closure": row})


def _reason_text(row: ClosureRequest, decided: dict[str, str]) -> str:
    rule = row.pack.grades.get(decided["grade"])
    code = rule.reasons.get(decided.get("grade_reason", "")) if rule else None
    return code.label if code else decided.get("grade_reason", "")


def _refuse(row: ClosureRequest, *, by: Actor, at: datetime, opinion: str) -> None:
    """不予办结: back to work with the reason, the clock as it was (CZ-3.6d)."""
    with through_the_door(row, "refuse", by=by, at=at, note=opinion) as step:
        step.run(at=at, decision=opinion)
    assignment_take_back(assignment=row.assignment, reason=opinion, by=by, at=at, withdrawn=False)
    tell_unit(row.assignment, "assignment_returned", at=at, context={"reason": opinion})


def _require_co_units(case: Case) -> None:
    waiting = [p.unit.label for p in case.parties if not p.is_lead and not p.is_settled]
    if waiting:
        text = f"协办单位尚未完成或免予完成：{'、'.join(waiting)}。"
        raise RuleViolation(text)
