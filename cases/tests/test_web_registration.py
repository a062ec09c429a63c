"""登记: drafts, what is missing, bad input, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from cases.models import Case
from cases.tests import given
from cases.tests.web_given import sign_in, text_of, wrong
from duban.ledger.models import LedgerEntry
from duban.org.models import Unit, UnitAlias

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


def filled(**changes: Any) -> dict[str, Any]:
    """A complete registration as a browser sends it, with one co-unit."""
    values = {
        "title": "城区内涝点排查整治",
        "task": "排查整治全部内涝点。",
        "source": "meeting",
        "importance": "ordinary",
        "basis": "市政府第13次常务会议纪要",
        "basis_on": "2026-03-05",
        "due_on": "2026-06-30",
        "due_basis": "designated",
        "due_citation": "会议纪要确定的期限",
        "lead_unit": "市水利局",
        "not_secret": "on",
        "co-TOTAL_FORMS": "1",
        "co-INITIAL_FORMS": "0",
        "co-0-unit": "长平市财政局",
        "co-0-duty_text": "落实资金",
    }
    values.update(changes)
    return {key: value for key, value in values.items() if value is not None}


def test_a_matter_is_registered_and_submitted_in_one_form(here):
    UnitAlias.objects.create(unit=here.units["water"], name="水务局")
    staff = sign_in(here, "secretary")
    answer = staff.post("create", submit_as="submit", **filled(lead_unit="水务局"))
    case = Case.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/cases/{case.pk}/"
    assert case.state == "pending_approval"
    assert case.lead_unit == here.units["water"]
    assert [p.duty_text for p in case.parties] == ["", "落实资金"]
    assert case.supervisor == here.units["section"]


def test_a_draft_may_be_incomplete_and_submission_names_all_that_is_missing(here):
    staff = sign_in(here, "secretary")
    empty = {key: "" for key in ("task", "source", "basis", "due_on", "lead_unit", "due_basis")}
    staff.post(
        "create",
        submit_as="draft",
        **filled(**empty, not_secret=None, **{"co-0-unit": "", "co-0-duty_text": ""}),
    )
    case = Case.objects.get()
    assert case.state == "draft"
    page = staff.post("submit", case.pk)
    assert page.status_code == 409
    for field, reason in (
        ("task", "请填写办理要求（目标任务）。"),
        ("source", "请选择事项来源。"),
        ("basis", "请填写立项依据：会议、批示或文件，及其日期、文号。"),
        ("due_on", "请填写办结期限。"),
        ("not_secret", "本系统不得处理涉密事项，请确认不涉密。"),
    ):
        assert wrong(page, field) == [reason]
    assert "未确定牵头单位" in "".join(wrong(page, "lead_unit")) or "请确定牵头单位。" in wrong(
        page, "lead_unit"
    )
    assert Case.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"due_on": "2026-02-30"}, "due_on", "输入一个有效的日期。"),
        ({"due_on": "2026-03-09"}, "due_on", "办结期限不能早于今天（2026年3月10日）。"),
        ({"due_on": "2126-03-09"}, "due_on", "办结期限超过十年，请核对年份。"),
        ({"due_on": "9999-12-31"}, "due_on", "办结期限超过十年，请核对年份。"),
        ({"basis_on": "2026-03-11"}, "basis_on", "依据日期不能晚于今天。"),
        (
            {"lead_unit": "市天文局"},
            "lead_unit",
            "没有名为“市天文局”的单位，请从列表中选择或核对名称。",
        ),
        ({"lead_unit": "市已撤局"}, "lead_unit", "市已撤局已撤销，不能承办新的事项。"),
        (
            {"co-0-unit": "市水利局"},
            "co_units",
            "市水利局重复：牵头单位不能同时是协办单位，协办单位不能重复。",
        ),
        (
            {"co-0-due_on": "2026-07-01"},
            "co_units",
            "市财政局的期限（2026年7月1日）晚于本事项期限（2026年6月30日）。",
        ),
        ({"co-0-duty_text": ""}, "co_units", "请写明市财政局的协办职责。"),
        ({"co-0-due_on": "2026-06-31"}, "co_units", "请更正协办单位各行中标出的内容。"),
        ({"title": " "}, "title", None),
        ({"title": "长" * 201}, "title", None),
        ({"source": "a'; drop table cases_case; --"}, "source", None),
        ({"co-TOTAL_FORMS": "100000"}, None, None),
        ({"co-TOTAL_FORMS": "many"}, None, None),
        ({"title": "半截\x00标题"}, "title", None),
    ],
)
def test_bad_input_is_named_beside_its_field_and_changes_nothing(here, changes, field, reason):
    Unit.objects.create(
        name="长平市已撤局",
        short_name="市已撤局",
        kind="department",
        parent=here.units["city"],
        abolished_on=date(2025, 1, 1),
    )
    page = sign_in(here, "secretary").post("create", submit_as="submit", **filled(**changes))
    assert page.status_code in (409, 422)
    if field:
        assert wrong(page, field), page.context["form"].errors
    if reason:
        assert reason in wrong(page, field)
    assert Case.objects.count() == 0
    assert not LedgerEntry.objects.filter(case_id__isnull=False).exists()
    if "title" not in changes:
        assert 'value="城区内涝点排查整治"' in page.content.decode()


def test_a_mistyped_submission_also_says_what_is_not_there(here):
    staff = sign_in(here, "secretary")
    page = staff.post(
        "create", submit_as="submit", **filled(title="", task="", source="", lead_unit="无此局")
    )
    assert page.status_code == 422
    assert wrong(page, "title") == ["请填写事项名称。"]
    assert wrong(page, "task") == ["请填写办理要求（目标任务）。"]
    assert wrong(page, "source") == ["请选择事项来源。"]
    assert len(wrong(page, "lead_unit")) == 1
    assert Case.objects.count() == 0


def test_the_form_marks_what_its_rules_ask_for(here):
    form = sign_in(here, "secretary").get("create").context["form"]
    marked = {name for name, field in form.fields.items() if field.required}
    assert {"due_on", "due_basis", "due_citation"} <= marked
    assert "lead_person" not in marked


def test_a_name_of_two_units_is_asked_for_in_full(here):
    for parent in ("city", "district"):
        Unit.objects.create(
            name=f"{here.units[parent].name}应急管理局",
            short_name="应急局",
            kind="department",
            parent=here.units[parent],
        )
    page = sign_in(here, "secretary").post("create", **filled(lead_unit="应急局"))
    assert "对应多个单位" in wrong(page, "lead_unit")[0]


def test_another_row_without_javascript_keeps_everything(here):
    page = sign_in(here, "secretary").post(
        "create", add_row="1", **filled(title="", due_on="2026-02-30")
    )
    assert page.status_code == 200
    assert len(page.context["rows"].forms) == 2
    body = page.content.decode()
    assert 'value="落实资金"' in body
    assert 'value="2026-02-30"' in body
    assert "输入一个有效的日期" not in body
    assert Case.objects.count() == 0


def test_a_draft_is_changed_and_a_stale_form_is_told_what_moved(here):
    staff = sign_in(here, "secretary")
    staff.post("create", **filled())
    case = Case.objects.get()
    page = staff.get("edit", case.pk)
    seen = page.context["version"]
    assert 'value="长平市水利局"' in page.content.decode()
    sign_in(here, "head").post("edit", case.pk, version=seen, **filled(title="改后的名称"))
    page = staff.post("edit", case.pk, version=seen, **filled(task="我的新要求"))
    assert page.status_code == 409
    moved = {row.label: (row.before, row.now) for row in page.context["differences"]}
    assert moved["事项名称"] == ("城区内涝点排查整治", "改后的名称")
    assert "我的新要求" in page.content.decode()
    assert Case.objects.get().title == "改后的名称"
    page = staff.post("edit", case.pk, version=page.context["version"], **filled(title="再改"))
    assert page.status_code == 302
    assert Case.objects.get().title == "再改"


def test_two_clicks_register_one_matter_and_get_the_same_answer(here):
    staff = sign_in(here, "secretary")
    answers = [staff.post("create", once="same-key", **filled()) for _ in range(2)]
    assert Case.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_draft_is_thrown_away_and_a_submitted_matter_is_not(here):
    staff = sign_in(here, "secretary")
    staff.post("create", **filled())
    staff.post("create", submit_as="submit", **filled(title="已报"))
    draft, sent = Case.objects.get(state="draft"), Case.objects.get(state="pending_approval")
    assert staff.post("discard", draft.pk).status_code == 302
    assert staff.post("discard", sent.pk).status_code == 409
    assert list(Case.objects.all()) == [sent]


def test_the_preview_counts_working_days_and_names_the_holidays(here):
    staff = sign_in(here, "secretary")
    text = text_of(staff.get("due_preview", due_on="2026-05-08"))
    assert "2026年5月8日（星期五）" in text
    assert "途经清明节、劳动节假期" in text
    assert "到期日为周末，不自动顺延" in text_of(staff.get("due_preview", due_on="2026-03-14"))
    assert "暂定" in text_of(staff.get("due_preview", due_on="2027-03-12"))
    for bad in ("2026-02-30", "x", "0001-01-01", "9999-12-31", ""):
        assert staff.get("due_preview", due_on=bad).status_code == 200
    assert sign_in(here, "water_liaison").get("due_preview").status_code == 403


def test_assignment_delivers_and_a_second_click_changes_nothing(here):
    case = given.registered(here)
    staff = sign_in(here, "secretary")
    first = staff.post("assign", case.pk, once="assign-once", version=case.version)
    again = staff.post("assign", case.pk, once="assign-once", version=case.version)
    assert (first.status_code, again.status_code) == (302, 302)
    assert Case.objects.get().state == "assigned"
    assert LedgerEntry.objects.filter(action="assign").count() == 1
    late = staff.post("assign", case.pk)
    assert late.status_code == 409
    assert "不能办理“交办”" in late.content.decode()
