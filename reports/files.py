"""The files of a bulletin: of the frozen document, or of the draft as it stands."""

from __future__ import annotations

import io
from datetime import datetime
from typing import IO

from duban.documents.pdf import PdfUnavailable
from duban.documents.render import content_docx, content_pdf
from duban.documents.rendering import Form, document_file, document_file_name
from duban.ledger.errors import RuleViolation
from reports.documents import DRAFT_MARK, printed_content
from reports.models import Bulletin


def file_of(bulletin: Bulletin, form: Form, *, at: datetime) -> tuple[IO[bytes], str]:
    """The open file and its name; RuleViolation, with what to install, where no PDF can be made.

    Who may read it is the caller's duty.
    """
    try:
        if bulletin.document:
            return document_file(bulletin.document, form), document_file_name(
                bulletin.document, form
            )
        render = content_docx if form == "docx" else content_pdf
        data = render(printed_content(bulletin, at=at))
    except PdfUnavailable as error:
        raise RuleViolation(str(error)) from error
    return io.BytesIO(data), f"{bulletin.title}{DRAFT_MARK}.{form}"
