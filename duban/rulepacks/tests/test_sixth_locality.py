"""A locality the product has never heard of, written in YAML alone (DESIGN 3.1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from duban.rulepacks import examples, report
from duban.rulepacks.loader import LoadedPack, load_file, load_shipped

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


def test_it_takes_over_what_it_does_not_say(loaded):
    base = load_shipped("base")
    assert loaded.pack.steps["submit"] == base.steps["submit"]
    assert loaded.pack.chains["bulletin"] == base.chains["bulletin"]
    assert loaded.inherited["steps.submit"] == "base"
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
    assert loaded.inherited["steps.submit"] == "base"
    assert list(loaded.pack.case_sources) == ["hotline", "assembly"]


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
    assert standing["chains.bulletin.steps.office_head"] == "继承自 base"
