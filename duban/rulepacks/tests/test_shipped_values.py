"""What three of the shipped packs decide, value by value."""

from __future__ import annotations

import re

import pytest

from duban.rulepacks import examples
from duban.rulepacks.loader import load_shipped


def labels(values: dict) -> list[str]:
    return [value.label for value in values.values()]


@pytest.mark.clause("CZ-1.2")
def test_changzhi_has_eight_sources():
    """主要任务 1—8"""
    sources = load_shipped("changzhi-2022").case_sources
    assert [source.quote[:2] for source in sources.values()] == [f"{n}." for n in range(1, 9)]
    assert len(set(labels(sources))) == 8


@pytest.mark.clause("AS-1")
def test_anshan_has_six_sources():
    assert labels(load_shipped("anshan-2015").case_sources) == [
        "上级方针政策、文件和会议",
        "《政府工作报告》目标任务",
        "市政府会议议定事项",
        "各单位季度总体工作进展",
        "媒体和内参反映的问题",
        "市政府领导批示或交办",
    ]


@pytest.mark.clause("LZ-B-4", "LZ-A-5")
def test_lanzhou_has_four_sources_and_says_which_of_the_other_list_they_are():
    sources = load_shipped("lanzhou-2018").case_sources
    assert [source.quote[:3] for source in sources.values()] == ["(一)", "(二)", "(三)", "(四)"]
    named = {re.search(r"LZ-A-5（(.)）", source.note)[1] for source in sources.values()}
    assert named == set("一二三四")


@pytest.mark.clause("AS-3.2b", "AS-3.2c", "AS-3.2d")
def test_anshan_limits_follow_urgency():
    pack = load_shipped("anshan-2015")
    limits = {key: pack.limits[urgency.limit] for key, urgency in pack.urgencies.items()}
    assert {key: (limit.count, limit.unit) for key, limit in limits.items()} == {
        "urgent": (3, "working_day"),
        "normal": (5, "working_day"),
        "difficult": (10, "working_day"),
    }


def test_anshan_exception_needs_the_leader_and_the_document():
    basis = load_shipped("anshan-2015").due_bases["designated"]
    assert basis.needs == "document"
    assert basis.needs_leader


def test_anshan_revisit_window_is_in_calendar_days_and_does_not_roll():
    limit = load_shipped("anshan-2015").limits["revisit_window"]
    assert (limit.count, limit.unit, limit.roll) == (10, "calendar_day", "none")
    assert limit.starts == "report_received"
    assert limit.local_decision


def test_lanzhou_dates_rest_on_one_of_three_bases():
    bases = load_shipped("lanzhou-2018").due_bases
    assert {key: basis.needs for key, basis in bases.items()} == {
        "designated": "document",
        "statutory": "citation",
        "agreed": "agreement",
    }


def test_lanzhou_counts_plain_days_as_calendar_days():
    counting = load_shipped("lanzhou-2018").counting
    assert (counting.unit, counting.roll, counting.clause) == ("calendar_day", "none", "LZ-A-7a")


@pytest.mark.clause("LZ-B-10b")
def test_lanzhou_owes_a_first_report_in_five_working_days_and_one_every_month():
    pack = load_shipped("lanzhou-2018")
    first, monthly = pack.duties["first_feedback"], pack.duties["monthly_progress"]
    assert (first.repeats, monthly.repeats) == ("once", "monthly")
    assert pack.limits[first.limit].count == 5
    assert pack.limits[first.limit].unit == "working_day"
    worked = {str(e.start): str(e.due) for e in pack.limits[first.limit].examples}
    assert worked["2026-02-11"] == "2026-02-25"
    assert examples.failures(pack) == []
    assert pack.limits[monthly.limit].count == 5
    assert pack.limits[monthly.limit].unit == "day_of_month"


def test_lanzhou_allows_one_new_date():
    policy = load_shipped("lanzhou-2018").extension
    assert policy.max_times == 1
    assert policy.quote == "决不能一约再约、一拖再拖"


def test_lanzhou_orders_the_kinds_of_report():
    policy = load_shipped("lanzhou-2018").feedback
    assert policy.first_is_initial
    assert policy.closing_needs_verified
    assert policy.unfinished_needs_date_and_person


def test_lanzhou_needs_four_facts_before_assigning():
    fields = load_shipped("lanzhou-2018").issue_fields
    own = {key for key, field in fields.items() if field.clause == "LZ-B-6b"}
    assert own == {"requirement", "lead_unit", "responsible_person", "due"}


def test_lanzhou_issues_two_documents_when_assigning():
    documents = load_shipped("lanzhou-2018").documents
    assert labels({k: d for k, d in documents.items() if d.with_assign}) == [
        "转办通知",
        "工作落实责任清单",
    ]


def test_only_changzhi_allows_several_leads_and_only_for_major_matters_with_a_task_force():
    changzhi, lanzhou = load_shipped("changzhi-2022").leads, load_shipped("lanzhou-2018").leads
    assert changzhi.several_for == ("major",)
    assert changzhi.needs_task_force
    assert lanzhou.several_for == ()


def test_changzhi_supervisor_follows_who_assigned():
    supervisors = load_shipped("changzhi-2022").supervisors
    assert {key: rule.body for key, rule in supervisors.items()} == {
        "default": "assigning_section",
        "deputy_leader": "secretary_section",
        "chief_leader": "supervision_office",
    }


@pytest.mark.parametrize(
    ("importance", "keys"),
    [
        ("ordinary", ["section", "deputy_leader"]),
        ("key", ["section", "deputy_leader", "chief_leader"]),
        ("major", ["section", "deputy_leader", "chief_leader"]),
    ],
)
def test_changzhi_closure_goes_to_the_chief_leader_only_for_key_and_major_matters(importance, keys):
    chain = load_shipped("changzhi-2022").chain("closure", importance=importance)
    assert [step.key for step in chain] == keys
    assert all(step.grades for step in chain)


@pytest.mark.clause("CZ-4.1.0")
def test_changzhi_has_five_grades_with_criteria():
    grades = load_shipped("changzhi-2022").grades
    assert labels(grades) == ["落实好", "落实较好", "基本落实", "落实不力", "落实较差"]
    assert [grade.points.value for grade in grades.values()] == [100, 85, 70, 50, 0]
    assert all(grade.points.local_decision for grade in grades.values())
    assert all(grade.criteria for grade in grades.values())


def test_changzhi_best_grade_needs_evidence_and_worst_one_of_four_reasons():
    grades = load_shipped("changzhi-2022").grades
    assert set(grades["excellent"].evidence) == {"written_praise", "leader_instruction"}
    assert len(grades["poor"].reasons) == 4
    assert not any(grades[key].evidence for key in grades if key != "excellent")


def test_packs_without_grades_have_no_ranking():
    for name in ("anshan-2015", "lanzhou-2018"):
        pack = load_shipped(name)
        assert not pack.grades
        assert pack.ranking is None
        assert not any(step.grades for step in pack.chains["closure"].steps)


def test_lanzhou_bars_passing_on_to_district_governments():
    assert "district" in load_shipped("lanzhou-2018").forwarding.barred_kinds
    assert load_shipped("changzhi-2022").forwarding.barred_kinds == ()


def test_reminders_come_before_on_and_after_the_last_day():
    reminders = load_shipped("lanzhou-2018").reminders
    assert [reminder.offset for reminder in reminders.values()] == [-3, -1, 0, 1, 5]
    assert {reminder.clause for reminder in reminders.values()} == {"LZ-A-14b"}
