"""What was asked for, reached and agreed on matters, over all of them: lists to look things up in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from cases.models import Agreement, Case, Escalation, Turn
from cases.web.access import case_url
from duban.org.actor import Actor
from duban.org.roles import STAFF
from duban.web.admin.base import ReadOnlyAdmin


class ActAdmin(ReadOnlyAdmin):
    """Rows that belong to a matter; they are dealt with on its page, to which each links."""

    viewers = STAFF
    tab = ""
    paginator = InfinitePaginator
    ordering = ("-id",)
    search_help_text = "按案号、事项名称、单位查找"

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.visible_to(actor)

    def case_of(self, row: Any) -> Case:
        return row.case

    @display(description="事项")
    def matter(self, row: Any) -> str:
        return self.case_of(row).title

    @display(description="案号")
    def number(self, row: Any) -> str:
        return self.case_of(row).number or "—"

    @display(description="办理页面")
    def page(self, row: Any) -> str:
        case = self.case_of(row)
        return format_html('<a href="{}">{}</a>', case_url(case, self.tab), case.title)

    @display(description="单位")
    def unit(self, row: Any) -> str:
        return row.assignment.unit.label if row.assignment else "—"


@admin.register(Escalation)
class EscalationAdmin(ActAdmin):
    tab = "ladder"
    list_display = ("number", "matter", "unit", "label", "state", "moment", "acted_at")
    list_display_links = ("matter",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("does", ChoicesDropdownFilter),
        ("assignment__unit", AutocompleteSelectFilter),
        ("moment", RangeDateTimeFilter),
    )
    search_fields = ("case__number", "case__title", "assignment__unit__name")
    list_select_related = ("case__pack_version", "assignment__unit")
    fields = readonly_fields = (
        "page",
        "unit",
        "label",
        "does",
        "state",
        "due_at",
        "moment",
        "raised_at",
        "grounds",
        "content",
        "acted_by",
        "acted_at",
        "outcome",
        "handed_to",
        "handed_on",
    )

    @display(description="阶梯", ordering="order")
    def label(self, row: Escalation) -> str:
        return row.label


@admin.register(Turn)
class TurnAdmin(ActAdmin):
    tab = "turns"
    list_display = (
        "number",
        "matter",
        "kind",
        "asked_by",
        "state",
        "requested_at",
        "decided_at",
        "ended_at",
    )
    list_display_links = ("matter",)
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("assignment__unit", AutocompleteSelectFilter),
        ("requested_at", RangeDateTimeFilter),
    )
    search_fields = ("case__number", "case__title", "assignment__unit__name")
    list_select_related = ("case", "assignment__unit", "requested_by")
    fields = readonly_fields = (
        "page",
        "kind",
        "asked_by",
        "cycle",
        "reason",
        "progress",
        "reply",
        "expected_on",
        "due_on",
        "state",
        "requested_by",
        "requested_at",
        "decision",
        "decided_at",
        "ended_at",
        "end_reason",
    )

    @display(description="提出方")
    def asked_by(self, row: Turn) -> str:
        return row.asker


@admin.register(Agreement)
class AgreementAdmin(ActAdmin):
    tab = "agreements"
    list_display = (
        "number",
        "matter",
        "unit",
        "proposed_on",
        "agreed_on",
        "state",
        "proposed_at",
        "decided_at",
    )
    list_display_links = ("matter",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("assignment__unit", AutocompleteSelectFilter),
        ("agreed_on", RangeDateFilter),
        ("proposed_at", RangeDateTimeFilter),
    )
    search_fields = (
        "assignment__case__number",
        "assignment__case__title",
        "assignment__unit__name",
    )
    list_select_related = ("assignment__case", "assignment__unit")
    fields = readonly_fields = (
        "page",
        "unit",
        "plan",
        "proposed_on",
        "counter_on",
        "agreed_on",
        "state",
        "proposed_by",
        "proposed_at",
        "decision",
        "decided_at",
    )

    def case_of(self, row: Agreement) -> Case:
        return row.assignment.case
