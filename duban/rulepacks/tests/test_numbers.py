"""Every number that the five regulations name stands in its pack, with its unit and its clause."""

from __future__ import annotations

import pytest

from duban.rulepacks.loader import load_shipped
from duban.rulepacks.schema import Pack

ZZ, NT, CZ = "zhuzhou-highway-2016", "nantong-2012", "changzhi-2022"
AS, LZ = "anshan-2015", "lanzhou-2018"


@pytest.mark.parametrize(
    ("pack", "key", "count", "unit", "roll", "clause"),
    [
        (ZZ, "complaint_limit", 15, "working_day", "none", "ZZ-2.3c"),
        (ZZ, "complex_plan_limit", 3, "calendar_day", "none", "ZZ-2.3d"),
        (ZZ, "five_questions_day", 25, "day_of_month", "none", "ZZ-3.1a"),
        (ZZ, "upward_report_day", 28, "day_of_month", "forward", "ZZ-3.1b"),
        (AS, "urgent_limit", 3, "working_day", "none", "AS-3.2b"),
        (AS, "normal_limit", 5, "working_day", "none", "AS-3.2c"),
        (AS, "difficult_limit", 10, "working_day", "none", "AS-3.2d"),
        (AS, "revisit_window", 10, "calendar_day", "none", "AS-3.3b"),
        (AS, "special_inspection_lead", 1, "month", "none", "AS-4.2c"),
        (LZ, "first_feedback", 5, "working_day", "none", "LZ-B-10b"),
        (LZ, "monthly_progress", 5, "day_of_month", "none", "LZ-B-10d"),
    ],
)
@pytest.mark.clause(
    "ZZ-2.3c",
    "ZZ-2.3d",
    "ZZ-3.1a",
    "ZZ-3.1b",
    "AS-3.2b",
    "AS-3.2c",
    "AS-3.2d",
    "AS-3.3b",
    "AS-4.2c",
    "LZ-B-10b",
    "LZ-B-10d",
)
def test_limits(pack, key, count, unit, roll, clause):
    limit = load_shipped(pack).limits[key]
    assert (limit.count, limit.unit, limit.roll, limit.clause) == (count, unit, roll, clause)
    assert limit.examples


@pytest.mark.clause("NT-3.1d", "NT-3.5a")
def test_campaign_dates():
    """4月30前、1210前上报市政府纠风办"""
    pack = load_shipped(NT)
    days = {key: (pack.limits[duty.limit].month, pack.limits[duty.limit].count, duty.clause)
            for key, duty in pack.duties.items()}  # fmt: skip
    assert days["campaign_plan"] == (4, 30, "NT-3.1d")
    assert days["summary"] == (12, 10, "NT-3.5a")
    assert pack.duties["campaign_plan"].campaign == "style_2012"


@pytest.mark.parametrize(
    ("pack", "key", "repeats", "scope", "target", "counted", "clause"),
    [
        (ZZ, "leading_group_meeting", "yearly", "office", 1, "entries", "ZZ-1.1a"),
        (ZZ, "office_meeting", "yearly", "office", 2, "entries", "ZZ-1.5a"),
        (ZZ, "five_questions", "monthly", "unit", 1, "entries", "ZZ-3.1a"),
        (ZZ, "upward_report", "monthly", "office", 1, "entries", "ZZ-3.1b"),
        (ZZ, "cadre_meeting", "monthly", "office", 1, "entries", "ZZ-3.1c"),
        (ZZ, "plan_cases_report", "monthly", "office", 1, "entries", "ZZ-2.3h"),
        (AS, "onsite_days", "monthly", "office", 15, "days", "AS-2.0b"),
        (AS, "monthly_plan", "monthly", "office", 1, "entries", "AS-2.0a"),
        (AS, "goal_rounds", "half_yearly", "office", 1, "entries", "AS-2.1b"),
        (AS, "quarterly_round", "quarterly", "office", 1, "entries", "AS-2.1c"),
        (AS, "quarterly_progress", "quarterly", "unit", 1, "entries", "AS-1.4"),
        (AS, "long_cycle_progress", "monthly", "part", 1, "entries", "AS-3.1b"),
        (AS, "revisit", "once", "office", 1, "entries", "AS-3.3b"),
        (LZ, "first_feedback", "once", "part", 1, "entries", "LZ-B-10b"),
        (LZ, "monthly_progress", "monthly", "part", 1, "entries", "LZ-B-10d"),
        (LZ, "revisit_rounds", "half_yearly", "office", 1, "entries", "LZ-B-15a"),
    ],
)
@pytest.mark.clause(
    "ZZ-1.1a", "ZZ-1.5a", "ZZ-3.0b", "ZZ-3.1c", "AS-1.4", "AS-2.0a", "AS-2.0b", "AS-2.1b",
    "AS-2.1c", "AS-3.1b", "LZ-B-15a",
)  # fmt: skip
def test_what_recurs(pack, key, repeats, scope, target, counted, clause):
    duty = load_shipped(pack).duties[key]
    assert (duty.repeats, duty.scope, duty.target, duty.counted, duty.clause) == (
        repeats, scope, target, counted, clause,
    )  # fmt: skip


@pytest.mark.clause("ZZ-3.1d")
def test_three_to_five_cadres_are_drawn():
    """每月会上随机抽取3-5名干部上台汇报工作"""
    draw = load_shipped(ZZ).draws["speakers"]
    assert (draw.least, draw.most, draw.clause) == (3, 5, "ZZ-3.1d")
    assert draw.duty == "cadre_meeting"


@pytest.mark.clause("ZZ-4.1", "ZZ-8.1a", "CZ-4.2a")
def test_notices_come_every_quarter():
    for name, clause in ((ZZ, "ZZ-8.1a"), (CZ, "CZ-4.2a")):
        bulletins = load_shipped(name).bulletins
        assert (bulletins.period, bulletins.clause) == ("quarter", clause)
    assert "ZZ-4.1" in load_shipped(ZZ).bulletins.note


@pytest.mark.clause("ZZ-7.4a", "ZZ-7.4b", "ZZ-7.5")
def test_a_sanction_makes_the_score_zero_and_the_other_values_are_local_decisions():
    """单位年度考评该单项工作直接计0分"""
    events = load_shipped(ZZ).score_events
    assert events["sanctioned"].effect == "zero"
    assert events["sanctioned"].clause == "ZZ-7.4b"
    valued = [event for event in events.values() if event.effect != "zero"]
    assert {event.effect for event in valued} == {"add", "deduct"}
    assert all(event.local_decision for event in valued)


@pytest.mark.clause("ZZ-6.1a", "CZ-4.3c", "LZ-C-7.1")
def test_thresholds():
    def fact(pack: Pack, key: str) -> tuple[int, int | None, bool, str]:
        trigger = pack.triggers[key]
        return (
            trigger.threshold,
            trigger.window_months,
            bool(trigger.local_decision),
            trigger.clause,
        )

    assert fact(load_shipped(ZZ), "urged_in_vain") == (2, None, True, "ZZ-6.1a")
    assert fact(load_shipped(CZ), "ranked_low") == (2, 12, True, "CZ-4.3c")
    assert fact(load_shipped(CZ), "interviewed") == (2, 12, True, "CZ-4.3c")
    assert fact(load_shipped(LZ), "repeated") == (2, 12, True, "LZ-C-7.1")


@pytest.mark.clause("NT-3.5b")
def test_nantong_weights():
    """日常考评占30%、年中汇报测评占20%、质询评议占25%、社会调查占25%"""
    weights = load_shipped(NT).weights
    assert [weight.percent for weight in weights.values()] == [30, 20, 25, 25]
    assert {weight.clause for weight in weights.values()} == {"NT-3.5b"}


@pytest.mark.clause("NT-3.5d", "NT-3.5e")
def test_nantong_quotas():
    """6个先进处室、10个优质服务窗口、一批服务品牌"""
    quotas = load_shipped(NT).quotas
    assert {key: (quota.count, quota.clause) for key, quota in quotas.items()} == {
        "division": (6, "NT-3.5d"), "window": (10, "NT-3.5d"), "brand": (None, "NT-3.5e"),
    }  # fmt: skip


@pytest.mark.clause("NT-3.2a")
def test_nantong_visits():
    """访百户、进百企"""
    targets = load_shipped(NT).targets
    assert [(target.count, target.counts, target.clause) for target in targets.values()] == [
        (100, "户", "NT-3.2a"), (100, "家企业", "NT-3.2a"),
    ]  # fmt: skip


@pytest.mark.clause("NT-3.0")
def test_nantong_stages_overlap():
    """On 15 October stages 3 and 4 are both running."""
    stages = load_shipped(NT).campaigns["style_2012"].stages
    assert len(stages) == 5
    running = [key for key, stage in stages.items() if stage.starts <= "10-15" <= stage.ends]
    assert running == ["supervise", "improve"]


@pytest.mark.clause("CZ-4.1.0")
def test_changzhi_has_five_grades():
    grades = load_shipped(CZ).grades.values()
    assert [(grade.label, grade.clause) for grade in grades] == [
        ("落实好", "CZ-4.1.1"), ("落实较好", "CZ-4.1.2"), ("基本落实", "CZ-4.1.3"),
        ("落实不力", "CZ-4.1.4"), ("落实较差", "CZ-4.1.5"),
    ]  # fmt: skip


@pytest.mark.clause("LZ-A-9e")
def test_lanzhou_agrees_anew_once():
    extension = load_shipped(LZ).extension
    assert (extension.max_times, extension.clause) == (1, "LZ-A-9e")


@pytest.mark.clause("LZ-A-7b")
@pytest.mark.parametrize("name", [ZZ, NT, CZ, AS, LZ])
def test_the_day_of_receipt_never_counts(name):
    """Day 1 is the day after receipt; what `deadlines` counts from this is tested there."""
    step = load_shipped(name).steps["deliver"]
    assert step.clause in {"LZ-A-7b", "CZ-3.1c", "《民法典》第二百零一条"}


@pytest.mark.clause("LZ-C-6.1", "LZ-C-6.2", "LZ-C-8.1", "LZ-C-8.4")
def test_lanzhou_has_four_measures_for_units_and_four_for_people_and_four_routes():
    pack = load_shipped(LZ)
    against = [measure.against for measure in pack.measures.values()]
    assert (against.count("unit"), against.count("person")) == (4, 4)
    city = [link.role for link in pack.chains[pack.routes["city"].chain].steps]
    assert city == ["deputy_leader", "chief_leader"]
    party = pack.routes["party_committee"]
    assert party.external == "同级党委"
    assert set(party.measures) == {"unit_disqualify", "person_sanction"}


@pytest.mark.clause("ZZ-1.2a", "ZZ-1.3a", "ZZ-1.6a", "ZZ-1.7")
def test_zhuzhou_bodies_and_what_they_discuss():
    group, office = load_shipped(ZZ).meeting_bodies.values()
    assert (group.chair, group.deputies, len(group.agenda)) == ("组长", ("第一副组长",), 5)
    assert (office.chair, office.deputies) == ("主任", ("负责日常工作的副主任",))
    assert len(office.agenda) == 4
    assert "accountability" not in office.agenda
