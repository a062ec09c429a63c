"""需要我处理: the lines of the workbench, each with the button that does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from cases.models import Assignment, Case, CaseState, Escalation
from cases.selectors import desk
from cases.selectors.rows import running_due
from cases.web.access import case_url
from cases.web.bench_agreements import staff_agreements, unit_agreements
from cases.web.bench_task import Task
from cases.web.buttons import link, press
from deadlines.models import Clock
from duban.approvals.models import ApprovalStep
from duban.org.actor import Actor
from duban.web.parts import Action

LIMIT = 15


@dataclass(frozen=True)
class TaskList:
    tasks: Sequence[Task]
    more: bool


def _cut(tasks: Iterable[Task]) -> TaskList:
    found = list(tasks)
    return TaskList(found[:LIMIT], len(found) > LIMIT)


def unit_tasks(actor: Actor, steps: Sequence[ApprovalStep], *, at: datetime) -> TaskList:
    """What the unit has to do, what falls due first at the top."""
    most = LIMIT + 1
    found = [*_approvals(steps)]
    found += [_sign(part, at) for part in desk.own_unsigned(actor, at, limit=most)]
    for row in desk.own_returned(actor, limit=most):
        action = link("重新反馈", "feedback", row.assignment_id, icon="pencil", primary=True)
        found.append(Task("被退回", "returned", row.assignment.case, action, row.reply))
    for notice in desk.own_notices(actor, limit=most):
        action = link("回复", "notice_reply", notice.pk, icon="envelope-open", primary=True)
        found.append(
            _timed(
                notice.get_kind_display(),
                "waiting",
                notice.case,
                action,
                notice.clock,
                at,
                note="待回复",
            )
        )
    for extension in desk.own_counters(actor, limit=most):
        case = extension.assignment.case
        action = Action("去答复", case_url(case, "times"), primary=True)
        found.append(
            Task("延期另提日期", "returned", case, action, f"拟延至 {extension.counter_on}")
        )
    found += unit_agreements(actor, limit=most, at=at)
    for duty in desk.own_duties(actor, limit=most):
        action = link("反馈", "feedback", duty.assignment_id, icon="chat-left-text", primary=True)
        found.append(
            _timed(
                "待反馈",
                "ready",
                duty.assignment.case,
                action,
                duty.clock,
                at,
                note=f"{duty.label}（{duty.period}）",
            )
        )
    for row in desk.own_drafts(actor, limit=most):
        action = link("继续填写", "feedback_edit", row.pk, icon="pencil")
        found.append(Task("草稿", "draft", row.assignment.case, action, row.get_kind_display()))
    return _cut(sorted(found, key=_urgency))


def _urgency(task: Task) -> tuple[int, float]:
    """What has no date of its own waits for nobody else: before what is due; drafts come last."""
    if task.tone == "draft":
        return 2, 0
    return (1, task.due_at.timestamp()) if task.due_at else (0, 0)


def _sign(part: Assignment, at: datetime) -> Task:
    action = press("签收", "acknowledge", part, icon="check2", primary=True)
    kind = "牵头" if part.is_lead else "协办"
    return _timed("待签收", "waiting", part.case, action, part.clock, at, note=kind)


def _timed(
    word: str, tone: str, case: Case, action: Action, clock: Clock | None, at: datetime, note: str
) -> Task:
    if clock is None:
        return Task(word, tone, case, action, note)
    due = running_due(
        clock.light_at(at),
        clock.due_at,
        at=at,
        office_id=clock.office_id,
        provisional=clock.provisional,
    )
    return Task(word, tone, case, action, note, due, clock.due_at)


def staff_tasks(actor: Actor, steps: Sequence[ApprovalStep], *, at: datetime) -> TaskList:
    """What the office or section has to see to, in the order in which it holds others up."""
    most = LIMIT + 1
    found = [*_approvals(steps)]
    for row in desk.difficulties(actor, limit=most):
        action = Action("处理", case_url(row.assignment.case, "feedback"), primary=True)
        found.append(
            Task(
                "困难报告",
                "returned",
                row.assignment.case,
                action,
                f"{row.assignment.unit.label}：{row.problem[:40]}",
            )
        )
    found += staff_agreements(actor, limit=most)
    for case in desk.in_state(actor, CaseState.REGISTERED, limit=most):
        action = press(
            "交办",
            "assign",
            case,
            icon="send",
            primary=True,
            confirm="交办后向各承办单位下达立项通知，时限即行起算。确定交办？",
        )
        found.append(Task("待交办", "ready", case, action, _lead(case)))
    for part in desk.unreceipted(actor, limit=most):
        action = link("登记送达", "receipt", part.pk, icon="envelope-open")
        found.append(Task("纸质待送达", "waiting", part.case, action, part.unit.label))
    for part in desk.reported_parts(actor, limit=most):
        action = Action("核对", case_url(part.case, "parties"))
        found.append(Task("协办报完成", "waiting", part.case, action, part.unit.label))
    for rung in desk.proposed_rungs(actor, limit=most):
        found.append(_rung(rung))
    for notice in desk.replied_notices(actor, limit=most):
        action = Action("查看回复", case_url(notice.case, "papers"))
        found.append(
            Task(
                "文书已回复",
                "ready",
                notice.case,
                action,
                f"{notice.get_kind_display()} · {notice.assignment.unit.label}",
            )
        )
    for case in desk.resting(actor, at, limit=most):
        action = link("恢复办理", "resume", case.pk, icon="clock", primary=True)
        found.append(Task("缓办到期", "paused", case, action, f"预计 {case.resume_on} 恢复"))
    for case in desk.in_state(actor, CaseState.COMPLETED, limit=most):
        action = link("销号", "strike_off", case.pk, icon="clipboard-check")
        found.append(Task("待销号", "done", case, action, _lead(case)))
    for case in desk.own_case_drafts(actor, limit=most):
        action = Action("继续登记", case_url(case))
        found.append(Task("拟立项", "draft", case, action, _lead(case)))
    return _cut(found)


def _rung(row: Escalation) -> Task:
    """建议催办, 建议预警 …; what goes to whoever is competent is not advised, but reached."""
    word = row.label if row.does == "propose" else f"建议{row.label}"
    fact = row.grounds.partition("\n")[0]
    action = link("处理", "escalation", row.pk, icon="flag", primary=True)
    note = f"{row.assignment.unit.label}：{fact}"
    return Task(word, "returned", row.case, action, note, page=case_url(row.case, "ladder"))


def leader_tasks(steps: Sequence[ApprovalStep]) -> TaskList:
    return _cut(_approvals(steps))


def _approvals(steps: Sequence[ApprovalStep]) -> list[Task]:
    """Requests whose turn is this actor's, the oldest first."""
    ids = [step.chain.case_id for step in steps if step.chain.case_id]
    cases = Case.objects.in_bulk(ids) if ids else {}
    return [_approval(step, cases.get(step.chain.case_id)) for step in steps]


def _approval(step: ApprovalStep, case: Case | None) -> Task:
    """Decided on a page of its own, or from 待批 where an app above decides it."""
    chain = step.chain
    page = reverse("cases:decide", args=[chain.pk]) if case else reverse("cases:approvals")
    return Task(
        f"{chain.get_kind_display()}审批",
        "waiting",
        case,
        Action("审批", page, icon="patch-check", primary=True),
        step.label,
        heading=case.title if case else chain.title,
        page=page,
    )


def _lead(case: Case) -> str:
    return case.lead_unit.label if case.lead_unit_id else ""
