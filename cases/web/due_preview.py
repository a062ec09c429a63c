"""What the date would be, were a matter assigned today."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from cases import permissions
from cases.domain.drafts import DAY_UNITS, FARTHEST, counted_limit
from cases.web.access import require
from cases.web.due import holidays_between
from deadlines.calendar import CalendarError
from deadlines.calendars import known_calendar
from deadlines.limits import LimitError
from deadlines.rules import compute
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Limit, Pack
from duban.rulepacks.selectors import active_version


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
    today, calendar = timezone.localdate(at), known_calendar(at)
    try:
        last = parse_date(request.GET.get("due_on", ""))
    except ValueError:
        last = None
    urgency = version.pack.urgencies.get(request.GET.get("urgency", ""))
    clause, limit = "", _counted(request, version.pack)
    if last is None and limit is None and _is_to_agree(request, version.pack):
        return _to_agree(version.pack, at=at)
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
        "holidays": holidays_between(today, last, at=at),
        "provisional": calendar.is_provisional(today, last),
    }


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


def _to_agree(pack: Pack, *, at: datetime) -> dict[str, object]:
    """No date yet: until when the unit has to propose one (LZ-A-6.3a)."""
    limit = pack.limits[pack.agreement.limit]
    return {"propose_by": compute(limit, at, known_calendar(at), with_days=False).last_day}
