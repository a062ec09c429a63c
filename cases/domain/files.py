"""Names and types of files. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOC, XLS, PPT = (
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
)
MACROS = "application/vnd.ms-office.macroEnabled"

# Ending → types its content may have; the first is what it is served as.
ACCEPTED: dict[str, tuple[str, ...]] = {
    "pdf": ("application/pdf",),
    "docx": (DOCX,),
    "xlsx": (XLSX,),
    "pptx": (PPTX,),
    "ofd": ("application/ofd",),
    "doc": (DOC,),
    "xls": (XLS,),
    "ppt": (PPT,),
    "wps": ("application/vnd.ms-works", DOC),
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "png": ("image/png",),
    "txt": ("text/plain",),
    "zip": ("application/zip",),
}

_MARKS = {
    "word/document.xml": DOCX,
    "xl/workbook.xml": XLSX,
    "ppt/presentation.xml": PPTX,
    "OFD.xml": "application/ofd",
}
_UNSAFE = re.compile(r'[\\/:*?"<>|]')


def office_kind(names: Sequence[str]) -> str:
    """What a zip archive is, by the parts in it; documents with macros are not accepted."""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return MACROS
    return next((kind for mark, kind in _MARKS.items() if mark in names), "application/zip")


# Streams of the compound format, by the names in its directory.
_STREAMS = {
    "WordDocument": DOC,
    "Workbook": XLS,
    "Book": XLS,
    "PowerPoint Document": PPT,
    "_VBA_PROJECT": MACROS,
}
_STREAM_NAMES = {f"{name}\0".encode("utf-16-le"): kind for name, kind in _STREAMS.items()}


def ole_kind(content: bytes) -> set[str]:
    """Types that a stretch of a compound file points to; a directory entry starts on 128 bytes."""
    return {kind for name, kind in _STREAM_NAMES.items() if name in content}


def clean_name(name: str) -> str:
    """The name to show: no path, no control or direction marks, at most 200 characters."""
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in base if unicodedata.category(c)[0] != "C")
    shown = _UNSAFE.sub("_", shown).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if not dot:
        return shown[:200] or "未命名"
    return f"{stem[: 199 - len(ending)]}.{ending}" if stem else shown[:200]
