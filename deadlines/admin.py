"""Clocks and what was found overdue: looked at, never set by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from deadlines.models import Clock, ClockEvent, OverdueFinding
from deadlines.selectors import why_this_day
from duban.org.actor import Actor
from duban.org.roles import OFFICE
from duban.web.admin.base import ReadOnlyAdmin

TONES = {
    "正常": "success",
    "临期": "warning",
    "超期": "danger",
    "已停": "default",
    "缓办": "default",
}


class EventInline(TabularInline):
    model = ClockEvent
    extra = 0
    fields = readonly_fields = ("kind", "at", "actor_name", "reason")
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    """One limit of one unit, with the reason for its day."""

    viewers = OFFICE
    list_display = ("subject", "label", "unit", "light", "due_day", "started_at", "stopped_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("unit", AutocompleteSelectFilter),
        ("due_at", RangeDateTimeFilter),
    )
    search_fields = ("subject", "label")
    search_help_text = "按内容、名称查找"
    list_select_related = ("unit",)
    ordering = ("-id",)
    paginator = InfinitePaginator
    fields = (
        "subject",
        "label",
        "unit",
        "cycle",
        "light",
        "due_day",
        "why",
        "provisional",
        "started_at",
        "due_at",
        "original_due_at",
        "warn_at",
        "paused_at",
        "stopped_at",
    )
    readonly_fields = fields
    inlines = (EventInline,)

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(office_id=actor.office_id)

    @display(description="亮灯", label=TONES)
    def light(self, clock: Clock) -> str:
        return clock.light_label(timezone.now())

    @display(description="期限", ordering="due_at")
    def due_day(self, clock: Clock) -> Any:
        return clock.due_on

    @display(description="为什么是这天")
    def why(self, clock: Clock) -> str:
        return why_this_day(clock)


@admin.register(OverdueFinding)
class OverdueFindingAdmin(ReadOnlyAdmin):
    """超时情形 (LZ-A-10)."""

    viewers = OFFICE
    list_display = ("matter", "unit", "kind", "days_late", "found_at", "cleared_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("found_at", RangeDateTimeFilter))
    search_fields = ("clock__subject", "clock__unit__name")
    search_help_text = "按内容、单位查找"
    list_select_related = ("clock__unit",)
    paginator = InfinitePaginator
    fields = (
        "matter",
        "unit",
        "kind",
        "due_at",
        "found_at",
        "days_late",
        "note",
        "cleared_at",
        "cleared_by",
        "cleared_reason",
    )
    readonly_fields = fields

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(clock__office_id=actor.office_id)

    @display(description="内容", ordering="clock__subject")
    def matter(self, row: OverdueFinding) -> str:
        return row.clock.subject

    @display(description="单位", ordering="clock__unit__name")
    def unit(self, row: OverdueFinding) -> str:
        return row.clock.unit.label
