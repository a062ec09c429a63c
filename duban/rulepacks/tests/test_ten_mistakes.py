"""The mistakes that somebody who writes a first pack makes: each answer says what to do."""

from __future__ import annotations

import pytest

from duban.rulepacks.loader import PackError, load_text
from duban.rulepacks.tests.test_broken_packs import CITED, HEAD, LIMIT

WHOLE = LIMIT + CITED


@pytest.mark.parametrize(
    ("body", "line", "parts"),
    [
        pytest.param(
            WHOLE.replace("count: 5", "count：5"),
            14,
            ["不能用中文冒号"],
            id="a colon of the Chinese keyboard",
        ),
        pytest.param(
            WHOLE.replace("    count", "\tcount"), 14, ["不能用制表符缩进"], id="indented by a tab"
        ),
        pytest.param(
            WHOLE.replace("    unit", "      unit"), 15, ["缩进不齐"], id="one line too far right"
        ),
        pytest.param(
            WHOLE.replace("count", "cuont"),
            14,
            ["limits.first_limit.cuont", "是否应为 count", "SC-2"],
            id="a misspelt field",
        ),
        pytest.param(
            WHOLE.replace("limits", "limit"),
            11,
            ["limit：", "是否应为 limits"],
            id="section misspelt",
        ),
        pytest.param(
            WHOLE.replace("working_day", "workingday"),
            15,
            ["limits.first_limit.unit", "是否应为 working_day", "SC-2"],
            id="a value misspelt",
        ),
        pytest.param(
            "steps: {submitt: {label: 报批, local_decision: 定}}\n",
            11,
            ["steps.submitt", "没有这个动作，是否应为 submit"],
            id="an action misspelt",
        ),
        pytest.param(
            "chains:\n  regstration:\n    steps:\n      - {key: head, label: 批准, role: office_head,"
            " local_decision: 定}\n",
            12,
            ["chains.regstration", "是否应为 registration"],
            id="a chain misspelt",
        ),
        pytest.param(
            WHOLE + "urgencies: {hot: {label: 急, limit: firstlimit, clause: SC-3, quote: 急件}}\n",
            18,
            ["urgencies.hot.limit", "没有名为 firstlimit 的时限，是否应为 first_limit", "SC-3"],
            id="a reference misspelt",
        ),
        pytest.param(
            "steps: {submit: {label: 报批, clause: SC-3, quote: 先审核,后报批}}\n",
            11,
            ["steps.submit", "有英文逗号的，整段文字要加引号", "SC-3"],
            id="a comma in a quotation without marks",
        ),
        pytest.param(
            "documents:\n  case: {label: 号, counter: case, number: {seq}, layout: none,"
            " local_decision: 定}\n",
            12,
            ["documents.case.number", "要加引号"],
            id="a number format without marks",
        ),
        pytest.param(
            "leads: {several_for: [], needs_task_force: 是, local_decision: 定}\n",
            11,
            ["leads.needs_task_force", "true 或 false", "现为“是”"],
            id="yes in Chinese",
        ),
        pytest.param(
            WHOLE + "    examples: [{start: 2026-9-30, due: 2026-10-13}]\n",
            18,
            ["examples.0.start", "2026-09-18", "SC-2"],
            id="a date without zeros",
        ),
        pytest.param(
            WHOLE.replace("    clause: SC-2\n", ""),
            12,
            ["limits.first_limit", "clause 和 quote 须同时写明"],
            id="a quotation without its clause",
        ),
        pytest.param(
            "weights:\n  daily: {label: 日常, percent: 30, local_decision: 定}\n",
            11,
            ["weights", "之和应为 100，现为 30"],
            id="weights that make no whole",
        ),
        pytest.param(
            "triggers: {low: {label: 靠后, kind: ranked_low, local_decision: 定}}\n",
            11,
            ["triggers.low", "bottom"],
            id="ranked low without saying how low",
        ),
        pytest.param(
            "routes: {all: {label: 逐级, local_decision: 定}}\n",
            11,
            ["routes.all", "chain", "external"],
            id="a route on which nobody decides",
        ),
        pytest.param(
            "score_events: {late: {label: 逾期, effect: deduct, local_decision: 定}}\n",
            11,
            ["score_events.late", "大于 0 的 value"],
            id="a deduction of nothing",
        ),
        pytest.param(
            "draws: {people: {label: 抽签, least: 5, most: 3, pool: 干部, local_decision: 定}}\n",
            11,
            ["draws.people", "most 不能小于 least"],
            id="at least more than at most",
        ),
        pytest.param(
            "ladder:\n  urge: {label: 催办, does: urge, offset: 1, after: remind, local_decision: 定}\n",
            12,
            ["ladder.urge.after", "前面没有名为 remind 的一级"],
            id="a rung after one that is not there",
        ),
    ],
)
def test_the_answer_names_the_place_and_what_to_do(body, line, parts):
    with pytest.raises(PackError) as caught:
        load_text(HEAD + body, filename="寿春.yaml")
    problem = caught.value.problems[-1]
    assert problem.startswith(f"寿春.yaml:{line}："), problem
    for part in parts:
        assert part in problem


def test_a_parent_misspelt_is_guessed():
    head = HEAD.replace("extends: base", "extends: lanzhou2018")
    with pytest.raises(PackError, match="没有名为 lanzhou2018 的规则包，是否应为 lanzhou-2018"):
        load_text(head, filename="寿春.yaml")
