"""Duties of every period on the pages of those who owe them, by the shipped packs."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from deadlines.models import Obligation
from deadlines.month import stages
from deadlines.periods import parse_period
from deadlines.services.obligation_entries import obligation_report
from deadlines.tests import locality
from deadlines.tests.locality import Place, at, opened, owed
from deadlines.year import body_lines
from duban.org.models import Unit

pytestmark = pytest.mark.django_db


def page(made: Place, who: str, path: str, *, when: str) -> str:
    with time_machine.travel(at(when), tick=False):
        client = Client()
        client.force_login(made.posts[who].user)
        answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def held(made: Place, row: Obligation, when: str, *, by: str = "staff", **facts: object) -> None:
    values = {"content": "已按要求开展。", **facts}
    obligation_report(obligation=row, by=made.actor(by), at=at(when), **values)


def line(made: Place, label: str, when: str):
    return next(x for x in body_lines(made.actor("staff"), 2026, at=at(when)) if x.label == label)


@pytest.mark.clause("ZZ-1.1a", "ZZ-1.5a")
def test_on_the_last_day_of_the_year_the_page_says_which_meetings_were_not_held() -> None:
    """领导小组会议一般1年召开1次；办公室会议一般1年召开2次。"""
    here = locality.place(pack="zhuzhou-highway-2016")
    opened("2026-01-02T09:00")
    held(here, owed(here, "body", "office_meeting", "2026"), "2026-05-06T15:00")
    shown = page(here, "staff", "/calendar/2026/", when="2026-12-31T09:00")
    assert "本年度未召开" in shown
    assert "1/2" in shown
    assert "尚缺1次" in shown


@pytest.mark.clause("ZZ-3.1c")
def test_a_month_without_a_meeting_of_cadres_is_flagged_and_one_with_it_is_not() -> None:
    """每月组织一次相关干部会议。"""
    here = locality.place(pack="zhuzhou-highway-2016")
    for month in ("2026-02", "2026-03"):
        opened(f"{month}-02T09:00")
    held(here, owed(here, "body", "cadre_meeting", "2026-03"), "2026-03-18T15:00")
    cells = line(here, "相关干部会议", "2026-04-01T00:00").cells
    signals = {cell.row.period: cell.signal for cell in cells}
    assert (signals["2026-02"], signals["2026-03"]) == ("red", "done")


@pytest.mark.clause("ZZ-3.1a")
def test_only_where_the_pack_switches_the_roll_on_the_25th_moves() -> None:
    """每月25日前报局“马上就办”办公室: 25 September 2026 is Mid-Autumn."""
    rolling = locality.PACK.replace(
        "count: 25, unit: day_of_month", "count: 25, unit: day_of_month, roll: forward"
    )
    here = locality.place(pack=rolling)
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    assert str(row.clock.due_on) == "2026-09-28"


@pytest.mark.clause("NT-3.0")
def test_nantong_on_15_october_is_in_its_third_and_fourth_stage() -> None:
    """监督检查(5月—10月)……整改提高(10月—11月)。"""
    here = locality.place(pack="nantong-2012")
    opened("2026-01-02T09:00")
    found = stages(here.actor("division"), parse_period("2026-10"), on=date(2026, 10, 15))
    assert [stage.label for stage in found if stage.active] == [
        "第三阶段　监督检查", "第四阶段　整改提高",
    ]  # fmt: skip
    shown = page(
        here, "division", "/calendar/?month=2026-10&on=2026-10-15", when="2026-10-15T09:00"
    )
    assert shown.count("进行中") == 2


@pytest.mark.clause("NT-3.1d")
@pytest.mark.parametrize(
    ("second", "late"), [("2026-04-30T23:59", False), ("2026-05-01T08:00", True)]
)
def test_nantong_plan_and_progress_sheet_are_both_in_by_30_april(second, late) -> None:
    """工作方案、推进表于4月30前上报市政府纠风办。"""
    here = locality.place(pack="nantong-2012")
    opened("2026-01-02T09:00")
    row = owed(here, "division", "campaign_plan", "2026")
    assert str(row.clock.due_on) == "2026-04-30"
    held(here, row, "2026-04-20T09:00", by="division", paper="工作方案")
    assert Obligation.objects.get(pk=row.pk).state == "open"
    held(here, row, second, by="division", paper="推进表")
    row = Obligation.objects.select_related("clock").get(pk=row.pk)
    assert (row.state, row.clock.is_late(at("2026-05-02T00:05"))) == ("fulfilled", late)
    shown = page(here, "division", f"/obligations/{row.pk}/", when="2026-05-02T09:00")
    assert ("逾期" in shown) is late


@pytest.mark.clause("NT-3.5a")
def test_nantong_summary_without_both_forms_is_incomplete_and_the_page_says_which() -> None:
    """总结报告和相关表格于12月10日前上报 (附件四、附件五)。"""
    here = locality.place(pack="nantong-2012")
    opened("2026-01-02T09:00")
    row = owed(here, "division", "summary", "2026")
    assert str(row.clock.due_on) == "2026-12-10"
    for paper in ("总结报告", "附件四"):
        held(here, row, "2026-12-08T09:00", by="division", paper=paper)
    assert Obligation.objects.get(pk=row.pk).state == "open"
    shown = page(here, "division", f"/obligations/{row.pk}/", when="2026-12-09T09:00")
    assert "尚缺" in shown
    assert "附件五" in shown
    held(here, row, "2026-12-10T23:59", by="division", paper="附件五")
    assert Obligation.objects.get(pk=row.pk).state == "fulfilled"


@pytest.mark.clause("AS-2.1b", "AS-2.1c")
def test_anshan_the_year_shows_its_two_rounds_and_four_quarters_and_flags_the_missing_ones() -> (
    None
):
    """每年年中、年末各督查1次；对每季度总体工作进展情况进行督查。"""
    here = locality.place(pack="anshan-2015")
    for month in ("01", "04", "07", "10"):
        opened(f"2026-{month}-02T09:00")
    held(here, owed(here, "body", "goal_rounds", "2026H1"), "2026-06-25T15:00")
    held(here, owed(here, "body", "quarterly_round", "2026Q1"), "2026-03-30T15:00")
    rounds = line(here, owed(here, "body", "goal_rounds", "2026H1").label, "2027-01-01T00:00")
    assert [(c.row.period, c.signal) for c in rounds.cells] == [
        ("2026H1", "done"), ("2026H2", "red"),
    ]  # fmt: skip
    assert (rounds.done, rounds.wanted, rounds.word) == (1, 2, "尚缺1次")
    quarters = line(here, owed(here, "body", "quarterly_round", "2026Q1").label, "2027-01-01T00:00")
    assert [c.signal for c in quarters.cells] == ["done", "red", "red", "red"]
    assert (quarters.done, quarters.wanted) == (1, 4)
    shown = page(here, "staff", "/calendar/2026/", when="2027-01-01T09:00")
    assert "尚缺1次" in shown
    assert "尚缺3次" in shown


@pytest.mark.clause("AS-2.0a")
def test_anshan_the_plan_of_the_month_is_missing_from_its_first_day() -> None:
    """督查部门每月要制定督查工作计划。"""
    here = locality.place(pack="anshan-2015")
    opened("2026-09-01T00:05")
    row = owed(here, "body", "monthly_plan", "2026-09")
    assert row.clock.light_at(at("2026-09-01T00:05")) == "amber"
    assert row.clock.light_at(at("2026-09-02T00:00")) == "red"
    shown = page(here, "staff", "/obligations/?kind=monthly_plan", when="2026-09-01T09:00")
    assert "督查工作计划" in shown


@pytest.mark.clause("AS-2.0b")
@pytest.mark.parametrize(("days", "state"), [(14, "open"), (15, "fulfilled")])
def test_anshan_fifteen_distinct_days_on_site_are_enough_and_two_visits_are_one_day(
    days, state
) -> None:
    """每月现场督查时间不少于15天。"""
    here = locality.place(pack="anshan-2015")
    opened("2026-09-01T00:05")
    row = owed(here, "body", "onsite_days", "2026-09")
    for day in [1, *range(1, days + 1)]:
        held(here, row, f"2026-09-{day:02}T17:00", on=date(2026, 9, day))
    assert Obligation.objects.get(pk=row.pk).state == state
    cells = line(here, "现场督查", "2026-10-01T00:00").cells
    (cell,) = [cell for cell in cells if cell.row.period == "2026-09"]
    assert (cell.count, cell.signal) == (days, "done" if days == 15 else "red")


@pytest.mark.clause("AS-1.4")
def test_anshan_every_unit_owes_its_overall_progress_once_a_quarter() -> None:
    """各有关单位每季度总体工作进展情况: a division reports through its department."""
    here = locality.place(pack="anshan-2015")
    for run in ("2026-07-01T00:05", "2026-07-01T00:10", "2026-08-01T00:05", "2026-09-30T23:55"):
        opened(run)
    rows = Obligation.objects.filter(key="quarterly_progress", period="2026Q3")
    assert sorted(rows.values_list("unit", flat=True)) == sorted(
        here.units[key].pk for key in ("housing", "finance")
    )


@pytest.mark.clause("ZZ-3.0b")
def test_zhuzhou_on_the_first_every_active_unit_owes_one_report_sections_too() -> None:
    """每个科室、每个单位每个月。"""
    here = locality.place(pack="zhuzhou-highway-2016")
    section = Unit.objects.create(name="养护科", kind="section", parent=here.units["city"])
    Unit.objects.filter(pk=here.units["finance"].pk).update(abolished_on=date(2026, 8, 31))
    opened("2026-09-01T00:05")
    rows = Obligation.objects.filter(key="five_questions", period="2026-09")
    owing = sorted(rows.values_list("unit", flat=True))
    assert owing == sorted([section.pk, here.units["housing"].pk, here.units["division"].pk])


@pytest.mark.clause("LZ-B-15a")
def test_lanzhou_the_year_page_flags_the_rounds_of_revisits_that_are_missing() -> None:
    """对重点工作贯彻落实情况每年开展两次回访复核。"""
    here = locality.place(pack="lanzhou-2018")
    for month in ("01", "07"):
        opened(f"2026-{month}-02T09:00")
    assert "0/2" in page(here, "staff", "/calendar/2026/", when="2026-12-31T09:00")
    held(here, owed(here, "body", "revisit_rounds", "2026H1"), "2026-06-20T15:00")
    shown = page(here, "staff", "/calendar/2026/", when="2026-12-31T09:00")
    assert "1/2" in shown
    assert "尚缺1次" in shown
