"""What whoever approves a registration needs to know: the date it would have, and the unit's week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from cases import permissions
from cases.domain.drafts import awaits_agreement, counted_limit
from cases.models import Case, CaseState
from cases.web.due import limit_words
from cases.web.whatif import LoadLine, from_today_in, load_fact, load_line
from deadlines.calendars import known_calendar
from deadlines.rules import compute
from deadlines.sheet import long_day
from duban.org.actor import Actor
from duban.rulepacks.schema import Limit
from duban.web.parts import Fact

# Of a matter with a unit in every corner the first are shown; each costs two queries.
MOST_UNITS = 12


def registration_context(case: Case, *, actor: Actor, at: datetime) -> dict[str, Any]:
    opened = f"{timezone.localtime(case.chain.opened_at):%Y-%m-%d %H:%M}" if case.chain else ""
    found = [Fact("登记人", case.registered_by.name), Fact("报请时间", opened), *_limit(case, at)]
    found += [load_fact(line) for line in lead_load(case, actor=actor, at=at)]
    return {"asked": found, "files": list(case.attachments.all())}


def would_end(case: Case, at: datetime) -> date | None:
    """The last day, were the matter assigned and delivered at that moment; None: not to be told."""
    if case.due_on:
        return case.due_on
    limit = _counting(case)
    if limit is None:
        return None
    calendar = known_calendar(at, office_id=case.office_id)
    return compute(limit, at, calendar, with_days=False).last_day


def lead_load(case: Case, *, actor: Actor, at: datetime) -> Sequence[LoadLine]:
    """What the lead has due in the week in which the matter would end."""
    last = would_end(case, at)
    if last is None or case.lead_unit is None or last < timezone.localdate(at):
        return ()
    return (load_line(case.lead_unit, last, actor=actor, at=at),)


def before_assigning(case: Case, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """What 交办 would set going, for who may press it; empty elsewhere and where no day is known."""
    if case.state != CaseState.REGISTERED or not permissions.is_supervisor(case, actor):
        return {}
    last = would_end(case, at)
    if last is None or last < timezone.localdate(at):
        return {}
    return {
        "last": last,
        "way": from_today_in(case.office_id, last, at=at),
        "loads": [
            load_line(part.unit, part.due_on or last, actor=actor, at=at)
            for part in case.parties[:MOST_UNITS]
        ],
    }


def _counting(case: Case) -> Limit | None:
    if case.due_count:
        return counted_limit(case.pack, case.due_count, case.due_unit)
    urgency = case.pack.urgencies.get(case.urgency)
    if urgency is None or awaits_agreement(case, case.pack):
        return None
    return case.pack.limits[urgency.limit]


def _limit(case: Case, at: datetime) -> list[Fact]:
    last = would_end(case, at)
    if case.due_on:
        note = from_today_in(case.office_id, case.due_on, at=at)
        return [Fact("办结期限", long_day(case.due_on), note=note)]
    limit = _counting(case)
    if limit is None or last is None:
        words = limit_words(case)
        return [Fact("办结期限", words)] if words else []
    on_the_way = from_today_in(case.office_id, last, at=at)
    cited = f"（{limit.clause}）" if limit.clause else ""
    note = f"如今日交办，{long_day(last)}到期{cited}；{on_the_way}"
    return [Fact("办结期限", _words(case, limit), note=note)]


def _words(case: Case, limit: Limit) -> str:
    if case.due_count:
        return limit_words(case)
    if limit.unit == "working_day":
        return f"交办次日起 {limit.count} 个工作日"
    return limit.label
