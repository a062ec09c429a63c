"""The filters of the 台账 as conditions. A tile of the workbench counts through the same function
that the list it links to is made by, so that the two numbers are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases.models import Agreement, Assignment, AssignmentState, Case, ClosureRequest, Extension
from cases.models.case import DONE, ENDED, UNDER_WAY, CaseState
from cases.models.closure import OPEN_CLOSURE
from cases.models.extension import OPEN_EXTENSION
from cases.selectors.approvals import cases_awaiting
from cases.selectors.lights import case_lights
from cases.selectors.parts import PartFilters, parts_matching
from cases.selectors.wording import text_condition
from deadlines.models import OverdueFinding, OverdueKind
from deadlines.moments import day_end, day_start
from duban.org.actor import Actor
from duban.org.roles import UNIT

# Words for several states at once, beside the states themselves.
STATE_GROUPS = {
    "unfinished": ("未办结", [state for state in CaseState.values if state not in ENDED]),
    "under_way": ("在办", list(UNDER_WAY)),
    "done": ("已办结（含销号）", list(DONE)),
}
TIMELINESS = {
    "by_original": "按原期限办结",
    "by_extended": "延期后按期办结",
    "finished_late": "超期办结",
    "overdue": "超期未办结",
}
FINDING_KINDS = {
    "unfinished": OverdueKind.NOT_FINISHED,
    "not_accepted": OverdueKind.NOT_ACCEPTED,
    "finished_late": OverdueKind.FINISHED_LATE,
    "late_request": OverdueKind.REQUESTED_LATE,
    "no_feedback": OverdueKind.NO_FEEDBACK,
    "other": OverdueKind.OTHER,
}
FINDINGS = {"any": "有超时情形"} | {
    key: OverdueKind(kind).label for key, kind in FINDING_KINDS.items()
}
_QUARTER = re.compile(r"[12][0-9]{3}Q[1-4]", re.ASCII)
WAITING = {
    "any": "有申请待批",
    "registration": "立项待批",
    "extension": "延期待批",
    "closure": "办结待批",
    "agreement": "约定时限待确认",
    "objection": "退件待处理",
    "me": "待我审批",
}


@dataclass(frozen=True)
class Filters:
    """What somebody asked the 台账 for; empty means not asked. Days are inclusive, Shanghai."""

    q: str = ""
    state: str = ""
    light: str = ""
    timeliness: str = ""
    source: str = ""
    urgency: str = ""
    importance: str = ""
    grade: str = ""
    lead: int | None = None
    unit: int | None = None
    supervisor: int | None = None
    assigner: str = ""
    due_from: date | None = None
    due_to: date | None = None
    registered_from: date | None = None
    registered_to: date | None = None
    completed_from: date | None = None
    completed_to: date | None = None
    quarter: str = ""
    waiting: str = ""
    batch: UUID | None = None
    part: str = ""
    part_light: str = ""
    part_due_from: date | None = None
    part_due_to: date | None = None
    duty: str = ""
    notice: str = ""
    feedback: str = ""
    finding: str = ""


def matters(filters: Filters, *, actor: Actor, at: datetime) -> QuerySet[Case]:
    """The rows this actor may see that meet every filter; no annotation, no order."""
    rows = Case.objects.visible_to(actor)
    for condition in (
        _facts(filters),
        _dates(filters),
        _time(filters, at),
        _waiting(filters, actor),
        _parts(filters, actor, at),
        _found_overdue(filters),
        text_condition(filters.q),
    ):
        rows = rows.filter(condition)
    return rows.order_by()


def _facts(asked: Filters) -> Q:
    found = Q()
    for name in ("source", "urgency", "importance", "grade", "batch"):
        if value := getattr(asked, name):
            found &= Q(**{name: value})
    if asked.lead:
        found &= Q(lead_unit_id=asked.lead)
    if asked.supervisor:
        found &= Q(supervisor_id=asked.supervisor)
    if asked.assigner:
        named = asked.assigner.isdecimal()
        found &= Q(assigner_id=int(asked.assigner)) if named else Q(assigner__isnull=False)
    if asked.state:
        group = STATE_GROUPS.get(asked.state)
        found &= Q(state__in=group[1]) if group else Q(state=asked.state)
    return found


def _dates(asked: Filters) -> Q:
    found = _between("registered_at", asked.registered_from, asked.registered_to)
    found &= _between("completed_at", asked.completed_from, asked.completed_to)
    if asked.quarter:
        first, last = quarter_days(asked.quarter)
        found &= _between("completed_at", first, last) & Q(state__in=DONE)
    if asked.due_from or asked.due_to:
        found &= _due_between(asked.due_from, asked.due_to)
    return found


def _between(field: str, first: date | None, last: date | None) -> Q:
    found = Q()
    if first:
        found &= Q(**{f"{field}__gte": day_start(first)})
    if last:
        found &= Q(**{f"{field}__lt": day_end(last)})
    return found


def _due_between(first: date | None, last: date | None) -> Q:
    """By the last day of the clock, or by the date of the draft while there is no clock."""
    clock, draft = Q(clock__isnull=False), Q(clock__isnull=True, due_on__isnull=False)
    if first:
        clock &= Q(clock__due_at__gt=day_start(first))
        draft &= Q(due_on__gte=first)
    if last:
        clock &= Q(clock__due_at__lte=day_end(last))
        draft &= Q(due_on__lte=last)
    return clock | draft


def _time(asked: Filters, at: datetime) -> Q:
    found = Q()
    if asked.light:
        found &= case_lights(at)[asked.light]
    done = Q(state__in=DONE, clock__isnull=False)
    in_time = done & Q(done_at__lt=F("clock__due_at"))
    if asked.timeliness == "by_original":
        found &= in_time & Q(done_at__lt=F("clock__original_due_at"))
    elif asked.timeliness == "by_extended":
        found &= in_time & Q(done_at__gte=F("clock__original_due_at"))
    elif asked.timeliness == "finished_late":
        found &= done & Q(done_at__gte=F("clock__due_at"))
    elif asked.timeliness == "overdue":
        found &= case_lights(at)["red"]
    return found


def _waiting(asked: Filters, actor: Actor) -> Q:
    if not asked.waiting:
        return Q()
    if asked.waiting == "me":
        return Q(pk__in=cases_awaiting(actor))
    kinds = {
        "registration": Q(state=CaseState.PENDING_APPROVAL),
        "extension": extension_open(),
        "closure": closure_open(),
        "agreement": _agreement_open(),
        "objection": _objected(),
    }
    if asked.waiting in kinds:
        return kinds[asked.waiting]
    return reduce(or_, kinds.values())


def extension_open() -> Q:
    rows = Extension.objects.filter(assignment__case=OuterRef("pk"), state__in=OPEN_EXTENSION)
    return Q(Exists(rows))


def _agreement_open() -> Q:
    rows = Agreement.objects.undecided().filter(assignment__case=OuterRef("pk"))
    return Q(Exists(rows))


def _objected() -> Q:
    rows = Assignment.objects.filter(case=OuterRef("pk"), state=AssignmentState.OBJECTED)
    return Q(Exists(rows), state__in=UNDER_WAY)


def closure_open() -> Q:
    return Q(Exists(ClosureRequest.objects.filter(case=OuterRef("pk"), state__in=OPEN_CLOSURE)))


def _parts(asked: Filters, actor: Actor, at: datetime) -> Q:
    """Conditions on one and the same unit's part; a unit asks about its own."""
    wanted = PartFilters(
        unit=asked.unit,
        state=asked.part,
        light=asked.part_light,
        due_from=asked.part_due_from,
        due_to=asked.part_due_to,
        duty=asked.duty,
        notice=asked.notice,
        feedback=asked.feedback,
    )
    if wanted == PartFilters():
        return Q()
    rows = parts_matching(wanted, at=at)
    if actor.has(*UNIT):
        rows = rows.of_unit(actor.unit_id)
    found = Q(Exists(rows.filter(case=OuterRef("pk"))))
    # What is still asked of a unit is asked in a matter under way: a small part of all.
    return found & Q(state__in=UNDER_WAY) if wanted.is_about_work else found


def _found_overdue(asked: Filters) -> Q:
    """Found overdue in one of the six ways, or in any; once, however many stand (LZ-A-10.5)."""
    if not asked.finding:
        return Q()
    rows = OverdueFinding.objects.standing().filter(clock__case_id=OuterRef("pk"))
    if asked.finding != "any":
        rows = rows.filter(kind=FINDING_KINDS[asked.finding])
    return Q(Exists(rows))


def quarter_days(quarter: str) -> tuple[date, date]:
    """`2026Q3` → its first and last day. Raises ValueError for anything else."""
    if not _QUARTER.fullmatch(quarter):
        raise ValueError(f"no such quarter: {quarter}")
    year, number = quarter.split("Q")
    first = date(int(year), 3 * int(number) - 2, 1)
    ends = {"1": (3, 31), "2": (6, 30), "3": (9, 30), "4": (12, 31)}[number]
    return first, date(first.year, *ends)


def quarter_of(on: date) -> str:
    return f"{on.year}Q{(on.month + 2) // 3}"
