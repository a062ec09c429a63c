"""Steps for several matters at once: each by itself, each with its own answer (CZ-2.1a)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from cases.models import Assignment
from cases.services.cases import case_assign_many
from cases.services.notices import notices_many
from duban.web.admin.forms import AdminForm

MOST = 200


class UrgeForm(AdminForm):
    content = forms.CharField(label="催办内容", widget=forms.Textarea, max_length=3000)


class CaseBulk(admin.ModelAdmin):
    """Actions of the list."""

    actions = ("assign_selected", "urge_selected")

    @admin.action(description="交办所选事项", permissions=["assign"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        if self._too_many(request, queryset):
            return
        answers = case_assign_many(cases=list(queryset), by=request.actor)
        for case, reasons in answers:
            if reasons:
                messages.error(request, f"{case}：{'；'.join(reasons)}")
        done = sum(1 for _, reasons in answers if not reasons)
        if done:
            messages.success(request, f"已交办 {done} 个事项。")

    @admin.action(description="催办所选事项的牵头单位", permissions=["notice"])
    def urge_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        if self._too_many(request, queryset):
            return None
        form = UrgeForm(request.POST if "content" in request.POST else None)
        if not form.is_bound or not form.is_valid():
            return self._ask(request, queryset, form)
        leads = Assignment.objects.filter(case__in=queryset, kind="lead")
        parts = list(leads.select_related("case__pack_version", "case__office", "unit"))
        answers = notices_many(
            assignments=parts, content=form.cleaned_data["content"], by=request.actor
        )
        for part, reasons in answers:
            if reasons:
                messages.error(request, f"{part.case}（{part.unit.label}）：{'；'.join(reasons)}")
        done = sum(1 for _, reasons in answers if not reasons)
        if done:
            messages.success(request, f"已催办 {done} 个单位。")
        return None

    def _ask(self, request: HttpRequest, queryset: QuerySet, form: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "title": "催办所选事项的牵头单位",
            "cases": queryset,
            "is_nav_sidebar_enabled": True,
            "action": "urge_selected",
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/cases/case/bulk.html", context, status=status)

    def _too_many(self, request: HttpRequest, queryset: QuerySet) -> bool:
        if queryset.count() <= MOST:
            return False
        messages.error(request, f"一次最多处理 {MOST} 个事项，请缩小范围。")
        return True
