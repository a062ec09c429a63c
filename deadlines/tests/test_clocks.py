"""The life of a clock: its row equals the replay of its events."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.template.loader import render_to_string

from deadlines.limits import PlainLimit
from deadlines.models import Clock, ClockEvent, ClockState
from deadlines.selectors import computation_sheet, why_this_day
from deadlines.services import (
    clock_correct_receipt,
    clock_extend,
    clock_open,
    clock_pause,
    clock_redate,
    clock_reopen,
    clock_replay,
    clock_restart,
    clock_resume,
    clock_stop,
)
from deadlines.tests import given
from deadlines.tests.given import moment
from duban.ledger.errors import RuleViolation

pytestmark = pytest.mark.django_db


def assert_equals_replay(clock: Clock) -> None:
    state, row = clock_replay(clock), Clock.objects.get(pk=clock.pk)
    assert row.explained == state.computation
    assert (row.started_at, row.due_at) == (state.started_at, state.computation.due_at)
    assert (row.original_due_at, row.warn_at) == (state.original_due_at, state.warn_at)
    assert row.stopped_at == state.stopped_at
    assert row.paused_at == state.paused_at
    going = ClockState.PAUSED if state.paused_at else ClockState.RUNNING
    assert row.state == (ClockState.STOPPED if state.stopped_at else going)
    assert row.provisional == state.computation.provisional
    assert row.thresholds == [[t.level, t.moment.isoformat(), t.label] for t in state.thresholds]


def test_a_clock_opens_with_its_computation() -> None:
    clock = given.clock(case_id=7, subject="老旧小区改造")
    assert clock.due_at == moment("2026-10-21T00:00")
    assert clock.original_due_at == clock.due_at
    assert clock.warn_at == moment("2026-10-15T00:00")
    assert clock.due_on == date(2026, 10, 20)
    assert clock.computation["pack"] == "test-pack@1"
    assert clock.computation["clause"] == "AS-3.2d"
    assert [level for level, _, _ in clock.thresholds] == [
        "before_3", "before_1", "due_today", "overdue", "overdue_1", "overdue_5",
    ]  # fmt: skip
    assert clock.next_alert.at == moment("2026-10-15T00:00")
    assert_equals_replay(clock)


@pytest.mark.clause("LZ-A-6.2")
def test_a_designated_day_has_a_computation_too() -> None:
    """指定时间：对上级和市委、市政府明确指定时限要求的事项，应在指定时限内办结。"""
    clock = given.clock(due_on=date(2026, 12, 31), clause="LZ-A-6.2", quote="应在指定时限内办结")
    assert clock.due_at == moment("2027-01-01T00:00")
    assert clock.computation["unit"] == "designated"
    assert not clock.provisional
    assert_equals_replay(clock)


def test_a_paper_receipt_is_a_bare_day() -> None:
    clock = given.clock(start=date(2026, 9, 28), at="2026-09-30T09:00")
    assert clock.started_at == moment("2026-09-28T00:00")
    assert clock.due_on == date(2026, 10, 16)
    assert_equals_replay(clock)


def test_either_a_limit_or_a_day() -> None:
    facts = {"office": given.office(), "unit": given.unit(), "kind": "x", "pack": given.TIMES}
    with pytest.raises(ValueError, match="not both"):
        clock_open(start=moment("2026-09-30T10:00"), at=moment("2026-09-30T10:00"), **facts)


def test_a_day_before_the_start_is_refused_beside_its_field() -> None:
    with pytest.raises(RuleViolation) as refusal:
        given.clock(due_on=date(2026, 9, 29))
    assert list(refusal.value.reasons) == ["due_on"]
    assert not Clock.objects.exists()


def test_a_year_not_announced_makes_the_clock_provisional() -> None:
    assert given.clock(start="2026-12-25T10:00").provisional
    assert not given.clock(start="2025-12-25T10:00").provisional
    known_then = given.clock(start="2019-11-20T10:00", limit=PlainLimit(40, "working_day"))
    assert known_then.provisional, "on 2019-11-20 the notice for 2020 was not out"


@pytest.mark.clause("CZ-3.5c")
def test_an_extension_gives_a_new_day_and_keeps_the_old_one() -> None:
    """同意延期办结的，重新明确办理时限等要求。"""
    clock = clock_extend(
        clock=given.clock(), due_on=date(2026, 11, 6), by=given.actor(), reason="施工受阻",
        at=moment("2026-10-16T09:00"), clause="CZ-3.5c", quote="重新明确办理时限等要求",
    )  # fmt: skip
    assert clock.due_at == moment("2026-11-07T00:00")
    assert clock.original_due_at == moment("2026-10-21T00:00")
    assert clock.warn_at == moment("2026-11-03T00:00")
    assert clock.is_extended
    event = clock.events.last()
    assert event is not None
    assert (event.actor_name, event.reason) == ("周明", "施工受阻")
    assert_equals_replay(clock)


@pytest.mark.parametrize(
    ("due_on", "at", "message"),
    [
        (date(2026, 10, 20), "2026-10-16T09:00", "应晚于现期限2026-10-20"),
        (date(2026, 10, 1), "2026-10-16T09:00", "应晚于现期限"),
        (date(2100, 1, 4), "2026-10-16T09:00", "只到2099年"),
    ],
    ids=["同一天", "更早", "日历之外"],
)
def test_an_extension_that_cannot_be(due_on: date, at: str, message: str) -> None:
    clock = given.clock()
    with pytest.raises(RuleViolation, match=message) as refusal:
        clock_extend(clock=clock, due_on=due_on, by=given.actor(), at=moment(at))
    assert list(refusal.value.reasons) == ["due_on"]
    assert clock.events.count() == 1
    assert_equals_replay(clock)


def test_stop_and_reopen_leave_the_due_moment() -> None:
    stopped = clock_stop(clock=given.clock(), at=moment("2026-10-19T16:00"))
    assert (stopped.state, stopped.next_alert.at) == ("stopped", None)
    assert not stopped.is_late(moment("2027-01-01T00:00"))
    assert_equals_replay(stopped)
    again = clock_reopen(clock=stopped, at=moment("2026-10-22T09:00"), reason="退回")
    assert (again.state, again.due_at) == ("running", stopped.due_at)
    assert again.is_late(moment("2026-10-22T09:00"))
    assert_equals_replay(again)


def test_what_makes_no_sense_is_refused() -> None:
    clock = given.clock()
    at = moment("2026-10-19T16:00")
    with pytest.raises(RuleViolation, match="未停止"):
        clock_reopen(clock=clock, at=at)
    with pytest.raises(RuleViolation, match="早于起算"):
        clock_stop(clock=clock, at=moment("2026-09-30T09:59"))
    clock_stop(clock=clock, at=at)
    with pytest.raises(RuleViolation, match="已停止"):
        clock_stop(clock=clock, at=at)
    with pytest.raises(RuleViolation, match="已停止"):
        clock_extend(clock=clock, due_on=date(2026, 11, 6), by=given.actor(), at=at)
    with pytest.raises(RuleViolation, match="早于停止"):
        clock_reopen(clock=clock, at=at - timedelta(minutes=1))
    with pytest.raises(RuleViolation, match="晚于停止"):
        clock_correct_receipt(
            clock=clock, start=date(2026, 10, 20), by=given.actor(), reason="登记有误",
            at=moment("2026-10-20T09:00"),
        )  # fmt: skip
    assert_equals_replay(clock)


def test_a_corrected_receipt_recomputes_unless_extended() -> None:
    by, at = given.actor(), moment("2026-10-16T09:00")
    clock = clock_correct_receipt(
        clock=given.clock(), start=date(2026, 9, 28), by=by, at=at, reason="纸质件先到"
    )
    assert clock.due_on == date(2026, 10, 16)
    assert_equals_replay(clock)
    extended = clock_extend(clock=given.clock(), due_on=date(2026, 11, 6), by=by, at=at)
    corrected = clock_correct_receipt(
        clock=extended, start=date(2026, 9, 28), by=by, at=at, reason="纸质件先到"
    )
    assert corrected.due_on == date(2026, 11, 6)
    assert corrected.original_due_at == moment("2026-10-17T00:00")
    with pytest.raises(RuleViolation, match="理由"):
        clock_correct_receipt(clock=corrected, start=date(2026, 9, 29), by=by, at=at, reason=" ")
    with pytest.raises(RuleViolation, match="晚于今天"):
        clock_correct_receipt(
            clock=corrected, start=date(2026, 10, 17), by=by, at=at, reason="登记有误"
        )


def test_a_paused_clock_is_dark_and_late_for_nobody() -> None:
    """缓办：缓办期间不计入时限，不提醒，不作逾期。"""
    by, clock = given.actor(), given.clock()
    paused = clock_pause(clock=clock, by=by, at=moment("2026-10-12T09:00"), reason="等待上级批复")
    assert (paused.state, paused.next_alert.at) == ("paused", None)
    at = moment("2026-12-01T09:00")
    seen = Clock.objects.with_light(at).get(pk=clock.pk)
    assert seen.light == seen.light_at(at) == "off"
    assert seen.light_label(at) == "缓办"
    assert not seen.is_late(at)
    assert not Clock.objects.due(at).exists()
    assert_equals_replay(paused)
    resumed = clock_resume(clock=clock, by=by, at=moment("2026-10-19T15:00"))
    assert (resumed.state, str(resumed.due_on)) == ("running", "2026-10-27")
    assert resumed.original_due_at == resumed.due_at
    assert "10个工作日，缓办7天不计入，到2026年10月27日" in why_this_day(resumed)
    assert_equals_replay(resumed)


def test_a_stop_ends_the_pause() -> None:
    by, clock = given.actor(), given.clock()
    clock_pause(clock=clock, by=by, at=moment("2026-10-12T09:00"), reason="等待上级批复")
    stopped = clock_stop(clock=clock, by=by, at=moment("2026-10-19T15:00"))
    assert (stopped.state, stopped.paused_at, str(stopped.due_on)) == (
        "stopped", None, "2026-10-27",
    )  # fmt: skip
    assert_equals_replay(stopped)
    done_before = given.clock()
    clock_pause(clock=done_before, by=by, at=moment("2026-10-12T09:00"), reason="等待上级批复")
    stopped = clock_stop(clock=done_before, by=by, at=moment("2026-10-10T15:00"))
    assert (stopped.state, str(stopped.due_on)) == ("stopped", "2026-10-20")
    assert_equals_replay(stopped)
    again = clock_reopen(clock=done_before, by=by, at=moment("2026-10-13T09:00"))
    assert again.state == "running"


def test_pauses_that_make_no_sense_are_refused() -> None:
    by, clock = given.actor(), given.clock()
    at = moment("2026-10-12T09:00")
    with pytest.raises(RuleViolation, match="理由"):
        clock_pause(clock=clock, by=by, at=at, reason=" ")
    with pytest.raises(RuleViolation, match="早于起算"):
        clock_pause(clock=clock, by=by, at=moment("2026-09-30T09:59"), reason="等待批复")
    with pytest.raises(RuleViolation, match="不在缓办中"):
        clock_resume(clock=clock, by=by, at=at)
    clock_pause(clock=clock, by=by, at=at, reason="等待批复")
    with pytest.raises(RuleViolation, match="已在缓办中"):
        clock_pause(clock=clock, by=by, at=at, reason="等待批复")
    with pytest.raises(RuleViolation, match="早于缓办开始"):
        clock_resume(clock=clock, by=by, at=moment("2026-10-12T08:59"))
    clock_resume(clock=clock, by=by, at=moment("2026-10-14T09:00"))
    with pytest.raises(RuleViolation, match="不能倒填"):
        clock_pause(clock=clock, by=by, at=moment("2026-10-13T09:00"), reason="等待批复")
    clock_stop(clock=clock, by=by, at=moment("2026-10-15T09:00"))
    with pytest.raises(RuleViolation, match="已停止"):
        clock_pause(clock=clock, by=by, at=moment("2026-10-16T09:00"), reason="等待批复")
    assert_equals_replay(Clock.objects.get(pk=clock.pk))


@pytest.mark.clause("ZZ-2.3g")
def test_an_approved_plan_sets_another_day_earlier_or_later() -> None:
    """以处理方案的办结时限为准。"""
    by, clock = given.actor(), given.clock()
    at = moment("2026-10-12T09:00")
    earlier = clock_redate(clock=clock, due_on=date(2026, 10, 16), by=by, at=at)
    assert earlier.due_at == moment("2026-10-17T00:00")
    assert earlier.original_due_at == moment("2026-10-21T00:00")
    with pytest.raises(RuleViolation, match="与现期限2026-10-16相同"):
        clock_redate(clock=clock, due_on=date(2026, 10, 16), by=by, at=at)
    later = clock_redate(
        clock=clock, due_on=date(2026, 11, 30), by=by, at=moment("2026-10-13T09:00")
    )
    assert str(later.due_on) == "2026-11-30"
    assert_equals_replay(later)


def test_a_new_delivery_begins_the_count_anew() -> None:
    by = given.actor()
    clock = clock_stop(clock=given.clock(), by=by, at=moment("2026-10-12T09:00"), reason="退件")
    with pytest.raises(RuleViolation, match="理由"):
        clock_restart(
            clock=clock, start=date(2026, 10, 14), by=by, at=moment("2026-10-14T09:00"), reason=""
        )
    anew = clock_restart(
        clock=clock, start=moment("2026-10-14T09:00"), by=by, at=moment("2026-10-14T09:00"),
        reason="退件后重新送达",
    )  # fmt: skip
    assert (anew.state, str(anew.due_on)) == ("running", "2026-10-28")
    assert anew.next_alert.at is not None
    assert_equals_replay(anew)


def test_independent_events_give_one_clock_in_every_order() -> None:
    by, at = given.actor(), moment("2026-10-16T09:00")

    def extend(clock: Clock) -> None:
        clock_extend(clock=clock, due_on=date(2026, 11, 6), by=by, at=at)

    def correct(clock: Clock) -> None:
        clock_correct_receipt(
            clock=clock, start=moment("2026-09-29T15:00"), by=by, at=at, reason="更正"
        )

    def pause(clock: Clock) -> None:
        clock_stop(clock=clock, at=at)
        clock_reopen(clock=clock, at=at)

    results = []
    for order in permutations([extend, correct, pause]):
        clock = given.clock()
        for step in order:
            step(clock)
        assert_equals_replay(clock)
        row = Clock.objects.get(pk=clock.pk)
        results.append((row.computation, row.thresholds, row.warn_at, row.original_due_at))
    assert len(results) == 6
    assert all(result == results[0] for result in results)


def test_events_only_grow() -> None:
    event = given.clock().events.get()
    with pytest.raises(RuntimeError, match="只增不改"):
        event.save()
    with pytest.raises(RuntimeError, match="只增不改"):
        ClockEvent.objects.update(reason="x")
    with pytest.raises(RuntimeError, match="只增不删"):
        ClockEvent.objects.all().delete()
    with pytest.raises(RuntimeError, match="只增不删"):
        event.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deadlines_clockevent SET reason = 'x'",
        "DELETE FROM deadlines_clockevent",
        pytest.param(
            "INSERT OR REPLACE INTO deadlines_clockevent SELECT * FROM deadlines_clockevent",
            marks=pytest.mark.skipif(connection.vendor != "sqlite", reason="只在 SQLite 上"),
        ),
        pytest.param(
            "TRUNCATE deadlines_clockevent",
            marks=pytest.mark.skipif(
                connection.vendor != "postgresql", reason="只在 PostgreSQL 上"
            ),
        ),
    ],
)
def test_events_only_grow_in_the_database_too(statement: str) -> None:
    clock = given.clock()
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert clock.events.get().reason == ""


def test_the_database_refuses_impossible_clocks() -> None:
    clock = given.clock()
    for wrong in (
        {"state": "paused"},
        {"state": "stopped"},
        {"stopped_at": clock.due_at},
        {"due_at": clock.started_at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Clock.objects.filter(pk=clock.pk).update(**wrong)


@pytest.mark.parametrize(
    ("at", "light"),
    [
        ("2026-09-30T10:00", "green"),
        ("2026-10-14T23:59:59.999999", "green"),
        ("2026-10-15T00:00", "amber"),
        ("2026-10-20T23:59:59.999999", "amber"),
        ("2026-10-21T00:00", "red"),
        ("2027-03-01T00:00", "red"),
    ],
)
def test_the_light_in_sql_is_the_light_of_the_row(at: str, light: str) -> None:
    clock = given.clock()
    seen = Clock.objects.with_light(moment(at)).get(pk=clock.pk)
    assert seen.light == seen.light_at(moment(at)) == light
    assert Clock.objects.due(moment(at)).exists() is (light == "red")
    stopped = clock_stop(clock=clock, at=moment("2026-10-19T09:00"))
    seen = Clock.objects.with_light(moment(at)).get(pk=stopped.pk)
    assert seen.light == stopped.light_at(moment(at)) == "off"
    assert not Clock.objects.running().exists()


def test_the_sheet_shows_every_day_and_every_event() -> None:
    clock = given.clock(subject="老旧小区改造")
    clock = clock_stop(clock=clock, at=moment("2026-10-19T16:00"), by=given.actor())
    html = render_to_string("deadlines/_computation.html", {"sheet": computation_sheet(clock)})
    assert "2026年10月10日（星期六）" in html
    assert "调休上班" in html
    assert "国庆节假期" in html
    assert "第10天" in html
    assert "停止" in html
    assert "周明" in html
    assert why_this_day(clock) == (
        "2026年9月30日（星期三）10:00收到，10个工作日，到2026年10月20日（星期二）24:00前为止"
    )


def test_the_sheet_of_an_extended_clock_names_the_original_day() -> None:
    clock = clock_extend(
        clock=given.clock(), due_on=date(2026, 11, 6), by=given.actor(),
        at=moment("2026-10-16T09:00"),
    )  # fmt: skip
    assert dict(computation_sheet(clock).facts)["原到期"] == "2026年10月20日（星期二）"
