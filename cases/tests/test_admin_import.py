"""Import in the admin: template, preview, confirmation; nothing half, nothing twice."""

import io
from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from cases.models import Case
from cases.tests import given, sheets
from cases.tests.admin_pages import signed_in
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db

FAR = {"办结期限": "2026-06-29", "依据日期": "2026-02-26"}


@pytest.fixture
def here(settings, tmp_path) -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-02 10:00"), tick=False):
        settings.MEDIA_ROOT = tmp_path
        yield given.place()


def upload(client, data: bytes, name: str = "清单.xlsx"):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("admin:cases_case_import"), {"import_file": file})


def test_a_list_is_previewed_then_taken_in(here: given.Place, tmp_path):
    client = signed_in(here, "secretary")
    page = upload(client, sheets.sheet(sheets.row(**FAR), sheets.row(事项名称="河道清淤", **FAR)))
    html = page.content.decode()
    assert page.status_code == 200
    assert "将登记 2 个事项" in html
    assert "河道清淤" in html
    assert not Case.objects.exists()
    confirm = reverse("admin:cases_case_process_import")
    for _ in range(2):
        answer = client.post(confirm, {"ticket": page.context["ticket"]})
        assert answer.status_code == 302
    assert Case.objects.count() == 2
    assert set(Case.objects.values_list("state", flat=True)) == {"draft"}
    assert LedgerEntry.objects.filter(action="import_cases").count() == 1
    listed = client.get(answer.url)
    assert len(listed.context["cl"].result_list) == 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_refused_rows_are_listed_and_nothing_can_be_confirmed(here: given.Place, tmp_path):
    page = upload(signed_in(here, "secretary"), sheets.sheet(sheets.row(牵头单位="", **FAR)))
    html = page.content.decode()
    assert page.status_code == 409
    assert "第 2 行" in html
    assert "牵头单位：请确定牵头单位。" in html
    assert page.context["ticket"] == ""
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_was_registered_between_preview_and_confirmation_is_not_doubled(here: given.Place):
    client, data = signed_in(here, "secretary"), sheets.sheet(sheets.row(**FAR))
    ticket = upload(client, data).context["ticket"]
    sheets.send(here, data)
    answer = client.post(reverse("admin:cases_case_process_import"), {"ticket": ticket})
    assert answer.status_code == 409
    assert "与已登记的事项重复" in answer.content.decode()
    assert Case.objects.count() == 1


def test_a_ticket_is_good_for_its_owner_only_and_cannot_be_made_up(here: given.Place):
    ticket = upload(signed_in(here, "secretary"), sheets.sheet(sheets.row(**FAR))).context["ticket"]
    confirm = reverse("admin:cases_case_process_import")
    for key, sent in (("secretary2", ticket), ("secretary", "made-up"), ("secretary", "")):
        answer = signed_in(here, key).post(confirm, {"ticket": sent})
        assert answer.url == reverse("admin:cases_case_import")
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("清单.xlsx", b"", "空文件"),
        ("清单.xlsx", b"MZ\x00\x01\xff\xfe", "无法识别文件的类型或文字编码"),
        ("清单.csv", "甲,乙\n1,2".encode(), "没有找到表头"),
    ],
)
def test_a_bad_file_is_refused_beside_the_field(here: given.Place, name, data, said):
    page = upload(signed_in(here, "secretary"), data, name)
    assert page.status_code in (409, 422)
    assert said in page.content.decode()


def test_an_oversized_file_is_refused_in_words(here: given.Place, settings):
    settings.DUBAN_UPLOAD_LIMIT = 2000
    page = upload(signed_in(here, "secretary"), sheets.sheet(*[sheets.row(**FAR)] * 30))
    assert page.status_code == 422
    assert "超过单个文件" in page.content.decode()


def test_the_template_offers_the_words_of_the_pack(here: given.Place):
    response = signed_in(here, "secretary").get(reverse("admin:cases_case_import_template"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    assert book.sheet_names == ["督办事项", "示例", "填写说明", "单位名称"]
    heading = book.get_sheet_by_index(0).to_python()[0]
    assert heading[:3] == ["序号", "所属任务", "事项名称*"]
    units = {row[0] for row in book.get_sheet_by_name("单位名称").to_python()}
    assert "长平市水利局" in units


@pytest.mark.clause("LZ-A-14a")
def test_the_export_of_the_list_comes_back_without_differences(here: given.Place):
    """“实行表格化、台账式管理”"""
    given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    given.draft(here, title="河道清淤")
    client = signed_in(here, "head")
    out = client.get(reverse("admin:cases_case_export"), {"q": "管网"})
    page = upload(client, out.content)
    assert page.status_code == 200
    assert "共 1 行，与系统中的记录没有差异" in page.content.decode()
    entry = LedgerEntry.objects.filter(action="export_cases").get()
    assert entry.changes == {"rows": [None, 1]}


@pytest.mark.parametrize("key", ["security", "sysadmin"])
def test_who_registers_nothing_imports_nothing(here: given.Place, key: str):
    given.post(here, "sysadmin", "hall", "system_admin", "管理员", "赵强", office=here.office)
    client = signed_in(here, key)
    for name in ("import", "export", "import_template"):
        assert client.get(reverse(f"admin:cases_case_{name}")).status_code == 403
