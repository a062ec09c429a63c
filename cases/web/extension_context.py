"""What whoever decides on an extension needs to know of the days: the old, the new, and the week."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from cases.models import Extension
from cases.web.due import original_day
from cases.web.whatif import load_fact, load_line, way
from deadlines.calendars import known_calendar
from deadlines.sheet import long_day
from duban.org.actor import Actor
from duban.web.parts import Fact


def extension_facts(row: Extension, *, actor: Actor, at: datetime) -> list[Fact]:
    part = row.assignment
    found = [
        Fact("申请单位", part.unit.name),
        Fact("申请时间", f"{timezone.localtime(row.requested_at):%Y-%m-%d %H:%M}"),
        Fact("现期限", long_day(row.due_before)),
        Fact("申请延至", long_day(row.proposed_on), note=_way(row, row.proposed_on, at)),
    ]
    if row.counter_on:
        answer = "承办单位尚未答复" if row.state == "counter_proposed" else "承办单位已接受"
        on_the_way = _way(row, row.counter_on, at)
        note = f"{answer}；{on_the_way}" if on_the_way else answer
        found.append(Fact("另提日期", long_day(row.counter_on), note=note))
    calendar = known_calendar(at, office_id=part.case.office_id)
    days = calendar.working_days_between(row.due_before, row.asked_on)
    found.append(Fact("延长", f"{days} 个工作日"))
    line = load_line(part.unit, row.asked_on, actor=actor, at=at, own=part.clock.due_on)
    found.append(load_fact(line))
    if part.clock.is_extended:
        found.append(Fact("最初期限", original_day(part.clock)))
    return found + _times(row)


def _times(row: Extension) -> list[Fact]:
    policy = row.assignment.pack.extension
    if policy is None:
        return []
    earlier = row.assignment.extensions.exclude(pk=row.pk)
    granted = earlier.filter(state="granted").count()
    words = f"此前已延期 {granted} 次，最多 {policy.max_times} 次"
    return [Fact("延期次数", words, note=policy.clause)]


def _way(row: Extension, last: date, at: datetime) -> str:
    calendar = known_calendar(at, office_id=row.assignment.case.office_id)
    return way(row.due_before, last, calendar=calendar)
