"""Pages on which changes of the calendar are read."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from deadlines import calendar_permissions as permissions
from deadlines.announcement.checks import remarks
from deadlines.calendars import known_calendar
from deadlines.models import CalendarChange, ChangeState, FindingReview
from deadlines.moments import day_of
from deadlines.services.calendar_changes import adoption_offered, question_of
from deadlines.services.calendar_plan import Plan, plan_of
from deadlines.services.calendar_previews import newest_preview
from deadlines.version_text import version_text
from deadlines.web import calendar_changes_shown as shown
from deadlines.web.calendar_changes_forms import WithdrawForm, scopes_for
from duban.org.actor import Actor
from duban.web.parts import Crumb, Keyset

LISTED = 30


def change_seen(actor: Actor, pk: int) -> CalendarChange:
    """404 for what one may not see."""
    rows = CalendarChange.objects.visible_to(actor).select_related("office__root")
    return get_object_or_404(rows, pk=pk)


def change_url(change: CalendarChange) -> str:
    return reverse("calendar_changes:change", args=[change.pk])


def crumbs(*more: str) -> list[Crumb]:
    here = Crumb("日历变更", reverse("calendar_changes:list") if more else "")
    return [here, *(Crumb(label) for label in more)]


class ChangeList(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        actor, at = request.actor, timezone.now()
        rows = CalendarChange.objects.visible_to(actor).select_related("office").defer("text")
        calendar = known_calendar(at, office_id=actor.office_id)
        may_adopt = permissions.may_propose(None, actor)
        context = {
            "rows": Paginator(rows, LISTED).get_page(request.GET.get("page")),
            "tones": shown.TONES,
            "years": shown.years_of(calendar, day_of(at)),
            "version_text": version_text(calendar.version),
            "may_propose": bool(scopes_for(actor)),
            "adoption": may_adopt and adoption_offered(at),
            "once": uuid.uuid4().hex,
        }
        return render(request, "deadlines/calendar_change_list.html", context)


class ChangePage(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, at = request.actor, timezone.now()
        change = change_seen(actor, pk)
        plan = plan_of(change, at)
        context = self._common(change, actor)
        if change.state == ChangeState.PROPOSED:
            context |= self._awaiting(change, plan, request)
        elif change.state == ChangeState.CONFIRMED:
            context |= self._in_force(change, plan, request)
        return render(request, "deadlines/calendar_change.html", context)

    def _common(self, change: CalendarChange, actor: Actor) -> dict[str, Any]:
        return {
            "change": change,
            "tones": shown.TONES,
            "crumbs": crumbs(change.title),
            "facts": shown.facts_of(change),
            "entries": shown.entries_of(change) if actor.office_id or actor.is_system else [],
            "once": uuid.uuid4().hex,
            "version": change.version,
        }

    def _awaiting(self, change: CalendarChange, plan: Plan, request: HttpRequest) -> dict[str, Any]:
        actor, preview = request.actor, newest_preview(change)
        rows, following = shown.planned_moves(plan, actor, after=_after(request))
        own = change.proposed_by_id in actor.people
        return {
            "preview": preview,
            "stats": shown.stats_of(preview.counts) if preview else [],
            "days": shown.shown_days(plan.days),
            "rows": rows,
            "keyset": Keyset(next=str(following) if following else None, shown=len(rows)),
            "remarks": remarks(question_of(plan, change.found)) if not change.adopts else [],
            "may_confirm": permissions.may_confirm(change, actor) and not own,
            "is_own": own and permissions.may_confirm(change, actor),
            "withdraw_form": WithdrawForm() if permissions.may_withdraw(change, actor) else None,
        }

    def _in_force(self, change: CalendarChange, plan: Plan, request: HttpRequest) -> dict[str, Any]:
        actor = request.actor
        rows, following = shown.happened_moves(change, actor, after=_after(request))
        reviews = FindingReview.objects.filter(
            shown.clocks_seen(actor, "finding__clock__"), change=change
        ).select_related("finding__clock__unit")
        preview = newest_preview(change)
        full = actor.office_id is not None
        return {
            "run": change.run,
            "stats": shown.stats_of(preview.counts) if preview and full else [],
            "days": shown.shown_days(plan.days),
            "rows": rows,
            "keyset": Keyset(next=str(following) if following else None, shown=len(rows)),
            "reviews": reviews[:LISTED],
            "review_count": reviews.count(),
        }


def _after(request: HttpRequest) -> int:
    """The clock after which the page begins."""
    cursor = request.GET.get("cursor", "")
    return int(cursor) if cursor.isdecimal() and len(cursor) < 19 else 0
