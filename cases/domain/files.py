"""Names and types of files. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OLE = (
    "application/CDFV2",
    "application/x-ole-storage",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-office",
)

# Ending → types its content may have; the first is what it is served as.
ACCEPTED: dict[str, tuple[str, ...]] = {
    "pdf": ("application/pdf",),
    "docx": (DOCX,),
    "xlsx": (XLSX,),
    "pptx": (PPTX,),
    "ofd": ("application/ofd",),
    "doc": ("application/msword", *OLE),
    "xls": ("application/vnd.ms-excel", *OLE),
    "ppt": ("application/vnd.ms-powerpoint", *OLE),
    "wps": ("application/vnd.ms-works", *OLE),
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
    if any(name.endswith("vbaProject.bin") for name in names):
        return "application/vnd.ms-office.macroEnabled"
    return next((kind for mark, kind in _MARKS.items() if mark in names), "application/zip")


def clean_name(name: str) -> str:
    """The name to show: no path, no control or direction marks, at most 200 characters."""
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in base if unicodedata.category(c)[0] != "C")
    shown = _UNSAFE.sub("_", shown).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if not dot:
        return shown[:200] or "未命名"
    return f"{stem[: 199 - len(ending)]}.{ending}" if stem else shown[:200]
