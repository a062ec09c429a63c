"""Files are judged by their content; the name they come with proves nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.models import Attachment
from cases.services import file_types
from cases.services.attachments import attachment_add
from cases.tests import given
from duban.ledger.errors import RuleViolation

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
EXE = b"MZ\x90\x00" + b"\x00" * 60 + b"PE\x00\x00" + b"\x00" * 200


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


def archive(*names: str, **parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, b"<x/>")
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def image(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, kind)
    return stream.getvalue()


def ole(stream_name: str, *others: str) -> bytes:
    entries = b"".join(
        f"{name}\0".encode("utf-16-le").ljust(64, b"\0").ljust(128, b"\0")
        for name in ("Root Entry", stream_name, *others)
    )
    return OLE + entries


GOOD: dict[str, bytes] = {
    "a.pdf": PDF,
    "a.PDF": PDF,
    "a.docx": archive("[Content_Types].xml", "word/document.xml"),
    "a.xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "a.pptx": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "a.ofd": archive("OFD.xml", "Doc_0/Document.xml"),
    "a.zip": archive("清单.txt"),
    "a.doc": ole("WordDocument"),
    "a.wps": ole("WordDocument"),
    "a.xls": ole("Workbook"),
    "a.ppt": ole("PowerPoint Document"),
    "a.jpg": image("JPEG"),
    "a.jpeg": image("JPEG"),
    "a.png": image("PNG"),
    "utf8.txt": "督办材料：正文".encode(),
    "bom.txt": "﻿督办材料".encode(),
    "gbk.txt": "督办材料：正文，国标编码。".encode("gb18030"),
    "long.txt": ("一" * 40_000).encode(),
    "json.txt": b'{"a": 1}',
}
LIARS: dict[str, bytes] = {
    "exe.pdf": EXE,
    "html.jpg": b"<!DOCTYPE html><script>alert(1)</script>",
    "svg.png": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "text.pdf": "不是 PDF".encode(),
    "exe.txt": EXE,
    "pdf.jpg": PDF,
    "zip.docx": archive("readme.txt"),
    "sheet.docx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "docx.zip": archive("[Content_Types].xml", "word/document.xml"),
    "msi.doc": ole("Installer"),
    "word.xls": ole("WordDocument"),
    "cut.docx": archive("[Content_Types].xml", "word/document.xml")[:60],
    "behind.docx": b"GIF89a" + archive("[Content_Types].xml", "word/document.xml"),
    "html.pdf": b"<html>%PDF-1.4</html>",
}
MACROS: dict[str, bytes] = {
    "word.docx": archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "upper.docx": archive("[Content_Types].xml", "word/document.xml", "word/VBAPROJECT.BIN"),
    "renamed.docx": archive(
        "word/document.xml",
        "word/harmless.bin",
        **{
            "[Content_Types].xml": b'<Types><Override ContentType="application/vnd.ms-office.'
            b'vbaProject"/></Types>'
        },
    ),
    "old.doc": ole("WordDocument", "_VBA_PROJECT"),
}


@pytest.fixture
def here(db: None) -> given.Place:
    return given.place()


@pytest.fixture
def put(here: given.Place) -> Callable[[str, bytes], Attachment]:
    case = given.in_progress(here)

    def add(name: str, content: bytes) -> Attachment:
        return attachment_add(
            case=case,
            upload=SimpleUploadedFile(name, content),
            by=here.water_liaison,
            at=given.at("2026-03-10"),
        )

    return add


def test_every_accepted_type_is_known_by_its_content(put):
    for name, content in GOOD.items():
        row = put(name, content)
        assert row.content_type, name
        assert row.file.open("rb").read() == content, name


def test_a_file_that_lies_is_refused(put):
    for name, content in LIARS.items():
        with pytest.raises(RuleViolation) as refusal:
            put(name, content)
        assert "的内容与扩展名" in refusal.value.reasons["file"][0], name
    assert Attachment.objects.count() == 0


def test_documents_with_macros_are_refused_by_that_name(put):
    for name, content in MACROS.items():
        with pytest.raises(RuleViolation, match="含有宏"):
            put(name, content)


@pytest.mark.parametrize(
    "name", ["a.exe", "a.html", "a.svg", "a.docm", "a.pdf.js", "无扩展名", "a."]
)
def test_other_endings_are_not_accepted(put, name):
    with pytest.raises(RuleViolation, match="不接收"):
        put(name, PDF)


def test_an_empty_file_is_refused(put):
    with pytest.raises(RuleViolation, match="是空文件"):
        put("a.pdf", b"")


def test_an_archive_is_listed_and_never_unpacked(put, monkeypatch):
    bomb = archive(
        "[Content_Types].xml", "word/document.xml", **{"word__media.bin": b"\0" * 30_000_000}
    )
    assert len(bomb) < 100_000
    opened: list[str] = []
    original = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile,
        "open",
        lambda self, name, *a, **k: (
            opened.append(getattr(name, "filename", name)),
            original(self, name, *a, **k),
        )[1],
    )
    put("bomb.docx", bomb)
    assert opened == ["[Content_Types].xml"]


def test_an_archive_with_an_endless_list_is_not_even_listed(put, monkeypatch):
    monkeypatch.setattr(file_types, "MOST_LISTED", 4096)
    many = archive(*(f"word/{n}.xml" for n in range(200)), "word/document.xml")
    with pytest.raises(RuleViolation, match="的内容与扩展名"):
        put("many.docx", many)


def test_the_name_is_shown_and_never_used_as_a_path(put):
    for given_name, shown in (
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\年报.pdf", "年报.pdf"),
        ("fdp\u202efdp.pdf", "fdpfdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("长" * 300 + ".pdf", "长" * 195 + ".pdf"),
    ):
        row = put(given_name, PDF)
        assert row.name.startswith(shown[:20])
        assert row.name.endswith(".pdf")
        assert row.file.name.startswith(f"attachments/{row.sha256[:2]}/{row.sha256}")
