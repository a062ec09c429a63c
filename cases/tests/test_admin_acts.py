"""What was asked for, reached, agreed on and owed, as lists of the admin: read there, by whom it concerns."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from cases.models import Escalation, Turn
from cases.tests import agreeing, given
from cases.tests.admin_pages import signed_in
from deadlines.models import Obligation
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligation_rounds import obligations_open
from deadlines.tests.given_calendar import proposed

pytestmark = pytest.mark.django_db

NOW = given.at("2026-09-10 10:00")
LISTS = (
    "cases_agreement",
    "cases_escalation",
    "cases_turn",
    "deadlines_calendarchange",
    "deadlines_obligation",
)


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place("anshan-2015", on="2026-09-10")


def listed(made: given.Place, key: str, name: str, **asked: str) -> list[int]:
    page = signed_in(made, key).get(reverse(f"admin:{name}_changelist"), asked)
    assert page.status_code == 200, name
    return sorted(row.pk for row in page.context["cl"].result_list)


def page_of(made: given.Place, key: str, name: str, pk: int) -> str:
    answer = signed_in(made, key).get(reverse(f"admin:{name}_change", args=[pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def owed(here: given.Place) -> Obligation:
    obligations_open(on=date(2026, 9, 1), at=given.at("2026-09-01 00:05"))
    return Obligation.objects.get(office=here.office, key="onsite_days", period="2026-09")


def test_what_is_owed_is_listed_with_what_has_come_in(here: given.Place):
    row = owed(here)
    obligation_report(
        obligation=row, content="查看河道清淤现场。", on=date(2026, 9, 3), by=here.staff, at=NOW
    )
    assert row.pk in listed(here, "staff", "deadlines_obligation", scope__exact="office")
    assert row.pk not in listed(here, "staff", "deadlines_obligation", state__exact="fulfilled")
    page = page_of(here, "staff", "deadlines_obligation", row.pk)
    for text in ("查看河道清淤现场。", "现场督查", "AS-2.0b", "2026年9月"):
        assert text in page


def test_nothing_of_it_is_changed_or_added_here(here: given.Place):
    row = owed(here)
    client = signed_in(here, "head")
    url = reverse("admin:deadlines_obligation_change", args=[row.pk])
    assert client.post(url, {"state": "fulfilled"}).status_code == 403
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    assert Obligation.objects.get(pk=row.pk).state == "open"


def test_another_locality_finds_none_of_it(here: given.Place):
    there = given.place("anshan-2015", name="安宁市", tag="安", on="2026-09-10")
    row = owed(here)
    case = given.suspended(here, given.in_progress(here, when="2026-09-01"), when="2026-09-08")
    turn = Turn.objects.get(case=case)
    assert listed(here, "head", "cases_turn") == [turn.pk]
    assert listed(there, "head", "cases_turn") == []
    assert row.pk not in listed(there, "head", "deadlines_obligation")
    for name, pk in (("cases_turn", turn.pk), ("deadlines_obligation", row.pk)):
        url = reverse(f"admin:{name}_change", args=[pk])
        assert signed_in(there, "head").get(url).status_code == 302


def test_a_suspension_is_read_with_its_reason_and_leads_to_the_matter(here: given.Place):
    case = given.suspended(here, given.in_progress(here, when="2026-09-01"), when="2026-09-08")
    turn = Turn.objects.get(case=case)
    assert listed(here, "staff", "cases_turn", kind__exact="suspension") == [turn.pk]
    assert listed(here, "staff", "cases_turn", kind__exact="termination") == []
    page = page_of(here, "staff", "cases_turn", turn.pk)
    assert turn.reason in page
    assert reverse("cases:detail", args=[case.pk]) in page


def test_a_section_finds_only_what_belongs_to_its_matters():
    made = given.place("changzhi-2022", on="2026-09-10")
    case = given.in_progress(made, when="2026-09-01", due_on=date(2026, 12, 31))
    given.suspended(made, case, when="2026-09-08")
    assert len(listed(made, "secretary", "cases_turn")) == 1
    assert listed(made, "secretary2", "cases_turn") == []


@pytest.mark.clause("LZ-A-6.3a")
def test_agreed_dates_are_listed_with_the_plan():
    made = given.place("lanzhou-2018", on="2026-09-10")
    row = agreeing.proposed(
        made, agreeing.undated(made, when="2026-09-01"), day="2026-12-31", when="2026-09-03"
    )
    assert listed(made, "staff", "cases_agreement", state__exact="submitted") == [row.pk]
    page = page_of(made, "staff", "cases_agreement", row.pk)
    assert row.plan in page
    assert row.assignment.case.title in page


def test_rungs_of_the_ladder_are_found_by_unit_and_by_what_they_do():
    made = given.place("changzhi-2022", on="2026-09-10")
    given.in_progress(made, when="2026-08-03", due_on=date(2026, 9, 1))
    given.swept("2026-09-09 09:00")
    rows = Escalation.objects.all()
    assert rows.exists()
    assert listed(made, "staff", "cases_escalation") == sorted(row.pk for row in rows)
    row = rows.order_by("pk").first()
    found = listed(made, "staff", "cases_escalation", does__exact=row.does)
    assert found == sorted(rows.filter(does=row.does).values_list("pk", flat=True))
    page = page_of(made, "staff", "cases_escalation", row.pk)
    assert row.label in page
    assert "市水利局" in page


def test_a_change_of_the_calendar_is_listed_for_the_offices_that_it_binds(here: given.Place):
    there = given.place("anshan-2015", name="安宁市", tag="安", on="2026-09-10")
    text = "2026年9月18日（星期五）放假1天。"
    change = proposed(text, by=here.head, at="2026-09-10T09:00", office=here.office, year=2026)
    assert listed(here, "staff", "deadlines_calendarchange") == [change.pk]
    assert listed(there, "staff", "deadlines_calendarchange") == []
    page = page_of(here, "staff", "deadlines_calendarchange", change.pk)
    assert "放假：2026-09-18" in page
    assert reverse("calendar_changes:change", args=[change.pk]) in page


def test_each_list_stands_in_the_sidebar_with_an_icon_of_its_own(here: given.Place):
    page = signed_in(here, "staff").get(reverse("admin:index")).content.decode()
    registered = {f"{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry}
    assert set(LISTS) <= registered
    for name in LISTS:
        assert reverse(f"admin:{name}_changelist") in page
