"""The sweep: every crossing once, however often, late or in parallel it runs."""

import logging
from datetime import date, datetime, timedelta
from importlib import import_module
from threading import Barrier, Thread

import pytest
from django.db import connection

from deadlines.models import Alert, Clock, NextAlert
from deadlines.services import clock_extend, clock_reopen, clock_stop, sweep
from deadlines.services.sweep import SweepResult
from deadlines.tests import given
from deadlines.tests.given import moment

pytestmark = pytest.mark.django_db

sweeping = import_module("deadlines.services.sweep")  # the package exports the function


def raised(clock: Clock) -> list[str]:
    return list(clock.alerts.order_by("id").values_list("level", flat=True))


@pytest.mark.clause("LZ-A-14b")
def test_a_simulated_clock_raises_exactly_the_configured_levels() -> None:
    """对工作进展情况进行实时督促检查和告知提醒。"""
    clock = given.clock()  # until 2026-10-20
    at, seen = moment("2026-09-30T10:00"), []
    while at < moment("2026-11-10T00:00"):
        before = set(raised(clock))
        sweep(at)
        seen += [(level, f"{at:%m-%d %H:%M}") for level in raised(clock) if level not in before]
        at += timedelta(minutes=30)
    assert seen == [
        ("before_3", "10-15 00:00"),
        ("before_1", "10-19 00:00"),
        ("due_today", "10-20 00:00"),
        ("overdue", "10-21 00:00"),
        ("overdue_1", "10-21 00:00"),
        ("overdue_5", "10-27 00:00"),
    ]
    assert Alert.objects.filter(superseded=True).get().level == "overdue"
    assert NextAlert.objects.get(clock=clock).at is None


def test_run_twice_raises_once() -> None:
    given.clock()
    at = moment("2026-10-15T00:00")
    assert sweep(at) == SweepResult(clocks=1, alerts=1)
    assert sweep(at) == SweepResult()
    assert Alert.objects.count() == 1


def test_run_a_week_late_catches_up_and_only_the_last_is_to_be_sent() -> None:
    clock = given.clock()
    sweep(moment("2026-10-28T09:00"))
    assert raised(clock) == [
        "before_3", "before_1", "due_today", "overdue", "overdue_1", "overdue_5",
    ]  # fmt: skip
    assert [alert.level for alert in Alert.objects.filter(superseded=False)] == ["overdue_5"]
    assert {alert.raised_at for alert in Alert.objects.all()} == {moment("2026-10-28T09:00")}
    first = Alert.objects.get(level="before_3")
    assert first.moment == moment("2026-10-15T00:00")


def test_the_boundary_minute_belongs_to_the_level() -> None:
    clock = given.clock()
    sweep(moment("2026-10-14T23:59:59.999999"))
    assert raised(clock) == []
    sweep(moment("2026-10-15T00:00"))
    assert raised(clock) == ["before_3"]


def test_one_bad_row_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    clocks = [given.clock() for _ in range(5)]
    Clock.objects.filter(pk=clocks[2].pk).update(thresholds=[])
    with caplog.at_level(logging.ERROR):
        result = sweep(moment("2026-10-15T09:00"))
    assert result == SweepResult(clocks=4, alerts=4, failed=1)
    assert f"Clock {clocks[2].pk} could not be swept" in caplog.text
    assert [raised(clock) for clock in clocks] == [["before_3"]] * 2 + [[]] + [["before_3"]] * 2


def test_concluded_meanwhile_means_nothing() -> None:
    clock_stop(clock=given.clock(), at=moment("2026-10-14T17:00"))
    assert sweep(moment("2026-10-15T00:00")) == SweepResult()
    assert not Alert.objects.exists()


def test_concluded_between_the_look_and_the_lock_means_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, look = given.clock(), sweeping._next_stretch

    def look_then_stop(at: datetime, done: sweeping.Stretch | None) -> object:
        stretch = look(at, done)
        if stretch:
            clock_stop(clock=clock, at=moment("2026-10-14T17:00"))
        return stretch

    monkeypatch.setattr(sweeping, "_next_stretch", look_then_stop)
    assert sweep(moment("2026-10-15T00:00")) == SweepResult()
    assert not Alert.objects.exists()


def test_an_extension_arms_every_level_again() -> None:
    clock = given.clock()
    sweep(moment("2026-10-19T09:00"))
    assert raised(clock) == ["before_3", "before_1"]
    clock_extend(
        clock=clock, due_on=date(2026, 11, 6), by=given.actor(), at=moment("2026-10-19T10:00")
    )
    sweep(moment("2026-10-21T09:00"))
    assert raised(clock) == ["before_3", "before_1"], "the old due day is no longer one"
    sweep(moment("2026-11-05T09:00"))
    assert raised(clock) == ["before_3", "before_1", "before_3", "before_1"]


def test_reopening_does_not_repeat_what_was_raised() -> None:
    clock = given.clock()
    sweep(moment("2026-10-15T09:00"))
    clock_stop(clock=clock, at=moment("2026-10-16T09:00"))
    clock_reopen(clock=clock, at=moment("2026-10-19T09:00"))
    assert sweep(moment("2026-10-19T09:05")) == SweepResult(clocks=1, alerts=1)
    assert raised(clock) == ["before_3", "before_1"]


def test_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    for _ in range(8):
        given.clock()
    assert sweep(moment("2026-10-15T00:00")) == SweepResult(clocks=8, alerts=8)


def test_nothing_due_is_one_query(django_assert_num_queries: object) -> None:
    given.clock()
    with django_assert_num_queries(1):  # type: ignore[operator]
        sweep(moment("2026-10-01T00:00"))


def test_a_batch_takes_the_same_queries_for_one_and_for_many(
    django_assert_max_num_queries: object,
) -> None:
    for _ in range(50):
        given.clock()
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert sweep(moment("2026-10-15T00:00")).alerts == 50


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_raise_each_level_once() -> None:
    clocks = [given.clock() for _ in range(30)]
    at, start = moment("2026-10-21T09:00"), Barrier(2)
    problems: list[BaseException] = []

    def work() -> None:
        try:
            start.wait()
            sweep(at)
        except BaseException as error:  # noqa: BLE001 a thread's failure is handed to the test
            problems.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    sweep(at)  # what one of them left because the other held it
    expected = ["before_3", "before_1", "due_today", "overdue", "overdue_1"]
    assert all(sorted(raised(clock)) == sorted(expected) for clock in clocks)
