"""Obligations of matters: what a unit owes until the matter is done, what the office owes upon it."""

from datetime import date

import pytest

from cases.models import FeedbackDuty
from cases.services.duties import duties_open
from cases.tests import given
from deadlines.calendars import known_calendar
from deadlines.models import Obligation, OverdueFinding
from deadlines.rules import compute
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligations import obligation_waive

pytestmark = pytest.mark.django_db


def periods(case, key):
    rows = Obligation.objects.filter(case_id=case.pk, key=key)
    return list(rows.order_by("first_day").values_list("period", "state"))


@pytest.mark.clause("AS-3.1b")
def test_a_matter_of_a_long_cycle_owes_its_progress_every_month_until_it_is_done():
    """对办理周期较长的事项,连续跟踪,定期调度,直至办结。"""
    here = given.place("anshan-2015")
    case = given.in_progress(here, when="2026-03-02", urgency="difficult")
    given.swept("2026-04-01 00:05")
    given.swept("2026-04-01 00:10")
    assert periods(case, "long_cycle_progress") == [("2026-04", "open")]
    given.report(here, case.lead, "follow_up_report", when="2026-04-10")
    given.swept("2026-05-03 09:00")
    given.completed(here, case, applied_on="2026-05-20")
    given.swept("2026-06-01 00:05")
    assert periods(case, "long_cycle_progress") == [("2026-04", "fulfilled"), ("2026-05", "ceased")]


def key_matter(here, when):
    return given.in_progress(here, when=when, importance="key")


@pytest.mark.clause("AS-3.3b")
def test_within_ten_days_of_the_report_the_office_looks_at_it_again():
    """督查部门在收到报告后10日内开展抽查、复查和明查暗访。"""
    here = given.place("anshan-2015")
    case = key_matter(here, "2026-09-18")
    given.report(here, case.lead, "verified_report", when="2026-09-21", finished=True)
    row = Obligation.objects.get(case_id=case.pk, key="revisit")
    assert (row.unit, str(row.clock.due_on)) == (here.office.body, "2026-10-01")
    rolling = row.pack.limits["revisit_window"].model_copy(update={"roll": "forward"})
    calendar = known_calendar(given.at("2026-09-21"))
    assert str(compute(rolling, date(2026, 9, 21), calendar).last_day) == "2026-10-08"


@pytest.mark.clause("AS-3.3b")
def test_what_the_office_owes_is_kept_from_the_unit_and_outlives_the_matter():
    here = given.place("anshan-2015")
    case = key_matter(here, "2026-09-18")
    given.report(here, case.lead, "verified_report", when="2026-09-21", finished=True)
    assert not Obligation.objects.visible_to(here.water_liaison).filter(key="revisit").exists()
    case = given.completed(here, case, applied_on="2026-09-22")
    rows = Obligation.objects.filter(case_id=case.pk, key="revisit")
    assert [row.state for row in rows] == ["open"]
    obligation_report(
        obligation=rows[0], content="实地复查，管网已通水", by=here.staff, at=given.at("2026-09-28")
    )
    assert [row.state for row in rows.all()] == ["fulfilled"]


@pytest.mark.clause("LZ-B-10d", "LZ-A-8b")
def test_a_waived_month_is_not_owed_and_the_next_one_is():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, due_on=date(2026, 12, 30))
    given.report(here, case.lead, "initial_report", when="2026-03-05", finished=True)
    given.swept("2026-04-01 00:05")
    row = Obligation.objects.get(case_id=case.pk, period="2026-04")
    obligation_waive(
        obligation=row, reason="已专题听取汇报", by=here.staff, at=given.at("2026-04-02")
    )
    given.swept("2026-05-01 00:05")
    assert not OverdueFinding.objects.filter(clock=row.clock).exists()
    assert periods(case, "monthly_progress") == [("2026-04", "waived"), ("2026-05", "open")]


@pytest.mark.clause("LZ-B-10d")
def test_two_months_late_every_month_is_opened_once():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, due_on=date(2026, 12, 30))
    for when in ("2026-06-01 09:00", "2026-06-01 09:05", "2026-06-08 09:00"):
        duties_open(on=given.at(when).date(), at=given.at(when))
    found = [period for period, _ in periods(case, "monthly_progress")]
    assert found == ["2026-04", "2026-05", "2026-06"]
    assert FeedbackDuty.objects.filter(obligation__key="monthly_progress").count() == 3


@pytest.mark.clause("LZ-B-15a")
def test_a_year_owes_two_rounds_of_revisits():
    """对重点工作贯彻落实情况每年开展两次回访复核。"""
    from deadlines.services.obligation_rounds import obligations_open
    from deadlines.year import body_lines

    here = given.place("lanzhou-2018")
    for when in ("2026-01-02 09:00", "2026-07-02 09:00"):
        obligations_open(on=given.at(when).date(), at=given.at(when))
    year_end = given.at("2026-12-31 09:00")

    def line():
        return next(x for x in body_lines(here.staff, 2026, at=year_end) if x.label == "回访复核")

    assert (line().done, line().wanted, line().word) == (0, 2, "本年度未开展")
    first = Obligation.objects.get(key="revisit_rounds", period="2026H1")
    obligation_report(obligation=first, content="上半年回访", by=here.staff, at=year_end)
    assert (line().done, line().wanted, line().word) == (1, 2, "尚缺1次")
