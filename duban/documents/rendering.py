"""The files of an issued document: made from the frozen content, outside any transaction."""

import logging
from functools import partial
from pathlib import PurePosixPath
from typing import Literal

from django.core.files.base import ContentFile, File
from django.db import transaction

from duban.documents.models import OfficialDocument
from duban.documents.pdf import PdfUnavailable
from duban.documents.render import content_docx, content_pdf

logger = logging.getLogger(__name__)

Form = Literal["docx", "pdf"]


def document_render(document: OfficialDocument) -> OfficialDocument:
    """Make the files that are missing; may run twice, late, or on two workers at once.

    Without Pango the docx is made all the same and the PDF is left for later.
    """
    _ensure(document, "docx")
    try:
        _ensure(document, "pdf")
    except PdfUnavailable as error:
        logger.warning("公文%s未生成PDF：%s", document.number, error)
    return document


def document_file(document: OfficialDocument, form: Form) -> File:
    """The file opened for reading; made now when it is missing. Who may read is the caller's duty.

    PdfUnavailable, with what to install, when a PDF is asked for and none can be made.
    """
    _ensure(document, form)
    return getattr(document, form).open("rb")


def document_file_name(document: OfficialDocument, form: Form) -> str:
    """Name for the download: number and title, free of what file systems refuse."""
    name = f"{document.number} {document.title}"
    safe = "".join(" " if char in '\\/:*?"<>|\n' else char for char in name)
    return f"{safe[:100].strip()}.{form}"


def _ensure(document: OfficialDocument, form: Form) -> None:
    field = getattr(document, form)
    if field and field.storage.exists(field.name):
        return
    render = content_docx if form == "docx" else content_pdf
    _keep(document, form, render(document.typed_content(), code=document.verification_code))


def _keep(document: OfficialDocument, form: Form, data: bytes) -> None:
    """Store the bytes and name them on the row; the first of two workers wins."""
    field = getattr(document, form)
    name = f"{document.office_id}/{document.year}/{document.pk}-{document.verification_code}.{form}"
    saved = field.storage.save(str(PurePosixPath("documents") / name), ContentFile(data))
    with transaction.atomic():
        row = OfficialDocument.objects.select_for_update().get(pk=document.pk)
        present = getattr(row, form)
        if present and present.name != saved and present.storage.exists(present.name):
            transaction.on_commit(partial(field.storage.delete, saved))
            saved = present.name
        else:
            setattr(row, form, saved)
            row.save(update_fields=[form])
    setattr(document, form, saved)
