"""The limits of the shipped packs compute what their own worked examples say."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from deadlines.batch import answers
from deadlines.calendar import WorkingCalendar
from deadlines.rules import compute
from deadlines.shipped import contradicted_examples, shipped_limit
from duban.rulepacks.loader import load_shipped, shipped_names
from duban.rulepacks.schema import Example


@pytest.mark.parametrize("name", shipped_names())
def test_every_worked_example_of_a_limit_comes_out(name: str) -> None:
    pack = load_shipped(name)
    assert contradicted_examples(pack) == []


def test_a_wrong_example_is_named_with_path_clause_and_both_dates() -> None:
    pack = load_shipped("lanzhou-2018")
    wrong = Example(start=date(2026, 2, 11), due=date(2026, 2, 24))
    limit = pack.limits["first_feedback"].model_copy(update={"examples": (wrong,)})
    broken = pack.model_copy(update={"limits": {"first_feedback": limit}})
    assert contradicted_examples(broken) == [
        "limits.first_feedback：自2026-02-11起应为2026-02-24，实际算得2026-02-25（LZ-B-10b）"
    ]


@pytest.mark.clause("LZ-A-7b")
@pytest.mark.parametrize("name", shipped_names())
def test_day_one_is_the_day_after_receipt_in_every_pack(name: str) -> None:
    """从收到相关文件、材料或指令的次日起计算。"""
    received = date(2026, 3, 2)
    for key, limit in load_shipped(name).limits.items():
        found = compute(limit, received, WorkingCalendar.load())
        if limit.unit in ("working_day", "calendar_day"):
            counted = [line.date for line in found.days if line.counted]
            assert (counted[0], len(counted)) == (date(2026, 3, 3), limit.count), key
        assert found.last_day > received, key


@pytest.mark.clause("LZ-B-10b")
def test_batch_and_command_answer_by_pack_and_rule() -> None:
    """5个工作日内反馈动态进展或办理结果。"""
    question = {"pack": "lanzhou-2018", "rule": "first_feedback", "start": "2026-02-11T23:59"}
    line = next(answers(io.BytesIO(json.dumps(question).encode()), shipped_limit))
    assert json.loads(line) == {
        "due": "2026-02-25", "first_day": "2026-02-12", "counted_days": 5, "rolled": False,
        "provisional": False, "clause": "LZ-B-10b",
    }  # fmt: skip
    out = io.StringIO()
    call_command(
        "deadline", "explain", "--pack", "lanzhou-2018", "--rule", "first_feedback",
        "--start", "2026-02-11", stdout=out,
    )  # fmt: skip
    assert "依据：LZ-B-10b　“5个工作日内反馈动态进展或办理结果”" in out.getvalue()


def test_an_unknown_rule_names_those_there_are() -> None:
    with pytest.raises(LookupError, match="first_feedback"):
        shipped_limit("lanzhou-2018", "no_such_rule")
    with pytest.raises(LookupError, match="没有名为 nowhere"):
        shipped_limit("nowhere", "first_feedback")
