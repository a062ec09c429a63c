"""Matters through the interface: the same services, the same refusals."""

from collections.abc import Iterator

import pytest
import time_machine

from cases.models import Case
from cases.tests import given
from cases.tests.api_client import Api, draft_body
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-02 10:00"), tick=False):
        yield given.place()


def allowed(body: dict) -> set[str]:
    return {a["name"] for a in body["available_actions"] if a["allowed"]}


def test_a_matter_is_drafted_submitted_decided_and_assigned(here: given.Place):
    staff, chief = Api(here, "secretary"), Api(here, "chief")
    status, body = staff.post("/cases/", draft_body(here))
    assert (status, body["state"], body["number"]) == (201, "draft", "")
    assert [a["unit"]["short_name"] for a in body["assignments"]] == ["市水利局", "市财政局"]
    assert allowed(body) == {"update", "submit"}
    path = f"/cases/{body['id']}"
    status, body = staff.post(f"{path}/submit/", {"version": body["version"]})
    assert (status, body["state"]) == (200, "pending_approval")
    status, body = chief.get(f"{path}/")
    step = body["approval"]["steps"][0]
    assert (allowed(body), body["approval"]["current"]) == ({"decide"}, step["id"])
    status, body = chief.post(f"{path}/decide/", {"approve": True, "version": step["version"]})
    assert (status, body["state"], body["number"]) == (200, "registered", "长政督〔2026〕1号")
    status, body = staff.post(f"{path}/assign/", {})
    assert (status, body["state"], body["light"]) == (200, "assigned", "green")
    assert body["computation"]["sentence"].startswith("2026年3月2日")
    assert body["computation"]["clause"] == "CZ-3.1b"


def test_a_draft_is_replaced_as_a_whole(here: given.Place):
    staff = Api(here, "secretary")
    _, body = staff.post("/cases/", draft_body(here))
    changed = draft_body(here, title="河道清淤", co_units=[], version=body["version"])
    status, body = staff.put(f"/cases/{body['id']}/", changed)
    assert (status, body["title"], len(body["assignments"])) == (200, "河道清淤", 1)
    status, body = staff.put(f"/cases/{body['id']}/", changed)
    assert (status, body["stale"], body["seen"]) == (409, True, 0)


@pytest.mark.parametrize("field", ["state", "number", "grade", "office", "id", "pack_version"])
def test_what_is_nobodys_to_send_is_refused(here: given.Place, field: str):
    status, body = Api(here, "secretary").post("/cases/", draft_body(here, **{field: "closed"}))
    assert (status, body) == (400, {field: ["不接受这个字段。"]})
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"lead_unit": 0}, "lead_unit"),
        ({"importance": "urgent"}, "importance"),
        ({"co_units": [{"unit": 1}]}, "co_units"),
        ({"title": "改" * 201}, "title"),
        ({"not_secret": "maybe"}, "not_secret"),
    ],
)
def test_malformed_data_is_answered_by_field(here: given.Place, changes: dict, field: str):
    status, body = Api(here, "secretary").post("/cases/", draft_body(here, **changes))
    assert (status, list(body)) == (400, [field])


def test_a_unit_of_another_locality_does_not_exist(here: given.Place):
    there = given.place(name="安宁市", tag="安")
    sent = draft_body(here, lead_unit=there.units["water"].pk)
    status, body = Api(here, "secretary").post("/cases/", sent)
    assert (status, body) == (400, {"lead_unit": ["本机构没有这个单位。"]})


def test_what_is_not_lawful_now_comes_with_all_its_reasons(here: given.Place):
    staff = Api(here, "secretary")
    status, body = staff.post("/cases/", draft_body(here, due_on="2026-03-01", source="gossip"))
    assert (status, set(body["reasons"])) == (409, {"due_on", "source"})
    _, body = staff.post("/cases/", {"title": "只有名称"})
    status, body = staff.post(f"/cases/{body['id']}/submit/")
    assert (status, set(body["reasons"]) >= {"lead_unit"}) == (409, True)
    case = Case.objects.get()
    status, body = staff.post(f"/cases/{case.pk}/assign/")
    assert body["reasons"] == {"__all__": ["当前状态为“拟立项”，不能办理“交办”。"]}


def test_what_is_never_theirs_is_forbidden_and_what_is_unseen_is_not_found(here: given.Place):
    case = given.in_progress(here)
    for key in ("water_liaison", "water_head"):
        status, _ = Api(here, key).post(f"/cases/{case.pk}/strike-off/", {"confirmed": []})
        assert status == 403
        assert Api(here, key).post("/cases/", draft_body(here))[0] == 403
    for key in ("finance_liaison", "secretary2"):
        for method, path in (("get", "/"), ("post", "/strike-off/"), ("get", "/ledger/")):
            assert getattr(Api(here, key), method)(f"/cases/{case.pk}{path}")[0] == 404
    assert Api(here, "secretary").get("/cases/999999/")[0] == 404


def test_a_repeated_key_gets_the_first_answer_and_acts_once(here: given.Place):
    staff = Api(here, "secretary")
    first = staff.post("/cases/", draft_body(here), key="k-1")
    assert staff.post("/cases/", draft_body(here), key="k-1") == first
    assert Case.objects.count() == 1
    status, body = staff.post("/cases/", draft_body(here, title="另一事项"), key="k-1")
    assert (status, body["reasons"]["__all__"]) == (409, ["这个一次性键已用于另一请求，请换一个。"])
    assert staff.post("/cases/", draft_body(here), key="x" * 65)[0] == 400
    assert Case.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(here: given.Place):
    staff = Api(here, "secretary")
    body = draft_body(here, due_on="2026-03-01")
    assert staff.post("/cases/", body, key="k-2")[0] == 409
    assert staff.post("/cases/", draft_body(here), key="k-2")[0] == 201


def test_a_stale_version_says_both(here: given.Place):
    case = given.registered(here)
    staff = Api(here, "secretary")
    status, body = staff.post(f"/cases/{case.pk}/assign/", {"version": case.version + 3})
    assert (status, body["seen"], body["now"]) == (409, case.version + 3, case.version)
    assert Case.objects.get().state == "registered"


def test_a_refused_registration_goes_back_with_an_opinion(here: given.Place):
    case = given.draft(here)
    staff, chief = Api(here, "secretary"), Api(here, "chief")
    staff.post(f"/cases/{case.pk}/submit/")
    status, body = chief.post(f"/cases/{case.pk}/decide/", {"approve": False})
    assert (status, body["reasons"]["opinion"]) == (409, ["不同意的，须写明意见。"])
    assert staff.post(f"/cases/{case.pk}/decide/", {"approve": True})[0] == 403
    status, _ = chief.post(f"/cases/{case.pk}/decide/", {"approve": False, "opinion": "依据不足。"})
    assert (status, Case.objects.get().state) == (200, "draft")


def test_striking_off_item_by_item(here: given.Place):
    case = given.completed(here, given.in_progress(here), applied_on="2026-03-02")
    staff = Api(here, "secretary")
    assert staff.post(f"/cases/{case.pk}/strike-off/", {"confirmed": []})[0] == 409
    parts = [party.pk for party in case.parties]
    status, body = staff.post(f"/cases/{case.pk}/strike-off/", {"confirmed": parts})
    assert (status, body["state"]) == (200, "closed")


def test_the_list_filters_and_pages(here: given.Place):
    for number in range(5):
        given.draft(here, title=f"事项{number}")
    given.in_progress(here, title="在办")
    staff = Api(here, "secretary")
    assert [r["title"] for r in staff.get("/cases/", state="in_progress")[1]["results"]] == ["在办"]
    assert [r["title"] for r in staff.get("/cases/", q="事项3")[1]["results"]] == ["事项3"]
    assert len(staff.get("/cases/", light="none")[1]["results"]) == 5
    _, page = staff.get("/cases/", limit=4)
    assert (len(page["results"]), page["previous"]) == (4, None)
    _, rest = staff.get("/cases/", limit=4, cursor=page["next"])
    assert (len(rest["results"]), rest["next"]) == (2, None)
    seen = [r["id"] for r in page["results"] + rest["results"]]
    assert seen == sorted(seen, reverse=True)
    for bad in (
        {"state": "x"},
        {"limit": 9999},
        {"cursor": "'--"},
        {"due_from": "2026-99-01"},
        {"quarter": "2026Q5"},
        {"colour": "red"},
        {"lead": "water"},
    ):
        assert staff.get("/cases/", **bad)[0] == 400, bad


def test_lists_and_pages_cost_the_same_for_one_and_many(
    here: given.Place, django_assert_max_num_queries
):
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    for number in range(20):
        given.draft(here, title=f"事项{number}", parties=parties)
    case = given.in_progress(here, parties=parties)
    staff = Api(here, "secretary")
    with django_assert_max_num_queries(12):
        assert len(staff.get("/cases/", limit=200)[1]["results"]) == 21
    with django_assert_max_num_queries(30):
        staff.get(f"/cases/{case.pk}/")


def test_what_happened_is_read_and_never_written(here: given.Place):
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    given.report(here, case.lead, "initial_report", when="2026-03-02")
    _, whole = Api(here, "secretary").get(f"/cases/{case.pk}/ledger/")
    assert {"draft", "approve", "assign", "submit"} <= {row["action"] for row in whole}
    _, lead = Api(here, "water_liaison").get(f"/cases/{case.pk}/ledger/")
    _, co_unit = Api(here, "finance_liaison").get(f"/cases/{case.pk}/ledger/")
    reports = [row for row in lead if row["subject_type"] == "cases.feedback"]
    assert reports
    assert not [row for row in co_unit if row["subject_type"] == "cases.feedback"]
    before = LedgerEntry.objects.count()
    assert Api(here, "secretary").post(f"/cases/{case.pk}/ledger/")[0] == 405
    assert LedgerEntry.objects.count() == before
