"""特别复杂: a matter too hard for its limit gets a plan, examined here and by the superior office;
only then its date takes the place of the limit (ZZ-2.3d to ZZ-2.3g).
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.drafts import FARTHEST
from cases.models import Assignment, Case, HandlingPlan, HandlingPlanState, Importance
from cases.services.duties import duty_meet, duty_open_triggered
from cases.services.fields import require_fields
from cases.services.messages import tell_approvers, tell_staff, tell_unit
from deadlines.models import Clock
from deadlines.services.clock_changes import clock_redate
from duban.approvals.models import Chain, ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open
from duban.ledger.errors import WHOLE, RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.rulepacks.schema import Pack

CHAIN = "handling_plan"
MARKED = "marked_complex"  # what the limit of the duty starts from


def knows_plans(pack: Pack) -> bool:
    """Plans are asked for where the pack has their chain and a duty that marking starts."""
    duties = (pack.limits[duty.limit].starts for duty in pack.duties.values())
    return CHAIN in pack.chains and MARKED in duties


def complex_bars(case: Case) -> dict[str, list[str]]:
    """Why the matter cannot be marked now."""
    lead = case.lead
    if not knows_plans(case.pack):
        return {WHOLE: ["本事项适用的规则没有特别复杂事项的处理方案。"]}
    if lead is None or not case.is_under_way or not lead.is_running:
        return {WHOLE: [f"本事项{case.get_state_display()}，不能认定为特别复杂。"]}
    if lead.state == "reported_done":
        return {WHOLE: ["牵头单位已申请办结，不能认定为特别复杂。"]}
    if lead.plans.exists():
        return {WHOLE: ["本事项已认定为特别复杂。"]}
    return {}


def case_mark_complex(
    *, case: Case, reason: str, by: Actor, at: datetime | None = None, expect: int | None = None
) -> HandlingPlan:
    """认定特别复杂: the lead owes a plan within the pack's limit; its own limit runs on (ZZ-2.3d)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(case)
        if not permissions.is_supervisor(row, by):
            raise PermissionDenied("only the supervising section marks a matter")
        if found := complex_bars(row):
            raise RuleViolation(found)
        if not reason.strip():
            raise RuleViolation({"reason": ["请写明认定为特别复杂的理由。"]})
        plan = HandlingPlan(
            assignment=row.lead, reason=reason.strip(), marked_by_id=by.user_id, marked_at=at
        )
        require_fields(plan)
        plan.clock = _duty_clock(row.lead, at=at)
        plan.save()
        step = plan.step_of("mark_complex")
        record(
            plan,
            "mark_complex",
            label=step.label,
            clause=step.clause,
            by=by,
            at=at,
            office_id=row.office_id,
            case_id=row.pk,
            pack_version_id=row.pack_version_id,
            note=plan.reason,
        )
        tell_unit(row.lead, "plan_owed", at=at, context={"plan": plan})
    return plan


def _duty_clock(lead: Assignment, *, at: datetime) -> Clock:
    """The duty to hand in a plan, with its clock."""
    known = set(lead.duties.values_list("pk", flat=True))
    duty_open_triggered(assignment=lead, starts=MARKED, start=at, at=at)
    return lead.duties.exclude(pk__in=known).select_related("obligation__clock").get().clock


def plan_submit(
    *,
    plan: HandlingPlan,
    content: str,
    due_on: date | None,
    person: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> HandlingPlan:
    """提出处理方案: with its own date and a responsible person (ZZ-2.3e)."""
    at = at or timezone.now()
    with through_the_door(plan, "submit", by=by, at=at, expect=expect) as step:
        row: HandlingPlan = step.subject
        if found := _problems(row, content, due_on, person, at):
            raise RuleViolation(found)
        chain = _open_chain(row, due_on, by=by, at=at)
        duty_meet(assignment=row.assignment, clock=row.clock, content=content, by=by, at=at)
        step.run(
            by=by, at=at, content=content.strip(), due_on=due_on, person=person.strip(), chain=chain
        )
        tell_approvers(chain, at=at)
    return plan


def _problems(
    row: HandlingPlan, content: str, due_on: date | None, person: str, at: datetime
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    cited = row.step_of("plan_submit").clause
    where = f"（{cited}）" if cited else ""
    today = timezone.localdate(at)
    if not content.strip():
        found["content"] = ["请填写处理方案。"]
    if not person.strip():
        found["person"] = [f"处理方案须明确责任人{where}。"]
    if due_on is None:
        found["due_on"] = [f"处理方案须明确办结时限{where}。"]
    elif not today <= due_on <= today + FARTHEST:
        found["due_on"] = ["办结时限须在今天以后、十年以内。"]
    return found


def _open_chain(row: HandlingPlan, due_on: date, *, by: Actor, at: datetime) -> Chain:
    case = row.assignment.case
    return chain_open(
        kind=ChainKind.HANDLING_PLAN,
        owner=row,
        rules=case.pack.chain(CHAIN, importance=Importance(case.importance).value),
        pack_version=case.pack_version,
        title=f"{case.title}（{due_on}办结）",
        section_id=case.supervisor_id,
        subject_unit_id=row.assignment.unit_id,
        involved=[by.user_id],
        at=at,
        by=by,
    )


def plan_decide(
    *,
    plan: HandlingPlan,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> HandlingPlan:
    """局办审核: agreed, it goes up; the limit stays until the answer from above (ZZ-2.3f)."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(plan)
        if row.state != HandlingPlanState.SUBMITTED:
            raise RuleViolation(f"该处理方案{row.get_state_display()}，不能再审核。")
        outcome = chain_decide(
            chain=row.chain, approve=approve, by=by, at=at, opinion=opinion, expect=expect
        )
        if outcome is Outcome.CONTINUES:
            tell_approvers(row.chain, at=at)
            return row
        name = "report_up" if outcome is Outcome.GRANTED else "send_back"
        with through_the_door(row, name, by=by, at=at, note=opinion) as step:
            step.run(decision=opinion)
        if outcome is Outcome.GRANTED:
            tell_staff(row.assignment.case, "plan_reported", at=at, about=row.assignment)
        else:
            tell_unit(row.assignment, "plan_returned", at=at, context={"opinion": opinion})
    return row


def plan_record_answer(
    *,
    plan: HandlingPlan,
    approve: bool,
    answered_on: date,
    contact: str,
    opinion: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> HandlingPlan:
    """登记上级意见: agreed, the plan's date takes the place of the limit, which stays on record
    (ZZ-2.3g). Raises RuleViolation by field: answered_on, contact, opinion.
    """
    at = at or timezone.now()
    name = "take_effect" if approve else "refuse_above"
    with through_the_door(plan, name, by=by, at=at, expect=expect, note=opinion) as step:
        row: HandlingPlan = step.subject
        _require_answer(row, approve, answered_on, contact, opinion, at)
        said = {
            "answered_on": answered_on,
            "contact": contact.strip(),
            "opinion": opinion.strip(),
        }
        if approve:
            step.run(at=at, due_before=row.assignment.clock.due_on, **said)
            _move_date(row, by=by, at=at)
            tell_unit(row.assignment, "plan_effective", at=at, context={"plan": row})
        else:
            step.run(**said)
            tell_unit(row.assignment, "plan_returned", at=at, context={"opinion": opinion})
    return plan


def _require_answer(
    row: HandlingPlan, approve: bool, answered_on: date, contact: str, opinion: str, at: datetime
) -> None:
    found: dict[str, list[str]] = {}
    submitted_on = timezone.localdate(row.submitted_at)
    if not submitted_on <= answered_on <= timezone.localdate(at):
        found["answered_on"] = [f"答复日期须在提出方案（{submitted_on}）之后、今天以前。"]
    if not contact.strip():
        found["contact"] = ["请填写上级联系人。"]
    if not approve and not opinion.strip():
        found["opinion"] = ["上级不同意的，请写明意见。"]
    if found:
        raise RuleViolation(found)


def _move_date(row: HandlingPlan, *, by: Actor, at: datetime) -> None:
    cited = row.step_of("plan_external")
    if row.assignment.clock.due_on == row.due_on:
        return
    clock_redate(
        clock=row.assignment.clock,
        due_on=row.due_on,
        by=by,
        at=at,
        reason=f"处理方案生效：{row.external_contact}",
        clause=cited.clause,
        quote=cited.quote,
    )
