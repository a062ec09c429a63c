"""Rule packs are read here; putting one into force takes two people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action, display

from duban.ledger.packs import CONFIRMERS, PROPOSERS, activation_confirm, activation_propose
from duban.org.actor import Actor
from duban.org.models import Office
from duban.org.roles import STAFF
from duban.rulepacks.models import Activation, RulePackVersion
from duban.web.admin.base import ReadOnlyAdmin, object_of
from duban.web.admin.forms import AdminForm, Confirmation
from duban.web.admin.pages import ServicePage, serve
from duban.web.widgets import DateInput

READERS = STAFF | {"system_admin", "security_admin"}


@admin.register(RulePackVersion)
class RulePackVersionAdmin(ReadOnlyAdmin):
    """The regulation as loaded, word for word; a version never changes."""

    viewers = READERS
    list_display = ("title", "name", "version", "effective_on", "loaded_at")
    search_fields = ("title", "name")
    search_help_text = "按标题、名称查找"
    list_select_related = ("loaded_by",)
    fields = (
        "title",
        "name",
        "version",
        "effective_on",
        "sha256",
        "loaded_by",
        "loaded_at",
        "text",
    )
    readonly_fields = fields

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.defer("document")

    @display(description="原文")
    def text(self, row: RulePackVersion) -> str:
        return format_html('<pre class="whitespace-pre-wrap text-sm">{}</pre>', row.source)


class Proposal(AdminForm):
    """From which day which office works by which version."""

    office = forms.ModelChoiceField(Office.objects.none(), label="督查机构")
    pack_version = forms.ModelChoiceField(
        RulePackVersion.objects.none(), label="规则包版本", help_text="启用须由另一人确认。"
    )
    active_from = forms.DateField(label="启用日期", widget=DateInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = Office.objects.all()
        if actor.office_id is not None:
            offices = offices.filter(pk=actor.office_id)
            self.initial["office"] = actor.office_id
        self.fields["office"].queryset = offices
        self.fields["pack_version"].queryset = RulePackVersion.objects.all()


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """Which version is in force from when. One person proposes, another confirms."""

    viewers = READERS
    list_display = (
        "office",
        "pack_version",
        "active_from",
        "proposed_by",
        "confirmed_by",
        "standing",
    )
    list_select_related = ("office", "pack_version", "proposed_by", "confirmed_by")
    fields = (
        "office",
        "pack_version",
        "active_from",
        "proposed_by",
        "proposed_at",
        "confirmed_by",
        "confirmed_at",
    )
    actions_list = ("propose",)
    actions_detail = ("confirm",)

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows if actor.office_id is None else rows.filter(office_id=actor.office_id)

    @display(description="状态", label={"待确认": "warning", "已启用": "success", "待启用": "info"})
    def standing(self, row: Activation) -> str:
        if row.confirmed_at is None:
            return "待确认"
        return "已启用" if row.active_from <= timezone.localdate() else "待启用"

    def has_propose_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.actor.has(*PROPOSERS)

    def has_confirm_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.actor.has(*CONFIRMERS):
            return False
        row = object_of(self, request, object_id) if object_id else None
        return row is not None and row.confirmed_at is None

    @action(description="提出启用规则包", icon="add", permissions=["propose"])
    def propose(self, request: HttpRequest) -> HttpResponse:
        page = ServicePage(
            title="提出启用规则包",
            form=Proposal,
            submit="提出",
            act=lambda form, seen: activation_propose(**form.cleaned_data, by=request.actor),
            back=reverse("admin:rulepacks_activation_changelist"),
            done="已提出，请另一人确认。",
            options={"actor": request.actor},
        )
        return serve(self, request, page)

    @action(description="确认启用", url_path="confirm", icon="check", permissions=["confirm"])
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = object_of(self, request, object_id)
        page = ServicePage(
            title="确认启用规则包",
            form=Confirmation,
            submit="确认启用",
            lead="确认后，自启用日期起新立项的事项按该规则办理；在办事项仍按立项时的规则。",
            facts=(
                ("督查机构", row.office.name),
                ("规则包版本", str(row.pack_version)),
                ("启用日期", row.active_from.isoformat()),
                ("提出人", row.proposed_by.name),
            ),
            act=lambda form, seen: activation_confirm(activation=row, by=request.actor),
            back=reverse("admin:rulepacks_activation_change", args=[row.pk]),
            done="已确认启用。",
        )
        return serve(self, request, page)
