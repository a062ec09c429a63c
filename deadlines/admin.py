"""Clocks, what is owed by a day, changes of the calendar: looked at, never set by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from deadlines.models import (
    CalendarChange,
    Clock,
    ClockEvent,
    Obligation,
    ObligationEntry,
    OverdueFinding,
)
from deadlines.selectors import why_this_day
from deadlines.web.obligations import why_of
from duban.org.actor import Actor
from duban.org.roles import OFFICE, STAFF
from duban.web.admin.base import ReadOnlyAdmin

TONES = {
    "正常": "success",
    "临期": "warning",
    "超期": "danger",
    "已停": "default",
    "缓办": "default",
}


class ReadInline(TabularInline):
    """Rows that hang on another, to read: whoever sees that one sees them."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class EventInline(ReadInline):
    model = ClockEvent
    fields = readonly_fields = ("kind", "at", "actor_name", "reason")


class EntryInline(ReadInline):
    model = ObligationEntry
    fields = readonly_fields = ("on", "paper", "content", "by_name", "at")


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


@admin.register(Obligation)
class ObligationAdmin(ReadOnlyAdmin):
    """报送义务, with what has come in towards each."""

    viewers = STAFF
    list_display = ("label", "in_period", "unit", "scope", "state", "light", "due_day", "clause")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("scope", ChoicesDropdownFilter),
        ("unit", AutocompleteSelectFilter),
        ("clock__due_at", RangeDateTimeFilter),
    )
    search_fields = ("label", "unit__name", "clause", "clock__subject")
    search_help_text = "按义务、单位、条款、事项查找"
    list_select_related = ("unit", "clock")
    ordering = ("-id",)
    paginator = InfinitePaginator
    fields = readonly_fields = (
        "label",
        "in_period",
        "unit",
        "office",
        "scope",
        "state",
        "light",
        "due_day",
        "why",
        "target",
        "clause",
        "quote",
        "pack_version",
        "settled_at",
        "reason",
    )
    inlines = (EntryInline,)

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.visible_to(actor)

    @display(description="所属期", ordering="first_day")
    def in_period(self, row: Obligation) -> str:
        return row.period_name

    @display(description="亮灯", label=TONES)
    def light(self, row: Obligation) -> str:
        return row.clock.light_label(timezone.now())

    @display(description="期限", ordering="clock__due_at")
    def due_day(self, row: Obligation) -> Any:
        return row.clock.due_on

    @display(description="为什么是这天")
    def why(self, row: Obligation) -> str:
        return why_of(row)


@admin.register(CalendarChange)
class CalendarChangeAdmin(ReadOnlyAdmin):
    """日历变更: proposed and confirmed by two people on its own page."""

    viewers = STAFF
    list_display = ("title", "year", "office", "document_no", "decided_on", "state", "confirmed_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("decided_on", RangeDateFilter),
        ("confirmed_at", RangeDateTimeFilter),
    )
    search_fields = ("title", "document_no")
    search_help_text = "按标题、文号查找"
    list_select_related = ("office",)
    ordering = ("-id",)
    paginator = InfinitePaginator
    fields = readonly_fields = (
        "title",
        "year",
        "office",
        "document_no",
        "decided_on",
        "source",
        "arranged",
        "state",
        "proposed_name",
        "proposed_at",
        "closed_name",
        "confirmed_at",
        "withdrawn_at",
        "withdrawn_reason",
        "page",
    )

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.visible_to(actor)

    @display(description="安排")
    def arranged(self, row: CalendarChange) -> str:
        kinds = (("放假", row.days_off), ("上班", row.workdays))
        found = [f"{word}：{'、'.join(sorted(days))}" for word, days in kinds if days]
        return "；".join(found) or "—"

    @display(description="办理页面")
    def page(self, row: CalendarChange) -> str:
        url = reverse("calendar_changes:change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, row.title)
