"""Issuing, freezing, voiding and rendering."""

import importlib

import docx
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from duban.documents import pdf, tasks
from duban.documents.content import Number
from duban.documents.models import FrozenDocumentError, OfficialDocument
from duban.documents.pdf import PdfUnavailable, pdf_available
from duban.documents.rendering import document_file, document_file_name, document_render
from duban.documents.services import document_is_genuine, document_issue, document_void
from duban.documents.tests import given, samples
from duban.documents.tests.given import read_pdf
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office():
    return given.office()


@pytest.fixture
def issue(office):
    by = given.clerk(office)

    def make(kind="registration", prefix="漳政督", build=None, layout="official"):
        build = build or (lambda number: samples.registration_notice())
        return document_issue(
            office=office,
            kind=kind,
            prefix=prefix,
            build=build,
            layout=layout,
            by=by,
            at=given.AT,
            case_id=18,
        )

    return make


def test_issuing_gives_the_number_and_freezes_the_content(issue):
    document = issue()
    document = OfficialDocument.objects.get(pk=document.pk)
    assert document.number == "漳政督〔2026〕1号"
    assert document.typed_content().number == "漳政督〔2026〕1号"
    assert (document.year, document.seq, document.case_id) == (2026, 1, 18)
    assert document_is_genuine(document)
    entry = LedgerEntry.objects.get(subject_type="documents.officialdocument")
    assert (entry.label, entry.case_id) == ("编发文书", 18)
    assert entry.changes["number"] == ["", "漳政督〔2026〕1号"]


def test_kinds_that_share_a_prefix_share_one_row_of_numbers(issue):
    """Two documents with one 发文字号 would be one too many."""
    numbers = [issue("registration").number, issue("supervision").number]
    assert numbers == ["漳政督〔2026〕1号", "漳政督〔2026〕2号"]


def test_serials_and_documents_are_numbered_apart(issue):
    issue()
    serial = issue("bulletin", "督查通报", lambda _: samples.quarterly_bulletin(), "serial")
    assert serial.number == "《督查通报》2026年第1期"
    assert serial.typed_content().issue == 1


def test_the_builder_knows_the_number_it_writes_for(issue):
    seen = []

    def build(number: Number):
        seen.append(number.text)
        return samples.supervision_notice()

    issue(build=build)
    assert seen == ["漳政督〔2026〕1号"]


def test_content_of_the_other_family_is_refused_and_takes_no_number(issue):
    with pytest.raises(ValueError, match="serial"), transaction.atomic():
        issue(layout="serial")
    assert issue().seq == 1


def test_an_issued_document_cannot_be_changed_or_deleted(issue):
    document = issue()
    document.title = "另一标题"
    rows = OfficialDocument.objects.filter(pk=document.pk)
    for attempt in (
        document.save,
        lambda: document.save(update_fields=["content"]),
        document.delete,
        rows.delete,
        lambda: rows.update(number="漳政督〔2026〕9号"),
        lambda: OfficialDocument.objects.bulk_update([document], ["title"]),
    ):
        with pytest.raises(FrozenDocumentError):
            attempt()
    with pytest.raises(ValidationError):
        document.full_clean()


@pytest.mark.parametrize("column", ["number", "content", "seq", "sha256", "dated_on"])
def test_the_database_refuses_raw_changes_too(issue, column):
    document = issue()
    statement = f"UPDATE documents_officialdocument SET {column} = {column} WHERE id = %s"
    with (
        pytest.raises(DatabaseError, match="frozen"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [document.pk])


def test_a_void_number_stays_and_reads_so(issue, office):
    document = issue()
    by = given.clerk(given.office("他市督查室"))
    document = document_void(document=document, reason="主送单位有误", by=by, at=given.AT)
    assert str(document) == "漳政督〔2026〕1号（作废）"
    assert issue().seq == 2
    assert list(OfficialDocument.objects.in_force().values_list("seq", flat=True)) == [2]
    assert LedgerEntry.objects.filter(action="void", note="主送单位有误").count() == 1
    with pytest.raises(RuleViolation, match="已经作废"):
        document_void(document=document, reason="再次", by=by, at=given.AT)
    assert document_is_genuine(document)


def test_voiding_needs_a_reason(issue, office):
    with pytest.raises(RuleViolation, match="写明原因"):
        document_void(
            document=issue(), reason=" \n", by=given.clerk(given.office("丙")), at=given.AT
        )


def test_files_are_made_after_the_commit_and_not_before(
    issue, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(tasks.render, "delay", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        document = issue()
        assert asked == []
    assert asked == [document.pk]
    assert not document.docx


def test_a_broker_that_is_down_does_not_undo_the_act(
    issue, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(_):
        raise ConnectionError("broker")

    monkeypatch.setattr(tasks.render, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        document = issue()
    monkeypatch.setattr(tasks.render, "delay", tasks.render)
    tasks.render_missing()
    assert OfficialDocument.objects.get(pk=document.pk).docx


def test_rendering_twice_makes_one_pair_of_files(issue, tmp_path):
    document = issue()
    tasks.render(document.pk)
    tasks.render(document.pk)
    made = sorted(path.suffix for path in tmp_path.rglob("*") if path.is_file())
    assert made == ([".docx", ".pdf"] if pdf_available()[0] else [".docx"])


def test_two_workers_that_render_at_once_leave_one_pair_of_files(
    issue, tmp_path, django_capture_on_commit_callbacks
):
    document = issue()
    late = OfficialDocument.objects.get(pk=document.pk)
    document_render(document)
    with django_capture_on_commit_callbacks(execute=True):
        document_render(late)  # it still believes that there are no files
    assert late.docx.name == document.docx.name
    names = [path.name for path in tmp_path.rglob("*.docx")]
    assert len(names) == 1


def test_a_lost_file_is_made_again_from_the_frozen_content(issue, tmp_path):
    document = document_render(issue())
    with document_file(document, "docx") as file:
        before = file.read()
    for path in tmp_path.rglob("*.docx"):
        path.unlink()
    again = OfficialDocument.objects.get(pk=document.pk)
    with document_file(again, "docx") as file:
        assert file.read() == before


def test_the_files_bear_number_and_code(issue):
    document = issue()
    with document_file(document, "docx") as file:
        opened = docx.Document(file)
    assert any("漳政督〔2026〕1号" in p.text for p in opened.paragraphs)
    assert opened.core_properties.keywords == document.verification_code
    available, why = pdf_available()
    if not available:
        pytest.skip(why)
    with document_file(document, "pdf") as file:
        pages = read_pdf(file.read())
    assert "漳政督〔2026〕1号" in pages[0].text
    assert document.verification_code in pages[-1].text


def test_without_pango_the_docx_is_still_there(issue, monkeypatch, caplog):
    real = importlib.import_module

    def without_pango(name, *arguments):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *arguments)

    monkeypatch.setattr(pdf.importlib, "import_module", without_pango)
    document = document_render(issue())
    assert document.docx
    assert not document.pdf
    assert "apt-get install" in caplog.text
    with pytest.raises(PdfUnavailable):
        document_file(document, "pdf")


def test_the_download_name_is_safe(issue):
    document = issue()
    assert document_file_name(document, "pdf").startswith(
        "漳政督〔2026〕1号 漳源市人民政府督查室关于"
    )
    document.title = "../../etc/passwd\n<x>"
    name = document_file_name(document, "docx")
    assert not set('/\\\n<>"') & set(name)
    assert name.endswith(".docx")
