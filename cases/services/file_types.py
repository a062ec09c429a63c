"""What a file is, judged by its bytes. Archives are listed, never unpacked."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Iterable

import puremagic
from django.core.files.uploadedfile import UploadedFile

from cases.domain.files import MACROS, office_kind, ole_kind

UNKNOWN = "application/octet-stream"
HEAD = 64 * 1024
# An office document lists a few hundred parts; a list of parts beyond this is an attack.
MOST_LISTED = 2 * 1024 * 1024
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_END_REACH = 64 * 1024 + 22
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENT_TYPES = "[Content_Types].xml"
_MOST_READ = 256 * 1024


def type_of_content(upload: UploadedFile) -> str:
    """The media type of the content; `UNKNOWN` where nothing fits."""
    upload.seek(0)
    head = upload.read(HEAD)
    upload.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return _archive_type(upload)
    if head.startswith(_OLE):
        return _ole_type(upload)
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    # What the library makes of text (a script, a letter, JSON) does not matter: it is kept as text.
    # A PDF may be plain text as well, but is shown by a program of its own.
    if found != "application/pdf" and is_text(head):
        return "text/plain"
    return found or UNKNOWN


def is_text(head: bytes) -> bool:
    """Whether the beginning of a file reads as UTF-8 or GB 18030; it may end inside a character."""
    if b"\x00" in head:
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return False
    return True


def _archive_type(upload: UploadedFile) -> str:
    if not _list_is_short(upload):
        return UNKNOWN
    try:
        with zipfile.ZipFile(upload.file) as archive:
            names = archive.namelist()
            kind = office_kind(names)
            return MACROS if kind != "application/zip" and _has_macros(archive, names) else kind
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        return UNKNOWN
    finally:
        upload.seek(0)


def _list_is_short(upload: UploadedFile) -> bool:
    """Read the size of the list of parts before the library reads the list itself."""
    upload.seek(max(upload.size - _END_REACH, 0))
    tail = upload.read(_END_REACH)
    upload.seek(0)
    end = tail.rfind(_END)
    if end < 0 or _END_64 in tail[:end] or len(tail) < end + 22:
        return False
    return int.from_bytes(tail[end + 12 : end + 16], "little") <= MOST_LISTED


def _has_macros(archive: zipfile.ZipFile, names: Iterable[str]) -> bool:
    """A part may carry any name; the list of content types says what it is."""
    if _CONTENT_TYPES not in names:
        return False
    with archive.open(_CONTENT_TYPES) as part:
        text = part.read(_MOST_READ).lower()
    return b"macroenabled" in text or b"vbaproject" in text


def _ole_type(upload: UploadedFile) -> str:
    """The old compound format: what is in it follows from the names of its streams."""
    found: set[str] = set()
    before = b""
    for chunk in upload.chunks():
        found |= ole_kind(before + chunk)
        before = chunk[-128:]
    upload.seek(0)
    if MACROS in found:
        return MACROS
    return next(iter(sorted(found)), UNKNOWN)
