"""The buttons of the admin call the services; what is not lawful now says why."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from cases.models import Case, Feedback, Notice
from cases.tests import given
from cases.tests.admin_pages import signed_in
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-02 10:00"), tick=False):
        yield given.place()


def step(case: Case, name: str) -> str:
    return reverse("admin:cases_case_change", args=[case.pk]).replace("change/", f"{name}/")


def said(response) -> str:
    return "；".join(str(m) for m in get_messages(response.wsgi_request))


def test_a_draft_is_submitted_and_a_registered_matter_assigned(here: given.Place):
    case = given.draft(here)
    client = signed_in(here, "secretary")
    page = client.get(step(case, "submit"))
    assert page.status_code == 200
    assert Case.objects.get().state == "draft"
    answer = client.post(step(case, "submit"), {"version": case.version, "once": "a1"})
    assert (answer.status_code, Case.objects.get().state) == (302, "pending_approval")
    case = given.registered(here, title="河道清淤")
    client.post(step(case, "assign"), {"once": "a2"})
    assert Case.objects.get(pk=case.pk).state == "assigned"
    entry = LedgerEntry.objects.filter(case_id=case.pk, action="assign").get()
    assert entry.actor_name == "陈静"


def test_what_is_not_lawful_now_is_answered_with_its_reasons(here: given.Place):
    case = given.draft(here)
    client = signed_in(here, "secretary")
    answer = client.get(step(case, "assign"))
    assert answer.status_code == 302
    assert "当前状态为“拟立项”，不能办理“交办”" in said(answer)
    answer = client.get(step(case, "urge"))
    assert "没有正在办理的单位" in said(answer)


def test_a_stale_page_changes_nothing_and_a_double_click_acts_once(here: given.Place):
    case = given.registered(here)
    client = signed_in(here, "secretary")
    stale = client.post(step(case, "assign"), {"version": case.version + 7, "once": "b1"})
    assert stale.status_code == 409
    assert "已被他人更新" in stale.content.decode()
    assert Case.objects.get().state == "registered"
    for _ in range(2):
        assert client.post(step(case, "assign"), {"once": "b2"}).status_code == 302
    assert LedgerEntry.objects.filter(case_id=case.pk, action="assign").count() == 1


def test_a_get_moves_nothing(here: given.Place):
    case = given.registered(here)
    signed_in(here, "secretary").get(step(case, "assign"))
    assert Case.objects.get().state == "registered"


def test_a_unit_is_urged_then_warned_then_supervised(here: given.Place):
    case = given.in_progress(here)
    client = signed_in(here, "head")
    part = case.lead
    early = client.post(step(case, "supervise"), {"assignment": part.pk, "content": "请抓紧。"})
    assert early.status_code == 409
    assert "下达督办通知书前应先提出预警" in early.content.decode()
    for name in ("urge", "warn", "supervise"):
        words = {"assignment": part.pk, "content": "请抓紧推进。", "once": name}
        assert client.post(step(case, name), words).status_code == 302, name
    kinds = list(Notice.objects.order_by("id").values_list("kind", "state"))
    assert kinds == [("urge", "issued"), ("early_warning", "issued"), ("supervision", "issued")]
    blank = client.post(step(case, "urge"), {"assignment": part.pk, "content": " "})
    assert blank.status_code in (302, 422)


def test_a_unit_of_another_matter_is_no_choice(here: given.Place):
    case, other = given.in_progress(here), given.in_progress(here, title="河道清淤")
    words = {"assignment": other.lead.pk, "content": "请抓紧。"}
    assert signed_in(here, "head").post(step(case, "urge"), words).status_code == 422
    assert not Notice.objects.exists()


def test_feedback_is_accepted_and_a_return_needs_a_reason(here: given.Place):
    case = given.in_progress(here)
    given.report(here, case.lead, "initial_report", when="2026-03-20")
    row = Feedback.objects.get()
    client = signed_in(here, "secretary")
    bare = client.post(step(case, "feedback"), {"feedback": row.pk, "decision": "return"})
    assert (bare.status_code, "请写明退回理由" in bare.content.decode()) == (409, True)
    client.post(step(case, "feedback"), {"feedback": row.pk, "decision": "accept", "reply": "收悉"})
    assert Feedback.objects.get().state == "accepted"


@pytest.mark.clause("LZ-B-7b")
def test_a_matter_is_struck_off_item_by_item(here: given.Place):
    case = given.completed(here, given.in_progress(here), applied_on="2026-06-10")
    client = signed_in(here, "secretary")
    assert client.post(step(case, "strike-off"), {}).status_code == 409
    client.post(step(case, "strike-off"), {"confirmed": [p.pk for p in case.parties]})
    assert Case.objects.get().state == "closed"


def test_several_matters_are_assigned_each_with_its_answer(here: given.Place):
    ready, draft = given.registered(here), given.draft(here, title="河道清淤")
    answer = signed_in(here, "head").post(
        reverse("admin:cases_case_changelist"),
        {"action": "assign_selected", "_selected_action": [ready.pk, draft.pk]},
    )
    assert "已交办 1 个事项" in said(answer)
    assert "河道清淤：当前状态为“拟立项”" in said(answer)
    assert Case.objects.get(pk=ready.pk).state == "assigned"


def test_several_leads_are_urged_after_the_words_are_asked_for(here: given.Place):
    case = given.in_progress(here)
    client = signed_in(here, "head")
    chosen = {"action": "urge_selected", "_selected_action": [case.pk]}
    asked = client.post(reverse("admin:cases_case_changelist"), chosen)
    assert (asked.status_code, Notice.objects.count()) == (200, 0)
    client.post(reverse("admin:cases_case_changelist"), {**chosen, "content": "请报进展。"})
    assert Notice.objects.get().kind == "urge"


def test_the_list_filters_by_light_and_finds_by_unit(here: given.Place):
    given.in_progress(here, title="早已到期", due_on=given.date(2026, 3, 2), when="2026-03-01")
    given.draft(here, title="尚未立项", parties=[given.lead(here.units["finance"])])
    client = signed_in(here, "head")
    url = reverse("admin:cases_case_changelist")

    def titles(**query: str) -> list[str]:
        return [row.title for row in client.get(url, query).context["cl"].result_list]

    assert titles(light="none") == ["尚未立项"]
    assert titles(q="财政局") == ["尚未立项"]
    assert titles(state__exact="in_progress") == ["早已到期"]


def test_the_list_costs_the_same_for_one_row_and_for_many(
    here: given.Place, django_assert_max_num_queries
):
    for number in range(30):
        given.draft(here, title=f"事项{number}")
    given.in_progress(here)
    client = signed_in(here, "head")
    with django_assert_max_num_queries(16):
        client.get(reverse("admin:cases_case_changelist"))


def test_the_page_of_a_matter_shows_its_parts_reports_and_what_happened(here: given.Place):
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    given.report(here, case.lead, "initial_report", when="2026-03-20")
    html = (
        signed_in(here, "head")
        .get(reverse("admin:cases_case_change", args=[case.pk]))
        .content.decode()
    )
    for text in ("承办单位（2）", "反馈（1）", "已完成管网改造8公里。", "落实改造资金", "批准立项"):
        assert text in html
