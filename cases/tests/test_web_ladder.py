"""督办阶梯 in the browser: from the desk to the document, the request, the decision."""

from __future__ import annotations

import pytest
import time_machine

from cases.models import Case, Escalation, Notice
from cases.tests import given, ladder_given
from cases.tests.ladder_given import lived, once, rung, taken
from cases.tests.pages import signed_in
from cases.web.case_record import record_of_case
from cases.web.detail_ladder import ladder_of
from duban.approvals.models import Chain

pytestmark = pytest.mark.django_db
URGE = {"urge": rung("催办", "urge", 1)}


@pytest.fixture
def clock():
    with time_machine.travel(given.at("2026-07-01 10:00"), tick=False) as traveller:
        yield traveller


def words(client) -> list[str]:
    return [task.word for task in client.get("/").context["tasks"].tasks]


def test_one_click_from_the_desk_issues_the_drafted_document(clock):
    here = ladder_given.place(URGE)
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    section = signed_in(here, "secretary")
    assert words(section) == ["建议催办"]
    row = case.escalations.get()
    page = section.get(f"/escalations/{row.pk}/")
    content = page.context["form"].initial["content"]
    assert content.startswith("办结期限为2026年6月30日，至2026年7月1日已超期1天")
    sent = {"content": content, "version": row.version, "once": "k1"}
    answer = section.post(f"/escalations/{row.pk}/", sent)
    assert (answer.status_code, answer.url) == (302, f"/cases/{case.pk}/#ladder")
    assert Notice.objects.get().content == content
    assert words(section) == []


def test_left_with_a_reason_it_leaves_the_desk(clock):
    here = ladder_given.place(URGE)
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row = case.escalations.get()
    section = signed_in(here, "secretary")
    assert section.post(f"/escalations/{row.pk}/dismiss/", {"reason": ""}).status_code == 422
    sent = {"reason": "已当面督促。", "version": row.version}
    assert section.post(f"/escalations/{row.pk}/dismiss/", sent).status_code == 302
    assert words(section) == []
    assert "已当面督促。" in section.get(f"/cases/{case.pk}/").content.decode()


def test_who_does_not_supervise_reaches_nothing(clock):
    here = ladder_given.place(URGE)
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row = case.escalations.get()
    assert signed_in(here, "secretary2").get(f"/escalations/{row.pk}/").status_code == 404
    assert signed_in(here, "water_liaison").get(f"/escalations/{row.pk}/").status_code == 404
    assert signed_in(here, "deputy").post(f"/escalations/{row.pk}/dismiss/").status_code == 403


def test_a_notice_without_its_warning_leads_to_the_warning_first(clock):
    here = ladder_given.place(
        {"warn": rung("预警", "early_warning", 9), "go": rung("督办", "supervise", 1)}
    )
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row = case.escalations.get(rung="go", state="proposed")
    answer = signed_in(here, "secretary").get(f"/escalations/{row.pk}/")
    assert (answer.status_code, answer.url) == (
        302,
        f"/parts/{case.lead.pk}/notices/early_warning/",
    )


@pytest.mark.clause("CZ-3.4c")
def test_the_section_asks_the_chief_leader_decides_and_the_page_says_so(clock):
    """督办未果的经市政府主要领导同意后，由督查室立项督办。"""
    here = ladder_given.place()
    case = given.in_progress(here)
    lived("2026-07-07 00:05", "2026-07-07 09:00")
    taken(here, case.lead, "warn", when="2026-07-07 10:00")
    once(given.at("2026-07-09 08:35"))
    taken(here, case.lead, "supervise", when="2026-07-13 10:00")
    once(given.at("2026-07-22 09:00"))
    clock.move_to(given.at("2026-07-22 10:00"))
    row = case.escalations.get(rung="take_over")
    section = signed_in(here, "secretary")
    assert words(section) == ["建议由督查室立项督办"]
    sent = {"content": "督办未果，请批准。", "version": row.version}
    assert section.post(f"/escalations/{row.pk}/", sent).status_code == 302
    chain = Chain.objects.get(kind="escalation")
    chief = signed_in(here, "chief")
    page = chief.get(f"/approvals/{chain.pk}/")
    text = page.content.decode()
    for part in ("督办未果，请批准。", "逾期2天未回复", "主要领导同意", "CZ-3.4c"):
        assert part in text, part
    decided = {"decision": "approve", "opinion": "同意。", "step": chain.current.pk}
    assert chief.post(f"/approvals/{chain.pk}/", decided).status_code == 302
    assert Case.objects.get(pk=case.pk).supervisor == here.units["body"]
    assert (
        "已由督查室立项督办" in signed_in(here, "staff").get(f"/cases/{case.pk}/").content.decode()
    )
    assert (
        "已由督查室立项督办"
        in signed_in(here, "water_liaison").get(f"/cases/{case.pk}/").content.decode()
    )


def test_the_office_hands_a_proposal_on_and_the_section_never_sees_the_button(clock):
    here = ladder_given.place({"talk": rung("提请问责建议", "propose", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row = case.escalations.get()
    assert words(signed_in(here, "secretary")) == []
    office = signed_in(here, "staff")
    assert words(office) == ["提请问责建议"]
    sent = {"to": "市纪委监委", "on": "2026-07-01", "note": "", "version": row.version}
    assert office.post(f"/escalations/{row.pk}/", sent).status_code == 302
    assert "移送市纪委监委" in office.get(f"/cases/{case.pk}/").content.decode()
    seen = signed_in(here, "water_liaison").get(f"/cases/{case.pk}/").content.decode()
    assert "市纪委监委" not in seen


def test_what_comes_next_stands_on_the_page_with_its_day(clock):
    here = ladder_given.place()
    case = given.in_progress(here)
    at = given.at("2026-06-18 10:00")
    ladder = ladder_of(record_of_case(case, here.secretary), at=at)
    assert [(row.label, row.when, row.word) for row in ladder.parts[0].rows] == [
        ("逾期再提醒", "2026-07-01", ""),
        ("催办", "2026-07-03", ""),
        ("预警", "2026-07-07", ""),
        ("下达督办通知书", "2026-07-09", ""),
        ("由督查室立项督办", "督办通知书到期未回复满2个工作日", ""),
        ("提请问责建议", "督办通知书到期未回复满5个工作日", ""),
    ]


def test_the_sender_sees_the_load_of_the_week_and_owes_a_reason_above_it(clock):
    here = ladder_given.place(without_ladder=True, per_week=1)
    first, second = given.in_progress(here), given.in_progress(here)
    section = signed_in(here, "secretary")
    address = f"/parts/{second.lead.pk}/notices/urge/"
    assert "联络员张小明本周已收到提醒0条，上限1条" in section.get(address).content.decode()
    given.noticed(here, first.lead, "urge", when="2026-07-01 09:00")
    assert "已到上限" in section.get(address).content.decode()
    assert section.post(address, {"content": "请办。", "once": "a"}).status_code == 422
    sent = {"content": "请办。", "over_reason": "明日检查。", "once": "b"}
    assert section.post(address, sent).status_code == 302
    assert Notice.objects.count() == 2


def test_in_bulk_the_load_stands_beside_each_unit_and_above_it_a_reason_is_owed(clock):
    here = ladder_given.place(without_ladder=True, per_week=1)
    first, second = given.in_progress(here), given.in_progress(here)
    given.noticed(here, first.lead, "urge", when="2026-07-01 09:00")
    section = signed_in(here, "secretary")
    asked = {"act": "urge", "pick": [second.pk]}
    page = section.post("/cases/bulk/", asked)
    choice = page.context["choices"][0]
    assert (choice.over, choice.checked) == (True, False)
    assert choice.load == "联络员张小明本周已收到提醒1条，上限1条"
    chosen = {**asked, "row": [second.lead.pk], "confirm": "1", "reason": "请办。"}
    assert section.post("/cases/bulk/", {**chosen, "once": "a"}).status_code == 422
    assert Notice.objects.count() == 1
    answer = section.post("/cases/bulk/", {**chosen, "once": "b", "over_reason": "明日检查。"})
    assert answer.context["done"] == 1
    assert Escalation.objects.count() == 0
