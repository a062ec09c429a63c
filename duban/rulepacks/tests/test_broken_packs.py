"""A pack that cannot be used is refused, with file, line, path, clause and what was expected."""

from __future__ import annotations

import pytest

from duban.rulepacks.loader import PACKS, PackError, load_file, load_text

HEAD = """\
name: shouchun-2026
version: 1
title: 寿春市督办规程
locality: 寿春市
status: in_force
effective_on: 2026-01-01
extends: base
sources: [{title: 寿春市督办规程}]
case_sources:
  other: {label: 其他, clause: SC-1, quote: 其他事项}
"""
LIMIT = "limits:\n  first_limit:\n    label: 时限\n    count: 5\n    unit: working_day\n"
CITED = "    clause: SC-2\n    quote: 五个工作日内办结\n"


def problems_of(body: str, *, head: str = HEAD) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_text(head + body, filename="寿春.yaml")
    return caught.value.problems


def test_the_ground_of_these_tests_is_sound():
    assert load_text(HEAD + LIMIT + CITED, filename="寿春.yaml").pack.limits["first_limit"]


@pytest.mark.parametrize(
    ("body", "line", "parts"),
    [
        pytest.param(LIMIT + CITED + "    count: 6\n", 18, ["键“count”重复"], id="duplicate key"),
        pytest.param(
            LIMIT, 12, ["limits.first_limit", "须写明 clause 和 quote"], id="no authority"
        ),
        pytest.param(
            LIMIT + "    clause: SC-2\n",
            12,
            ["limits.first_limit", "clause 和 quote 须同时写明", "SC-2"],
            id="clause without quote",
        ),
        pytest.param(
            LIMIT.replace("working_day", "business_day") + CITED,
            15,
            ["limits.first_limit.unit", "working_day", "business_day", "SC-2"],
            id="unknown kind",
        ),
        pytest.param(
            LIMIT.replace("5", "五") + CITED,
            14,
            ["limits.first_limit.count", "应为整数", "五", "SC-2"],
            id="word for a number",
        ),
        pytest.param(
            LIMIT.replace("5", "5.5") + CITED,
            14,
            ["limits.first_limit.count", "应为整数", "5.5", "SC-2"],
            id="half a day",
        ),
        pytest.param(
            LIMIT.replace("5", "0") + CITED,
            14,
            ["limits.first_limit.count", "不能小于 1", "SC-2"],
            id="number too small",
        ),
        pytest.param(
            LIMIT.replace("5", "99999") + CITED,
            14,
            ["limits.first_limit.count", "不能大于 3660"],
            id="number too large",
        ),
        pytest.param(
            LIMIT + CITED + "    colour: red\n",
            18,
            ["limits.first_limit.colour", "没有这个项目"],
            id="unknown field",
        ),
        pytest.param(
            LIMIT.replace("    label: 时限\n", "") + CITED,
            12,
            ["limits.first_limit.label", "缺少必填项", "SC-2"],
            id="missing field",
        ),
        pytest.param("limits: 5\n", 11, ["limits", "应为“键：值”的映射"], id="section is a number"),
        pytest.param("limits:\n", 11, ["limits", "应为“键：值”的映射"], id="empty section"),
        pytest.param("limits: [1, 2]\n", 11, ["limits", "映射"], id="section is a list"),
        pytest.param("steps: {submit: 立项}\n", 11, ["steps.submit", "映射"], id="value is text"),
        pytest.param(
            "chains: {closure: {steps: []}}\n", 11, ["chains.closure.steps"], id="no link"
        ),
        pytest.param("limit: {}\n", 11, ["limit", "没有这个项目"], id="unknown section"),
        pytest.param(
            "limits: {First: {label: 时限, count: 5, unit: month, local_decision: 暂定}}\n",
            11,
            ["limits.First", "名称"],
            id="bad key",
        ),
        pytest.param(
            "overdue_kinds: {sleepy: {label: 懒政, local_decision: 暂定}}\n",
            11,
            ["overdue_kinds.sleepy", "unfinished"],
            id="kind outside the vocabulary",
        ),
        pytest.param(
            "urgencies: {hot: {label: 急, limit: hot_limit, local_decision: 暂定}}\n",
            11,
            ["urgencies.hot.limit", "没有名为 hot_limit 的时限"],
            id="bad reference",
        ),
        pytest.param(
            "hours: {spans: [[830, '12:00']], digest_at: '08:30', local_decision: 暂定}\n",
            11,
            ["hours.spans.0.0", "时:分"],
            id="a number for an hour",
        ),
        pytest.param(
            "hours: {spans: [['14:00', '12:00']], digest_at: '12:30', local_decision: 暂定}\n",
            11,
            ["hours", "按先后排列"],
            id="hours backwards",
        ),
        pytest.param(
            "hours: {spans: [['08:00', '12:00']], digest_at: '20:00', local_decision: 暂定}\n",
            11,
            ["hours", "汇总"],
            id="digest outside the hours",
        ),
        pytest.param(
            LIMIT.replace("working_day", "day_of_month").replace("5", "31") + CITED,
            12,
            ["limits.first_limit", "1 至 28", "SC-2"],
            id="a day that February has not",
        ),
        pytest.param(
            LIMIT + CITED + "    examples: [{start: 2026-02-30, due: 2026-03-01}]\n",
            18,
            ["limits.first_limit.examples.0.start"],
            id="impossible date",
        ),
        pytest.param(
            "documents: {case: {label: 号, counter: case, number: '{office}{seq}', layout: none,"
            " local_decision: 暂定}}\n",
            11,
            ["documents.case.number", "{seq}"],
            id="unknown part of a number",
        ),
        pytest.param(
            "documents: {case: {label: 号, counter: case, number: '第{seq期', layout: none,"
            " local_decision: 暂定}}\n",
            11,
            ["documents.case.number", "花括号"],
            id="broken number format",
        ),
        pytest.param(
            "chains: {closure: {steps: [{key: a, label: 初审, role: mayor, local_decision: 定}]}}\n",
            11,
            ["chains.closure.steps.0.role", "chief_leader", "mayor"],
            id="unknown role",
        ),
        pytest.param(
            "chains: {closure: {steps: [{key: a, label: 初审, role: office_head, only_for: [major],"
            " local_decision: 定}]}}\n",
            11,
            ["chains.closure", "一般事项将无人审批"],
            id="nobody for ordinary matters",
        ),
        pytest.param(
            "limits: {d: {label: 日, count: 30, unit: day_of_year, month: 4, local_decision: 定}}\n"
            "duties: {m: {label: 月报, limit: d, repeats: monthly, local_decision: 定}}\n",
            12,
            ["duties.m.limit", "每月的义务不得用每年一次的日子"],
            id="monthly duty on a day of the year",
        ),
        pytest.param(
            "limits: {d: {label: 日, count: 5, unit: day_of_month, local_decision: 定}}\n"
            "duties: {m: {label: 月报, limit: d, repeats: once, local_decision: 定}}\n",
            12,
            ["duties.m.limit", "一次性的义务"],
            id="a duty owed once on the fifth of every month",
        ),
        pytest.param(
            "duties: {m: {label: 报, limit: notice_reply, repeats: once, scope: unit,"
            " local_decision: 定}}\n",
            11,
            ["duties.m", "各单位的义务须有周期"],
            id="a duty of every unit without a period",
        ),
        pytest.param(
            "limits: {d: {label: 日, count: 5, unit: day_of_month, local_decision: 定}}\n"
            "duties: {m: {label: 报, limit: d, repeats: monthly, scope: unit, met_by: visit,"
            " local_decision: 定}}\n",
            12,
            ["duties.m", "met_by 只用于督查机构定期的义务"],
            id="visits that meet what the visited units owe",
        ),
        pytest.param(
            "ranking: {method: mean_of_lead_matters, min_matters: 3, local_decision: 定}\n",
            11,
            ["ranking", "没有评价等级"],
            id="ranking without grades",
        ),
        pytest.param("limits: &a {x: *a}\n", 11, ["不支持引用"], id="reference to itself"),
        pytest.param("limits: {a: {b: 1}\n", 12, ["YAML 语法错误"], id="no YAML"),
        pytest.param("a: " + "[" * 60 + "]" * 60 + "\n", 11, ["嵌套过深"], id="too deep"),
    ],
)
def test_a_mistake_is_named_with_file_line_path_and_what_was_expected(body, line, parts):
    (problem,) = problems_of(body)
    assert problem.startswith(f"寿春.yaml:{line}："), problem
    for part in parts:
        assert part in problem


def test_all_mistakes_are_named_at_once():
    problems = problems_of(
        LIMIT.replace("5", "0") + "steps: {submit: {label: '', local_decision: 暂定}}\n"
    )
    assert len(problems) == 2


def test_grades_out_of_order_are_refused():
    grade = "  {}: {{label: 等级, criteria: [标准], points: {{value: {}, local_decision: 定}}, local_decision: 定}}\n"
    body = "grades:\n" + grade.format("a", 50) + grade.format("b", 60)
    (problem,) = problems_of(body)
    assert "分值须由高到低" in problem


def test_what_the_parent_holds_fast_cannot_be_replaced():
    """AS-4.4: a lower level makes its own rules, inside those of the upper one."""
    body = (
        "limits:\n  urgent_limit: {label: 急件, count: 30, unit: working_day, clause: SC-9,"
        " quote: 三十日}\n"
    )
    (problem,) = problems_of(body, head=HEAD.replace("extends: base", "extends: anshan-2015"))
    assert problem == "寿春.yaml:12：limits.urgent_limit：上级规则包 anshan-2015 不允许改写（SC-9）"


@pytest.mark.parametrize(
    "parent", ["nowhere-2000", "shouchun-2026", "../../etc/passwd", "[1]", "1"]
)
def test_a_parent_that_is_not_there_is_named(parent):
    head = HEAD.replace("extends: base", f"extends: {parent}")
    (problem,) = problems_of("", head=head)
    assert problem.startswith("寿春.yaml:7：extends：")


def test_a_pack_in_force_has_to_be_complete():
    head = HEAD.replace("extends: base\n", "")
    problems = problems_of("", head=head)
    assert "寿春.yaml：steps.submit：缺少必填项，施行的规则包都须有" in problems
    assert any("chains.closure" in problem for problem in problems)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "内容应是"),
        (b"- 1\n- 2\n", "内容应是"),
        (b"just words", "内容应是"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "无法按 UTF-8 文本读取"),
        ("名称：甲".encode("gb18030"), "无法按 UTF-8 文本读取"),
        (b"a: \x00\x01\x02\n", "不是有效的 YAML"),
        (b"#" * 1_000_001, "文件超过 1 MB"),
        (b"a: 1\n---\nb: 2\n", "YAML 语法错误"),
        (b"!!python/object/apply:os.system ['true']\n", "内容应是"),
    ],
)
def test_what_is_no_pack_at_all_is_refused(tmp_path, content, said):
    path = tmp_path / "wrong.yaml"
    path.write_bytes(content)
    with pytest.raises(PackError, match=r"wrong\.yaml") as caught:
        load_file(path)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PackError, match=r"missing\.yaml：没有这个文件"):
        load_file(tmp_path / "missing.yaml")
    with pytest.raises(PackError, match="没有这个文件"):
        load_file(tmp_path)


def test_packs_that_extend_each_other_are_refused(tmp_path):
    for name, parent in (("one", "two"), ("two", "one")):
        text = HEAD.replace("shouchun-2026", name).replace("extends: base", f"extends: {parent}")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match="继承成环"):
        load_file(tmp_path / "one.yaml")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "base.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (PACKS / "base.yaml").read_bytes())
    assert load_file(path).pack.name == "base"
