"""What a reader of values does not tell of an .xlsx: formulas and hidden rows. Pure.

The parts are read as XML once; a part with a DOCTYPE, or an archive that unpacks to more than the
limit, is not opened at all.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import ParseError, iterparse

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REL_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
UNPACKED_LIMIT = 400 * 1024 * 1024


class BrokenWorkbookError(ValueError):
    """The archive is not a workbook that may be opened."""


@dataclass(frozen=True)
class Marks:
    """Addresses such as B5, and row numbers, of one sheet."""

    formulas: tuple[str, ...]
    hidden_rows: tuple[int, ...]


def marks_of(stream: IO[bytes], sheet: str) -> Marks:
    """Formulas and hidden rows of the sheet of that name. Raises BrokenWorkbookError."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
                raise BrokenWorkbookError("解压后的内容过大")
            return _scan(archive, _path_of(archive, sheet))
    except (zipfile.BadZipFile, ParseError, KeyError, OSError) as error:
        raise BrokenWorkbookError("文件损坏，无法打开") from error


def _scan(archive: zipfile.ZipFile, path: str) -> Marks:
    formulas: list[str] = []
    hidden: list[int] = []
    cell = ""
    with _part(archive, path) as part:
        for event, element in iterparse(part, ("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if event == "start" and tag == "row" and element.get("hidden") in ("1", "true"):
                hidden.append(int(element.get("r", "0")))
            elif event == "start" and tag == "c":
                cell = element.get("r", "?")
            elif event == "start" and tag == "f":
                formulas.append(cell)
            elif event == "end" and tag == "row":
                element.clear()
    return Marks(tuple(formulas), tuple(hidden))


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str:
    wanted = ""
    with _part(archive, "xl/workbook.xml") as part:
        for _, element in iterparse(part):
            if element.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet") and element.get("name") == sheet:
                wanted = element.get(_REL) or element.get(_REL_STRICT) or ""
    with _part(archive, "xl/_rels/workbook.xml.rels") as part:
        for _, element in iterparse(part):
            if element.get("Id") == wanted:
                target = element.get("Target", "")
                return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise BrokenWorkbookError("找不到工作表的内容")


def _part(archive: zipfile.ZipFile, path: str) -> IO[bytes]:
    with archive.open(path) as part:
        if b"<!DOCTYPE" in part.read(1024):
            raise BrokenWorkbookError("文件中含有不允许的声明")
    return archive.open(path)
