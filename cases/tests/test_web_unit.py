"""What a unit does on its pages: 签收, 反馈, 延期, 办结申请, 回复."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import (
    Assignment,
    Attachment,
    Case,
    Feedback,
    FeedbackKind,
    Notice,
    NoticeKind,
)
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.web_given import buttons, sign_in, text_of, wrong
from duban.ledger.models import LedgerEntry

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


def test_signing_names_the_responsible_person_and_a_second_click_is_the_first_answer(here):
    case = given.assigned(here)
    unit = sign_in(here, "water_liaison")
    for _ in range(2):
        answer = unit.post(
            "acknowledge",
            case.lead.pk,
            once="sign",
            version=case.lead.version,
            responsible_person="张建国",
        )
        assert answer.status_code == 302
    lead = Assignment.objects.get()
    assert (lead.state, lead.responsible_person) == ("acknowledged", "张建国")
    assert LedgerEntry.objects.filter(action="acknowledge").count() == 1


def test_a_report_goes_out_with_its_file_and_the_next_starts_from_it(here, matter):
    unit = sign_in(here, "water_liaison")
    answer = unit.post(
        "feedback",
        matter.lead.pk,
        kind="initial_report",
        content="已开工。",
        expected_on="2026-06-20",
        expected_person="张建国",
        file=[pdf(), pdf("二.pdf")],
    )
    assert answer["Location"] == f"/cases/{matter.pk}/#feedback"
    row = Feedback.objects.get()
    assert row.state == "submitted"
    assert sorted(row.attachments.values_list("name", flat=True)) == ["二.pdf", "验收单.pdf"]
    page = unit.get("feedback", matter.lead.pk)
    assert page.context["form"].initial["kind"] == "follow_up_report"
    assert page.context["form"].initial["expected_on"] == date(2026, 6, 20)
    assert page.context["form"].initial["content"] == ""
    assert "已开工。" in page.content.decode()
    page = sign_in(here, "water_liaison").client.get(f"/parts/{matter.lead.pk}/feedback/?from=last")
    assert page.context["form"].initial["content"] == "已开工。"


def test_a_refused_report_keeps_what_was_typed_and_says_what_is_missing(here, matter):
    unit = sign_in(here, "water_liaison")
    page = unit.post("feedback", matter.lead.pk, kind="difficulty_report", content="进展受阻。")
    assert page.status_code == 409
    assert wrong(page, "problem") == ["请写明存在的困难和问题（CZ-3.3b）。"]
    assert wrong(page, "proposal") == ["请提出下一步工作意见建议（CZ-3.3b）。"]
    assert "进展受阻。" in page.content.decode()
    assert Feedback.objects.count() == 0
    page = unit.post(
        "feedback",
        matter.lead.pk,
        kind="initial_report",
        content="好",
        file=[SimpleUploadedFile("假.pdf", b"MZ\x90\x00" + b"\x00" * 200)],
    )
    assert wrong(page, "file") == ["“假.pdf”的内容与扩展名“.pdf”不符，不能上传。"]
    assert (Feedback.objects.count(), Attachment.objects.count()) == (0, 0)


@pytest.mark.clause("LZ-B-10a")
def test_only_the_kinds_that_are_lawful_now_are_offered():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, due_basis="designated", source="other")
    unit = sign_in(here, "water_liaison")

    def offered() -> set[str]:
        field = unit.get("feedback", case.lead.pk).context["form"].fields["kind"]
        return {kind for kind, _ in field.choices}

    assert offered() == {"initial_report", "difficulty_report"}
    assert buttons(unit.get("detail", case.pk))["申请办结"] != ()
    given.report(
        here,
        case.lead,
        "initial_report",
        when="2026-03-04",
        expected_on=date(2026, 6, 1),
        expected_person="张建国",
    )
    assert offered() == {"follow_up_report", "verified_report", "difficulty_report"}
    page = unit.post("feedback", case.lead.pk, kind="initial_report", content="再报一次初报")
    assert page.status_code == 422
    assert wrong(page, "kind")


def test_no_change_is_one_tap_once_there_is_a_first_report(here, matter):
    unit = sign_in(here, "water_liaison")
    refused = unit.post("no_change", matter.lead.pk)
    assert refused.status_code == 409
    assert "首次反馈须填写进展情况" in refused.content.decode()
    given.report(here, matter.lead, "initial_report", when="2026-03-04")
    assert unit.post("no_change", matter.lead.pk).status_code == 302
    assert Feedback.objects.filter(kind=FeedbackKind.NO_CHANGE, state="submitted").count() == 1


def test_a_draft_is_kept_continued_and_seen_by_its_unit_alone(here, matter):
    unit = sign_in(here, "water_liaison")
    unit.post(
        "feedback",
        matter.lead.pk,
        kind="initial_report",
        content="写到一半",
        submit_as="draft",
        file=[pdf("底稿.pdf")],
    )
    row = Feedback.objects.get()
    assert row.state == "draft"
    staff = sign_in(here, "secretary")
    for text in ("写到一半", "底稿.pdf"):
        assert text not in text_of(staff.get("detail", matter.pk))
    assert staff.get("attachment", Attachment.objects.get().pk).status_code == 404
    assert staff.get("feedback_edit", row.pk).status_code == 404
    page = unit.get("feedback_edit", row.pk)
    assert "写到一半" in page.content.decode()
    assert (
        unit.post(
            "feedback_edit",
            row.pk,
            kind="initial_report",
            content="写完了。",
            version=page.context["version"],
        ).status_code
        == 302
    )
    row = Feedback.objects.get()
    assert (row.state, row.content) == ("submitted", "写完了。")
    assert unit.get("feedback_edit", row.pk).status_code == 409
    assert unit.post("feedback_discard", row.pk).status_code == 409


def test_a_notice_is_receipted_and_replied(here, matter):
    notice = notice_issue(
        assignment=matter.lead,
        kind=NoticeKind.URGE,
        content="请抓紧。",
        by=here.secretary,
        at=given.at("2026-03-09"),
    )
    unit = sign_in(here, "water_liaison")
    assert unit.post("notice_receipt", notice.pk, version=notice.version).status_code == 302
    page = unit.post("notice_reply", notice.pk, reply=" ")
    assert page.status_code == 422
    assert unit.post("notice_reply", notice.pk, reply="已加派人手。").status_code == 302
    assert Notice.objects.get().reply == "已加派人手。"
    assert unit.get("notice_reply", notice.pk).status_code == 409
