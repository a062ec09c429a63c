"""Content in, bytes out: the two printed forms of a document."""

from .content import Content, OfficialContent
from .docx_document import docx_bytes
from .pages import page_context
from .pdf import html_pdf


def content_pdf(content: Content, *, code: str = "") -> bytes:
    """PDF of the content; equal content gives equal bytes on one machine. PdfUnavailable."""
    official = isinstance(content, OfficialContent)
    template = "documents/gb9704.html" if official else "documents/serial.html"
    return html_pdf(template, page_context(content, code=code))


def content_docx(content: Content, *, code: str = "") -> bytes:
    """The same as .docx, naming the office's own type faces; needs nothing installed."""
    return docx_bytes(content, code=code)
