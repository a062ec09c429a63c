"""Parts, reports and requests through the interface."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from cases.models import Assignment, Case, ClosureRequest, Extension, Feedback
from cases.tests import given
from cases.tests.api_client import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield given.place()


def two_units(made: given.Place, **changes: object) -> Case:
    parties = [given.lead(made.units["water"]), given.co(made.units["finance"])]
    return given.in_progress(made, parties=parties, **changes)


def names(body: dict, *, allowed: bool = True) -> set[str]:
    return {a["name"] for a in body["available_actions"] if a["allowed"] is allowed}


def test_a_unit_signs_reports_and_is_accepted(here: given.Place):
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.assigned(here, parties=parties)
    part = next(p for p in case.parties if not p.is_lead)
    unit, staff = Api(here, "finance_liaison"), Api(here, "secretary")
    _, body = unit.get(f"/assignments/{part.pk}/")
    assert names(body) == {"acknowledge", "object", "feedback"}
    status, body = unit.post(
        f"/assignments/{part.pk}/acknowledge/", {"responsible_person": "李小明"}
    )
    assert (status, body["state"], body["responsible_person"]) == (200, "acknowledged", "李小明")
    assert unit.post(f"/assignments/{part.pk}/acknowledge/")[0] == 409
    assert unit.post(f"/assignments/{part.pk}/report-done/", {})[0] == 400
    unit.post(f"/assignments/{part.pk}/report-done/", {"result": "资金已拨付。"})
    assert unit.post(f"/assignments/{part.pk}/accept/")[0] == 403
    status, body = staff.post(f"/assignments/{part.pk}/accept/", {})
    assert (status, body["state"]) == (200, "accepted")


def test_a_part_is_returned_or_waived_with_a_reason(here: given.Place):
    case = two_units(here)
    part = next(p for p in case.parties if not p.is_lead)
    staff = Api(here, "secretary")
    assert staff.post(f"/assignments/{part.pk}/return/", {"reason": "再核实"})[0] == 409
    assert staff.post(f"/assignments/{part.pk}/waive/", {"reason": " "})[0] in (400, 409)
    status, body = staff.post(f"/assignments/{part.pk}/waive/", {"reason": "任务已并入他项。"})
    assert (status, body["state"], body["settled_reason"]) == (200, "waived", "任务已并入他项。")


@pytest.mark.clause("CZ-3.1c")
def test_the_receipt_of_a_paper_is_registered(here: given.Place):
    case = given.assigned(here, parties=[given.lead(here.units["water"], paper=True)])
    part = Assignment.objects.get(case=case)
    staff = Api(here, "secretary")
    path = f"/assignments/{part.pk}/register-receipt/"
    assert "register-receipt" in names(staff.get(f"/assignments/{part.pk}/")[1])
    status, body = staff.post(path, {"received_on": "2026-03-11"})
    assert (status, body["reasons"]) == (409, {"received_on": ["送达日期不能晚于今天。"]})
    status, body = staff.post(path, {"received_on": "2026-03-05"})
    assert (status, body["state"]) == (200, "delivered")
    assert body["clock"]["due_on"] == "2026-06-30"


def test_a_co_unit_sees_who_else_takes_part_and_not_how_they_stand(here: given.Place):
    case = two_units(here)
    _, body = Api(here, "finance_liaison").get(f"/cases/{case.pk}/")
    lead, own = body["assignments"]
    assert (lead["unit"]["short_name"], lead["clock"], lead["acknowledged_at"]) == (
        "市水利局",
        None,
        None,
    )
    assert own["clock"]["due_on"] == "2026-06-30"


def test_a_report_is_drafted_changed_sent_and_answered(here: given.Place):
    case = two_units(here)
    part, unit, staff = case.lead, Api(here, "water_liaison"), Api(here, "secretary")
    status, body = unit.post("/feedback/", {"assignment": part.pk, "kind": "initial_report"})
    assert (status, body["state"]) == (201, "draft")
    path = f"/feedback/{body['id']}"
    assert staff.get(f"{path}/")[0] == 404
    status, body = unit.post(f"{path}/submit/")
    assert (status, set(body["reasons"])) == (409, {"content"})
    words = {"kind": "initial_report", "content": "已完成8公里。"}
    assert unit.put(f"{path}/", words)[1]["content"] == "已完成8公里。"
    assert unit.post(f"{path}/submit/")[1]["state"] == "submitted"
    assert unit.put(f"{path}/", words)[0] == 409
    assert unit.post(f"{path}/accept/")[0] == 403
    assert staff.post(f"{path}/return/", {})[0] == 409
    assert staff.post(f"{path}/accept/", {"reply": "收悉。"})[1]["state"] == "accepted"


def test_no_change_is_one_call(here: given.Place):
    case = two_units(here)
    unit = Api(here, "water_liaison")
    assert unit.post("/feedback/no-change/", {"assignment": case.lead.pk})[0] == 409
    given.report(here, case.lead, "initial_report", when="2026-03-05")
    status, body = unit.post("/feedback/no-change/", {"assignment": case.lead.pk})
    assert (status, body["kind"], body["state"]) == (201, "no_change", "submitted")


def test_reports_of_others_are_not_found_and_the_own_part_is_not_anothers(here: given.Place):
    case = two_units(here)
    given.report(here, case.lead, "initial_report", when="2026-03-05")
    row = Feedback.objects.get()
    assert Api(here, "finance_liaison").get(f"/feedback/{row.pk}/")[0] == 404
    assert Api(here, "housing_liaison").get("/feedback/")[1]["results"] == []
    sent = {"assignment": case.lead.pk, "kind": "follow_up_report", "content": "假冒"}
    assert Api(here, "finance_liaison").post("/feedback/", sent)[0] == 403
    assert Api(here, "housing_liaison").post("/feedback/", sent)[0] == 404


def asked(made: given.Place, case: Case, day: str = "2026-09-30") -> tuple[int, dict]:
    sent = {
        "assignment": case.lead.pk,
        "proposed_on": day,
        "progress": "已完成8公里。",
        "reason": "汛期不能施工。",
    }
    return Api(made, "water_liaison").post("/extensions/", sent)


def test_an_extension_is_asked_for_and_granted_by_its_chain(here: given.Place):
    case = two_units(here)
    status, body = asked(here, case)
    assert (status, body["state"]) == (201, "submitted")
    assert asked(here, case)[0] == 409
    path = f"/extensions/{body['id']}"
    assert Api(here, "finance_liaison").get(f"{path}/")[0] == 404
    assert Api(here, "water_liaison").post(f"{path}/decide/", {"approve": True})[0] == 403
    early = Api(here, "deputy").get(f"{path}/")[1]
    assert names(early, allowed=False) == {"decide"}
    assert Api(here, "secretary").post(f"{path}/decide/", {"approve": True})[0] == 200
    status, body = Api(here, "deputy").post(f"{path}/decide/", {"approve": True})
    assert (status, body["state"], body["granted_on"]) == (200, "granted", "2026-09-30")
    assert Case.objects.get().clock.due_on == date(2026, 9, 30)


def test_another_date_is_put_on_the_table_and_answered(here: given.Place):
    case = two_units(here)
    path = f"/extensions/{asked(here, case)[1]['id']}"
    staff, unit = Api(here, "secretary"), Api(here, "water_liaison")
    sent = {"counter_on": "2026-08-31", "opinion": "八月底可以完成。"}
    status, body = staff.post(f"{path}/counter/", sent)
    assert (status, body["state"]) == (200, "counter_proposed")
    assert unit.post(f"{path}/answer/", {})[0] == 400
    status, body = unit.post(f"{path}/answer/", {"accept": True})
    assert (status, body["state"]) == (200, "in_review")
    Api(here, "deputy").post(f"{path}/decide/", {"approve": True})
    assert Extension.objects.get().granted_on == date(2026, 8, 31)


def test_an_extension_is_withdrawn_by_its_unit_only(here: given.Place):
    path = f"/extensions/{asked(here, two_units(here))[1]['id']}"
    assert Api(here, "secretary").post(f"{path}/withdraw/")[0] == 403
    assert Api(here, "water_liaison").post(f"{path}/withdraw/")[1]["state"] == "withdrawn"


@pytest.mark.clause("CZ-3.5a")
def test_a_late_extension_is_refused_and_stays_on_record(here: given.Place):
    from deadlines.models import OverdueFinding

    case = two_units(here, due_on=date(2026, 3, 9))
    status, body = asked(here, case)
    assert (status, "不能再申请延期" in body["reasons"]["__all__"][0]) == (409, True)
    assert OverdueFinding.objects.get().kind == 3


def test_completion_is_applied_for_graded_and_granted(here: given.Place):
    case = given.in_progress(here)
    unit, staff, deputy = (Api(here, k) for k in ("water_liaison", "secretary", "deputy"))
    given.report(here, case.lead, "initial_report", when="2026-03-05")
    status, body = unit.post("/closures/", {"case": case.pk, "result": ""})
    path = f"/closures/{body['id']}"
    assert (status, body["state"]) == (201, "draft")
    assert staff.get(f"{path}/")[0] == 404
    assert unit.post(f"{path}/submit/")[0] == 409
    unit.post("/closures/", {"case": case.pk, "result": "已通水。"})
    assert ClosureRequest.objects.count() == 1
    status, body = unit.post(f"{path}/submit/")
    assert (status, body["state"]) == (200, "submitted")
    assert unit.get(f"{path}/suggestion/")[0] == 403
    status, body = staff.get(f"{path}/suggestion/")
    assert (status, bool(body["grade"]), bool(body["reasons"])) == (200, True, True)
    status, body = staff.post(f"{path}/decide/", {"approve": True})
    assert (status, list(body["reasons"])) == (409, ["grade"])
    graded = {"approve": True, "grade": "basic"}
    assert staff.post(f"{path}/decide/", graded)[1]["state"] == "in_review"
    status, body = deputy.post(f"{path}/decide/", graded)
    assert (status, body["state"], body["grade"]) == (200, "granted", "basic")
    assert Case.objects.get().state == "completed"


def test_an_application_is_withdrawn_and_work_goes_on(here: given.Place):
    case = given.in_progress(here)
    given.applied(here, case, when="2026-03-09")
    row = ClosureRequest.objects.get()
    unit = Api(here, "water_liaison")
    assert unit.post(f"/closures/{row.pk}/withdraw/")[1]["state"] == "withdrawn"
    assert Assignment.objects.get(case=case).state == "acknowledged"
