"""约定时限: the lead reports a date and a plan, the assigner's side confirms it or names another;
until then the matter has no date and none is missed (LZ-A-6.3a).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.agreeing import CoDay, counter_problems, proposal_problems
from cases.models import Agreement, AgreementState, Assignment, CoUnitDay, Importance
from cases.models.agreement import OPEN_AGREEMENT
from cases.models.assignment import AssignmentState
from cases.services.agreement_effect import agreement_take_effect
from cases.services.fields import require_fields
from cases.services.messages import tell_approvers, tell_staff, tell_unit
from duban.approvals.models import ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw
from duban.ledger.errors import WHOLE, RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor

CHAIN = "agreement"


def agreement_bars(assignment: Assignment, *, at: datetime) -> dict[str, list[str]]:
    """Why nothing may be proposed now, whatever it says."""
    if not may_agree(assignment):
        return {WHOLE: ["本事项适用的规则没有约定时限的程序。"]}
    working = assignment.state in (AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED)
    if not working or not assignment.case_is_under_way:
        return {WHOLE: [f"承办{assignment.get_state_display()}，不能约定时限。"]}
    if assignment.agreements.undecided().exists():
        return {WHOLE: ["所报时限正待确认，不能重复报告。"]}
    if not assignment.is_to_agree and not open_co_units(assignment):
        return {WHOLE: ["本事项已有期限，也没有需要约定时限的协办单位。"]}
    return {}


def may_agree(assignment: Assignment) -> bool:
    """Whether the pack of the matter knows the procedure."""
    return assignment.is_lead and CHAIN in assignment.pack.chains


def open_co_units(assignment: Assignment) -> list[Assignment]:
    """Co-units of the matter that still have work to do."""
    parts = assignment.case.assignments.filter(kind="co").select_related("unit", "clock")
    done = (AssignmentState.REPORTED_DONE, AssignmentState.ACCEPTED, AssignmentState.WAIVED)
    return [part for part in parts.order_by("pk") if part.state not in done]


def agreement_propose(
    *,
    assignment: Assignment,
    plan: str,
    by: Actor,
    proposed_on: date | None = None,
    co_days: Mapping[int, date] | None = None,
    at: datetime | None = None,
) -> Agreement:
    """报告办结时限和推进计划, with a day for each co-unit by its part's id.

    Raises RuleViolation by field: plan, proposed_on, co_days.
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(assignment)
        if not permissions.leads(row, by):
            raise PermissionDenied("only the lead unit agrees on a date")
        named = dict(co_days or {})
        if reasons := agreement_bars(row, at=at) or _problems(row, plan, proposed_on, named, at):
            raise RuleViolation(reasons)
        agreement = Agreement(
            assignment=row,
            plan=plan.strip(),
            proposed_on=proposed_on,
            proposed_by_id=by.user_id,
            proposed_at=at,
        )
        require_fields(agreement)
        agreement.save()
        CoUnitDay.objects.bulk_create(
            CoUnitDay(agreement=agreement, assignment_id=pk, due_on=day)
            for pk, day in named.items()
        )
        _open_chain(agreement, by=by, at=at)
        _record(agreement, named, by=by, at=at)
    return agreement


def _problems(
    row: Assignment, plan: str, proposed_on: date | None, named: Mapping[int, date], at: datetime
) -> dict[str, list[str]]:
    parts = {part.pk: part for part in open_co_units(row)}
    if set(named) - set(parts):
        return {"co_days": ["只能约定本事项尚未完成的协办单位的时限。"]}
    days = [CoDay(parts[pk].unit.label, day) for pk, day in named.items()]
    for pk, part in parts.items():
        own = part.clock.due_on if part.clock and not part.is_to_agree else part.due_on
        if pk not in named and own:
            days.append(CoDay(part.unit.label, own, said=False))
    return proposal_problems(
        plan=plan,
        proposed_on=proposed_on,
        stands=None if row.is_to_agree else row.clock.due_on,
        co_days=days,
        on=timezone.localdate(at),
    )


def agreement_decide(
    *,
    agreement: Agreement,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Agreement:
    """确认: the last link's approval sets the dates; a refusal leaves the matter 待约定."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(agreement)
        _require_undecided(row)
        if approve:
            _require_answered(row)
            _require_ahead(row, at)
        outcome = chain_decide(
            chain=row.chain,
            approve=approve,
            by=by,
            at=at,
            opinion=opinion,
            expect=expect,
            data={"asked_on": row.asked_on},
        )
        if outcome is Outcome.GRANTED:
            with through_the_door(row, "grant", by=by, at=at, note=opinion) as step:
                _end_proposal(step.subject)
                step.run(at=at, decision=opinion)
            agreement_take_effect(agreement=row, by=by, at=at)
        elif outcome is Outcome.REFUSED:
            with through_the_door(row, "refuse", by=by, at=at, note=opinion) as step:
                step.run(at=at, decision=opinion)
        else:
            tell_approvers(row.chain, at=at)
        if outcome is not Outcome.CONTINUES:
            tell_unit(row.assignment, "agreement_decided", at=at, context={"agreement": row})
    return row


def agreement_counter(
    *,
    agreement: Agreement,
    counter_on: date,
    opinion: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Agreement:
    """另提时限: the assigner's side names another date; nothing holds until the unit takes it."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(agreement)
        _require_undecided(row)
        _require_answered(row)
        link = row.chain.current
        if row.proposed_on is None or link is None or not link.may_counter or row.counter_on:
            raise RuleViolation("本环节不能另提日期，或已另提过日期。")
        if not opinion.strip():
            raise RuleViolation({"opinion": ["另提日期须写明理由。"]})
        if found := counter_problems(
            counter_on=counter_on, proposed_on=row.proposed_on, on=timezone.localdate(at)
        ):
            raise RuleViolation(found)
        chain_decide(
            chain=row.chain,
            approve=True,
            by=by,
            at=at,
            opinion=opinion,
            expect=expect,
            data={"counter_on": counter_on},
        )
        with through_the_door(row, "counter", by=by, at=at, note=opinion) as step:
            step.run(counter_on=counter_on)
        tell_unit(row.assignment, "agreement_countered", at=at, context={"agreement": row})
    return row


def agreement_answer(
    *,
    agreement: Agreement,
    accept: bool,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Agreement:
    """The unit's answer to another date; declined, the matter stays 待约定."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(agreement)
        last = row.chain.closed_at is not None
        name = "decline_counter"
        if accept:
            _require_ahead(row, at)
            name = "accept_last_counter" if last else "accept_counter"
        with through_the_door(row, name, by=by, at=at, expect=expect) as step:
            if name == "accept_last_counter":
                _end_proposal(step.subject)
            step.run(**({} if name == "accept_counter" else {"at": at}))
        if not accept:
            chain_withdraw(chain=row.chain, at=at)
            about = {"about": row.assignment, "context": {"agreement": row}}
            tell_staff(row.assignment.case, "agreement_declined", at=at, **about)
        elif last:
            agreement_take_effect(agreement=row, by=by, at=at)
        else:
            tell_approvers(row.chain, at=at)
    return row


def agreement_withdraw(
    *, agreement: Agreement, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Agreement:
    at = at or timezone.now()
    with through_the_door(agreement, "withdraw", by=by, at=at, expect=expect) as step:
        chain_withdraw(chain=step.subject.chain, at=at)
        step.run(at=at)
    return agreement


def _end_proposal(row: Agreement) -> None:
    """The agreement keeps the clock that it ended."""
    part = row.assignment
    if row.proposed_on and part.is_to_agree:
        row.clock = part.clock


def _require_undecided(row: Agreement) -> None:
    if row.state not in OPEN_AGREEMENT:
        raise RuleViolation(f"所报时限{row.get_state_display()}，不能再确认。")


def _require_answered(row: Agreement) -> None:
    if row.state == AgreementState.COUNTER_PROPOSED:
        raise RuleViolation("已另提日期，请等承办单位答复。")


def _require_ahead(row: Agreement, at: datetime) -> None:
    """A date that passed while it was on the desk binds nobody."""
    if row.asked_on and row.asked_on < timezone.localdate(at):
        raise RuleViolation(f"所报办结时限（{row.asked_on}）已过，请另提日期或退回重报。")


def _open_chain(agreement: Agreement, *, by: Actor, at: datetime) -> None:
    part = agreement.assignment
    case = part.case
    said = f"办结时限{agreement.proposed_on}" if agreement.proposed_on else "协办单位时限"
    agreement.chain = chain_open(
        kind=ChainKind.AGREEMENT,
        owner=agreement,
        rules=case.pack.chain(CHAIN, importance=Importance(case.importance).value),
        pack_version=case.pack_version,
        title=f"{case.title}（{said}）",
        section_id=case.supervisor_id,
        subject_unit_id=part.unit_id,
        involved=[by.user_id],
        at=at,
        by=by,
    )
    agreement.save(update_fields=["chain"])
    tell_approvers(agreement.chain, at=at)


def _record(row: Agreement, named: Mapping[int, date], *, by: Actor, at: datetime) -> None:
    step = row.step_of("agree_request" if row.proposed_on else "co_days")
    units = {part.pk: part.unit.label for part in open_co_units(row.assignment)}
    said = [f"{units[pk]}：{day}" for pk, day in named.items()]
    record(
        row,
        "propose",
        label=step.label,
        clause=step.clause,
        by=by,
        at=at,
        office_id=row.ledger_office_id,
        case_id=row.ledger_case_id,
        pack_version_id=row.pack_version.pk,
        note=row.plan,
        changes={"proposed_on": [None, row.proposed_on], "co_days": [None, said]},
    )
