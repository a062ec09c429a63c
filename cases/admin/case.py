"""The list of matters and the page of one, for office staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from cases import permissions
from cases.admin.bulk import CaseBulk
from cases.admin.history import tables_of
from cases.admin.sheets import CaseSheets
from cases.admin.steps import CaseSteps
from cases.models import Case, CaseState
from cases.selectors.lights import LABELS, case_lights, with_light
from cases.selectors.wording import text_condition
from duban.org.actor import Actor
from duban.org.roles import STAFF
from duban.web.admin.base import ReadOnlyAdmin
from duban.web.templatetags.duban_web import iso_day

STATE_TONES = {
    CaseState.DRAFT.label: "default",
    CaseState.PENDING_APPROVAL.label: "warning",
    CaseState.REGISTERED.label: "info",
    CaseState.ASSIGNED.label: "info",
    CaseState.IN_PROGRESS.label: "primary",
    CaseState.SUSPENDED.label: "warning",
    CaseState.COMPLETED.label: "success",
    CaseState.CLOSED.label: "default",
    CaseState.TERMINATED.label: "default",
}
# Red is for what is late, and for nothing else (DESIGN 6).
LIGHT_TONES = {
    LABELS["red"]: "danger",
    LABELS["amber"]: "warning",
    LABELS["green"]: "success",
    LABELS["waiting"]: "info",
    LABELS["none"]: "default",
    LABELS["done"]: "default",
}


class LightFilter(DropdownFilter):
    title = "亮灯"
    parameter_name = "light"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        condition = case_lights(timezone.now()).get(self.value() or "")
        return queryset.filter(condition) if condition is not None else queryset


@admin.register(Case)
class CaseAdmin(CaseSheets, CaseSteps, CaseBulk, ReadOnlyAdmin):
    """Facts and states are read here; the buttons call the services that change them."""

    viewers = STAFF
    list_display = (
        "shown_number",
        "title",
        "shown_state",
        "shown_light",
        "due_day",
        "lead",
        "supervisor",
        "importance",
    )
    list_display_links = ("shown_number", "title")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        LightFilter,
        ("importance", ChoicesDropdownFilter),
        ("lead_unit", AutocompleteSelectFilter),
        ("supervisor", AutocompleteSelectFilter),
        ("due_on", RangeDateFilter),
    )
    search_fields = ("number", "title")
    search_help_text = "按案号、事项名称、所属任务、承办单位查找"
    list_select_related = ("lead_unit", "clock", "supervisor", "pack_version", "office")
    ordering = ("-id",)
    paginator = InfinitePaginator
    actions_list = ("register",)
    change_form_after_template = "admin/cases/case/tables.html"
    fieldsets = (
        (
            "事项",
            {
                "fields": (
                    "title",
                    ("shown_number", "shown_state"),
                    "heading",
                    "task",
                    ("source_text", "importance"),
                    ("basis", "basis_on"),
                    ("collective_units", "not_secret"),
                    "pack_version",
                )
            },
        ),
        (
            "期限和责任",
            {
                "fields": (
                    ("due_day", "shown_light"),
                    ("due_on", "urgency_text"),
                    ("due_basis_text", "due_citation"),
                    ("assigner", "supervisor"),
                    "lead",
                )
            },
        ),
        (
            "办理",
            {
                "fields": (
                    ("registered_by", "created_at"),
                    ("registered_at", "assigned_at"),
                    ("started_at", "done_at"),
                    ("completed_at", "closed_at"),
                    "result",
                    ("grade_text", "grade_reason"),
                )
            },
        ),
    )
    readonly_fields = (
        "shown_number",
        "shown_state",
        "shown_light",
        "due_day",
        "lead",
        "source_text",
        "urgency_text",
        "due_basis_text",
        "grade_text",
    )

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return with_light(rows.visible_to(actor), timezone.now()).defer(
            "pack_version__document",
            "pack_version__source",
            "pack_version__inherited",
            "pack_version__overridden",
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """The words of the 台账: number, title, heading, names of units."""
        return (queryset.filter(text_condition(search_term)) if search_term else queryset), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Case | None:
        found = super().get_object(request, object_id, from_field)
        return found if isinstance(found, Case) else None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if case := kwargs.get("obj"):
            context["tables"] = tables_of(case, request.actor)
        return super().render_change_form(request, context, *args, **kwargs)

    def has_register_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return permissions.may_register(request.actor)

    @action(description="登记事项", icon="add", url_path="register", permissions=["register"])
    def register(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("cases:create"))

    @display(description="案号", ordering="number")
    def shown_number(self, case: Case) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', case.number or "（未立项）")

    @display(description="牵头单位", ordering="lead_unit__name", empty_value="—")
    def lead(self, case: Case) -> str:
        return case.lead_unit.label if case.lead_unit else ""

    @display(description="状态", ordering="state", label=STATE_TONES)
    def shown_state(self, case: Case) -> str:
        return case.get_state_display()

    @display(description="亮灯", label=LIGHT_TONES)
    def shown_light(self, case: Case) -> str:
        return LABELS[case.light]

    @display(description="期限", ordering="clock__due_at", empty_value="—")
    def due_day(self, case: Case) -> str:
        return iso_day(case.clock.due_on if case.clock else case.due_on)

    @display(description="事项来源", empty_value="—")
    def source_text(self, case: Case) -> str:
        return case.source_label

    @display(description="缓急程度", empty_value="—")
    def urgency_text(self, case: Case) -> str:
        return case.urgency_label

    @display(description="期限依据", empty_value="—")
    def due_basis_text(self, case: Case) -> str:
        basis = case.pack.due_bases.get(case.due_basis)
        return basis.label if basis else ""

    @display(description="评价等级", empty_value="—")
    def grade_text(self, case: Case) -> str:
        return case.grade_label
