"""Pages on which a bulletin is read."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import ListView

from duban.org.roles import OFFICE
from duban.web.parts import Tab
from reports.documents import printed_content
from reports.domain.periods import Quarter
from reports.domain.scores import Outcome
from reports.files import file_of
from reports.models import Bulletin
from reports.services.drafting import is_outdated
from reports.web import shown
from reports.web.access import bulletin_seen, crumbs
from reports.web.forms import DecisionForm

# How far back the office may draft by hand.
QUARTERS_BACK = 8


class BulletinList(LoginRequiredMixin, ListView):
    template_name = "reports/bulletin_list.html"
    paginate_by = 20

    def get_queryset(self) -> Any:
        rows = Bulletin.objects.visible_to(self.request.actor).for_list()
        return rows.annotate(totals=F("content__totals"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor = self.request.actor
        drafts = actor.has(*OFFICE) and actor.office_id is not None
        return super().get_context_data(
            **kwargs,
            page=None,
            once=uuid.uuid4().hex,
            periods=self._periods() if drafts else [],
            unit_id=actor.unit_id if not actor.office_id else None,
        )

    def _periods(self) -> list[Quarter]:
        """Ended quarters that have no bulletin, newest first."""
        live = set(
            Bulletin.objects.live()
            .filter(office_id=self.request.actor.office_id)
            .values_list("period", flat=True)
        )
        quarter, found = Quarter.holding(timezone.localdate()), []
        for _ in range(QUARTERS_BACK):
            quarter = quarter.previous
            found.append(quarter)
        return [quarter for quarter in found if str(quarter) not in live]


class BulletinPage(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulletin = bulletin_seen(request.actor, pk)
        return render(request, "reports/bulletin.html", self._context(request, bulletin))

    def _context(self, request: HttpRequest, bulletin: Bulletin) -> dict[str, Any]:
        actor, at = request.actor, timezone.now()
        inside = actor.office_id == bulletin.office_id
        deciding = shown.may_decide(bulletin, actor)
        return {
            "bulletin": bulletin,
            "figures": bulletin.figures,
            "crumbs": crumbs(bulletin),
            "stats": shown.stats_of(bulletin),
            "units": shown.shown_units(bulletin, actor),
            "few": len(bulletin.figures.lines) <= shown.MOST_LINES,
            "paper": shown.preview_of(printed_content(bulletin, at=at)),
            "facts": shown.facts_about(bulletin),
            "actions": shown.actions_for(bulletin, actor),
            "downloads": shown.downloads_for(bulletin),
            "steps": shown.chain_steps(bulletin),
            "entries": shown.history_of(bulletin) if inside else [],
            "outdated": inside and bulletin.is_draft and is_outdated(bulletin),
            "form": DecisionForm() if deciding else None,
            "once": uuid.uuid4().hex,
            "version": bulletin.version,
        }


class LinesPage(LoginRequiredMixin, View):
    """逐件明细, by outcome: what each number counts."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulletin = bulletin_seen(request.actor, pk)
        wanted = request.GET.get("outcome", "")
        if wanted and wanted not in list(Outcome):
            raise Http404
        lines = [line for line in bulletin.figures.lines if wanted in ("", line.outcome)]
        page = Paginator(lines, 50).get_page(request.GET.get("page"))
        context = {
            "bulletin": bulletin,
            "figures": bulletin.figures,
            "crumbs": crumbs(bulletin, "逐件明细"),
            "tabs": self._tabs(bulletin, wanted),
            "page": page,
            "lines": shown.shown_lines(bulletin.figures, page.object_list, request.actor),
        }
        return render(request, "reports/lines.html", context)

    def _tabs(self, bulletin: Bulletin, wanted: str) -> list[Tab]:
        url, totals = reverse("reports:lines", args=[bulletin.pk]), bulletin.figures.totals
        tabs = [Tab("全部", url, not wanted, totals.total)]
        return tabs + [
            Tab(kind.label, f"{url}?outcome={kind}", wanted == kind, getattr(totals, kind.value))
            for kind in Outcome
        ]


class UnitPage(LoginRequiredMixin, View):
    """One unit's score with every line behind it."""

    def get(self, request: HttpRequest, pk: int, unit_id: int) -> HttpResponse:
        bulletin = bulletin_seen(request.actor, pk)
        figures = bulletin.figures
        unit = figures.unit(unit_id)
        own = request.actor.unit_id == unit_id
        lines = shown.shown_lines(figures, figures.lines_of(unit_id), request.actor)
        if unit is None and not own:
            raise Http404
        context = {
            "bulletin": bulletin,
            "figures": figures,
            "unit": unit,
            "own": own,
            "crumbs": crumbs(bulletin, "本单位得分" if own else unit.name),
            "scored": [row for row in lines if row.line.points is not None],
            "others": [row for row in lines if row.line.points is None],
        }
        return render(request, "reports/unit.html", context)


class BulletinFile(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
        bulletin = bulletin_seen(request.actor, pk)
        data, name = file_of(bulletin, form, at=timezone.now())
        return FileResponse(data, as_attachment=True, filename=name)
