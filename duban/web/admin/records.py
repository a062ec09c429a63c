"""What is on record and only read: the ledger, the documents."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from duban.documents.models import OfficialDocument
from duban.ledger.models import LedgerEntry
from duban.org.actor import Actor
from duban.org.roles import OFFICE
from duban.web.admin.base import ReadOnlyAdmin
from duban.web.stale import labelled


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """Who did what. The auditor reads all of it, the office its own; nobody writes."""

    viewers = OFFICE | {"audit_admin"}
    list_display = (
        "effective_at",
        "actor_name",
        "capacity",
        "label",
        "subject",
        "clause",
        "note_short",
    )
    list_display_links = ("effective_at", "label")
    list_filter = (("effective_at", RangeDateTimeFilter),)
    search_fields = ("actor_name", "label", "unit_name", "note")
    search_help_text = "按操作人、动作、单位、说明查找"
    ordering = ("-id",)
    paginator = InfinitePaginator
    fields = (
        "effective_at",
        "recorded_at",
        "label",
        "clause",
        "actor_name",
        "capacity",
        "on_behalf_of_name",
        "subject",
        "note",
        "what_changed",
        "batch",
        "request_id",
    )
    readonly_fields = fields

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows if actor.office_id is None else rows.filter(office_id=actor.office_id)

    @display(description="单位职务")
    def capacity(self, row: LedgerEntry) -> str:
        return f"{row.unit_name}{row.post_title}" or "—"

    @display(description="对象")
    def subject(self, row: LedgerEntry) -> str:
        return f"{_model_name(row)} {row.subject_id}"

    @display(description="说明")
    def note_short(self, row: LedgerEntry) -> str:
        return row.note[:60] or "—"

    @display(description="变化")
    def what_changed(self, row: LedgerEntry) -> str:
        lines = labelled(row.subject_type, row.changes)
        return (
            format_html_join(
                "",
                "<div>{}：{} → {}</div>",
                ((a, b or "（空）", c or "（空）") for a, b, c in lines),
            )
            or "—"
        )


def _model_name(row: LedgerEntry) -> str:
    from django.apps import apps

    try:
        return str(apps.get_model(row.subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return row.subject_type


@admin.register(OfficialDocument)
class OfficialDocumentAdmin(ReadOnlyAdmin):
    """Numbered documents with their files."""

    viewers = OFFICE
    list_display = ("number_text", "title", "dated_on", "issued_by_name", "files")
    list_filter = (("layout", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("number", "title")
    search_help_text = "按文号、标题查找"
    fields = (
        "number_text",
        "title",
        "dated_on",
        "issued_by_name",
        "created_at",
        "verification_code",
        "sha256",
        "files",
        "voided_at",
        "void_reason",
        "voided_by_name",
    )
    readonly_fields = fields
    paginator = InfinitePaginator

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(office_id=actor.office_id).defer("content")

    @display(description="文号", ordering="number")
    def number_text(self, row: OfficialDocument) -> str:
        return row.number_text

    @display(description="文件")
    def files(self, row: OfficialDocument) -> str:
        """Served through the permission check of the matter's own page."""
        links = []
        for form, label in (("docx", "Word"), ("pdf", "PDF")):
            if getattr(row, form) and (url := _file_url(row, form)):
                links.append((url, label))
        return format_html_join("　", '<a href="{}">{}</a>', links) or "—"


def _file_url(row: OfficialDocument, form: str) -> str:
    try:
        return reverse(f"cases:document_{form}", args=[row.pk])
    except NoReverseMatch:
        return ""
