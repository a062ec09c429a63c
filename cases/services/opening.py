"""The clock of one unit's part: to a day that was named, by a limit, or, while the day is still to
be agreed, to the day by which one has to be proposed (LZ-A-6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cases.domain.drafts import awaits_agreement, counted_limit
from cases.domain.ladder import times_of_part
from cases.models import Assignment, Case
from cases.models.assignment import TO_AGREE
from deadlines.calendars import known_calendar
from deadlines.models import Clock
from deadlines.rules import compute
from deadlines.services.clocks import clock_open
from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor
from duban.rulepacks.schema import Limit


@dataclass(frozen=True)
class _Time:
    """What the clock runs by; exactly one of `limit` and `due_on`."""

    kind: str
    label: str
    limit: Limit | None = None
    due_on: date | None = None


def part_clock_open(*, assignment: Assignment, start: datetime, at: datetime, by: Actor) -> Clock:
    """The clock of a part that is being delivered."""
    found = _time_of(assignment)
    if not assignment.is_lead:
        found = _capped_by_lead(assignment, found, start, at)
    return _open(assignment, found, start=start, at=at, by=by)


def agreed_clock_open(
    *, assignment: Assignment, due_on: date, start: datetime, at: datetime, by: Actor
) -> Clock:
    """The clock of a part once its day is agreed; it takes the place of that of the proposal."""
    found = _Time("due_date", _label(assignment), due_on=due_on)
    return _open(assignment, found, start=start, at=at, by=by)


def cycle_clock_open(
    *, assignment: Assignment, due_on: date | None, cycle: int, at: datetime, by: Actor
) -> Clock:
    """The clock of a part that is taken up anew: to a day that was named, or by the matter's limit."""
    named = _Time("due_date", _label(assignment), due_on=due_on)
    found = named if due_on else _limit_of(assignment.case, _label(assignment))
    return _open(assignment, found, start=at, at=at, by=by, cycle=cycle)


def sign_by(assignment: Assignment, *, start: datetime, at: datetime) -> datetime | None:
    """Until when the unit should sign, where the pack says so (LZ-A-10.1)."""
    pack = assignment.pack
    if pack.acceptance is None:
        return None
    limit = pack.limits[pack.acceptance.limit]
    calendar = known_calendar(at, office_id=assignment.case.office_id)
    return compute(limit, start, calendar, with_days=False).due_at


def _time_of(row: Assignment) -> _Time:
    case = row.case
    named = row.due_on or case.due_on
    if named:
        return _Time("due_date", _label(row), due_on=named)
    return _limit_of(case, _label(row))


def _limit_of(case: Case, label: str) -> _Time:
    pack = case.pack
    if case.due_count:
        limit = counted_limit(pack, case.due_count, case.due_unit)
        return _Time("due_date", label, limit=limit)
    if awaits_agreement(case, pack):
        return _Time(TO_AGREE, "报告办结时限", limit=pack.limits[pack.agreement.limit])
    urgency = pack.urgencies.get(case.urgency)
    if urgency is None:
        raise RuleViolation({"due_on": ["尚未确定办结期限，不能交办。"]})
    return _Time(urgency.limit, label, limit=pack.limits[urgency.limit])


def _label(row: Assignment) -> str:
    return "办结期限" if row.is_lead else "协办期限"


def _capped_by_lead(row: Assignment, found: _Time, start: datetime, at: datetime) -> _Time:
    """The lead's last day where a co-unit's own day or count would end later (DESIGN 4)."""
    lead = Assignment.objects.filter(case_id=row.case_id, kind="lead").select_related("clock").get()
    if lead.clock is None or lead.is_to_agree:
        return found
    own = found.due_on
    if own is None and found.limit is not None:
        calendar = known_calendar(at, office_id=row.case.office_id)
        own = compute(found.limit, start, calendar, with_days=False).last_day
    later = own is not None and own > lead.clock.due_on
    if later or found.kind == TO_AGREE:
        return _Time("due_date", _label(row), due_on=lead.clock.due_on)
    return found


def _open(
    row: Assignment, found: _Time, *, start: datetime, at: datetime, by: Actor, cycle: int = 1
) -> Clock:
    case, pack = row.case, row.pack
    authority = pack.due_bases.get(case.due_basis) or pack.steps["due_date"]
    return clock_open(
        office=case.office,
        unit=row.unit,
        kind=found.kind,
        label=found.label,
        limit=found.limit,
        due_on=found.due_on,
        clause=authority.clause if found.due_on else "",
        quote=authority.quote if found.due_on else "",
        start=start,
        # Nobody is pressed for a result while its day is still to be agreed.
        pack=pack if found.kind == TO_AGREE else times_of_part(pack, case.importance),
        by=by,
        at=at,
        case_id=case.pk,
        subject=case.title,
        cycle=cycle,
    )
