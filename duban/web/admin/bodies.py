"""Standing bodies with their members, and the evaluated objects of each year."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from duban.org.actor import Actor
from duban.org.models import (
    BodyMember,
    EvaluationList,
    EvaluationObject,
    StandingBody,
)
from duban.org.roles import STAFF
from duban.web.admin.base import ReferenceAdmin, own_tree
from duban.web.admin.forms import CheckedForm
from duban.web.admin.people import offices_of, people_of

EDITORS = frozenset({"office_head", "system_admin"})


class _OwnInline(TabularInline):
    """Rows of the office's own list."""

    form = CheckedForm
    extra = 0
    choices: ClassVar[dict[str, Any]] = {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.choices:
            kwargs["queryset"] = self.choices[db_field.name](request.actor)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.has(*EDITORS)

    has_change_permission = has_add_permission


class MemberInline(_OwnInline):
    """Dated memberships; who leaves gets a last day and is never deleted."""

    model = BodyMember
    fields = ("user", "role", "title", "starts_on", "ends_on")
    autocomplete_fields = ("user",)
    choices: ClassVar = {"user": people_of}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _OfTheOffice(ReferenceAdmin):
    viewers = STAFF
    editors = EDITORS

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(office__in=offices_of(actor))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"office": request.actor.office_id}


@admin.register(StandingBody)
class StandingBodyAdmin(_OfTheOffice):
    """领导小组、办公室、督查机构、专班 (ZZ-0.3, CZ-5.3a)."""

    list_display = ("name", "kind", "unit", "present", "established_on", "dissolved_on")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("name", "unit__name", "members__user__name")
    search_help_text = "按名称、单位、成员姓名查找"
    list_select_related = ("unit",)
    fields = ("office", "kind", "name", "unit", "basis", "established_on", "dissolved_on")
    autocomplete_fields = ("unit",)
    fixed = ("office", "kind", "unit", "established_on")
    inlines = (MemberInline,)
    choices: ClassVar = {"office": offices_of, "unit": own_tree}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("members")

    @display(description="现任成员")
    def present(self, row: StandingBody) -> str:
        on = timezone.localdate()
        members = [m for m in row.members.all() if m.starts_on <= on]
        return f"{sum(m.ends_on is None or m.ends_on >= on for m in members)} 人"


class ObjectInline(_OwnInline):
    model = EvaluationObject
    fields = ("unit",)
    autocomplete_fields = ("unit",)
    choices: ClassVar = {"unit": own_tree}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.has(*EDITORS)


@admin.register(EvaluationList)
class EvaluationListAdmin(_OfTheOffice):
    """The evaluated objects of a year; units, 窗口 and 处室 each by themselves (NT-1.1, NT-1.2)."""

    list_display = ("year", "office", "number", "basis")
    list_select_related = ("office",)
    fields = ("office", "year", "basis")
    fixed = ("office", "year")
    inlines = (ObjectInline,)
    choices: ClassVar = {"office": offices_of}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("entries")

    @display(description="对象")
    def number(self, row: EvaluationList) -> str:
        return f"{len(row.entries.all())} 个"
