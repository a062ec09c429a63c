"""What the workbench and the head band say is owed: each number counts the list it links to."""

from datetime import date
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deadlines.obligation_selectors import Asked, obligations_matching
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligations import obligation_waive
from deadlines.tests import locality
from deadlines.tests.locality import Place, at, opened, owed
from deadlines.web.owed import late_units, owed_by_own, pressing_count

pytestmark = pytest.mark.django_db

# The rules are in force from August on: nothing is owed of the months before.
AUGUST = date(2026, 8, 1)
# 五问月报 of September falls due tomorrow, that of August a month ago.
NOW = at("2026-09-24T10:00")


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here() -> Place:
    made = locality.place(since=AUGUST)
    opened("2026-08-01T00:05")
    opened("2026-09-01T00:05")
    return made


def client(made: Place, who: str) -> Client:
    found = Client()
    found.force_login(made.posts[who].user)
    return found


def total_at(browser: Client, url: str) -> int:
    assert urlsplit(url).path == "/obligations/"
    page = browser.get(url)
    assert page.context["form"].errors == {}, url
    return page.context["page"].paginator.count


def report(made: Place, unit: str, key: str, period: str) -> None:
    row = owed(made, unit, key, period)
    obligation_report(obligation=row, content="情况", by=made.actor(unit), at=NOW)


def badge(browser: Client) -> tuple[int, str]:
    link = next(link for link in browser.get("/").context["layout"].nav if link.label == "报送")
    return link.count, link.url


@pytest.mark.clause("ZZ-3.1a", "AS-2.1a")
def test_a_units_desk_shows_what_it_owes_the_late_first_with_light_and_form(here):
    browser = client(here, "housing")
    found = browser.get("/").context["owed"]
    first, second = found.lines[:2]
    assert (first.row.label, first.row.period, first.due.signal) == (
        "五问月报", "2026-08", "red",
    )  # fmt: skip
    assert (second.row.period, second.due.signal) == ("2026-09", "amber")
    assert found.count == total_at(browser, found.url) == 2
    assert browser.get(first.report_url).status_code == 200
    page = browser.get("/").content.decode()
    assert first.report_url in page
    assert "临川市财政局" not in page


def test_what_has_been_handed_in_or_waived_is_gone_from_the_desk(here):
    row = owed(here, "housing", "five_questions", "2026-09")
    obligation_waive(obligation=row, reason="机构改革", by=here.actor("head"), at=NOW)
    browser = client(here, "housing")
    found = browser.get("/").context["owed"]
    assert [line.row.period for line in found.lines] == ["2026-08"]
    report(here, "housing", "five_questions", "2026-08")
    assert browser.get("/").context["owed"].lines == []


def test_a_unit_that_owes_nothing_is_shown_no_empty_table(here):
    report(here, "division", "five_questions", "2026-08")
    report(here, "division", "five_questions", "2026-09")
    browser = client(here, "division")
    assert browser.get("/").context["owed"].count == 0
    assert "待报送 0" not in browser.get("/").content.decode()


@pytest.mark.clause("AS-2.0a", "ZZ-3.1b")
def test_the_offices_desk_shows_what_it_owes_itself_and_how_many_units_are_late_with_what(here):
    report(here, "housing", "five_questions", "2026-08")
    browser = client(here, "staff")
    context = browser.get("/").context
    own, late = context["owed"], context["late_units"]
    assert {line.row.unit_id for line in own.lines} == {here.office.body_id}
    assert own.count == total_at(browser, own.url)
    assert [(line.label, line.period, line.count) for line in late.lines] == [
        ("五问月报", "2026年8月", 2)
    ]
    assert [total_at(browser, line.url) for line in late.lines] == [2]
    assert late.count == total_at(browser, late.url) == 2


@pytest.mark.parametrize("who", ["housing", "division", "staff", "head"])
def test_the_badge_counts_what_is_due_soon_or_late_and_leads_there(here, who):
    browser = client(here, who)
    count, url = badge(browser)
    assert count == pressing_count(here.actor(who)) == total_at(browser, url)
    assert count > 0


def test_with_nothing_pressing_the_place_has_no_number_and_leads_to_the_whole_list(here):
    report(here, "division", "five_questions", "2026-08")
    report(here, "division", "five_questions", "2026-09")
    assert badge(client(here, "division")) == (0, "/obligations/")


def test_another_locality_is_counted_nowhere(here):
    there = locality.place("安宁市", tag="安", since=AUGUST)
    opened("2026-09-02T00:05")
    for made in (here, there):
        actor = made.actor("staff")
        for asked in (Asked("all", whose="others"), Asked("all", whose="own")):
            offices = {row.office_id for row in obligations_matching(actor, asked, at=NOW)}
            assert offices == {made.office.pk}
    assert late_units(there.actor("staff"), at=NOW).count == 3
    report(here, "housing", "five_questions", "2026-08")
    assert late_units(there.actor("staff"), at=NOW).count == 3


def test_the_number_of_queries_does_not_grow_with_what_is_owed(here):
    def count(who: str) -> int:
        browser = client(here, who)
        browser.get("/")
        with CaptureQueriesContext(connection) as seen:
            browser.get("/")
        return len(seen)

    before = {who: count(who) for who in ("staff", "housing")}
    with time_machine.travel(at("2026-11-05T10:00"), tick=False):
        opened("2026-11-01T00:05")
        actor = here.actor("housing")
        assert owed_by_own(actor, at=at("2026-11-05T10:00")).count > 2
        assert {who: count(who) for who in before} == before
