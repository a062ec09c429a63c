"""约定时限, 处理方案, 退件, 超时情形 on the pages and through the interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from cases.models import Agreement, Assignment, Case, HandlingPlan
from cases.services.handling_plans import case_mark_complex
from cases.services.objections import objection_raise
from cases.tests import agreeing, given
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
    return given.place("lanzhou-2018")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def part(case: Case, kind: str = "lead") -> Assignment:
    return Assignment.objects.get(case=case, kind=kind)


def test_a_matter_to_be_agreed_shows_its_age_wherever_it_is_seen(here):
    case = agreeing.undated(here)
    said = "待约定 2026-03-09 已 6 个工作日，报告时限已过"
    assert said in text_of(sign_in(here, "staff").get("detail", case.pk))
    page = sign_in(here, "staff").get("list", part="to_agree")
    assert said in text_of(page)
    assert said in text_of(sign_in(here, "water_liaison").get("workbench"))
    late = sign_in(here, "staff").get("list", light="red")
    assert case.number not in text_of(late)


def test_the_unit_reports_a_date_and_the_office_confirms_it_from_its_desk(here):
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = agreeing.undated(here, parties=parties)
    unit, co = sign_in(here, "water_liaison"), part(case, "co")
    assert buttons(unit.get("detail", case.pk))["报告办结时限"] == ()
    form = {"proposed_on": "2026-06-30", "plan": "三月招标，六月底通水。"}
    answer = unit.post("agree", part(case).pk, **form, **{f"day_{co.pk}": "2026-07-01"})
    assert answer.status_code == 409
    assert "市财政局的时限（2026-07-01）晚于本事项办结时限（2026-06-30）" in text_of(answer)
    answer = unit.post("agree", part(case).pk, **form, **{f"day_{co.pk}": "2026-05-15"})
    assert answer.status_code == 302
    assert "报告办结时限" not in buttons(unit.get("detail", case.pk))
    agreement = Agreement.objects.get()
    office = sign_in(here, "head" if case.supervisor == here.units["body"] else "secretary")
    page = office.get("decide", agreement.chain_id)
    assert "六月底通水" in text_of(page)
    assert "市财政局：2026年5月15日" in text_of(page)
    office.post("decide", agreement.chain_id, decision="approve", opinion="")
    assert fresh(case).clock.due_on == date(2026, 6, 30)
    assert part(case, "co").clock.due_on == date(2026, 5, 15)
    assert "约定时限 2026-06-30" in text_of(unit.get("detail", case.pk))


def test_the_office_names_another_date_and_the_unit_answers_on_the_matters_page(here):
    case = agreeing.undated(here)
    agreement = agreeing.proposed(here, case)
    office = sign_in(here, "head")
    office.post(
        "decide", agreement.chain_id, decision="counter", opinion="提前。", counter_on="2026-05-29"
    )
    assert fresh(agreement).state == "counter_proposed"
    unit = sign_in(here, "water_liaison")
    assert "时限另提日期" in text_of(unit.get("workbench"))
    unit.post("agreement_answer", agreement.pk, accept="1")
    assert fresh(case).clock.due_on == date(2026, 5, 29)


def test_another_unit_never_proposes_and_does_not_see_the_plan(here):
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = agreeing.undated(here, parties=parties)
    agreeing.proposed(here, case)
    co = sign_in(here, "finance_liaison")
    assert co.get("agree", part(case).pk).status_code == 403
    assert co.get("agree", part(case, "co").pk).status_code == 403
    assert "三月招标" not in text_of(co.get("detail", case.pk))
    other = sign_in(here, "housing_liaison")
    assert other.get("agree", part(case).pk).status_code == 404


@pytest.fixture
def road() -> given.Place:
    return given.place("zhuzhou-highway-2016")


def complained(made: given.Place) -> Case:
    undated = {"due_on": None, "due_basis": "", "due_citation": ""}
    return given.in_progress(made, source="complaint", urgency="complaint", **undated)


def test_a_handling_plan_goes_its_way_through_the_pages(road):
    case = complained(road)
    office, unit = sign_in(road, "head"), sign_in(road, "water_liaison")
    assert buttons(office.get("detail", case.pk))["认定特别复杂"] == ()
    assert office.post("mark_complex", case.pk, reason="跨区征地。").status_code == 302
    plan = HandlingPlan.objects.get()
    assert "提出处理方案" in buttons(unit.get("detail", case.pk))
    answer = unit.post("plan_submit", plan.pk, content="分三步。", due_on="", person="")
    assert (wrong(answer, "person"), wrong(answer, "due_on")) == (
        ["处理方案须明确责任人（ZZ-2.3e）。"],
        ["处理方案须明确办结时限（ZZ-2.3e）。"],
    )
    unit.post("plan_submit", plan.pk, content="分三步。", due_on="2026-04-30", person="张建国")
    chain = fresh(plan).chain_id
    assert "分三步。" in text_of(office.get("decide", chain))
    office.post("decide", chain, decision="approve", opinion="")
    assert fresh(plan).state == "reported"
    assert fresh(case).clock.due_on == date(2026, 3, 23)
    form = {"approve": "1", "answered_on": "2026-03-10", "contact": "李科长", "opinion": ""}
    assert unit.post("plan_answer", plan.pk, **form).status_code == 403
    assert office.post("plan_answer", plan.pk, **form).status_code == 302
    assert fresh(case).clock.due_on == date(2026, 4, 30)
    assert "原期限 2026-03-23" in text_of(unit.get("detail", case.pk))


def test_a_report_on_the_matter_does_not_stand_for_the_plan(road):
    case = complained(road)
    by = given.supervisor(road, case)
    plan = case_mark_complex(case=case, reason="跨区征地。", by=by, at=given.at("2026-03-09"))
    given.report(road, case.lead, "follow_up_report", when="2026-03-10")
    assert fresh(plan).clock.state == "running"


def test_a_part_is_sent_back_and_another_unit_named_by_its_short_name_follows(here):
    case = given.assigned(here)
    unit, office = sign_in(here, "water_liaison"), sign_in(here, "head")
    assert buttons(unit.get("detail", case.pk))["退件"] == ()
    assert wrong(unit.post("object", part(case).pk, reason=""), "reason")
    unit.post("object", part(case).pk, reason="不属我局职责。")
    assert "退件待处理" in text_of(office.get("detail", case.pk))
    assert wrong(office.post("object_uphold", part(case).pk, successor=""), "successor")
    answer = office.post("object_uphold", part(case).pk, successor="市住建局", answer="属实。")
    assert answer.status_code == 302
    assert fresh(case).lead_unit == here.units["housing"]
    assert "背街" not in text_of(sign_in(here, "housing_liaison").get("detail", case.pk))
    assert "退件" in text_of(unit.get("detail", case.pk))


def test_a_finding_by_hand_and_its_clearing_are_each_for_whoever_may(here):
    case = given.in_progress(here)
    staff, head = sign_in(here, "staff"), sign_in(here, "head")
    assert wrong(staff.post("finding", part(case).pk, kind="other", reason=""), "reason")
    assert staff.post("finding", part(case).pk, kind="unfinished", reason="x").status_code == 422
    staff.post("finding", part(case).pk, kind="other", reason="未按程序报批。")
    finding = OverdueFinding.objects.get()
    assert "未按程序报批。" in text_of(head.get("detail", case.pk))
    assert staff.get("finding_clear", finding.pk).status_code == 403
    assert sign_in(here, "water_liaison").get("finding_clear", finding.pk).status_code == 403
    head.post("finding_clear", finding.pk, reason="系统故障所致。")
    assert "已撤销：系统故障所致。" in text_of(staff.get("detail", case.pk))
    assert staff.get("list", finding="any").context["total"] == 0


@pytest.mark.clause("LZ-A-7a")
def test_the_preview_follows_the_unit_of_the_days(here):
    """以日计算: the date changes with 自然日 / 工作日."""
    staff = sign_in(here, "staff")
    asked = {"due_count": "5"}
    assert "2026年3月15日" in text_of(staff.get("due_preview", due_unit="calendar_day", **asked))
    assert "2026年3月17日" in text_of(staff.get("due_preview", due_unit="working_day", **asked))
    to_agree = text_of(staff.get("due_preview", due_basis="agreed"))
    assert "期限待约定" in to_agree
    assert "2026年3月17日" in to_agree


def test_the_interface_takes_the_same_steps(here):
    case = agreeing.undated(here)
    unit, office = Api(here, "water_liaison"), Api(here, "head")
    row = part(case)
    status, body = unit.post(
        "/agreements/",
        {"assignment": row.pk, "plan": "六月底通水。", "proposed_on": "2026-06-30"},
    )
    assert (status, body["state"]) == (201, "submitted")
    status, body = office.post(f"/agreements/{body['id']}/decide/", {"approve": True})
    assert (status, body["agreed_on"]) == (200, "2026-06-30")
    case = given.assigned(here)
    row = part(case)
    status, _ = office.post(f"/assignments/{row.pk}/object/", {"reason": "不属我局。"})
    assert status == 403
    status, body = unit.post(f"/assignments/{row.pk}/object/", {"reason": "不属我局。"})
    assert (status, body["state"]) == (200, "objected")
    status, body = office.post(f"/assignments/{row.pk}/uphold-objection/", {})
    assert (status, list(body["reasons"])) == (409, ["successor"])
    other = {"successor": here.units["housing"].pk}
    status, body = office.post(f"/assignments/{row.pk}/uphold-objection/", other)
    assert (status, body["state"]) == (200, "waived")


def test_the_interface_carries_a_plan_to_its_end(road):
    case = complained(road)
    unit, office = Api(road, "water_liaison"), Api(road, "head")
    status, body = office.post("/plans/", {"case": case.pk, "reason": "跨区征地。"})
    assert (status, body["state"]) == (201, "owed")
    path = f"/plans/{body['id']}"
    said = {"content": "分三步。", "due_on": "2026-04-30", "person": "张建国"}
    assert unit.post(f"{path}/submit/", said)[0] == 200
    assert office.post(f"{path}/decide/", {"approve": True})[1]["state"] == "reported"
    answer = {"approve": True, "answered_on": "2026-03-10", "contact": "李科长"}
    assert unit.post(f"{path}/answer/", answer)[0] == 403
    assert office.post(f"{path}/answer/", answer)[1]["due_before"] == "2026-03-23"


def test_an_objection_is_its_units_and_the_offices_to_read(here):
    units = here.units
    co_units = [given.co(units["finance"]), given.co(units["housing"])]
    case = given.assigned(here, parties=[given.lead(units["water"]), *co_units])
    finance = Assignment.objects.get(case=case, unit=units["finance"])
    objection_raise(
        assignment=finance,
        reason="预算已冻结。",
        by=here.finance_liaison,
        at=given.at("2026-03-03"),
    )
    assert "预算已冻结。" in text_of(sign_in(here, "finance_liaison").get("detail", case.pk))
    assert "预算已冻结。" in text_of(sign_in(here, "staff").get("detail", case.pk))
    assert "预算已冻结。" not in text_of(sign_in(here, "housing_liaison").get("detail", case.pk))
