"""延期 and 办结申请 on the pages of the lead unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import (
    Assignment,
    Case,
    ClosureRequest,
    Extension,
)
from cases.services.extensions import extension_counter
from cases.tests import given
from cases.tests.web_given import buttons, sign_in, text_of, wrong
from deadlines.models import OverdueFinding, OverdueKind

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


@pytest.fixture
def matter(here: given.Place) -> Case:
    return given.in_progress(here)


def pdf(name: str = "验收单.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


def test_an_extension_shows_the_date_that_stands_and_how_often_it_may_move(here, matter):
    unit = sign_in(here, "water_liaison")
    page = text_of(unit.get("extension", matter.lead.pk))
    assert "2026年6月30日（星期二）" in page
    assert "已延期 0 次，还可申请 2 次" in page
    bad = unit.post(
        "extension", matter.lead.pk, proposed_on="2026-06-30", progress="八成", reason="汛期"
    )
    assert bad.status_code == 409
    assert wrong(bad, "proposed_on") == ["申请延至的日期须晚于现期限（2026-06-30）。"]
    assert 'value="2026-06-30"' in bad.content.decode()
    bad = unit.post("extension", matter.lead.pk, proposed_on="2026-06-31", progress="", reason="")
    assert bad.status_code == 422
    assert all(wrong(bad, name) for name in ("proposed_on", "progress", "reason"))
    good = unit.post(
        "extension",
        matter.lead.pk,
        proposed_on="2026-07-20",
        progress="八成",
        reason="汛期",
        file=[pdf("汛情通报.pdf")],
    )
    assert good.status_code == 302
    row = Extension.objects.get()
    assert row.attachments.count() == 1
    assert unit.get("extension", matter.lead.pk).status_code == 409
    assert unit.post("extension_withdraw", row.pk, version=row.version).status_code == 302
    assert Extension.objects.get().state == "withdrawn"


@pytest.mark.clause("LZ-A-9e")
def test_the_unit_reads_how_often_the_date_has_moved_and_that_it_moves_no_more():
    """决不能一约再约、一拖再拖。"""
    here = given.place("lanzhou-2018")
    matter = given.in_progress(here)
    unit = sign_in(here, "water_liaison")
    assert "已延期 0 次，还可申请 1 次" in text_of(unit.get("extension", matter.lead.pk))
    asked = given.asked(here, matter, until="2026-08-31", when="2026-03-06")
    assert "此前已延期 0 次，最多 1 次" in text_of(
        sign_in(here, "head").get("decide", asked.chain_id)
    )
    given.decided(here, asked, when="2026-03-09")
    (reason,) = buttons(unit.get("detail", matter.pk))["申请延期"]
    assert reason.startswith("已延期1次，本规则最多允许1次")
    assert unit.get("extension", matter.lead.pk).status_code == 409


@pytest.mark.clause("CZ-3.5a", "LZ-A-9a")
def test_a_request_after_the_date_is_refused_and_goes_on_record(here, matter):
    with time_machine.travel(given.at("2026-07-01"), tick=False):
        unit = sign_in(here, "water_liaison")
        assert unit.get("extension", matter.lead.pk).status_code == 409
        assert OverdueFinding.objects.count() == 0
        page = unit.post(
            "extension",
            matter.lead.pk,
            proposed_on="2026-08-20",
            progress="八成",
            reason="来不及了",
        )
    assert page.status_code == 409
    assert "本次申请已记为超时情形" in text_of(page)
    assert "来不及了" in page.content.decode()
    assert Extension.objects.count() == 0
    assert OverdueFinding.objects.get().kind == OverdueKind.REQUESTED_LATE


@pytest.mark.clause("LZ-A-9b")
@pytest.mark.parametrize(("accept", "state"), [("1", "in_review"), ("0", "refused")])
def test_another_date_is_answered_by_one_tap(here, matter, accept, state):
    unit = sign_in(here, "water_liaison")
    unit.post("extension", matter.lead.pk, proposed_on="2026-08-20", progress="八成", reason="汛期")
    extension_counter(
        extension=Extension.objects.get(),
        counter_on=date(2026, 7, 20),
        opinion="最多延到七月。",
        by=here.secretary,
        at=given.at("2026-03-10"),
    )
    assert buttons(unit.get("detail", matter.pk))["接受延至2026-07-20"] == ()
    row = Extension.objects.get()
    assert (
        unit.post("extension_answer", row.pk, accept=accept, version=row.version).status_code == 302
    )
    assert Extension.objects.get().state == state


def test_closure_is_kept_as_a_draft_with_its_evidence_and_then_submitted(here, matter):
    unit = sign_in(here, "water_liaison")
    answer = unit.post(
        "closure",
        matter.pk,
        submit_as="draft",
        result="12公里已通水。",
        evidence_kind="written_praise",
        file=[pdf("表扬.pdf")],
    )
    assert answer["Location"] == f"/cases/{matter.pk}/closure/"
    assert "12公里已通水。" not in text_of(sign_in(here, "secretary").get("detail", matter.pk))
    page = unit.get("closure", matter.pk)
    assert "表扬.pdf" in page.content.decode()
    assert "国家部委书面表扬" in page.content.decode()
    page = unit.post("closure", matter.pk, result="", version=page.context["version"])
    assert page.status_code == 409
    assert wrong(page, "result") == ["请填写办理结果。"]
    assert unit.post("closure", matter.pk, result="12公里已通水。").status_code == 302
    row = ClosureRequest.objects.get()
    assert row.state == "submitted"
    assert unit.get("closure", matter.pk).status_code == 409
    assert unit.post("closure_withdraw", row.pk, version=row.version).status_code == 302
    assert Assignment.objects.get().state == "acknowledged"
    assert sign_in(here, "secretary").post("closure_withdraw", row.pk).status_code == 403
    # Whoever applies again finds the words of the last request.
    assert unit.get("closure", matter.pk).context["form"].initial["result"] == "12公里已通水。"


def test_the_closure_waits_for_the_co_units(here):
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    unit = sign_in(here, "water_liaison")
    for answer in (unit.get("closure", case.pk), unit.post("closure", case.pk, result="完成")):
        assert answer.status_code == 409
        assert "协办单位尚未完成或免予完成：市财政局。" in text_of(answer)
    finance = next(p for p in case.parties if not p.is_lead)
    page = sign_in(here, "finance_liaison").post("report_done", finance.pk, result="资金已拨付。")
    assert page.status_code == 302
    assert Assignment.objects.get(pk=finance.pk).state == "reported_done"
