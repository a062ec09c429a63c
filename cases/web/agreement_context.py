"""What whoever confirms an agreed date, or examines a handling plan, needs to know."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from cases.models import Agreement, Assignment, HandlingPlan
from cases.web.due import due_of
from cases.web.whatif import from_today, load_fact, load_line
from deadlines.sheet import long_day
from duban.org.actor import Actor
from duban.web.parts import Fact


def agreed_context(
    owner: Agreement | HandlingPlan, *, actor: Actor, at: datetime
) -> dict[str, Any]:
    if isinstance(owner, Agreement):
        return _agreement(owner, actor, at)
    return _plan(owner, actor, at)


def _agreement(row: Agreement, actor: Actor, at: datetime) -> dict[str, Any]:
    part = row.assignment
    found = [
        Fact("报告单位", part.unit.name),
        Fact("报告时间", f"{timezone.localtime(row.proposed_at):%Y-%m-%d %H:%M}"),
    ]
    if row.proposed_on:
        note = from_today(row.proposed_on, part, at=at)
        found.append(Fact("所报办结时限", long_day(row.proposed_on), note=note))
    else:
        found.append(Fact("本事项期限", long_day(part.clock.due_on)))
    if row.counter_on:
        note = from_today(row.counter_on, part, at=at)
        found.append(Fact("另提日期", long_day(row.counter_on), note=note))
    if row.asked_on:
        found.append(_load(part, row.asked_on, actor, at))
    return {
        "asked": found,
        "agreement": row,
        "moved": part,
        "co_days": list(row.co_days.select_related("assignment__unit")),
        "due": due_of(part.clock, at=at),
    }


def _load(part: Assignment, last: date, actor: Actor, at: datetime) -> Fact:
    return load_fact(load_line(part.unit, last, actor=actor, at=at, own=part.clock.due_on))


def _plan(row: HandlingPlan, actor: Actor, at: datetime) -> dict[str, Any]:
    clock = row.assignment.clock
    found = [
        Fact("责任单位", row.assignment.unit.name),
        Fact("提出时间", f"{timezone.localtime(row.submitted_at):%Y-%m-%d %H:%M}"),
        Fact("现期限", long_day(clock.due_on)),
        Fact("方案办结时限", long_day(row.due_on), note="上级同意后生效"),
        Fact("责任人", row.person),
    ]
    if row.due_on:
        found.insert(4, _load(row.assignment, row.due_on, actor, at))
    return {"asked": found, "plan": row, "due": due_of(clock, at=at)}
