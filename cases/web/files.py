"""Files in and out: attachments, official documents, the printed 期限计算单."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import permissions
from cases.models import Attachment, Case
from cases.services.attachments import attachment_add
from cases.web.access import MatterForm, case_seen, case_url, require, require_now
from cases.web.case_record import documents_seen
from cases.web.due import due_of
from cases.web.forms.uploads import AttachmentUploadForm
from deadlines.models import Clock
from deadlines.selectors import computation_sheet, why_this_day
from duban.documents.models import OfficialDocument
from duban.documents.pdf import PdfUnavailable
from duban.documents.rendering import document_file, document_file_name
from duban.org.actor import Actor
from duban.org.roles import STAFF, UNIT
from duban.web.parts import Crumb

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


class AttachmentNew(MatterForm):
    """Files put on record with the matter."""

    form_class = AttachmentUploadForm
    heading = "上传附件"
    submit_label = "上传"
    anchor = "files"
    success_message = "已上传。"

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        require(self.actor.has(*STAFF, *UNIT))
        if self.actor.has(*STAFF):
            require(permissions.is_supervisor(self.object, self.actor))

    def check_now(self) -> None:
        if self.object.is_done:
            require_now({"": ["本事项已办结，不能再上传附件。"]})

    @property
    def case(self) -> Case:
        return self.object

    def perform(self, form: AttachmentUploadForm) -> str:
        for upload in form.cleaned_data["file"]:
            attachment_add(case=self.object, upload=upload, by=self.actor, at=self.at)
        return self.back()


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Always a download, never shown by the browser: what people upload is not ours to run."""
    row = get_object_or_404(Attachment.objects.visible_to(request.actor), pk=pk)
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(f"the file of attachment {row.pk} is gone") from error
    return _download(content, row.name, row.content_type)


@login_required
@require_safe
def document(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """docx or PDF of a numbered document; made now when it is missing."""
    row = get_object_or_404(OfficialDocument, pk=pk, case_id__isnull=False)
    case = case_seen(request.actor, row.case_id)
    if row.pk not in {seen.pk for seen in documents_seen(case, request.actor)}:
        raise Http404("not among the documents of this unit")
    try:
        content = document_file(row, form)
    except PdfUnavailable as error:
        return _no_pdf(request, case, row, str(error))
    return _download(content, document_file_name(row, form), TYPES[form])


def _no_pdf(request: HttpRequest, case: Case, row: OfficialDocument, reason: str) -> HttpResponse:
    context = {
        "crumbs": [
            Crumb("台账", reverse("cases:list")),
            Crumb(case.number or case.title[:20], case_url(case)),
            Crumb(row.number_text),
        ],
        "heading": "暂不能生成 PDF",
        "document": row,
        "reason": reason,
        "status": 503,
    }
    return render(request, "cases/no_pdf.html", context, status=503)


def _download(content: Any, name: str, content_type: str) -> FileResponse:
    # Django writes the name as RFC 5987 where it is not plain ASCII.
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def clock_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """期限计算单, to be printed."""
    rows = Clock.objects.filter(case_id__isnull=False).select_related("unit", "office")
    clock = get_object_or_404(rows, pk=pk)
    case = case_seen(request.actor, clock.case_id)
    if not _clock_is_open_to(request.actor, clock, case):
        raise Http404("not this unit's clock")
    at = timezone.now()
    context = {
        "crumbs": [
            Crumb("台账", reverse("cases:list")),
            Crumb(case.number or case.title[:20], case_url(case)),
            Crumb("期限计算单"),
        ],
        "case": case,
        "clock": clock,
        "sheet": computation_sheet(clock),
        "sentence": why_this_day(clock),
        "due": due_of(clock, at=at, sheet=False),
        "printed_at": at,
    }
    return render(request, "cases/print_sheet.html", context)


def _clock_is_open_to(actor: Actor, clock: Clock, case: Case) -> bool:
    """A unit reads its own clocks and the matter's; the lead reads all of them."""
    if not actor.has(*UNIT):
        return True
    return actor.unit_id in (clock.unit_id, case.lead_unit_id) or clock.pk == case.clock_id
