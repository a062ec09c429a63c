"""现场督查: the days of recorded visits are the office's days of the month; nobody reports them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.models import Visit, VisitKind
from cases.services.visit_days import visits_count
from cases.services.visits import visit_cancel, visit_plan, visit_record, visit_release
from cases.tests import given
from cases.tests.pages import signed_in
from deadlines.calendars import known_calendar
from deadlines.models import Obligation, ObligationEntry
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligation_rounds import obligations_open
from deadlines.services.obligations import obligation_waive

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return given.place("anshan-2015", on="2026-09-01")


def opened(when="2026-09-01 00:05"):
    at = given.at(when)
    obligations_open(on=given.localdate(at), at=at)


def owed(period="2026-09"):
    return Obligation.objects.get(key="onsite_days", period=period)


def visited(here, on, *, kind="announced", unit="water", when=None, planned=None):
    """Planned on the day itself, or before; recorded that afternoon, or at `when`."""
    day = date.fromisoformat(on)
    visit = visit_plan(
        kind=VisitKind(kind),
        unit=here.units[unit],
        planned_on=day,
        plan="查看现场",
        members=[here.posts["staff"]],
        by=here.staff,
        at=given.at(planned or f"{on} 08:30"),
    )
    return visit_record(
        visit=visit,
        visited_on=day,
        result="现场按计划施工。",
        by=here.staff,
        at=given.at(when or f"{on} 17:00"),
    )


def days(row):
    return sorted({entry.on.isoformat() for entry in row.entries.all()})


@pytest.mark.clause("AS-2.0b")
def test_fifteen_days_with_visits_meet_it_and_nobody_reported_anything(here):
    """每月现场督查时间不少于15天。"""
    opened()
    calendar = known_calendar(given.at("2026-09-01"))
    working = [f"2026-09-{n:02}" for n in range(1, 31) if calendar.is_working(date(2026, 9, n))]
    for day in working[:14]:
        visited(here, day)
    assert (owed().state, len(days(owed()))) == ("open", 14)
    visited(here, working[14])
    row = owed()
    assert (row.state, days(row)) == ("fulfilled", working[:15])
    assert given.localdate(row.settled_at).isoformat() == working[14]
    assert not row.clock.is_late(given.at("2026-10-08 09:00"))


@pytest.mark.clause("AS-2.0b")
def test_two_visits_on_one_day_are_one_day(here):
    """本地决定：同一日多处的计1天。"""
    opened()
    visited(here, "2026-09-03")
    visited(here, "2026-09-03", unit="finance")
    assert (owed().entries.count(), days(owed())) == (2, ["2026-09-03"])
    page = signed_in(here, "staff").get(reverse("deadlines:obligations"), {"kind": "onsite_days"})
    assert "1/15" in page.content.decode()


@pytest.mark.clause("AS-2.0b")
def test_a_visit_counts_once_however_often_the_round_runs(here):
    opened()
    visit = visited(here, "2026-09-03")
    for _ in range(2):
        assert visits_count(at=given.at("2026-09-04 00:07")).counted == 0
    assert owed().entries.count() == 1
    entry = owed().entries.get()
    twice = {name: getattr(entry, name) for name in ("on", "content", "by_id", "by_name", "at")}
    with pytest.raises(IntegrityError), transaction.atomic():
        ObligationEntry.objects.create(obligation=owed(), source_id=visit.pk, **twice)


@pytest.mark.clause("AS-2.0b")
def test_a_visit_before_the_obligation_was_opened_counts_at_the_next_round(here):
    """The machine stood still over the turn of the month; the work did not."""
    visited(here, "2026-09-02")
    assert not Obligation.objects.filter(key="onsite_days").exists()
    opened("2026-09-03 00:05")
    assert days(owed()) == []
    assert visits_count(at=given.at("2026-09-03 00:07")).counted == 1
    assert days(owed()) == ["2026-09-02"]


@pytest.mark.clause("AS-2.0b")
def test_a_visit_belongs_to_the_month_in_which_it_was_made(here):
    """Recorded on the first of the next month it still was a day of this one, and in time."""
    opened()
    for day in range(1, 15):
        obligation_report(
            obligation=owed(),
            content="现场督查。",
            on=date(2026, 9, day),
            by=here.staff,
            at=given.at(f"2026-09-{day:02} 17:00"),
        )
    opened("2026-10-01 00:05")
    visited(here, "2026-09-30", when="2026-10-09 09:00")
    assert owed().state == "fulfilled"
    assert not owed().clock.is_late(given.at("2026-10-09 09:00"))
    assert days(owed("2026-10")) == []


@pytest.mark.clause("AS-2.0b")
def test_a_visit_that_did_not_take_place_is_no_day(here):
    opened()
    planned = visit_plan(
        kind=VisitKind.ANNOUNCED,
        unit=here.units["water"],
        planned_on=date(2026, 9, 3),
        plan="查看现场",
        members=[here.posts["staff"]],
        by=here.staff,
        at=given.at("2026-09-01 09:00"),
    )
    assert days(owed()) == []
    visit_cancel(visit=planned, reason="防汛", by=here.staff, at=given.at("2026-09-02 09:00"))
    assert visits_count(at=given.at("2026-09-04 00:07")).counted == 0
    assert days(owed()) == []


@pytest.mark.clause("LZ-B-13b")
def test_what_is_counted_of_a_secret_visit_does_not_say_where(here):
    """暗访“不发通知、不打招呼、不听汇报、不陪同接待”"""
    opened()
    visit = visited(here, "2026-09-03", kind="unannounced")
    assert "水利" not in owed().entries.get().content
    visit_release(visit=visit, by=here.staff, at=given.at("2026-09-04 09:00"))
    assert visits_count(at=given.at("2026-09-05 00:07")).counted == 0


@pytest.mark.clause("AS-2.0b")
def test_a_month_that_was_waived_takes_no_more_days(here):
    opened()
    row = owed()
    obligation_waive(obligation=row, reason="防汛", by=here.head, at=given.at("2026-09-02 09:00"))
    assert visited(here, "2026-09-03").state == "recorded"
    assert days(owed()) == []


def test_the_visits_of_another_locality_are_not_ours(here):
    there = given.place("anshan-2015", name="安宁市", tag="安", on="2026-09-01")
    opened()
    visited(there, "2026-09-03")
    rows = Obligation.objects.filter(key="onsite_days", period="2026-09")
    mine, theirs = rows.get(office=here.office), rows.get(office=there.office)
    assert (days(mine), days(theirs)) == ([], ["2026-09-03"])


def test_where_the_regulation_counts_no_visits_none_is_counted():
    made = given.place("zhuzhou-highway-2016", on="2026-09-01")
    opened()
    visited(made, "2026-09-03")
    assert Visit.objects.get().state == "recorded"
    assert not ObligationEntry.objects.exists()


@pytest.mark.clause("AS-2.0b")
def test_the_page_says_that_visits_count_by_themselves(here):
    opened()
    visited(here, "2026-09-03")
    url = reverse("deadlines:obligation", args=[owed().pk])
    page = signed_in(here, "staff").get(url).content.decode()
    assert "自动计入" in page
    assert "明查市水利局" in page
