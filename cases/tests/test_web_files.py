"""Files in and out through the pages: streamed with a limit, handed out only as a download."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.models import Attachment, Case, NoticeKind
from cases.services.attachments import attachment_add
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.web_given import sign_in, text_of, wrong
from duban.documents.models import OfficialDocument
from duban.documents.pdf import PdfUnavailable

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
EXE = b"MZ\x90\x00" + b"\x00" * 260


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


def image(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def here(db: None) -> given.Place:
    return given.place()


@pytest.mark.parametrize("name", ["验收单“终稿”.pdf", 'a;b"c.pdf', "plain.pdf"])
def test_it_comes_back_as_a_download_only(here, name):
    case = given.in_progress(here)
    row = attachment_add(
        case=case,
        upload=SimpleUploadedFile(name, PDF),
        by=here.water_liaison,
        at=given.at("2026-03-10"),
    )
    answer = sign_in(here, "secretary").get("attachment", row.pk)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PDF
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert row.name in unquote(disposition)
    assert "\n" not in disposition
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_files_are_found_only_by_those_who_may_read_them(here):
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    row = attachment_add(
        case=case,
        upload=SimpleUploadedFile("a.pdf", PDF),
        by=here.water_liaison,
        at=given.at("2026-03-10"),
    )
    expected = {
        "secretary": 200,
        "head": 200,
        "deputy": 200,
        "water_liaison": 200,
        "finance_liaison": 404,
        "housing_liaison": 404,
        "secretary2": 404,
        "security": 404,
    }
    for who, status in expected.items():
        assert sign_in(here, who).get("attachment", row.pk).status_code == status, who


def test_a_file_goes_up_through_the_page(here):
    case = given.in_progress(here)
    unit = sign_in(here, "water_liaison")
    many = [SimpleUploadedFile(f"{n}.pdf", PDF + str(n).encode()) for n in range(3)]
    assert unit.post("attach", case.pk, file=many).status_code == 302
    assert Attachment.objects.count() == 3
    page = unit.post(
        "attach",
        case.pk,
        file=[SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.pdf", EXE)],
    )
    assert page.status_code == 409
    assert wrong(page, "file") == ["“坏.pdf”的内容与扩展名“.pdf”不符，不能上传。"]
    assert "请重新选择附件" in text_of(page)
    assert Attachment.objects.count() == 3
    page = unit.post("attach", case.pk)
    assert page.status_code == 422


def test_a_file_over_the_limit_is_refused_while_it_streams(here, settings):
    settings.DUBAN_UPLOAD_LIMIT = 100_000
    case = given.in_progress(here)
    unit = sign_in(here, "water_liaison")
    page = unit.post(
        "feedback",
        case.lead.pk,
        kind="initial_report",
        content="附上照片。",
        file=[SimpleUploadedFile("大.jpg", image("JPEG") + b"\0" * 150_000)],
    )
    assert page.status_code == 422
    assert "超过单个文件" in wrong(page, "file")[0]
    assert "附上照片。" in page.content.decode()
    assert Attachment.objects.count() == 0


class Endless(io.RawIOBase):
    """A body of 200 MB that exists only while it is read."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.left, self.tail, self.most = io.BytesIO(head), size, io.BytesIO(tail), 0

    def read(self, size: int = -1) -> bytes:
        if piece := self.head.read(size):
            return piece
        if self.left:
            count = min(self.left, size if size > 0 else self.left)
            self.left -= count
            self.most = max(self.most, count)
            return b"\0" * count
        return self.tail.read(size)


def test_two_hundred_megabytes_are_refused_without_being_kept(here):
    case = given.in_progress(here)
    unit = sign_in(here, "water_liaison")
    head = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF-1.4\n"
    )
    tail = b"\r\n--x--\r\n"
    size = 200 * 1024 * 1024
    body = Endless(head, size, tail)
    answer = unit.client.generic(
        "POST",
        f"/cases/{case.pk}/attachments/",
        b"",
        **{
            "wsgi.input": body,
            "CONTENT_LENGTH": str(len(head) + size + len(tail)),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        },
    )
    assert answer.status_code == 422
    assert "超过单个文件 50 MB 的上限" in wrong(answer, "file")[0]
    assert body.left == 0
    assert body.most <= 1024 * 1024
    assert Attachment.objects.count() == 0


def test_official_documents_go_to_those_they_are_addressed_to(here):
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    notice = notice_issue(
        assignment=case.lead,
        kind=NoticeKind.URGE,
        content="请抓紧。",
        by=here.secretary,
        at=given.at("2026-03-10"),
    )
    registration = OfficialDocument.objects.get(kind="registration_notice")
    for who, own in (
        ("water_liaison", 200),
        ("finance_liaison", 404),
        ("secretary", 200),
        ("housing_liaison", 404),
    ):
        browser = sign_in(here, who)
        assert browser.get("document_docx", notice.document_id).status_code == own, who
        all_units = 404 if who == "housing_liaison" else 200
        assert browser.get("document_docx", registration.pk).status_code == all_units, who
    answer = sign_in(here, "secretary").get("document_docx", registration.pk)
    content = b"".join(answer.streaming_content)
    assert zipfile.is_zipfile(io.BytesIO(content))
    assert "立项通知.docx" in unquote(answer["Content-Disposition"])


def test_without_a_pdf_the_page_offers_the_word_file(here, monkeypatch):
    given.in_progress(here)
    row = OfficialDocument.objects.get()

    def unavailable(document: OfficialDocument, form: str) -> None:
        raise PdfUnavailable("本机不能生成PDF，请管理员安装 Pango。")

    monkeypatch.setattr("cases.web.files.document_file", unavailable)
    page = sign_in(here, "secretary").get("document_pdf", row.pk)
    assert page.status_code == 503
    assert "请管理员安装 Pango" in text_of(page)
    assert f"/documents/{row.pk}/docx/" in page.content.decode()


def test_the_computation_sheet_shows_every_input_and_is_not_another_units(here):
    case = given.in_progress(
        here,
        parties=[
            given.lead(here.units["water"]),
            given.co(here.units["finance"]),
            given.co(here.units["housing"], "配合施工"),
        ],
    )
    case = Case.objects.get(pk=case.pk)
    clocks = {p.unit.short_name: p.clock_id for p in case.parties}
    page = text_of(sign_in(here, "secretary").get("clock", case.clock_id))
    for fact in (
        "期限计算单",
        "长政督〔2026〕1号",
        "2026年3月2日（星期一）09:00",
        "CZ-3.1b",
        "2026年6月30日（星期二）24:00前",
        "起算",
    ):
        assert fact in page
    finance = sign_in(here, "finance_liaison")
    assert finance.get("clock", clocks["市财政局"]).status_code == 200
    assert finance.get("clock", case.clock_id).status_code == 200
    assert finance.get("clock", clocks["市住建局"]).status_code == 404
    assert sign_in(here, "water_liaison").get("clock", clocks["市住建局"]).status_code == 200
    assert sign_in(here, "district_liaison").get("clock", case.clock_id).status_code == 404


def test_the_limit_of_the_product_is_fifty_megabytes():
    assert settings.DUBAN_UPLOAD_LIMIT == 50 * 1024 * 1024
