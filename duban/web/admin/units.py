"""Units and offices."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from duban.org.actor import Actor
from duban.org.models import Office, Unit, UnitAlias
from duban.org.roles import STAFF
from duban.web.admin.base import ReferenceAdmin, own_tree

UNIT_EDITORS = frozenset({"office_head", "system_admin"})


class AliasInline(TabularInline):
    """Other names under which documents mention the unit."""

    model = UnitAlias
    extra = 0
    fields = ("name",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.has(*UNIT_EDITORS)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Unit)
class UnitAdmin(ReferenceAdmin):
    """A unit is never deleted: from its day of abolition it takes nothing new."""

    viewers = STAFF
    editors = UNIT_EDITORS
    list_display = ("name", "short_name", "kind", "parent", "order", "living")
    list_filter = (("kind", ChoicesDropdownFilter), ("abolished_on", RangeDateFilter))
    search_fields = ("name", "short_name", "aliases__name")
    search_help_text = "按全称、简称、别名查找"
    list_select_related = ("parent",)
    fields = ("name", "short_name", "kind", "parent", "order", "starts_on", "abolished_on")
    autocomplete_fields = ("parent",)
    inlines = (AliasInline,)
    choices: ClassVar = {"parent": own_tree}

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(pk__in=own_tree(actor).values("pk"))

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> tuple[str, ...]:
        """The root of a tree keeps its place: its parent is not in this actor's hands."""
        given = super().get_readonly_fields(request, obj)
        is_root = obj is not None and Office.objects.filter(root=obj).exists()
        return (*given, "parent") if is_root else given

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if "parent" in form.base_fields and request.actor.office_id is not None:
            form.base_fields["parent"].required = True
        return form

    @display(description="状态", label={"现有": "success", "已撤销": "warning", "未设立": "info"})
    def living(self, row: Unit) -> str:
        on = timezone.localdate()
        if row.is_active(on=on):
            return "现有"
        return "未设立" if row.starts_on and row.starts_on > on else "已撤销"


@admin.register(Office)
class OfficeAdmin(ReferenceAdmin):
    """The supervising bodies. The tree of an office and its body stay once it is made."""

    viewers = STAFF | {"security_admin"}
    editors = UNIT_EDITORS
    list_display = ("name", "organ", "prefix", "serial_name")
    fields = (
        "name",
        "root",
        "body",
        "level_shown",
        "organ",
        "organ_mark",
        "decision_organ",
        "implementing_organ",
        "prefix",
        "serial_name",
    )
    readonly_fields = ("level_shown",)
    autocomplete_fields = ("root", "body")
    fixed = ("root",)
    choices: ClassVar = {"root": own_tree, "body": own_tree}

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows if actor.office_id is None else rows.filter(pk=actor.office_id)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor is not None and request.actor.has("system_admin")

    @display(description="检查名义")
    def level_shown(self, row: Office) -> str:
        """政府督查 or 部门检查, from what the office stands over (CZ-2.5e)."""
        return row.get_level_display() if row.root_id else "—"
