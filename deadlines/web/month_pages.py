"""日历: a month with what falls due on its days, and the year with what is missing in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from deadlines.calendar import FIRST_YEAR, LAST_YEAR
from deadlines.calendars import known_calendar
from deadlines.moments import MomentError, parse_day
from deadlines.month import due_items, stages, weeks_of
from deadlines.periods import Period, parse_period, period_name, period_of
from deadlines.year import UnitsLine, body_lines, unit_lines

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True)
class UnitsRow:
    """A duty of units with its periods."""

    label: str
    periods: Sequence[tuple[str, UnitsLine, str]]


@login_required
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """`?month=2026-09` and `&on=2026-09-25` for the day whose stages are wanted."""
    at = timezone.now()
    today = timezone.localdate(at)
    marked = _day(request.GET.get("on"))
    shown = _month(request.GET.get("month"), marked or today)
    on = marked or (today if today in shown else shown.first)
    calendar = known_calendar(at, office_id=request.actor.office_id)
    items = due_items(request.actor, shown.first, shown.last, at=at)
    weeks = weeks_of(shown, calendar, items)
    context = {
        "heading": period_name(shown.text),
        "month": shown,
        "weekdays": WEEKDAYS,
        "weeks": weeks,
        "listed": [day for week in weeks for day in week if day.items],
        "today": today,
        "on": on,
        "stages": stages(request.actor, shown, on=on),
        "previous": _text(shown.eve),
        "next": _text(shown.last + timedelta(days=1)),
        "provisional": calendar.is_provisional(shown.first, shown.last),
        "calendar_version": calendar.version,
        "year": shown.first.year,
    }
    return render(request, "deadlines/month.html", context)


@login_required
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404("out of the calendar's reach")
    at = timezone.now()
    found = unit_lines(request.actor, year, at=at)
    context = {
        "heading": f"{year}年",
        "year": year,
        "lines": body_lines(request.actor, year, at=at),
        "units": [
            UnitsRow(lines[0].label, [(period_name(x.period), x, _tone(x)) for x in lines])
            for lines in (list(group) for _, group in groupby(found, key=lambda x: x.key))
        ],
    }
    return render(request, "deadlines/year.html", context)


def _tone(line: UnitsLine) -> str:
    if line.late:
        return "red"
    return "done" if line.done == line.total else "green"


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        found = parse_day(text)
    except MomentError as error:
        raise Http404(str(error)) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Http404("out of the calendar's reach")
    return found


def _month(text: str | None, otherwise: date) -> Period:
    try:
        found = parse_period(text) if text else period_of("monthly", otherwise)
    except ValueError as error:
        raise Http404(str(error)) from error
    if not FIRST_YEAR < found.first.year < LAST_YEAR:
        raise Http404("out of the calendar's reach")
    return period_of("monthly", found.first)


def _text(on: date) -> str:
    return period_of("monthly", on).text
