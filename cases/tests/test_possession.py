"""In whose hands a matter lay: one holder at every moment, and working time only."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as cases_of
from hypothesis import strategies as st

from cases.domain.possession import (
    CO,
    DESK,
    LEAD,
    Holder,
    Life,
    Part,
    StateChange,
    Waiting,
    stretches,
)
from cases.models import Case, Possession
from cases.selectors.possession import possession_of
from cases.selectors.possession_totals import Period, stretches_in, totals
from cases.services.assignments import assignment_acknowledge
from cases.services.cases import case_assign, case_registration_decide, case_submit
from cases.services.extensions import extension_answer, extension_counter
from cases.services.possessions import possessions_refresh
from cases.tests import given, pages
from deadlines.calendar import WorkingCalendar
from deadlines.office_hours import DEFAULT_HOURS, office_minutes

CALENDAR = WorkingCalendar.load(None)


def holders(case) -> list[tuple[str, str]]:
    return [(row.holder.kind, row.holder.name) for row in possession_of(case)]


def walked(made: given.Place) -> Case:
    """One step a day: drafted, submitted, approved, assigned, signed for."""
    case = given.draft(made, when="2026-03-02")
    case_submit(case=case, by=made.secretary, at=given.at("2026-03-03"))
    case_registration_decide(case=case, approve=True, by=made.chief, at=given.at("2026-03-04"))
    case_assign(case=case, by=made.secretary, at=given.at("2026-03-05"))
    case = Case.objects.get(pk=case.pk)
    assignment_acknowledge(assignment=case.lead, by=made.water_liaison, at=given.at("2026-03-06"))
    return case


def period(first: str, last: str, at: datetime) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last), at)


@pytest.mark.django_db
def test_desk_leader_desk_lead_then_the_links_of_the_closure():
    made = given.place(on="2026-03-02")
    case = given.completed(made, walked(made), applied_on="2026-04-01", decided_on="2026-04-03")
    assert holders(case) == [
        ("desk", "秘书一科"),
        ("approver", "主要领导批准"),
        ("desk", "秘书一科"),
        ("lead", "市水利局"),
        ("desk", "秘书一科"),
    ]


@pytest.mark.django_db
def test_while_another_date_is_proposed_the_answer_is_the_units():
    made = given.place(on="2026-03-02")
    case = walked(made)
    asked = given.asked(made, case, until="2026-07-31", when="2026-03-09")
    extension_counter(
        extension=asked,
        counter_on=date(2026, 7, 15),
        opinion="可适当延后。",
        by=made.secretary,
        at=given.at("2026-03-10"),
    )
    extension_answer(extension=asked, accept=True, by=made.water_liaison, at=given.at("2026-03-11"))
    assert holders(case)[-4:] == [
        ("lead", "市水利局"),
        ("desk", "秘书一科"),
        ("lead", "市水利局"),
        ("approver", "分管领导批准"),
    ]


@pytest.mark.django_db
def test_the_stored_stretches_are_those_of_the_ledger_however_often_it_runs():
    made = given.place(on="2026-03-02")
    case = given.completed(made, walked(made), applied_on="2026-04-01")
    seen = given.at("2026-05-08")
    assert [possessions_refresh(at=seen), possessions_refresh(at=seen)] == [1, 0]
    stored = Possession.objects.filter(case=case).values_list("kind", "started_at", "ended_at")
    derived = [(row.holder.kind, row.started_at, row.ended_at) for row in possession_of(case)]
    assert list(stored) == derived


@pytest.mark.django_db
def test_the_figures_of_a_period_count_the_working_time_inside_it_and_nothing_twice():
    made = given.place(on="2026-03-02")
    walked(made)
    at = given.at("2026-05-08")
    possessions_refresh(at=at)
    rows = stretches_in(made.staff, period("2026-03-05", "2026-03-06", at), CALENDAR, DEFAULT_HOURS)
    # 09:00 on the 5th is the hand-over: half an hour at the desk, the rest of two days the lead's.
    assert [(total.kind, total.minutes) for total in totals(rows)] == [("lead", 750), ("desk", 30)]


@pytest.mark.django_db
def test_a_unit_reads_the_figures_of_its_own_matters_only():
    made = given.place(on="2026-03-02")
    walked(made)
    at = given.at("2026-03-20")
    possessions_refresh(at=at)
    months = period("2026-03-01", "2026-03-31", at)
    seen = {
        name: stretches_in(made.actor(name), months, CALENDAR, DEFAULT_HOURS).count()
        for name in ("finance_liaison", "water_liaison", "secretary")
    }
    assert seen == {"finance_liaison": 0, "water_liaison": 4, "secretary": 4}


@pytest.mark.django_db
def test_the_page_of_a_period_lists_the_stretches_it_counts():
    made = given.place(on="2026-03-02")
    case = walked(made)
    possessions_refresh(at=given.at("2026-03-20"))
    client = pages.signed_in(made, "staff")
    page = client.get("/possession/", {"since": "2026-03-01", "upto": "2026-03-20"})
    line = next(line for line in page.context["lines"] if line.kind == "lead")
    listed = client.get("/possession/" + line.url.split("#")[0])
    assert [row.case_id for row, _ in listed.context["rows"]] == [case.pk]


@pytest.mark.django_db
def test_a_period_that_ends_before_it_begins_is_said():
    made = given.place(on="2026-03-02")
    page = pages.signed_in(made, "staff").get(
        "/possession/", {"since": "2026-03-20", "upto": "2026-03-01"}
    )
    assert "止日不能早于起日" in page.content.decode()


@pytest.mark.django_db
def test_the_page_of_a_matter_says_who_holds_it_now():
    made = given.place(on="2026-03-02")
    case = walked(made)
    page = pages.signed_in(made, "water_liaison").get(f"/cases/{case.pk}/")
    assert page.context["possession"].holder == "市水利局（牵头单位）"


DAY = datetime(2026, 3, 2, 9, tzinfo=given.SHANGHAI)
DESK_HOLDER = Holder(DESK, "督查室")
UNITS = {
    1: Part(Holder(LEAD, "市住建局"), is_lead=True),
    2: Part(Holder(CO, "市财政局"), is_lead=False, rank=1),
}
STATES = st.sampled_from(["delivered", "acknowledged", "reported_done", "accepted", "waived"])
MOMENTS = st.integers(0, 5000).map(lambda minutes: DAY + timedelta(minutes=minutes))


@st.composite
def lives(draw) -> Life:
    parts = draw(st.lists(st.tuples(MOMENTS, st.sampled_from([1, 2]), STATES), max_size=8))
    waits = draw(st.lists(st.tuples(MOMENTS, st.integers(1, 900)), max_size=4))
    return Life(
        desk=DESK_HOLDER,
        parts=UNITS,
        changes=[
            StateChange(DAY, None, "registered"),
            StateChange(draw(MOMENTS), None, "in_progress"),
            *(StateChange(*change) for change in parts),
        ],
        finished=draw(st.lists(MOMENTS, max_size=1)),
        approvals=[
            Waiting(since, since + timedelta(minutes=n), Holder("approver", "分管领导批准"))
            for since, n in waits
        ],
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@cases_of(lives())
def test_every_moment_from_the_first_on_belongs_to_exactly_one_holder(life: Life):
    found = stretches(life)
    assert found[0].started_at == DAY
    assert found[-1].ended_at is None
    assert all(one.ended_at == two.started_at for one, two in pairwise(found))
    assert all(one.holder != two.holder for one, two in pairwise(found))


def test_a_lead_that_is_finished_waits_for_the_co_unit_and_then_for_our_desk():
    moments = [DAY + timedelta(days=n) for n in range(6)]
    life = Life(
        desk=DESK_HOLDER,
        parts=UNITS,
        changes=[
            StateChange(moments[0], None, "in_progress"),
            StateChange(moments[0], 1, "acknowledged"),
            StateChange(moments[0], 2, "acknowledged"),
            StateChange(moments[3], 2, "reported_done"),
            StateChange(moments[4], 2, "accepted"),
        ],
        finished=[moments[2]],
    )
    assert [row.holder.name for row in stretches(life)] == [
        "市住建局",
        "市财政局",
        "督查室",
        "市住建局",
    ]


def test_a_suspended_matter_is_in_nobodys_hands():
    life = Life(
        desk=DESK_HOLDER,
        parts=UNITS,
        changes=[
            StateChange(DAY, None, "in_progress"),
            StateChange(DAY, 1, "acknowledged"),
            StateChange(DAY + timedelta(days=1), None, "suspended"),
            StateChange(DAY + timedelta(days=5), None, "in_progress"),
        ],
    )
    first, second = stretches(life)
    assert (first.ended_at, second.started_at) == (
        DAY + timedelta(days=1),
        DAY + timedelta(days=5),
    )


@pytest.mark.parametrize(
    ("first", "second", "minutes"),
    [
        ("2026-03-02 08:30", "2026-03-02 17:30", 390),
        ("2026-03-02 12:00", "2026-03-02 14:30", 0),
        ("2026-03-02 17:00", "2026-03-03 09:00", 60),
        ("2026-09-30 17:00", "2026-10-08 09:00", 60),
        ("2026-10-09 17:30", "2026-10-10 08:31", 1),
    ],
)
def test_working_time_passes_in_office_hours_of_working_days_only(first, second, minutes):
    ends = (office_minutes(given.at(text), CALENDAR) for text in (first, second))
    one, two = ends
    assert two - one == minutes
