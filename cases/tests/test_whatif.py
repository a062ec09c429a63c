"""若定某日: the date, the days off on the way and what else the unit has due that week, seen before
a matter is assigned or moved; all of it by the calendar of the office.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from cases.selectors.load import load_of
from cases.services.cases import case_submit
from cases.services.extensions import extension_counter
from cases.tests import given
from cases.tests.agreeing import proposed as agreement_proposed
from cases.tests.agreeing import undated
from cases.tests.web_given import Browser, sign_in, text_of
from cases.web.due import due_of
from deadlines.tests import given_calendar
from duban.org.models import Post

pytestmark = pytest.mark.django_db

NOW = given.at("2026-03-10 10:00")
# Wednesday and Friday of one week.
MIDWEEK, FRIDAY = date(2026, 6, 24), date(2026, 6, 26)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


def listed(browser: Browser, page: HttpResponse) -> list[str]:
    """The matters behind the first link of the page to the 台账 of a week."""
    text = unescape(page.content.decode())
    address = text.split('href="/cases/?', 1)[1].split('"', 1)[0]
    assert "part_due_from" in address
    answer = browser.client.get(f"/cases/?{address}")
    return sorted(line.title for line in answer.context["lines"])


def test_the_registration_preview_says_what_else_each_unit_has_due_that_week(here):
    co = given.co(here.units["finance"], due_on=MIDWEEK)
    given.in_progress(here, due_on=FRIDAY, title="已交办一")
    given.in_progress(
        here,
        due_on=date(2026, 9, 30),
        title="已交办二",
        parties=[given.lead(here.units["housing"]), co],
    )
    given.registered(here, due_on=FRIDAY, title="尚未交办")
    staff = sign_in(here, "secretary")
    asked = {"due_on": "2026-06-23", "lead_unit": "市水利局", "co-0-unit": "市财政局"}
    page = staff.get("due_preview", **asked)
    words = text_of(page)
    assert "市水利局当周（6月22日至28日）另有1件到期" in words
    assert "市财政局当周（6月22日至28日）另有1件到期" in words
    assert listed(staff, page) == ["已交办一"]
    elsewhere = text_of(staff.get("due_preview", **asked, **{"co-0-due_on": "2026-05-27"}))
    assert "市财政局当周（5月25日至31日）没有其他事项到期" in elsewhere
    assert "当周" not in text_of(
        staff.get("due_preview", due_on="2026-06-23", lead_unit="无此单位")
    )


def test_what_nobody_of_the_office_may_see_is_not_counted(here):
    given.in_progress(here, due_on=FRIDAY)
    other = given.place(name="临川市", tag="lc")
    water = here.units["water"].pk
    seen = {
        name: load_of(water, on=FRIDAY, actor=actor, at=NOW).matters
        for name, actor in (
            ("own", here.secretary),
            ("unit", here.water_liaison),
            ("other", other.secretary),
        )
    }
    assert seen == {"own": 1, "unit": 1, "other": 0}


def test_before_assigning_the_page_says_the_date_and_the_load(here):
    given.in_progress(here, due_on=FRIDAY, title="已交办")
    case = given.registered(here, due_on=date(2026, 6, 27))
    words = text_of(sign_in(here, "secretary").get("detail", case.pk))
    assert "如今日交办并送达：到期日为 2026年6月27日（星期六）" in words
    assert "途经清明节、劳动节、端午节假期；当日为周末，不自动顺延" in words
    assert "市水利局当周（6月22日至28日）另有1件到期" in words
    assert "如今日交办" not in text_of(sign_in(here, "chief").get("detail", case.pk))


def test_whoever_approves_a_registration_sees_the_load_of_the_lead(here):
    given.in_progress(here, due_on=FRIDAY, title="已交办")
    case = given.draft(here, due_on=MIDWEEK)
    case_submit(case=case, by=here.secretary, at=NOW)
    case.refresh_from_db()
    chief = sign_in(here, "chief")
    page = chief.get("decide", case.chain_id)
    assert "6月22日至28日另有1件到期" in text_of(page)
    assert listed(chief, page) == ["已交办"]


def test_the_extension_form_says_what_the_new_day_would_mean(here):
    case = given.in_progress(here, due_on=MIDWEEK)
    unit = sign_in(here, "water_liaison")
    assert f"/parts/{case.lead.pk}/moved/" in unit.get("extension", case.lead.pk).content.decode()
    words = text_of(unit.get("moved_preview", case.lead.pk, proposed_on="2026-06-26"))
    assert "2026年6月26日（星期五） ：距今 74 个工作日，比现期限延后 2 个工作日" in words
    assert "途经" not in words
    assert "市水利局当周（6月22日至28日）连同本事项有1件到期" in words
    onward = text_of(unit.get("moved_preview", case.lead.pk, proposed_on="2026-09-28"))
    assert "途经中秋节假期" in onward
    # What was typed comes back with the page, without a script.
    again = unit.post("extension", case.lead.pk, proposed_on="2026-06-26", reason="", progress="")
    assert "比现期限延后 2 个工作日" in text_of(again)


def test_a_day_that_is_none_or_past_or_not_to_be_reckoned_says_nothing_wrong(here):
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    part = given.in_progress(here, due_on=MIDWEEK, parties=parties).lead
    unit = sign_in(here, "water_liaison")
    for bad in ("", "x", "2026-02-30", "2020-01-01"):
        page = unit.get("moved_preview", part.pk, proposed_on=bad)
        assert (page.status_code, "preview" in page.content.decode()) == (200, False)
    assert unit.get("moved_preview", part.pk, proposed_on="9999-12-31").status_code == 200
    for name in ("finance_liaison", "housing_liaison"):  # another of the matter, and of none
        other = sign_in(here, name)
        assert other.get("moved_preview", part.pk, proposed_on="2026-07-01").status_code == 404
    there = sign_in(given.place(name="临川市", tag="lc"), "secretary")
    assert there.get("moved_preview", part.pk, proposed_on="2026-07-01").status_code == 404


def test_whoever_decides_an_extension_sees_the_week_of_the_day_on_the_table(here):
    given.in_progress(here, due_on=FRIDAY, title="另一事项")
    case = given.in_progress(here, due_on=date(2026, 5, 29))
    row = given.asked(here, case, until="2026-06-23", when="2026-03-09")
    staff = sign_in(here, "secretary")
    page = staff.get("decide", row.chain_id)
    assert "6月22日至28日另有1件到期" in text_of(page)
    assert listed(staff, page) == ["另一事项"]
    words = text_of(staff.get("moved_preview", case.lead.pk, counter_on="2026-06-12"))
    assert "市水利局当周（6月8日至14日）没有其他事项到期" in words
    extension_counter(
        extension=row,
        counter_on=date(2026, 6, 12),
        opinion="汛前完成",
        by=here.secretary,
        at=NOW,
    )
    assert "6月8日至14日没有其他事项到期" in text_of(staff.get("decide", row.chain_id))


def test_an_agreed_date_is_weighed_in_the_same_way() -> None:
    made = given.place("lanzhou-2018")
    given.in_progress(made, due_on=FRIDAY, title="另一事项")
    case = undated(made)
    unit = sign_in(made, "water_liaison")
    words = text_of(unit.get("moved_preview", case.lead.pk, proposed_on="2026-06-23"))
    assert "距今 71 个工作日；途经清明节、劳动节、端午节假期" in words
    assert "另有1件到期" in words
    row = agreement_proposed(made, case, day="2026-06-23", when="2026-03-09")
    supervisor = Browser(Post.objects.get(pk=given.supervisor(made, case).post_id))
    assert "6月22日至28日另有1件到期" in text_of(supervisor.get("decide", row.chain_id))


def a_local_holiday(made: given.Place) -> Any:
    """Thursday 2026-03-12 off in one city, confirmed on the 9th."""
    change = given_calendar.proposed(
        "民族节日：2026年3月12日（周四）放假，共1天。",
        by=made.head,
        at="2026-03-09T11:00",
        office=made.office,
    )
    return given_calendar.confirmed(change, by=made.security, at="2026-03-09T11:10")


def test_a_local_day_off_moves_the_preview_of_its_own_office_alone(here):
    there = given.place(name="临川市", tag="lc")
    asked = {"due_count": "5", "due_unit": "working_day"}
    before = text_of(sign_in(here, "secretary").get("due_preview", **asked))
    assert "2026年3月17日" in before
    a_local_holiday(here)
    assert "2026年3月18日" in text_of(sign_in(here, "secretary").get("due_preview", **asked))
    assert "2026年3月17日" in text_of(sign_in(there, "secretary").get("due_preview", **asked))


def test_working_days_left_are_counted_by_the_calendar_of_the_office(here):
    there = given.place(name="临川市", tag="lc")
    clocks = [given.in_progress(made, due_on=date(2026, 3, 20)).clock for made in (here, there)]
    assert [due_of(clock, at=NOW).remaining for clock in clocks] == [8, 8]
    a_local_holiday(here)
    assert [due_of(clock, at=NOW).remaining for clock in clocks] == [7, 8]
