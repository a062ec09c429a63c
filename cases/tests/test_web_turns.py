"""缓办、终止、重新办理 and 更正收到日期 on the pages, and through the interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from cases.models import Case, Turn
from cases.services.turns import suspension_request
from cases.tests import given
from cases.tests.api_client import Api
from cases.tests.web_given import buttons, sign_in, text_of, wrong
from deadlines.models import OverdueFinding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


@pytest.fixture
def matter(here: given.Place) -> Case:
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    return given.in_progress(here, parties=parties)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_the_section_asks_the_leader_agrees_and_the_page_shows_that_it_rests(here, matter):
    section, leader = sign_in(here, "secretary"), sign_in(here, "deputy")
    head = buttons(section.get("detail", matter.pk))
    assert head["申请缓办"] == () == head["申请终止"]
    assert "提出重新办理" not in head
    page = text_of(section.get("suspend", matter.pk))
    assert "分管领导批准" in page
    bad = section.post("suspend", matter.pk, reason="", expected_on="2026-03-10")
    assert bad.status_code == 422
    assert wrong(bad, "reason") == ["请填写缓办理由。"]
    answer = section.post("suspend", matter.pk, reason="等待批复。", expected_on="2026-03-20")
    assert answer.status_code == 302
    turn = Turn.objects.get()
    waiting = section.get("detail", matter.pk)
    assert "申请缓办" not in buttons(waiting)
    assert "撤回缓办申请" in text_of(waiting)
    page = text_of(leader.get("decide", turn.chain.pk))
    assert "缓办申请" in page
    assert "等待批复。" in page
    step = turn.chain.current
    leader.post("decide", turn.chain.pk, decision="approve", opinion="", step=step.pk)
    rests = section.get("detail", matter.pk)
    assert buttons(rests)["恢复办理"] == ()
    assert "预计恢复 2026-03-20" in text_of(rests)
    assert {row.due.light for row in rests.context["clocks"]} == {"缓办"}
    unit = sign_in(here, "water_liaison").get("detail", matter.pk)
    assert "恢复办理" not in buttons(unit)
    assert "等待批复。" in text_of(unit)


def test_past_the_expected_day_it_stands_on_the_desk_and_is_resumed_there(here, matter):
    given.suspended(here, matter, when="2026-03-05", expected_on=date(2026, 3, 20))
    section = sign_in(here, "secretary")
    assert "缓办到期" not in text_of(section.get("workbench"))
    with time_machine.travel(given.at("2026-03-20 09:00"), tick=False):
        section = sign_in(here, "secretary")
        assert "缓办到期" in text_of(section.get("workbench"))
        answer = section.post("resume", matter.pk, reason="已获批复")
        assert answer.status_code == 302
        assert "缓办到期" not in text_of(section.get("workbench"))
    assert str(fresh(matter).clock.due_on) == "2026-07-15"


def test_a_late_request_of_the_lead_is_refused_on_its_page_and_stays_on_record():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    words = {"reason": "取消。", "progress": "已勘察。", "reply": "终止办理。"}
    with time_machine.travel(given.at("2026-07-01 09:00"), tick=False):
        unit = sign_in(here, "water_liaison")
        head = buttons(unit.get("detail", case.pk))
        assert any("期限（2026-06-30）已过" in text for text in head["申请终止"])
        assert unit.get("terminate", case.pk).status_code == 409
        answer = unit.post("terminate", case.pk, **words)
    assert answer.status_code == 409
    assert "本次申请已记为超时情形" in text_of(answer)
    assert OverdueFinding.objects.filter(kind=3).count() == 1
    assert not Turn.objects.exists()


def test_a_terminated_matter_is_listed_apart_and_shows_what_the_assigner_was_told(here, matter):
    given.terminated(here, matter, when="2026-03-10")
    staff = sign_in(here, "staff")
    page = staff.get("detail", matter.pk)
    assert "因上级取消项目，本事项终止办理。" in text_of(page)
    assert {row.due.light for row in page.context["clocks"]} == {"已终止"}
    assert buttons(page) == {}
    listed = text_of(staff.get("list", state="terminated"))
    assert matter.number in listed
    assert "已终止" in listed
    assert matter.number not in text_of(staff.get("list", state="done"))


def test_a_concluded_matter_is_reopened_and_its_first_verdict_stays_on_the_page(here, matter):
    case = given.completed(here, matter, applied_on="2026-03-05")
    section, head = sign_in(here, "secretary"), sign_in(here, "head")
    part = next(party for party in case.parties if not party.is_lead)
    answer = section.post(
        "reopen", case.pk, reason="3公里未通水。", due_on="2026-05-29", parts=[part.pk]
    )
    assert answer.status_code == 302
    turn = Turn.objects.get()
    head.post("decide", turn.chain.pk, decision="approve", opinion="", step=turn.chain.current.pk)
    case = fresh(case)
    assert (case.state, case.cycle, str(case.clock.due_on)) == ("in_progress", 2, "2026-05-29")
    page = text_of(section.get("detail", case.pk))
    assert "第 1 轮" in page
    assert "12公里管网已改造完成并通水。" in page
    assert fresh(part).clock.cycle == 2


def test_a_receipt_is_corrected_in_two_steps(here, matter):
    with time_machine.travel(given.at("2026-03-16 10:00"), tick=False):
        section = sign_in(here, "secretary")
        said = {"received_on": "2026-03-04", "reason": "送达回证记载为4日"}
        shown = section.post("correct_receipt", matter.lead.pk, **said)
        assert shown.status_code == 200
        assert "更正后的期限" in text_of(shown)
        assert "与现期限相同" in text_of(shown), "a designated day does not move with the receipt"
        assert fresh(matter.lead).delivered_at == matter.lead.delivered_at
        changed = section.post(
            "correct_receipt", matter.lead.pk, **said | {"received_on": "2026-03-05"},
            confirmed="2026-03-04",
        )  # fmt: skip
        assert changed.status_code == 200, "another day is shown again before it is taken"
        done = section.post("correct_receipt", matter.lead.pk, **said, confirmed="2026-03-04")
        assert done.status_code == 302
    assert given.localdate(fresh(matter.lead).delivered_at) == date(2026, 3, 4)


@pytest.mark.parametrize("name", ["suspend", "terminate", "reopen", "resume"])
def test_what_is_never_theirs_is_forbidden_and_what_they_do_not_see_is_not_found(
    here, matter, name
):
    assert sign_in(here, "finance_liaison").get(name, matter.pk).status_code == 403
    assert sign_in(here, "district_liaison").get(name, matter.pk).status_code == 404
    assert sign_in(here, "secretary2").get(name, matter.pk).status_code == 404


def test_a_unit_knows_nothing_of_what_the_office_still_weighs(here, matter):
    turn = suspension_request(
        case=matter, reason="内部研究。", by=here.secretary, at=given.at("2026-03-10")
    )
    page = text_of(sign_in(here, "water_liaison").get("detail", matter.pk))
    assert "内部研究。" not in page
    assert Turn.objects.visible_to(here.water_liaison).count() == 0
    given.turned(here, turn, when="2026-03-10")
    assert Turn.objects.visible_to(here.water_liaison).count() == 1


def test_the_interface_asks_decides_and_resumes(here, matter):
    section, leader = Api(here, "secretary"), Api(here, "deputy")
    body = {"case": matter.pk, "kind": "suspension", "reason": "等待批复。"}
    assert Api(here, "finance_liaison").post("/turns/", body)[0] == 403
    assert section.post("/turns/", body | {"kind": "holiday"})[0] == 400
    status, made = section.post("/turns/", body)
    assert (status, made["state"]) == (201, "submitted")
    assert section.post("/turns/", body)[0] == 409
    status, done = leader.post(f"/turns/{made['id']}/decide/", {"approve": True})
    assert (status, done["state"]) == (200, "granted")
    _, case = section.get(f"/cases/{matter.pk}/")
    allowed = {a["name"] for a in case["available_actions"] if a["allowed"]}
    assert {"resume", "termination"} <= allowed
    assert "suspension" not in allowed
    status, case = section.post(f"/cases/{matter.pk}/resume/", {"reason": "已获批复"})
    assert (status, case["state"]) == (200, "in_progress")
    assert section.get("/turns/", kind="suspension")[1]["results"][0]["state"] == "ended"


def test_the_interface_corrects_a_receipt(here, matter):
    section = Api(here, "secretary")
    path = f"/assignments/{matter.lead.pk}/correct-receipt/"
    body = {"received_on": "2026-03-04", "reason": "送达回证记载为4日"}
    assert Api(here, "water_liaison").post(path, body)[0] == 403
    assert section.post(path, {"received_on": "2026-03-04"})[0] == 400
    status, answer = section.post(path, body)
    assert (status, answer["delivered_at"][:10]) == (200, "2026-03-04")
