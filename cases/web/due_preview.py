"""What the date would be, were a matter assigned today, or moved to another day; and the week it
falls in. Parts of forms.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from cases import permissions
from cases.domain.drafts import DAY_UNITS, FARTHEST, counted_limit
from cases.models import Assignment
from cases.web.access import require
from cases.web.due import holidays_between
from cases.web.forms.registration import UnitField
from cases.web.whatif import LoadLine, load_line, way
from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.calendars import known_calendar
from deadlines.limits import LimitError
from deadlines.rules import compute
from duban.approvals.models import ApprovalStep
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import UNIT
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Limit, Pack
from duban.rulepacks.selectors import active_version

_CO_UNIT = re.compile(r"co-([0-9]{1,3})-unit", re.ASCII)
MOST_UNITS = 12
# Fields by which the forms name the day.
MOVED = ("proposed_on", "counter_on", "due_on")


@login_required
@require_safe
def due_preview(request: HttpRequest) -> HttpResponse:
    """What the date would be, were the matter assigned today; a part of the form."""
    require(permissions.may_register(request.actor))
    at = timezone.now()
    version = active_version(request.actor.office_id, on=timezone.localdate(at))
    context: dict[str, object] = {}
    if version is not None:
        try:
            context = _previewed(request, version, at=at)
        except (CalendarError, LimitError) as error:
            context = {"problem": str(error)}
    return render(request, "cases/_due_preview.html", context)


def _previewed(
    request: HttpRequest, version: RulePackVersion, *, at: datetime
) -> dict[str, object]:
    today = timezone.localdate(at)
    calendar = known_calendar(at, office_id=request.actor.office_id)
    last = _day(request.GET.get("due_on", ""))
    urgency = version.pack.urgencies.get(request.GET.get("urgency", ""))
    clause, limit = "", _counted(request, version.pack)
    if last is None and limit is None and _is_to_agree(request, version.pack):
        return _to_agree(request.actor, version.pack, at=at)
    if last is None and limit is None and urgency is not None:
        limit = version.pack.limits[urgency.limit]
    if last is None and limit is not None:
        last, clause = compute(limit, at, calendar, with_days=False).last_day, limit.clause
    if last is None or last < today:
        return {}
    return {
        "last": last,
        "clause": clause,
        "working_days": calendar.working_days_between(today, last),
        "is_working": calendar.is_working(last),
        "why_not": calendar.day(last).reason,
        "holidays": holidays_between(today, last, calendar=calendar),
        "provisional": calendar.is_provisional(today, last),
        "loads": _loads(request, last, at=at),
    }


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def _loads(request: HttpRequest, last: date, *, at: datetime) -> list[LoadLine]:
    """The lead's, and those of the co-units chosen so far, each in the week of its own date."""
    office = Office.objects.select_related("root").get(pk=request.actor.office_id)
    asked = [(request.GET.get("lead_unit", ""), last)]
    for name in request.GET:
        if found := _CO_UNIT.fullmatch(name):
            own = _day(request.GET.get(f"co-{found[1]}-due_on", ""))
            asked.append((request.GET[name], own or last))
    found = [(_unit(name, office, at), on) for name, on in asked[:MOST_UNITS]]
    return [load_line(unit, on, actor=request.actor, at=at) for unit, on in found if unit]


def _unit(name: str, office: Office, at: datetime) -> Unit | None:
    field = UnitField(required=False)
    field.office, field.on = office, timezone.localdate(at)
    try:
        return field.clean(name)
    except ValidationError:
        return None


def _counted(request: HttpRequest, pack: Pack) -> Limit | None:
    """N日 or N个工作日, as typed (LZ-A-7a)."""
    typed, unit = request.GET.get("due_count", ""), request.GET.get("due_unit", "")
    if not typed.isdecimal() or len(typed) > 4 or unit not in DAY_UNITS:
        return None
    count = int(typed)
    return counted_limit(pack, count, unit) if 1 <= count <= FARTHEST.days else None


def _is_to_agree(request: HttpRequest, pack: Pack) -> bool:
    basis = pack.due_bases.get(request.GET.get("due_basis", ""))
    return basis is not None and basis.needs == "agreement" and pack.agreement is not None


def _to_agree(actor: Actor, pack: Pack, *, at: datetime) -> dict[str, object]:
    """No date yet: until when the unit has to propose one (LZ-A-6.3a)."""
    limit = pack.limits[pack.agreement.limit]
    calendar = known_calendar(at, office_id=actor.office_id)
    return {"propose_by": compute(limit, at, calendar, with_days=False).last_day}


@login_required
@require_safe
def moved_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What another last day of one unit's part would mean, for who asks and who decides."""
    at = timezone.now()
    part = _part_seen(request.actor, pk)
    last = next((day for name in MOVED if (day := _day(request.GET.get(name, "")))), None)
    try:
        context = moved(part, last, actor=request.actor, at=at) if last else {}
    except CalendarError as error:
        context = {"problem": str(error)}
    return render(request, "cases/_moved_preview.html", context)


def moved(part: Assignment, last: date, *, actor: Actor, at: datetime) -> dict[str, object]:
    """From today, and against the day that stands, where one does: what lies between is on the way."""
    today, clock = timezone.localdate(at), part.clock
    if clock is None or last <= today:
        return {}
    calendar = known_calendar(at, office_id=part.case.office_id)
    before = None if part.is_to_agree else clock.due_on
    start = before if before and today < before < last else today
    return {
        "last": last,
        "working_days": calendar.working_days_between(today, last),
        "shift": _shift(before, last, calendar) if before else "",
        "way": way(start, last, calendar=calendar),
        "load": load_line(part.unit, last, actor=actor, at=at, own=clock.due_on),
    }


def _shift(before: date, last: date, calendar: WorkingCalendar) -> str:
    days = calendar.working_days_between(before, last)
    if days == 0:
        return ""
    return f"比现期限{'延后' if days > 0 else '提前'} {abs(days)} 个工作日"


def moved_place(
    part: Assignment, field: BoundField, *, actor: Actor, at: datetime
) -> dict[str, Any]:
    """For a form that asks for another day: the place below the field, filled where a day is there."""
    said = field.value()
    last = said if isinstance(said, date) else _day(str(said or ""))
    try:
        known = moved(part, last, actor=actor, at=at) if last else {}
    except CalendarError as error:
        known = {"problem": str(error)}
    return {
        "moved": part,
        "preview": render_to_string("cases/_moved_preview.html", known),
        "parts_after": {field.name: "cases/_moved_place.html"},
    }


def _part_seen(actor: Actor, pk: int) -> Assignment:
    """A unit weighs its own part; whoever has a link of an approval sees what it is about."""
    rows = Assignment.objects.select_related("unit", "clock", "case__pack_version", "case__office")
    if actor.has(*UNIT):
        rows = rows.filter(unit_id=actor.unit_id)
    seen = Assignment.objects.visible_to(actor).values("pk")
    steps = ApprovalStep.objects.visible_to(actor).values("chain__case_id")
    return get_object_or_404(rows, Q(pk__in=seen) | Q(case_id__in=steps), pk=pk)
