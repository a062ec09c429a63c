"""Import and export of matters: template, preview, confirmation, the list as a sheet."""

from __future__ import annotations

import io
import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, dumps, loads
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from import_export.admin import ImportExportMixin
from unfold.widgets import UnfoldAdminFileFieldWidget

from cases import permissions
from cases.imports.export import fetched, sheet_bytes
from cases.imports.pending import FOLDER, forget_old
from cases.imports.resource import CaseResource
from cases.imports.services import ImportReport, sheet_import
from cases.imports.sheet import ROW_LIMIT
from cases.imports.template import template_bytes
from duban.ledger.once import once
from duban.ledger.record import record
from duban.org.models import Office
from duban.rulepacks.selectors import active_version
from duban.web.admin.forms import AdminForm
from duban.web.forms import UploadField

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "cases.import"
SHOWN = 200
EXPIRES = 24 * 3600


class SheetForm(AdminForm):
    import_file = UploadField(
        label="清单文件",
        widget=UnfoldAdminFileFieldWidget,
        help_text="Excel 工作簿（.xlsx）或 CSV，不超过 50 MB、5000 行。",
        error_messages={"required": "请选择清单文件。", "empty": "这是空文件。"},
    )


class CaseSheets(ImportExportMixin, admin.ModelAdmin):
    """The buttons 导入 and 导出 of the list, and the pages behind them."""

    resource_classes = (CaseResource,)
    import_template_name = "admin/cases/case/import.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return permissions.may_register(request.actor)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list:
        name = "cases_case_import_template"
        own = path("import/template/", self.admin_site.admin_view(self.template_view), name=name)
        return [own, *super().get_urls()]

    def template_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        office, today = _office(request), timezone.localdate()
        version = active_version(office, on=today)
        if version is None:
            messages.error(request, f"{office.name}尚未启用任何规则包，请先启用。")
            return HttpResponseRedirect(reverse("admin:cases_case_changelist"))
        data = template_bytes(office=office, pack=version.pack, on=today)
        return _download("督办事项导入模板.xlsx", data)

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Preview: what would be created, or everything that is in the way."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = SheetForm(request.POST or None, request.FILES or None)
        if not form.is_bound:
            return self._import_page(request, form)
        if not form.is_valid():
            return self._import_page(request, form, status=422)
        upload = form.cleaned_data["import_file"]
        report = sheet_import(
            office=_office(request),
            stream=upload,
            by=request.actor,
            dry_run=True,
            file_name=upload.name,
        )
        for problem in report.problems:
            form.add_error("import_file", problem)
        ticket = _keep(request, upload) if report.ok and report.fresh else ""
        status = 200 if report.ok else 409
        return self._import_page(request, form, report, ticket=ticket, status=status)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The previewed file is judged again and taken in whole, once per preview."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        home = reverse("admin:cases_case_changelist")
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:cases_case_import"))
        ticket = request.POST.get("ticket", "")
        try:
            name, original, user_id = loads(ticket, salt=SALT, max_age=EXPIRES)
        except BadSignature:
            name = original = user_id = None
        if name is None or user_id != request.actor.user_id:
            messages.error(request, "预览已失效，请重新上传清单文件。")
            return HttpResponseRedirect(reverse("admin:cases_case_import"))
        key = f"import-{name.rpartition('/')[2]}"
        reports: list[ImportReport] = []
        answer = once(key, by=request.actor, act=lambda: _take_in(request, name, original, reports))
        if not answer["created"]:
            return self._import_page(
                request, SheetForm(), reports[0] if reports else None, status=409
            )
        messages.success(
            request, f"已导入 {answer['created']} 个事项，均为拟立项，请核对后报请立项。"
        )
        return HttpResponseRedirect(f"{home}?batch={answer['batch']}")

    def _import_page(
        self,
        request: HttpRequest,
        form: Any,
        report: ImportReport | None = None,
        *,
        ticket: str = "",
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "导入督办事项",
            "form": form,
            "report": report,
            "ticket": ticket,
            "shown": SHOWN,
            "is_nav_sidebar_enabled": True,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, [self.import_template_name], context, status=status)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """The list as it is filtered, as the sheet that can be imported again (LZ-A-14a)."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        rows: QuerySet = self.get_export_queryset(request)
        if rows.count() > ROW_LIMIT:
            text = f"共超过 {ROW_LIMIT} 个事项，请缩小筛选范围，或在台账页导出。"
            messages.error(request, text)
            return HttpResponseRedirect(reverse("admin:cases_case_changelist"))
        return _exported(request, rows)


def _exported(request: HttpRequest, rows: QuerySet) -> HttpResponse:
    resource = CaseResource()
    cells = [resource.export_resource(case) for case in fetched(rows)]
    record(
        _office(request),
        "export_cases",
        label="导出督办事项",
        by=request.actor,
        at=timezone.now(),
        office_id=request.actor.office_id,
        changes={"rows": [None, len(cells)]},
    )
    return _download(f"督办事项-{timezone.localdate().isoformat()}.xlsx", sheet_bytes(cells))


def _keep(request: HttpRequest, upload: Any) -> str:
    """The file as previewed waits for the confirmation; its name is told only signed."""
    forget_old(at=timezone.now())
    upload.seek(0)
    name = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", ContentFile(upload.read()))
    return dumps([name, upload.name[:200], request.actor.user_id], salt=SALT)


def _take_in(
    request: HttpRequest, name: str, original: str, reports: list[ImportReport]
) -> dict[str, Any]:
    if not default_storage.exists(name):
        return {"created": 0, "batch": ""}
    with default_storage.open(name, "rb") as kept:
        data = kept.read()
    report = sheet_import(
        office=_office(request), stream=io.BytesIO(data), by=request.actor, file_name=original
    )
    reports.append(report)
    if report.created:
        default_storage.delete(name)
    return {"created": report.created, "batch": str(report.batch or "")}


def _office(request: HttpRequest) -> Office:
    return Office.objects.select_related("root").get(pk=request.actor.office_id)


def _download(name: str, data: bytes) -> HttpResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(data, headers={"Content-Type": XLSX, "Content-Disposition": disposition})
