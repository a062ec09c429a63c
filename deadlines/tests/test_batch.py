"""`deadline explain`: one answer per line, whatever the lines hold; no database."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from deadlines.batch import LONGEST_LINE, answers
from deadlines.limits import LimitLike, PlainLimit

PROJECT = Path(__file__).resolve().parents[2]
GOOD = '{"unit":"working_day","count":5,"roll":"none","start":"2025-09-26"}'
ANSWER = {
    "due": "2025-10-10",
    "first_day": "2025-09-28",
    "counted_days": 5,
    "rolled": False,
    "provisional": False,
    "clause": None,
}


def one_pack(pack: str, rule: str) -> LimitLike:
    if (pack, rule) != ("test-pack", "first_feedback"):
        raise LookupError(f"没有这条规则：{pack} {rule}")
    return PlainLimit(5, "working_day", clause="LZ-B-10b")


def ask(*lines: str | bytes) -> list[dict[str, Any]]:
    raw = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return [json.loads(line) for line in answers(io.BytesIO(raw), one_pack)]


def test_an_inline_question() -> None:
    assert ask(GOOD) == [ANSWER]


def test_a_question_by_pack_carries_the_clause() -> None:
    question = '{"pack":"test-pack","rule":"first_feedback","start":"2026-02-11T16:30"}'
    assert ask(question) == [
        {**ANSWER, "due": "2026-02-25", "first_day": "2026-02-12", "clause": "LZ-B-10b"}
    ]


def test_the_calendar_as_known_on_the_day() -> None:
    question = '{"unit":"working_day","count":5,"start":"2020-01-23","calendar_as_of":"%s"}'
    assert [answer["due"] for answer in ask(question % "2019-11-21", question % "2020-01-27")] == [
        "2020-02-05",
        "2020-02-07",
    ]


def test_rolled_and_provisional_are_said() -> None:
    rolled, provisional = ask(
        '{"unit":"month","count":1,"roll":"forward","start":"2025-09-01"}',
        '{"unit":"working_day","count":3,"roll":"none","start":"2026-12-31T23:59:59+08:00"}',
    )
    assert rolled == {
        **ANSWER, "due": "2025-10-09", "first_day": "2025-09-02", "counted_days": 30, "rolled": True,
    }  # fmt: skip
    assert provisional["provisional"] is True


BAD = [
    ("", "空行"),
    ("   ", "空行"),
    ("{", "不是合法的JSON"),
    ("null", "应是一个JSON对象"),
    ("[1]", "应是一个JSON对象"),
    (b"\xff\xfe{}", "不是UTF-8"),
    ("[" * 20_000, "不是合法的JSON"),
    ('{"a":"' + "x" * LONGEST_LINE + '"}', "超过64KB"),
    ("{}", "缺少字段"),
    ('{"unit":"working_day","count":5}', "缺少字段：start"),
    ('{"unit":"working_day","count":5,"start":null}', "缺少字段：start"),
    ('{"pack":"test-pack","start":"2026-01-05"}', "缺少字段：rule"),
    ('{"rule":"first_feedback","start":"2026-01-05"}', "缺少字段：pack"),
    ('{"pack":"nowhere","rule":"x","start":"2026-01-05"}', "没有这条规则"),
    ('{"pack":"test-pack","rule":"x","start":"2026-01-05"}', "没有这条规则"),
    ('{"pack":["test-pack"],"rule":"x","start":"2026-01-05"}', "应为文字"),
    ('{"pack":"test-pack","rule":"first_feedback","count":9,"start":"2026-01-05"}', "不认识的字段"),
    ('{"unit":"working_day","count":5,"start":"2026-01-05","rol":"none"}', "不认识的字段：rol"),
    ('{"unit":"working_day","count":5,"count":6,"start":"2026-01-05"}', "出现两次"),
    ('{"unit":"week","count":5,"start":"2026-01-05"}', "不认识的期限单位"),
    ('{"unit":["month"],"count":5,"start":"2026-01-05"}', "不认识的期限单位"),
    ('{"unit":"month","count":5,"roll":"back","start":"2026-01-05"}', "不认识的顺延方式"),
    ('{"unit":"month","count":5,"roll":null,"start":"2026-01-05"}', "不认识的顺延方式"),
    ('{"unit":"working_day","count":-5,"start":"2026-01-05"}', "1到3660"),
    ('{"unit":"working_day","count":0,"start":"2026-01-05"}', "1到3660"),
    ('{"unit":"working_day","count":99999999,"start":"2026-01-05"}', "1到3660"),
    ('{"unit":"working_day","count":%s,"start":"2026-01-05"}' % ("9" * 30), "1到3660"),
    ('{"unit":"working_day","count":%s,"start":"2026-01-05"}' % ("9" * 6000), "不是合法的JSON"),
    ('{"unit":"working_day","count":5.0,"start":"2026-01-05"}', "整数"),
    ('{"unit":"working_day","count":"5","start":"2026-01-05"}', "整数"),
    ('{"unit":"working_day","count":true,"start":"2026-01-05"}', "整数"),
    ('{"unit":"working_day","count":NaN,"start":"2026-01-05"}', "整数"),
    ('{"unit":"working_day","count":5,"start":"2026-02-30"}', "没有这一天"),
    ('{"unit":"working_day","count":5,"start":"2026-02-20T25:00"}', "没有这个时间"),
    ('{"unit":"working_day","count":5,"start":"20260220"}', "起算时间应写作"),
    ('{"unit":"working_day","count":5,"start":"2026/02/20"}', "起算时间应写作"),
    ('{"unit":"working_day","count":5,"start":20260220}', "起算时间应写作"),
    ('{"unit":"working_day","count":5,"start":"\\ud800"}', "起算时间应写作"),
    ('{"unit":"working_day","count":5,"start":"2017-12-31"}', "没有2017年"),
    ('{"unit":"working_day","count":5,"start":"2099-12-31"}', "只到2099年"),
    ('{"unit":"month","count":1,"start":"9999-12-31T23:00:00-12:00"}', "没有这个时间"),
    ('{"unit":"month","count":1,"start":"2026-01-05","calendar_as_of":"2017-01-01"}', "2017-11-30"),
    ('{"unit":"month","count":1,"start":"2026-01-05","calendar_as_of":"x"}', "日期应写作"),
]


@pytest.mark.parametrize(("line", "message"), BAD, ids=range(len(BAD)))
def test_a_bad_line_gives_its_error_in_its_place(line: str | bytes, message: str) -> None:
    before, bad, after = ask(GOOD, line, GOOD)
    assert (before, after) == (ANSWER, ANSWER)
    assert list(bad) == ["error"]
    assert message in bad["error"]


def test_windows_line_ends_and_mark_are_harmless() -> None:
    assert ask(b"\xef\xbb\xbf" + GOOD.encode() + b"\r", GOOD + "\r\n") == [ANSWER, ANSWER]


def test_an_endless_line_is_not_kept_in_memory() -> None:
    assert len(ask("x" * (5 * LONGEST_LINE), GOOD)) == 2


def test_ten_thousand_lines_take_less_than_a_minute_from_process_start(tmp_path: Path) -> None:
    source = tmp_path / "questions.jsonl"
    source.write_text(f"{GOOD}\n" * 10_000)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", "deadline", "explain", "--batch", str(source)],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert time.monotonic() - began < 60
    lines = done.stdout.splitlines()
    assert len(lines) == 10_000
    assert {line for line in lines} == {json.dumps(ANSWER)}


def test_the_command_prints_the_sheet() -> None:
    out = io.StringIO()
    call_command(
        "deadline", "explain", "--unit", "working_day", "--count", "3", "--start", "2026-09-30",
        stdout=out,
    )  # fmt: skip
    text = out.getvalue()
    assert "到期：2026年10月10日（星期六）24:00前" in text
    assert "2026年10月10日（星期六）　第3天　调休上班" in text


def test_the_command_prints_json_with_the_day_list() -> None:
    out = io.StringIO()
    call_command(
        "deadline", "explain", "--unit", "working_day", "--count", "3", "--start", "2026-09-30",
        "--json", stdout=out,
    )  # fmt: skip
    answer = json.loads(out.getvalue())
    assert (answer["due"], answer["calendar_version"]) == ("2026-10-10", "2025-11-04")
    assert answer["days"][-1] == {
        "date": "2026-10-10", "counted": True, "n": 3, "reason": "调休上班",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("--start", "2026-09-30"),
        ("--pack", "nowhere", "--rule", "x", "--start", "2026-09-30"),
        ("--batch", "/nonexistent/file"),
        ("--batch", "-", "--start", "2026-09-30"),
    ],
)
def test_the_command_refuses_in_a_sentence(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"缺少字段|没有名为|无法读取|不能与"):
        call_command("deadline", "explain", *arguments)


def test_the_calendar_command_shows_a_year() -> None:
    out = io.StringIO()
    call_command("calendar", "show", "2026", stdout=out)
    assert "国庆节假期：2026年10月1日（星期四）至2026年10月7日（星期三），7天" in out.getvalue()
    assert "全年工作日：248天" in out.getvalue()
    out = io.StringIO()
    call_command("calendar", "show", "2027", "--json", stdout=out)
    assert json.loads(out.getvalue())["provisional"] is True
    with pytest.raises(CommandError, match="没有2017年"):
        call_command("calendar", "show", "2017")
