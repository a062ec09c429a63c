"""需要我处理: agreed dates, handling plans, parts sent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cases.selectors import desk_agreements as desk
from cases.web.access import case_url
from cases.web.bench_task import Task
from cases.web.buttons import link
from cases.web.due import due_of
from duban.org.actor import Actor
from duban.web.parts import Action


def unit_agreements(actor: Actor, *, limit: int, at: datetime) -> Iterator[Task]:
    for part in desk.own_to_agree(actor, limit=limit):
        action = link("报告时限", "agree", part.pk, icon="calendar-check", primary=True)
        due = due_of(part.clock, at=at, sheet=False)
        yield Task("待约定", "waiting", part.case, action, "", due, part.clock.due_at)
    for row in desk.own_countered(actor, limit=limit):
        case = row.assignment.case
        action = Action("去答复", case_url(case, "agreements"), primary=True)
        yield Task("时限另提日期", "returned", case, action, f"拟定 {row.counter_on}")
    for plan in desk.own_plans(actor, limit=limit):
        case, owed = plan.assignment.case, plan.state == "owed"
        action = link("提出方案", "plan_submit", plan.pk, icon="file-earmark-text", primary=True)
        due = due_of(plan.clock, at=at, sheet=False) if owed else None
        word = "待提处理方案" if owed else "方案被退回"
        due_at = plan.clock.due_at if owed and plan.clock else None
        yield Task(word, "ready" if owed else "returned", case, action, "特别复杂", due, due_at)


def staff_agreements(actor: Actor, *, limit: int) -> Iterator[Task]:
    for part in desk.objected(actor, limit=limit):
        action = Action("处理", case_url(part.case, "parties"), primary=True)
        yield Task("退件", "returned", part.case, action, part.unit.label)
    for plan in desk.plans_to_report(actor, limit=limit):
        action = link("登记上级意见", "plan_answer", plan.pk, icon="pencil")
        yield Task(
            "方案待报上级", "waiting", plan.assignment.case, action, plan.assignment.unit.label
        )
