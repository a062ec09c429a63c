"""The parts say the same with shape, word and colour."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from duban.web import states
from duban.web.parts import ChainStep, Due, Keyset, TimelineEntry
from duban.web.templatetags import duban_web as tags


def test_a_state_is_shape_word_and_colour() -> None:
    html = render_to_string("web/_state.html", {"state": "in_progress", "label": "承办中"})
    assert "state-active" in html
    assert "#shape-active" in html
    assert "承办中" in html


def test_a_given_tone_wins_over_the_tone_of_the_state() -> None:
    html = render_to_string(
        "web/_state.html", {"state": "in_progress", "tone": "late", "label": "承办中"}
    )
    assert "state-late" in html


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        ("draft", "draft"),
        ("pending_approval", "waiting"),
        ("registered", "ready"),
        ("assigned", "ready"),
        ("in_progress", "active"),
        ("completed", "done"),
        ("closed", "closed"),
        ("suspended", "paused"),
        ("terminated", "stopped"),
        ("returned", "returned"),
        ("counter_proposed", "returned"),
        ("no_such_state", "ready"),
    ],
)
def test_tone_of_a_state(state: str, tone: str) -> None:
    assert states.tone_of(state) == tone


def test_a_state_cannot_get_a_second_tone_or_an_unknown_one() -> None:
    with pytest.raises(ValueError, match="already has tone"):
        states.register({"draft": "late"})
    with pytest.raises(ValueError, match="unknown tone"):
        states.register({"brand_new": "purple"})


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (
            Due("red", date(2026, 9, 16), -2),
            ["超期", "2026-09-16", "逾期 2 个工作日", "#light-red"],
        ),
        (Due("amber", date(2026, 9, 18), 0), ["临期", "今日到期", "#light-amber"]),
        (Due("green", date(2027, 1, 6), 12, provisional=True), ["正常", "暂定", "剩 12 个工作日"]),
        (Due("amber", date(2026, 9, 17), pending="延期待批"), ["延期待批"]),
        (Due("green", date(2026, 9, 30), 3, unit="calendar_day"), ["剩 3 天"]),
        (Due("none"), ["无时限", "#light-none"]),
    ],
    ids=["超期", "今日", "暂定", "待批", "自然日", "无时限"],
)
def test_due_shows_light_word_date_and_what_is_left(due: Due, words: list[str]) -> None:
    html = render_to_string("web/_due.html", {"due": due})
    for word in words:
        assert word in html


def test_due_links_to_its_computation() -> None:
    due = Due("green", date(2026, 9, 30), explain_url="/clock/5/")
    assert 'href="/clock/5/"' in render_to_string("web/_due.html", {"due": due})


def test_nothing_is_late_by_less_than_a_day_in_words_of_zero() -> None:
    assert Due("red", date(2026, 9, 18), 0).remaining_text == "超期不足一日"


def test_dates_are_those_of_shanghai() -> None:
    late_evening_utc = datetime(2026, 9, 18, 17, 0, tzinfo=UTC)
    assert tags.cn_day(late_evening_utc) == "2026年9月19日（星期六）"
    assert tags.moment(late_evening_utc) == "2026-09-19 01:00"
    assert tags.iso_day(date(2026, 2, 3)) == "2026-02-03"
    assert tags.cn_date(None) == ""


def test_url_with_keeps_filters_and_forgets_the_page() -> None:
    request = RequestFactory().get("/", {"state": ["a", "b"], "page": "3", "cursor": "x"})
    url = tags.url_with({"request": request}, sort="-due")
    assert url == "?state=a&state=b&sort=-due"
    assert tags.url_with({"request": request}, state=None) == "?"


@pytest.mark.parametrize(
    ("query", "direction", "following"),
    [
        ("", "none", "?sort=due"),
        ("due", "ascending", "?sort=-due"),
        ("-due", "descending", "?sort=due"),
    ],
)
def test_a_column_head_turns_round(query: str, direction: str, following: str) -> None:
    request = RequestFactory().get("/", {"sort": query} if query else {})
    made = tags.sort_th({"request": request}, "期限", "due")
    assert (made["direction"], made["url"]) == (direction, following)


def test_text_of_people_is_escaped() -> None:
    entry = TimelineEntry(
        datetime(2026, 9, 18, tzinfo=UTC), "反馈", "<b>张</b>", "<script>alert(1)</script>"
    )
    html = render_to_string("web/_timeline.html", {"entries": [entry]})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html


def test_a_total_that_is_not_counted_out_says_about() -> None:
    request = RequestFactory().get("/")
    keyset = Keyset(next="abc", total=20000, approximate=True)
    html = render_to_string("web/_pagination.html", {"keyset": keyset, "request": request})
    assert "共约 20000" in html.replace("\n", "")
    assert "cursor=abc" in html


def test_the_chain_marks_the_step_that_is_due() -> None:
    steps = [ChainStep("科室初审", "done"), ChainStep("分管领导", "current"), ChainStep("主要领导")]
    html = render_to_string("web/_stepper.html", {"steps": steps})
    assert html.count('aria-current="step"') == 1
    assert "st-done" in html
    assert "未到" in html
