"""Bulk 交办 and 催办: confirmed, each row with its own answer, once."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from cases.models import Case, Notice
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.given import Place
from cases.tests.pages import signed_in

pytestmark = pytest.mark.django_db

LATER = {"due_on": date(2026, 9, 30), "when": "2026-06-01"}


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(given.at("2026-06-18 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> Place:
    return given.place(on="2026-06-18")


def post(here: Place, by: str, **sent: object) -> object:
    return signed_in(here, by).post("/cases/bulk/", sent)


@pytest.mark.clause("CZ-2.1a")
def test_matters_are_assigned_together_each_with_its_answer(here: Place) -> None:
    ready = given.registered(here, title="可交办", **LATER)
    drafted = given.draft(here, title="还是草稿", **LATER)
    picked = [ready.pk, drafted.pk]
    page = post(here, "secretary", act="assign", pick=picked)
    assert [(choice.case.title, bool(choice.reasons)) for choice in page.context["choices"]] == [
        ("可交办", False),
        ("还是草稿", True),
    ]
    assert Case.objects.get(pk=ready.pk).state == "registered"
    answer = post(here, "secretary", act="assign", pick=picked, row=picked, confirm="1", once="k1")
    assert [bool(row["reasons"]) for row in answer.context["rows"]] == [False, True]
    assert (answer.context["done"], answer.context["failed"]) == (1, 1)
    assert Case.objects.get(pk=ready.pk).state == "assigned"
    assert Case.objects.get(pk=drafted.pk).state == "draft"


def test_the_same_submit_again_gets_the_same_answer(here: Place) -> None:
    case = given.in_progress(here, **LATER)
    sent = {
        "act": "urge",
        "pick": [case.pk],
        "row": [case.lead.pk],
        "confirm": "1",
        "once": "k2",
        "reason": "请抓紧办理。",
    }
    first = post(here, "secretary", **sent)
    again = post(here, "secretary", **sent)
    assert first.context["rows"] == again.context["rows"]
    assert Notice.objects.count() == 1
    assert Notice.objects.get().content == "请抓紧办理。"


def test_urging_lists_every_unit_at_work_and_what_speaks_against(here: Place) -> None:
    water, finance = here.units["water"], here.units["finance"]
    case = given.in_progress(here, parties=[given.lead(water), given.co(finance)], **LATER)
    notice_issue(
        assignment=case.lead,
        kind="urge",
        content="请抓紧。",
        by=here.secretary,
        at=given.at("2026-06-18 09:00"),
    )
    page = post(here, "secretary", act="urge", pick=[case.pk])
    lead, other = page.context["choices"]
    assert (lead.unit, other.unit) == ("市水利局", "市财政局（协办）")
    assert "已催办" in lead.reasons[0]
    assert (bool(other.reasons), other.checked) == (False, False)


def test_urging_wants_a_reason_and_keeps_what_was_ticked(here: Place) -> None:
    water, finance = here.units["water"], here.units["finance"]
    case = given.in_progress(here, parties=[given.lead(water), given.co(finance)], **LATER)
    co_unit = case.parties[1]
    page = post(
        here, "secretary", act="urge", pick=[case.pk], row=[co_unit.pk], confirm="1", reason=" "
    )
    assert page.status_code == 422
    assert page.context["problem"] == "请填写催办事由和要求。"
    assert [choice.checked for choice in page.context["choices"]] == [False, True]
    assert not Notice.objects.exists()


def test_another_section_s_matter_is_not_theirs_to_assign(here: Place) -> None:
    mine = given.registered(here, title="一科的", **LATER)
    page = post(here, "secretary2", act="assign", pick=[mine.pk])
    assert page.context["choices"] == []
    answer = post(here, "secretary2", act="assign", pick=[mine.pk], row=[mine.pk], confirm="1")
    assert answer.context["rows"] == []
    assert Case.objects.get(pk=mine.pk).state == "registered"


@pytest.mark.parametrize("by", ["water_liaison", "water_head", "deputy", "chief"])
def test_bulk_acts_are_the_staff_s(here: Place, by: str) -> None:
    assert post(here, by, act="urge", pick=["1"]).status_code == 403


def test_nothing_picked_or_too_much_goes_back_to_the_list(here: Place) -> None:
    for sent in (
        {"act": "assign"},
        {"act": "nosuch", "pick": ["1"]},
        {"act": "urge", "pick": ["x", "-1", "9" * 30]},
    ):
        answer = post(here, "secretary", query="state=draft", **sent)
        assert answer["Location"] == "/cases/?state=draft"
    answer = post(here, "secretary", act="urge", pick=list(range(1, 202)))
    assert answer.status_code == 302


def test_the_way_back_stays_on_this_site(here: Place) -> None:
    answer = post(here, "secretary", act="assign", query="//evil.example")
    assert answer["Location"].startswith("/cases/?")
