"""在手时间: the bar of one matter, and the figures of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cases.domain.possession import HOLDERS, Stretch, until
from cases.models import Case, HolderKind
from cases.selectors.possession import possession_of
from cases.selectors.possession_totals import (
    Period,
    Total,
    minutes_a_day,
    stretches_in,
    totals,
)
from cases.services.possessions import office_hours
from deadlines.calendars import known_calendar
from deadlines.office_hours import DEFAULT_HOURS, Hours, office_minutes
from duban.org.actor import Actor
from duban.org.models import Office
from duban.web.parts import Crumb

WIDTH, SHOWN = 720, 50
_LEAST = 3.0  # so that a short stretch can still be seen


@dataclass(frozen=True)
class Segment:
    """One stretch as drawn and as said; `x` and `width` are units of the drawing."""

    x: float
    width: float
    kind: str
    name: str
    started_at: datetime
    ended_at: datetime | None
    time: str


@dataclass(frozen=True)
class Bar:
    segments: Sequence[Segment]
    legend: Sequence[tuple[str, str, str]]  # kind, its word, working time in all
    holder: str
    width: int = WIDTH


def bar_of(case: Case, *, at: datetime) -> Bar | None:
    """In whose hands the matter lay, by working time; None before anybody had it."""
    found = possession_of(case)
    rows = until(found, at)
    if not rows:
        return None
    calendar = known_calendar(at, office_id=case.office_id)
    hours = office_hours(case.office, at)

    def minutes(row: Stretch) -> int:
        ends = office_minutes(row.ended_at or at, calendar, hours)
        return ends - office_minutes(row.started_at, calendar, hours)

    lengths = [minutes(row) for row in rows]
    daily = minutes_a_day(hours)
    running = found[len(rows) - 1].ended_at is None
    return Bar(
        segments=_segments(rows, lengths, daily, running=running),
        legend=[
            (kind, word, working_time(total, daily))
            for kind, word in HOLDERS.items()
            if (total := _sum_of(kind, rows, lengths)) is not None
        ],
        holder=f"{rows[-1].holder.name}（{HOLDERS[rows[-1].holder.kind]}）" if running else "",
    )


def _sum_of(kind: str, rows: Sequence[Stretch], lengths: Sequence[int]) -> int | None:
    found = [n for row, n in zip(rows, lengths, strict=True) if row.holder.kind == kind]
    return sum(found) if found else None


def _segments(
    rows: Sequence[Stretch], lengths: Sequence[int], daily: int, *, running: bool
) -> list[Segment]:
    scale = max(sum(lengths), 1)
    widths = [max(WIDTH * length / scale, _LEAST) for length in lengths]
    shrink = WIDTH / sum(widths)
    x, found = 0.0, []
    for index, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        width = widths[index] * shrink
        is_last = index == len(rows) - 1
        found.append(
            Segment(
                round(x, 1),
                round(width, 1),
                row.holder.kind,
                row.holder.name,
                row.started_at,
                None if running and is_last else row.ended_at,
                working_time(length, daily),
            )
        )
        x += width
    return found


def working_time(minutes: int, daily: int) -> str:
    """2.5个工作日; below one day in hours and minutes."""
    if minutes >= daily:
        return f"{minutes / daily:.1f}".removesuffix(".0") + "个工作日"
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return f"{hours}小时{rest}分"
    return f"{hours}小时" if hours else f"{rest}分"


class PeriodForm(forms.Form):
    since = forms.DateField(label="自", widget=forms.DateInput(attrs={"type": "date"}))
    upto = forms.DateField(label="至", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        since, upto = found.get("since"), found.get("upto")
        if since and upto and upto < since:
            self.add_error("upto", "止日不能早于起日。")
        return found


@dataclass(frozen=True)
class Line:
    """A holder with its share of the working time; `url` lists the stretches it counts."""

    kind: str
    word: str
    name: str
    time: str
    share: int
    cases: int
    mean: str
    held: int
    url: str


@login_required
@require_safe
def possession(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form, period = _asked(request, at)
    calendar, hours = (
        known_calendar(at, office_id=request.actor.office_id),
        _hours(request.actor, at),
    )
    rows = stretches_in(request.actor, period, calendar, hours)
    daily, found = minutes_a_day(hours), totals(rows)
    chosen = _chosen(request, found)
    context = {
        "form": form,
        "period": period,
        "lines": [_line(total, found, period, daily) for total in found],
        "sums": _sums(found, daily),
        "chosen": chosen,
        "crumbs": [Crumb("工作台", reverse("cases:workbench")), Crumb("办理用时")],
    }
    if chosen:
        of_holder = rows.filter(kind=chosen.kind, name=chosen.name, unit_id=chosen.unit_id)
        listed = of_holder.select_related("case").order_by("-minutes", "pk")
        page = Paginator(listed, SHOWN).get_page(request.GET.get("page"))
        context["page"] = page
        context["rows"] = [(row, working_time(row.minutes, daily)) for row in page]
    return render(request, "cases/possession.html", context)


def _asked(request: HttpRequest, at: datetime) -> tuple[PeriodForm, Period]:
    """The period asked for; the current quarter where none or a wrong one is given."""
    today = timezone.localdate(at)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    given = {name: request.GET[name] for name in ("since", "upto") if request.GET.get(name)}
    form = PeriodForm({"since": quarter.isoformat(), "upto": today.isoformat()} | given)
    if form.is_valid():
        return form, Period(form.cleaned_data["since"], form.cleaned_data["upto"], at)
    return form, Period(quarter, today, at)


def _hours(actor: Actor, at: datetime) -> Hours:
    office = Office.objects.filter(pk=actor.office_id).first() if actor.office_id else None
    return office_hours(office, at) if office else DEFAULT_HOURS


def _chosen(request: HttpRequest, found: Sequence[Total]) -> Total | None:
    kind, name = request.GET.get("kind"), request.GET.get("name")
    unit = request.GET.get("unit", "")
    return next(
        (t for t in found if (t.kind, t.name, str(t.unit_id or "")) == (kind, name, unit)), None
    )


def _line(total: Total, found: Sequence[Total], period: Period, daily: int) -> Line:
    query = {
        "since": period.first.isoformat(),
        "upto": period.last.isoformat(),
        "kind": total.kind,
        "name": total.name,
        "unit": total.unit_id or "",
    }
    whole = sum(each.minutes for each in found)
    return Line(
        total.kind,
        HolderKind(total.kind).label,
        total.name,
        working_time(total.minutes, daily),
        round(100 * total.minutes / whole) if whole else 0,
        total.cases,
        working_time(total.mean, daily),
        total.open,
        f"?{urlencode(query)}#stretches",
    )


def _sums(found: Sequence[Total], daily: int) -> list[tuple[str, str, str, int]]:
    """Each kind with its word, its working time and its share in percent."""
    whole = sum(total.minutes for total in found)
    sums = {kind: sum(t.minutes for t in found if t.kind == kind) for kind in HOLDERS}
    return [
        (kind, HOLDERS[kind], working_time(n, daily), round(100 * n / whole) if whole else 0)
        for kind, n in sums.items()
    ]
