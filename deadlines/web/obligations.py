"""报送义务: the list, and one of them with the reason for its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from deadlines import permissions
from deadlines.models import Obligation, ObligationEntry, ObligationState, Scope
from deadlines.obligation_selectors import (
    counted_entries,
    kinds_for,
    missing_papers,
    obligations_matching,
    periods_for,
    units_for,
    whose_for,
)
from deadlines.selectors import computation_sheet, why_this_day
from deadlines.sheet import due_text, limit_text, long_day
from deadlines.web.due import due_of
from deadlines.web.forms import FilterForm
from duban.ledger.models import LedgerEntry
from duban.org.actor import Actor
from duban.web.parts import Action, Crumb, Due, Fact, TimelineEntry

PAGE = 50
# What is counted without being handed in.
MET_BY = {"visit": "明查暗访登记结果后，检查当天自动计入，不必另行报送。"}


@dataclass(frozen=True)
class Line:
    """One row of the list; `progress` is said only where several entries are asked for."""

    row: Obligation
    due: Due
    progress: str
    is_late: bool
    report_url: str
    report_word: str


@login_required
@require_safe
def obligation_list(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, timezone.now()
    form = FilterForm(
        request.GET or {"state": "open"},
        whose=whose_for(actor),
        kinds=kinds_for(actor),
        periods=periods_for(actor),
        units=units_for(actor),
    )
    rows = obligations_matching(actor, form.asked(), at=at)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = lines_of(page.object_list, actor=actor, at=at)
    context = {"form": form, "page": page, "lines": lines, "asked": bool(request.GET)}
    return render(request, "deadlines/obligations.html", context)


def lines_of(rows: Sequence[Obligation], *, actor: Actor, at: datetime) -> list[Line]:
    counts = counted_entries(rows)
    return [_line(row, counts.get(row.pk, 0), actor, at) for row in rows]


def _line(row: Obligation, count: int, actor: Actor, at: datetime) -> Line:
    url = reverse("deadlines:obligation", args=[row.pk])
    may = row.state == ObligationState.OPEN and row.scope != Scope.PART
    return Line(
        row,
        due_of(row, at=at, url=f"{url}#sheet"),
        f"{count}/{row.target}" if row.target > 1 else "",
        row.state == ObligationState.FULFILLED and row.clock.is_late(at),
        reverse("deadlines:obligation_report", args=[row.pk])
        if may and permissions.reports(row, actor)
        else "",
        "报送" if row.unit_id == actor.unit_id else "登记",
    )


def obligation_seen(actor: Actor, pk: int) -> Obligation:
    """Whoever may not see it is told that there is none."""
    rows = Obligation.objects.visible_to(actor)
    return get_object_or_404(rows.select_related("clock", "unit", "office", "pack_version"), pk=pk)


@login_required
@require_safe
def obligation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = obligation_seen(request.actor, pk)
    entries = list(row.entries.all())
    entries_of_ledger = LedgerEntry.objects.filter(
        subject_type=Obligation._meta.label_lower, subject_id=row.pk
    )
    context = {
        "crumbs": [Crumb("报送义务", reverse("deadlines:obligations")), Crumb(str(row))],
        "row": row,
        "due": due_of(row, at=at),
        "facts": _facts(row, entries),
        "actions": _actions(row, request.actor),
        "entries": entries,
        "missing": missing_papers(row, entries) if row.state == ObligationState.OPEN else [],
        "history": [_told(entry) for entry in entries_of_ledger.order_by("-id")],
        "sheet": computation_sheet(row.clock),
        "sentence": why_of(row),
    }
    return render(request, "deadlines/obligation.html", context)


def why_of(row: Obligation) -> str:
    """Of a period nothing is received: it is counted from its first day."""
    if row.last_day is None:
        return why_this_day(row.clock)
    computation = row.clock.explained
    return (
        f"{row.period_name}自{long_day(row.first_day)}起计，{limit_text(computation)}，"
        f"到{due_text(computation)}为止"
    )


def _facts(row: Obligation, entries: list[ObligationEntry]) -> list[Fact]:
    duty = row.duty
    basis = f"{row.clause}　“{row.quote}”" if row.clause else "本地决定"
    found = [
        Fact("责任单位", row.unit.name),
        Fact("所属期", row.period_name),
        Fact("向谁报送", row.office.name),
        Fact("状态", row.get_state_display(), note=row.reason),
    ]
    if row.target > 1:
        unit = "天" if row.counted == "days" else "项"
        found.append(Fact("应报", f"{row.target}{unit}", note=MET_BY.get(row.met_by, "")))
    if row.case_id:
        found.append(
            Fact("事项", row.clock.subject, url=reverse("cases:detail", args=[row.case_id]))
        )
    found.append(Fact("依据", basis, wide=True, note=duty.local_decision if duty else ""))
    return found


def _actions(row: Obligation, actor: Actor) -> list[Action]:
    """What can never be this actor's is absent; what is not possible now says why."""
    found = []
    if row.scope != Scope.PART and permissions.reports(row, actor):
        closed = row.state not in (ObligationState.OPEN, ObligationState.FULFILLED)
        found.append(
            Action(
                "报送登记",
                reverse("deadlines:obligation_report", args=[row.pk]),
                icon="send",
                primary=row.state == ObligationState.OPEN,
                reasons=[f"该项义务{row.get_state_display()}，不再登记。"] if closed else [],
            )
        )
    if permissions.administers(row, actor):
        settled = row.state != ObligationState.OPEN
        found.append(
            Action(
                "豁免",
                reverse("deadlines:obligation_waive", args=[row.pk]),
                icon="slash-circle",
                reasons=[f"该项义务{row.get_state_display()}，不需豁免。"] if settled else [],
            )
        )
    return found


def _told(entry: LedgerEntry) -> TimelineEntry:
    who = "　".join(filter(None, (f"{entry.unit_name}{entry.post_title}", entry.actor_name)))
    return TimelineEntry(
        entry.effective_at, entry.label, who=who, text=entry.note, clause=entry.clause
    )
