"""A locality the product has never heard of, written in YAML alone (DESIGN 3.1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duban.rulepacks import examples, report
from duban.rulepacks.inheritance import HEAD
from duban.rulepacks.loader import (
    LoadedPack,
    PackError,
    load_file,
    load_shipped,
    load_shipped_pack,
    load_text,
    shipped_names,
)
from duban.rulepacks.schema import Pack

FILE = Path(__file__).parent / "packs" / "qingyuan-2025.yaml"


@pytest.fixture(scope="module")
def loaded() -> LoadedPack:
    return load_file(FILE)


def test_its_worked_examples_come_out(loaded):
    assert sum(len(limit.examples) for limit in loaded.pack.limits.values()) >= 4
    assert examples.failures(loaded.pack) == []


def test_it_decides_its_own_numbers_chains_labels_and_grades(loaded):
    pack = loaded.pack
    assert pack.limits["rush_limit"].at_time.isoformat() == "17:00:00"
    assert pack.limits["long_limit"].unit == "month"
    assert [step.key for step in pack.chain("closure", importance="ordinary")] == [
        "unit_head",
        "section",
    ]
    assert [step.key for step in pack.chain("closure", importance="major")] == [
        "unit_head",
        "section",
        "deputy_leader",
    ]
    assert pack.steps["close_grant"].label == "核销"
    assert [grade.points.value for grade in pack.grades.values()] == [10, 0]
    assert pack.extension.max_times == 0
    assert len(pack.hours.spans) == 3


def test_it_differs_from_the_five_in_every_section(loaded):
    """What the vocabulary lets a locality decide, this one decides otherwise than all of them."""
    sections = [name for name in Pack.model_fields if name not in HEAD]
    for section in sections:
        own = getattr(loaded.pack, section)
        assert own, f"{section}: says nothing"
        for name in (n for n in shipped_names() if n != "base"):
            assert own != getattr(load_shipped(name), section), (section, name)


def test_it_takes_over_what_it_does_not_say(loaded):
    base = load_shipped("base")
    assert loaded.pack.steps["approve"] == base.steps["approve"]
    assert loaded.pack.chains["extension"] == base.chains["extension"]
    assert loaded.inherited["steps.approve"] == "base"
    assert loaded.overridden["steps.close_grant"] == "base"
    assert loaded.overridden["hours"] == "base"
    assert "limits.rush_limit" not in loaded.inherited | loaded.overridden


@pytest.mark.clause("AS-4.4", "LZ-C-9")
def test_a_district_builds_on_it_and_sees_who_decided_what(tmp_path):
    """AS-4.4, LZ-C-9: one level below extends the file beside it."""
    (tmp_path / "qingyuan-2025.yaml").write_bytes(
        FILE.read_bytes().replace(b"extends: base", b"extends: base\noverridable: true")
    )
    child = tmp_path / "north-district-2026.yaml"
    child.write_text(
        "name: north-district-2026\nversion: 1\ntitle: 北区细则\nlocality: 清源市北区\n"
        "status: in_force\neffective_on: 2026-01-01\nextends: qingyuan-2025\n"
        "sources: [{title: 北区细则}]\n"
        "extension: {max_times: 1, clause: BQ-1, quote: 可以延期一次}\n",
        encoding="utf-8",
    )

    loaded = load_file(child)

    assert loaded.pack.extension.max_times == 1
    assert loaded.overridden["extension"] == "qingyuan-2025"
    assert loaded.inherited["limits.rush_limit"] == "qingyuan-2025"
    assert loaded.inherited["steps.approve"] == "base"
    assert list(loaded.pack.case_sources) == ["hotline", "assembly"]


DISTRICT = """\
name: chengguan-2026
version: 1
title: 城关区限时办结实施细则
locality: 兰州市城关区
status: trial
effective_on: 2026-01-01
extends: lanzhou-2018
sources: [{title: 城关区限时办结实施细则}]
case_sources:
  street: {label: 街道上报事项, clause: CG-2, quote: 街道上报的事项}
bulletins: {period: quarter, draft_at: "10:00", clause: CG-9, quote: 每季度通报一次}
ladder:
  supervise: {label: 督办函, does: supervise, offset: 1, clock: report, clause: CG-7, quote: 次日发督办函}
"""


@pytest.mark.clause("AS-4.4", "LZ-C-9")
def test_a_district_of_lanzhou_shows_what_it_took_over_and_what_it_changed():
    """参照本办法制定具体实施细则: its page names whose value each is."""
    loaded = load_text(DISTRICT, filename="chengguan-2026.yaml")

    shown = {line.path: line for _, lines in report.by_clause(loaded) for line in lines}

    assert shown["case_sources.street"].standing == "本包"
    assert shown["limits.first_feedback"].standing == "继承自 lanzhou-2018"
    assert shown["limits.first_feedback"].clause == "LZ-B-10b"
    assert shown["steps.submit"].standing == "继承自 base"
    assert shown["bulletins"].standing == "改写 lanzhou-2018"
    assert shown["ladder.supervise"].standing == "改写 lanzhou-2018"
    # A ladder is one whole: the rungs of the city are gone with it.
    assert [path for path in shown if path.startswith("ladder.")] == ["ladder.supervise"]


@pytest.mark.clause("AS-4.4", "LZ-C-9")
@pytest.mark.parametrize(
    ("line", "path", "clause"),
    [
        ("extension: {max_times: 3, clause: CG-3, quote: 可以延期三次}\n", "extension", "CG-3"),
        (
            "limits:\n  first_feedback: {label: 首次反馈, count: 9, unit: working_day, clause: CG-4,"
            " quote: 九个工作日}\n",
            "limits.first_feedback",
            "CG-4",
        ),
    ],
)
def test_a_district_of_lanzhou_may_not_change_what_the_city_has_written(line, path, clause):
    with pytest.raises(PackError) as caught:
        load_text(DISTRICT + line, filename="chengguan-2026.yaml")
    (problem,) = caught.value.problems
    assert f"{path}：上级规则包 lanzhou-2018 不允许改写（{clause}）" in problem


def test_its_page_names_every_value_once_under_its_clause(loaded):
    groups = dict(report.by_clause(loaded))
    shown = [line.path for lines in groups.values() for line in lines]
    assert sorted(shown) == sorted(path for path, _ in loaded.pack.cited())
    assert [line.path for line in groups["QY-6"]] == ["urgencies.rush", "limits.rush_limit"]
    (rush,) = [line for line in groups["QY-6"] if line.path == "limits.rush_limit"]
    assert rush.value == "1个工作日（不顺延），至17:00"
    assert rush.standing == "本包"
    clauses = list(groups)
    assert clauses.index("QY-2") < clauses.index("QY-10") < clauses.index(report.LOCAL)
    standing = {line.path: line.standing for lines in groups.values() for line in lines}
    assert standing["steps.close_grant"] == "改写 base"
    assert standing["chains.extension.steps.section"] == "继承自 base"


def test_its_page_says_in_words_what_every_kind_of_value_does(loaded):
    value = {line.path: line.value for line in report.lines(loaded)}
    assert value["urgencies.rush"] == "时限：特急件时限"
    assert value["duties.street_days"] == "督查机构每月，4个不同的日子，时限：月度小结"
    assert value["duties.half_year_report"] == "各单位每半年，仅限政府工作部门，时限：半年报"
    assert value["limits.half_year"] == "第6个月的最后一日（遇节假日顺延）"
    assert value["limits.founding_day"] == "每年9月18日（不顺延），至12:00"
    assert value["ladder.bell"] == "届满前5个工作日，提醒，自动发出"
    assert value["ladder.missing"] == "逾期后第1个工作日，督办，按报送期限计算，由督办人员办理"
    assert value["ladder.hand"] == (
        "问询函未按时回复后第1个工作日，转督查机构督办，由督办人员办理，经分管领导准许"
    )
    assert value["campaigns.harvest"] == "2026年"
    assert value["campaigns.harvest.stages.sow"] == "03-01至05-31"
    assert value["agreement"] == "时限：自报日期"
    assert value["budget"] == "每人每周最多：3"
    assert value["score_events.thanked"] == "作用：加分，分值：0.5"
    assert value["weights.results"] == "权重（%）：62.5"
    assert value["measures.yellow_card"] == "对象：单位，须提供：期限"
    assert (
        value["triggers.twice"] == "情形：未按时反馈，次数：2，期间（月）：6，措施：提醒谈话、黄牌"
    )
    assert value["routes.all"] == "审批链：主要领导准许"


@pytest.mark.parametrize("name", shipped_names())
def test_no_page_shows_a_word_of_the_program(name):
    """Keys and English words of the schema never reach the reader of a value."""
    for line in report.lines(load_shipped_pack(name)):
        if not line.path.startswith("documents."):
            assert not re.search(r"[a-z]{3,}", line.value), f"{line.path}：{line.value}"
