"""督办升级: what people make of a rung that was reached. Nothing here punishes anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cases.domain.ladder import DOCUMENTS
from cases.models import Act, Escalation, EscalationState, Notice, NoticeKind
from cases.models.escalation_rows import GOING_ON
from cases.services.escalation_messages import (
    is_by_office,
    tell_of_rung,
    tell_of_take_over,
    tell_refused,
)
from cases.services.findings import is_waiting
from cases.services.messages import tell_approvers
from cases.services.notices import notice_issue
from deadlines.models import ClockState
from duban.approvals.models import Chain, ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw
from duban.ledger.errors import RuleViolation
from duban.ledger.record import difference, record, snapshot
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.org.selectors import system_actor


def over_by(row: Escalation, *, sent: Sequence[Notice] | None = None) -> str:
    """Why nothing can come of the rung any more; the query of the same is `over()`.

    `sent`: what went to the unit, where it is known already.
    """
    part, case, clock = row.assignment, row.case, row.clock
    if case.state not in GOING_ON:
        return f"本事项{case.get_state_display()}"
    if part.is_settled:
        return f"承办{part.get_state_display()}"
    if row.rests_on and row.rests_on.state in ("replied", "settled"):
        return f"{row.rests_on.get_kind_display()}{row.rests_on.get_state_display()}"
    if clock.state == ClockState.STOPPED:
        return f"{clock.label}已停止计算"
    if clock.due_at != row.due_at:
        return f"{clock.label}已变更"
    if row.does == Act.TAKE_OVER and is_by_office(case):
        return f"本事项已由{case.supervisor.label}督办"
    return _sent_by_hand(row, sent)


def _sent_by_hand(row: Escalation, sent: Sequence[Notice] | None) -> str:
    kind = DOCUMENTS.get(row.does)
    if sent is None:
        sent = row.assignment.notices.filter(kind=kind, issued_at__gte=row.moment)
    same = [n for n in sent if n.kind == kind and n.issued_at and n.issued_at >= row.moment]
    if not same:
        return ""
    return f"已于{timezone.localdate(same[0].issued_at)}发出{same[0].get_kind_display()}"


def held_by(row: Escalation, *, waiting: bool | None = None) -> str:
    """Why the rung has to wait: what was asked in time is undecided, or the matter rests.

    `waiting`: whether such a request is known to be undecided; asked of the record otherwise.
    """
    part = row.assignment
    if row.case.state == "suspended" or row.clock.state == "paused":
        return "本事项缓办，恢复办理后再定。"
    if part.state == "reported_done":
        return "承办单位已报告完成，正在审核，暂不采取督办措施。"
    if part.state == "objected":
        return "承办单位已退件，处理后再定。"
    if waiting is None:
        waiting = part.clock is not None and (
            is_waiting(part, part.clock) or is_waiting(part, row.clock)
        )
    if waiting:
        return "承办单位的申请待批，暂不采取督办措施。"
    return ""


def escalation_take(
    *,
    escalation: Escalation,
    content: str,
    by: Actor,
    over_reason: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Escalation:
    """Issue the document or hand the matter over; where the pack asks for approval, ask for it.

    Everything is looked at again under the lock. Raises RuleViolation where the rung is over, held,
    or its document may not be sent now.
    """
    at = at or timezone.now()
    if not content.strip():
        raise RuleViolation({"content": ["请写明内容和要求。"]})
    name = "submit" if escalation.rule.chain else "take"
    with transaction.atomic():
        lock(escalation.assignment)
        with through_the_door(
            escalation, name, by=by, at=at, expect=expect, note=content.strip()
        ) as step:
            row: Escalation = step.subject
            _require_needed(row)
            said = {"by": by, "at": at, "content": content.strip()}
            if name == "submit":
                step.run(**said, chain=_open_chain(row, by=by, at=at))
            else:
                notice = _carry_out(row, content, by=by, at=at, over_reason=over_reason)
                step.run(**said, notice=notice)
    return escalation


def escalation_decide(
    *,
    escalation: Escalation,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Escalation:
    """The chain's word: with the last approval the rung takes effect (CZ-3.4c)."""
    at = at or timezone.now()
    with transaction.atomic():
        lock(escalation.assignment)
        row = lock(escalation)
        if row.state != EscalationState.IN_REVIEW or row.chain is None:
            raise RuleViolation(f"本项{row.get_state_display()}，无需审批。")
        if approve:
            _require_needed(row)
        outcome = chain_decide(
            chain=row.chain, approve=approve, by=by, at=at, opinion=opinion, expect=expect
        )
        if outcome is Outcome.GRANTED:
            _grant(row, opinion, by=by, at=at)
        elif outcome is Outcome.REFUSED:
            with through_the_door(row, "refuse", by=by, at=at, note=opinion) as step:
                step.run(at=at, opinion=opinion)
            tell_refused(row, at=at)
        else:
            tell_approvers(row.chain, at=at)
    return row


def escalation_dismiss(
    *,
    escalation: Escalation,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Escalation:
    """不采取, with a reason; a request for approval is taken back with it."""
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明不采取的理由。"]})
    with through_the_door(
        escalation, "dismiss", by=by, at=at, expect=expect, note=reason.strip()
    ) as step:
        if step.subject.chain:
            chain_withdraw(chain=step.subject.chain, at=at)
        step.run(by=by, at=at, reason=reason.strip())
    return escalation


def escalation_hand_over(
    *,
    escalation: Escalation,
    to: str,
    on: date,
    by: Actor,
    note: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Escalation:
    """The facts went to whoever is competent; what comes of it is theirs."""
    at = at or timezone.now()
    problems: dict[str, list[str]] = {}
    if not to.strip():
        problems["to"] = ["请填写移送的单位。"]
    if on > timezone.localdate(at):
        problems["on"] = ["移送日期不能晚于今天。"]
    if problems:
        raise RuleViolation(problems)
    with through_the_door(
        escalation, "hand_over", by=by, at=at, expect=expect, note=note.strip()
    ) as step:
        step.run(by=by, at=at, to=to.strip(), on=on, note=note.strip())
    return escalation


def _require_needed(row: Escalation) -> None:
    if why := over_by(row):
        raise RuleViolation(f"{why}，无需再采取本级措施。")
    if why := held_by(row):
        raise RuleViolation(why)


def _open_chain(row: Escalation, *, by: Actor, at: datetime) -> Chain:
    case = row.case
    chain = chain_open(
        kind=ChainKind.ESCALATION,
        owner=row,
        rules=row.pack.chain(row.rule.chain, importance=case.importance),
        pack_version=case.pack_version,
        title=f"{case.title}（{row.label}）",
        section_id=case.supervisor_id,
        subject_unit_id=row.assignment.unit_id,
        involved=[by.user_id],
        at=at,
        by=by,
    )
    tell_approvers(chain, at=at)
    return chain


def _grant(row: Escalation, opinion: str, *, by: Actor, at: datetime) -> None:
    with through_the_door(row, "grant", by=by, at=at, note=opinion) as step:
        issuer = system_actor(row.case.office)
        notice = _carry_out(step.subject, row.content, by=by, at=at, issuer=issuer)
        step.run(at=at, opinion=opinion, notice=notice)


def _carry_out(
    row: Escalation,
    content: str,
    *,
    by: Actor,
    at: datetime,
    over_reason: str = "",
    issuer: Actor | None = None,
) -> Notice | None:
    """What the rung does. A document that a leader agreed to goes out in the system's name."""
    notice = None
    if row.does in DOCUMENTS:
        notice = notice_issue(
            assignment=row.assignment,
            kind=NoticeKind(DOCUMENTS[row.does]),
            content=content,
            by=issuer or by,
            at=at,
            over_reason=over_reason,
        )
    elif row.does == Act.TAKE_OVER:
        _take_over(row, by=by, at=at)
    tell_of_rung(row.assignment, row.rule, at=at, event=f"rung:{row.pk}", row=row)
    return notice


def _take_over(row: Escalation, *, by: Actor, at: datetime) -> None:
    """由督查室立项督办: the matter and its weight stay, its supervisor changes (CZ-3.4c)."""
    case = lock(row.case)
    before, old = snapshot(case), case.supervisor
    case.supervisor = case.office.body
    case.version += 1
    case.save(update_fields=["supervisor", "version"])
    cited = row.step_of("escalation_take")
    record(
        case,
        "take_over",
        label=cited.label,
        clause=cited.clause,
        by=by,
        at=at,
        office_id=case.office_id,
        case_id=case.pk,
        pack_version_id=case.pack_version_id,
        changes=difference(before, snapshot(case)),
    )
    row.case, row.supervisor_before = case, old
    tell_of_take_over(row, old, at=at)
