"""待批: everything on one screen, the right person, one decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from cases.models import Case, ClosureRequest, Extension
from cases.selectors.approvals import awaiting_count
from cases.services.attachments import attachment_add
from cases.services.cases import case_submit
from cases.services.closures import closure_draft, closure_submit
from cases.services.extensions import extension_request
from cases.services.registration import case_draft
from cases.tests import given
from cases.tests.web_given import Browser, sign_in, text_of, wrong
from duban.approvals.models import Chain
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


def asked(made: given.Place, **changes: object) -> Extension:
    case = given.in_progress(made, **changes)
    return extension_request(
        assignment=case.lead,
        proposed_on=date(2026, 8, 20),
        progress="已完成八成。",
        reason="汛期停工。",
        by=made.water_liaison,
        at=given.at("2026-03-09"),
    )


def decide(browser: Browser, chain: Chain, decision: str, **data: object) -> HttpResponse:
    page = browser.get("decide", chain.pk)
    sent = {"version": page.context["version"], "step": page.context["step"].pk, **data}
    return browser.post("decide", chain.pk, decision=decision, **sent)


def test_a_registration_is_decided_by_whom_the_pack_names(here):
    case = given.draft(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-09"))
    chain = Case.objects.get().chain
    chief = sign_in(here, "chief")
    page = text_of(chief.get("approvals"))
    assert "城区老旧供水管网改造" in page
    page = text_of(chief.get("decide", chain.pk))
    for fact in (
        "年底前通水",
        "市政府第12次常务会议纪要",
        "市财政局",
        "落实改造资金",
        "2026年6月30日（星期二）",
        "CZ-3.1a",
        "途经清明节、劳动节、端午节假期",
    ):
        assert fact in page
    assert sign_in(here, "deputy").get("decide", chain.pk).status_code in (403, 404)
    refused = decide(chief, chain, "refuse", opinion=" ")
    assert (refused.status_code, wrong(refused, "opinion")) == (409, ["不同意的，须写明意见。"])
    assert decide(chief, chain, "approve").status_code == 302
    assert Case.objects.get().state == "registered"
    again = chief.post("decide", chain.pk, decision="approve", step=chain.steps.get().pk)
    assert again.status_code == 409
    assert "本环节已由" in text_of(again)
    assert "该申请已审批完毕或已撤回。" in text_of(chief.get("decide", chain.pk))


def test_an_extension_passes_its_chain_and_the_badge_counts_what_the_list_shows(here):
    extension = asked(here)
    chain = extension.chain
    section, deputy = sign_in(here, "secretary"), sign_in(here, "deputy")
    page = text_of(section.get("decide", chain.pk))
    for fact in (
        "汛期停工。",
        "已完成八成。",
        "2026年8月20日（星期四）",
        "此前已延期 0 次，最多 2 次",
        "工作日",
    ):
        assert fact in page
    assert deputy.get("approvals").context["waiting"] == []
    assert "前一环节“科室审核”尚未审批。" in text_of(deputy.get("decide", chain.pk))
    asks = Message.objects.filter(template="approval_awaits", recipient=here.secretary.user_id)
    assert asks.unread().count() == 1
    assert decide(section, chain, "approve", opinion="情况属实。").status_code == 302
    assert asks.unread().count() == 0
    assert len(deputy.get("approvals").context["waiting"]) == awaiting_count(here.deputy) == 1
    assert section.get("approvals").context["waiting"] == []
    assert sign_in(here, "deputy2").get("decide", chain.pk).status_code in (403, 404)
    assert decide(deputy, chain, "approve").status_code == 302
    row = Extension.objects.get()
    assert (row.state, row.granted_on) == ("granted", date(2026, 8, 20))


@pytest.mark.clause("LZ-A-9b")
def test_another_date_is_put_forward_once_and_waits_for_the_unit(here):
    chain = asked(here).chain
    section = sign_in(here, "secretary")
    for data, field in (
        ({"counter_on": ""}, "counter_on"),
        ({"counter_on": "2026-06-30"}, "counter_on"),
        ({"counter_on": "2026-07-20", "opinion": ""}, "opinion"),
    ):
        page = decide(section, chain, "counter", **{"opinion": "太久。", **data})
        assert page.status_code == 409
        assert wrong(page, field)
    assert (
        decide(
            section, chain, "counter", counter_on="2026-07-20", opinion="最多到七月。"
        ).status_code
        == 302
    )
    assert Extension.objects.get().state == "counter_proposed"
    deputy = sign_in(here, "deputy")
    assert deputy.get("approvals").context["waiting"] == []
    assert awaiting_count(here.deputy) == 0
    page = deputy.get("decide", chain.pk)
    assert "承办单位尚未答复" in text_of(page)
    assert "承办单位已接受" not in text_of(page)
    assert 'value="approve"' not in page.content.decode()
    answer = deputy.post("decide", chain.pk, decision="approve")
    assert answer.status_code == 409
    # Silence does not hold the matter in suspense for ever.
    assert decide(deputy, chain, "refuse", opinion="久未答复。").status_code == 302
    assert Extension.objects.get().state == "refused"


@pytest.mark.clause("CZ-4.1.0", "CZ-4.1.1", "CZ-4.1.5")
def test_a_closure_is_graded_with_criteria_evidence_and_suggestion(here):
    case = given.in_progress(here, importance="key")
    draft = closure_draft(
        case=case, result="12公里已通水。", by=here.water_liaison, at=given.at("2026-03-09")
    )
    attachment_add(
        case=case,
        closure=draft,
        by=here.water_liaison,
        at=given.at("2026-03-09"),
        upload=SimpleUploadedFile("验收单.pdf", b"%PDF-1.4\n%%EOF"),
    )
    closure_submit(closure=draft, by=here.water_liaison, at=given.at("2026-03-09"))
    chain = ClosureRequest.objects.get().chain
    section = sign_in(here, "secretary")
    page = section.get("decide", chain.pk)
    text = text_of(page)
    assert page.context["suggested"] == "落实较好"
    for fact in (
        "12公里已通水。",
        "验收单.pdf",
        "在规定期限前完成，早于期限一日以上",
        "落实承办事项工作成绩优异、成效显著的",
        "国家部委书面表扬（未上传）",
        "进度严重滞后且不及时报告",
    ):
        assert fact in text
    assert wrong(decide(section, chain, "approve"), "grade")[0].startswith("请提出评价等级")
    page = decide(section, chain, "approve", grade="excellent", opinion="成绩突出。")
    assert (page.status_code, "须先上传" in wrong(page, "grade")[0]) == (409, True)
    assert "成绩突出。" in page.content.decode()
    page = decide(section, chain, "approve", grade="poor")
    assert "须选定情形" in wrong(page, "grade_reason")[0]
    page = decide(section, chain, "approve", grade="basic", grade_reason="no_progress")
    assert wrong(page, "grade_reason") == [
        "所选情形属于“落实较差”，与“基本落实”不符，请改选或不选。"
    ]
    assert decide(section, chain, "approve", grade="basic").status_code == 302
    deputy = sign_in(here, "deputy")
    assert deputy.get("decide", chain.pk).context["form"].initial["grade"] == "basic"
    assert "评价等级：基本落实" in text_of(deputy.get("decide", chain.pk))
    assert decide(deputy, chain, "approve", grade="good").status_code == 302
    assert decide(sign_in(here, "chief"), chain, "approve", grade="good").status_code == 302
    case = Case.objects.get()
    assert (case.state, case.grade) == ("completed", "good")


def test_whoever_wrote_it_stands_back(here):
    """The office's own head wrote the draft; where a link is the head's, another decides."""
    here = given.place("lanzhou-2018", name="远山市", tag="远")
    given.post(here, "head2", "body", "office_head", "副主任", "韩冰", "远", office=here.office)
    case = case_draft(
        office=here.office,
        facts=given.facts(source="other"),
        parties=[given.lead(here.units["water"])],
        by=here.head,
        at=given.at("2026-03-09"),
    )
    case_submit(case=case, by=here.head, at=given.at("2026-03-09"))
    chain = Case.objects.get().chain
    assert chain.current.role == "office_head"
    head = sign_in(here, "head")
    page = head.get("approvals")
    assert page.context["waiting"] == []
    assert len(page.context["recused"]) == 1
    assert awaiting_count(here.head) == 0
    assert "应当回避" in text_of(head.get("decide", chain.pk))
    assert head.post("decide", chain.pk, decision="approve").status_code == 403


def test_the_second_of_two_approvers_is_told_who_decided(here):
    extension = asked(here)
    chain = extension.chain
    first, second = sign_in(here, "secretary"), sign_in(here, "deputy")
    step = chain.current.pk
    assert decide(first, chain, "approve").status_code == 302
    # A colleague with the page still open, who could decide the next link as well.
    answer = second.post("decide", chain.pk, decision="approve", step=step, version="0")
    assert answer.status_code == 409
    assert "本环节已由秘书一科副科长 陈静审批（同意），无需再次审批。" in text_of(answer)
    assert Extension.objects.get().state == "in_review"
    wild = second.post("decide", chain.pk, decision="maybe", step=chain.steps.last().pk)
    assert wild.status_code == 409
