"""专项督查计划: the list, and submitting one (AS-4.2c)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from cases.models import SpecialInspectionPlan
from cases.services.inspection_plans import inspection_plan_submit, lead_time
from cases.web.access import Prepared, require
from cases.web.forms.visits import InspectionPlanForm
from duban.org.models import Office
from duban.org.roles import LEADERS, STAFF
from duban.rulepacks.selectors import active_version
from duban.web.forms import ServiceFormMixin
from duban.web.parts import Crumb, Fact

READERS = STAFF | LEADERS
PER_PAGE = 30


@login_required
@require_safe
def inspection_plan_list(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    if not actor.has(*READERS):
        raise PermissionDenied("plans are not read in this post")
    rows = SpecialInspectionPlan.objects.visible_to(actor).select_related("office", "submitted_by")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_submit": actor.has(*STAFF),
    }
    return render(request, "cases/inspection_plan_list.html", context)


@login_required
@require_safe
def inspection_plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SpecialInspectionPlan.objects.visible_to(request.actor)
    plan = get_object_or_404(rows.select_related("office", "submitted_by"), pk=pk)
    context = {"plan": plan, "crumbs": crumbs(plan.title), "facts": facts(plan)}
    return render(request, "cases/inspection_plan.html", context)


def crumbs(label: str) -> list[Crumb]:
    return [Crumb("专项督查计划", reverse("cases:inspection_plans")), Crumb(label)]


def facts(plan: SpecialInspectionPlan) -> list[Fact]:
    found = [
        Fact("名义", plan.get_level_display()),
        Fact("督查机构", plan.office.name),
        Fact("开始日期", plan.starts_on.isoformat()),
        Fact("结束日期", plan.ends_on.isoformat()),
        Fact("提交人", plan.submitted_by.name),
        Fact("提交日期", timezone.localdate(plan.submitted_at).isoformat()),
        Fact("督查内容和方式", plan.content, wide=True),
    ]
    if plan.earliest_on:
        found.append(Fact("最早可开始日期", plan.earliest_on.isoformat(), note=plan.clause))
    return found


class Submit(LoginRequiredMixin, Prepared, ServiceFormMixin, FormView):
    """提交专项督查计划, early enough for its start."""

    template_name = "cases/visit_form.html"
    form_class = InspectionPlanForm
    heading, submit_label = "提交专项督查计划", "提交"
    draft = "inspection-plan"
    success_message = "计划已提交。"

    def prepare(self) -> None:
        require(self.actor.office_id is not None and self.actor.has(*STAFF))
        self.office = Office.objects.select_related("root").get(pk=self.actor.office_id)

    def known(self) -> list[Fact]:
        """In whose name, and the earliest start of what is submitted today."""
        found = [Fact("名义", self.office.get_level_display())]
        version = active_version(self.office, on=timezone.localdate(self.at))
        lead = lead_time(version.pack, at=self.at, office_id=self.office.pk) if version else None
        if lead:
            note = f"“{lead.quote}”（{lead.clause}）" if lead.quote else lead.label
            found.append(Fact("今日提交，最早开始", lead.earliest_on.isoformat(), note=note))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = {
            "crumbs": crumbs(self.heading),
            "facts": self.known(),
            "cancel": reverse("cases:inspection_plans"),
        }
        return super().get_context_data(**{**known, **kwargs})

    def perform(self, form: InspectionPlanForm) -> str:
        plan = inspection_plan_submit(by=self.actor, at=self.at, **form.cleaned_data)
        return reverse("cases:inspection_plan", args=[plan.pk])
