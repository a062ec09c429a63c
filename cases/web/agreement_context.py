"""What whoever confirms an agreed date, or examines a handling plan, needs to know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from cases.models import Agreement, HandlingPlan
from cases.web.due import due_of, holidays_between
from deadlines.calendars import known_calendar
from deadlines.sheet import long_day
from duban.web.parts import Fact


def agreed_context(owner: Agreement | HandlingPlan, at: datetime) -> dict[str, Any]:
    if isinstance(owner, Agreement):
        return _agreement(owner, at)
    return _plan(owner, at)


def _agreement(row: Agreement, at: datetime) -> dict[str, Any]:
    part, today = row.assignment, timezone.localdate(at)
    found = [
        Fact("报告单位", part.unit.name),
        Fact("报告时间", f"{timezone.localtime(row.proposed_at):%Y-%m-%d %H:%M}"),
    ]
    if row.proposed_on:
        days = known_calendar(at).working_days_between(today, row.proposed_on)
        off = holidays_between(today, row.proposed_on, at=at)
        way = f"，途经{'、'.join(off)}假期" if off else ""
        note = f"距今 {days} 个工作日{way}"
        found.append(Fact("所报办结时限", long_day(row.proposed_on), note=note))
    else:
        found.append(Fact("本事项期限", long_day(part.clock.due_on)))
    if row.counter_on:
        found.append(Fact("另提日期", long_day(row.counter_on)))
    return {
        "asked": found,
        "agreement": row,
        "co_days": list(row.co_days.select_related("assignment__unit")),
        "due": due_of(part.clock, at=at),
    }


def _plan(row: HandlingPlan, at: datetime) -> dict[str, Any]:
    clock = row.assignment.clock
    found = [
        Fact("责任单位", row.assignment.unit.name),
        Fact("提出时间", f"{timezone.localtime(row.submitted_at):%Y-%m-%d %H:%M}"),
        Fact("现期限", long_day(clock.due_on)),
        Fact("方案办结时限", long_day(row.due_on), note="上级同意后生效"),
        Fact("责任人", row.person),
    ]
    return {"asked": found, "plan": row, "due": due_of(clock, at=at)}
