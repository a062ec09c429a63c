"""A clock is the replay of its events: whatever order they were recorded in, whatever happened."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deadlines.calendars import calendar_of
from deadlines.limits import PlainLimit
from deadlines.models import Clock
from deadlines.replay import opening, replay
from deadlines.services import (
    clock_correct_receipt,
    clock_extend,
    clock_follow_calendar,
    clock_pause,
    clock_redate,
    clock_reopen,
    clock_replay,
    clock_restart,
    clock_resume,
    clock_stop,
)
from deadlines.tests import given as walked
from deadlines.tests.given import TIMES, moment
from duban.ledger.errors import RuleViolation

FIRST_NOTICE, SECOND_NOTICE = "2019-11-21", "2020-01-27"


def assert_equals_replay(clock: Clock) -> Clock:
    state, row = clock_replay(clock), Clock.objects.get(pk=clock.pk)
    assert row.explained == state.computation
    assert (row.started_at, row.due_at) == (state.started_at, state.computation.due_at)
    assert (row.original_due_at, row.warn_at) == (state.original_due_at, state.warn_at)
    assert (row.stopped_at, row.paused_at) == (state.stopped_at, state.paused_at)
    assert row.provisional == state.computation.provisional
    assert row.thresholds == [[t.level, t.moment.isoformat(), t.label] for t in state.thresholds]
    alerts = None if state.stopped_at or state.paused_at else state.thresholds[0].moment
    assert row.next_alert.at == alerts
    return row


def as_stored(clock: Clock) -> tuple[Any, ...]:
    row = assert_equals_replay(clock)
    return (
        row.computation, row.thresholds, row.state, row.due_at, row.original_due_at, row.warn_at,
        row.started_at, row.stopped_at, row.paused_at, row.provisional,
    )  # fmt: skip


# —— every order of independent events, through the services ——————————————————————————


def extend(clock: Clock) -> None:
    clock_extend(
        clock=clock, due_on=date(2020, 4, 10), by=walked.actor(), at=moment("2020-02-20T09:00")
    )


def redate(clock: Clock) -> None:
    clock_redate(
        clock=clock, due_on=date(2020, 2, 28), by=walked.actor(), at=moment("2020-02-18T09:00")
    )


def correct(clock: Clock) -> None:
    clock_correct_receipt(
        clock=clock, start=date(2020, 1, 15), by=walked.actor(), at=moment("2020-01-21T10:00"),
        reason="纸质件先到",
    )  # fmt: skip


def follow(clock: Clock) -> None:
    clock_follow_calendar(
        clock=clock, version=SECOND_NOTICE, by=walked.actor(), at=moment("2020-01-28T08:00")
    )


def pause(clock: Clock) -> None:
    clock_pause(clock=clock, by=walked.actor(), at=moment("2020-02-05T09:00"), reason="疫情防控")
    clock_resume(clock=clock, by=walked.actor(), at=moment("2020-02-12T09:00"))


def stop(clock: Clock) -> None:
    clock_stop(clock=clock, by=walked.actor(), at=moment("2020-03-02T09:00"))


def begin_anew(clock: Clock) -> None:
    clock_restart(
        clock=clock, start=date(2020, 2, 3), by=walked.actor(), at=moment("2020-02-04T09:00"),
        reason="退件后重新送达",
    )  # fmt: skip


def opened() -> Clock:
    """Fifteen working days from 2020-01-16, on the calendar known on that day."""
    return walked.clock(start="2020-01-16T10:00", limit=PlainLimit(15, "working_day"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "steps",
    [
        (correct, follow, pause, extend),
        (correct, follow, redate, stop),
        (begin_anew, correct, extend, follow),
        (begin_anew, pause, redate),
    ],
    ids=["更正、换日历、缓办、延期", "更正、换日历、另定、停止", "重新起算", "重新起算后缓办"],
)
def test_events_recorded_in_any_order_make_the_same_clock(steps):
    # What is recorded while stopped is recorded late: a stopped clock takes no extension.
    orders = [o for o in permutations(steps) if stop not in o or o[-1] is stop]
    found = []
    for order in orders:
        clock = opened()
        for step in order:
            step(clock)
        found.append(as_stored(clock))
    assert len(found) >= 6
    assert all(one == found[0] for one in found)


@pytest.mark.django_db
def test_a_restart_makes_the_clock_of_a_new_delivery():
    anew = opened()
    correct(anew)
    pause(anew)
    extend(anew)
    stop(anew)
    clock_restart(
        clock=anew, start=moment("2020-03-16T09:00"), by=walked.actor(),
        at=moment("2020-03-16T09:00"), reason="改由新的地址送达",
    )  # fmt: skip
    row = assert_equals_replay(anew)
    plain = walked.clock(start="2020-03-16T09:00", limit=PlainLimit(15, "working_day"))
    assert (row.state, row.due_at) == ("running", plain.due_at)
    assert row.original_due_at == row.due_at
    assert row.explained.excluded == ()


@pytest.mark.django_db
def test_following_a_calendar_that_changes_nothing_records_nothing():
    clock = walked.clock(start="2020-03-02T10:00", limit=PlainLimit(5, "working_day"))
    same = clock_follow_calendar(clock=clock, version="2020-11-25", by=walked.actor(),
                                 at=moment("2020-11-26T09:00"))  # fmt: skip
    assert same.events.count() == 1
    assert same.computation == clock.computation


@pytest.mark.django_db
def test_a_calendar_that_changes_the_count_or_confirms_it_is_recorded():
    """The notice of 2020-01-27 prolonged the Spring Festival; that of November confirms a year."""
    clock = opened()
    assert str(clock.due_on) == "2020-02-11"
    follow(clock)
    row = assert_equals_replay(clock)
    assert (str(row.due_on), row.original_due_at) == ("2020-02-13", row.due_at)
    assert row.computation["calendar_version"] == SECOND_NOTICE
    before = walked.clock(start="2020-11-20T10:00", limit=PlainLimit(30, "calendar_day"))
    provisional = walked.clock(start="2020-11-20T10:00", limit=PlainLimit(60, "calendar_day"))
    for one in (before, provisional):
        clock_follow_calendar(
            clock=one, version="2020-11-25", by=walked.actor(), at=moment("2020-11-26T09:00")
        )
    assert before.events.count() == 1
    row = assert_equals_replay(provisional)
    assert (provisional.provisional, row.provisional) == (True, False)
    assert row.due_at == provisional.due_at


# —— every order of random events, in the pure replay ——————————————————————————————


@dataclass(frozen=True)
class Event:
    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


OPENED_AT = moment("2020-01-16T10:00")


def first_event(limit: PlainLimit) -> Event:
    data = opening(
        start=OPENED_AT, calendar=calendar_of(FIRST_NOTICE), limit=limit, due_on=None,
        rule="limit", pack=TIMES,
    )  # fmt: skip
    return Event("opened", OPENED_AT, data)


def random_event(kind: str, at: datetime, data: st.DataObject) -> Event:
    version = data.draw(st.sampled_from([FIRST_NOTICE, SECOND_NOTICE]))
    calendar = {"calendar": version}
    if kind in {"receipt_corrected", "restarted"}:
        back = data.draw(st.integers(0, 20))
        return Event(kind, at, {"start": (at.date() - timedelta(back)).isoformat(), **calendar})
    if kind in {"extended", "redated"}:
        due_on = date(2020, 8, 1) + timedelta(data.draw(st.integers(0, 90)))
        named = {"due_on": due_on.isoformat(), "at_time": None, "clause": "", "quote": ""}
        return Event(kind, at, named | calendar)
    return Event(kind, at, calendar if kind == "calendar_changed" else {})


KINDS = st.sampled_from(
    [
        "receipt_corrected", "restarted", "extended", "redated", "calendar_changed",
        "paused", "resumed", "stopped", "reopened",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(KINDS, st.integers(1, 24 * 150)), min_size=2, max_size=4,
             unique_by=lambda pair: pair[1]),
    st.sampled_from(["working_day", "calendar_day", "month"]),
    st.data(),
)  # fmt: skip
def test_the_order_of_recording_does_not_matter(kinds, unit, data):
    limit = PlainLimit(3 if unit == "month" else 20, unit)
    events = [random_event(k, OPENED_AT + timedelta(hours=h), data) for k, h in kinds]
    states = [replay(order, calendar_of) for order in permutations([first_event(limit), *events])]
    assert all(state == states[0] for state in states)


# —— random lawful histories, through the services ————————————————————————————————


def any_step(clock: Clock, kind: str, at: datetime, n: int) -> Clock:
    by = walked.actor()
    steps = {
        "pause": lambda: clock_pause(clock=clock, by=by, at=at, reason="缓办"),
        "resume": lambda: clock_resume(clock=clock, by=by, at=at),
        "restart": lambda: clock_restart(
            clock=clock, start=at - timedelta(days=n), by=by, at=at, reason="重新送达"
        ),
        "redate": lambda: clock_redate(
            clock=clock, due_on=at.date() + timedelta(n), by=by, at=at, reason="重新约定"
        ),
        "extend": lambda: clock_extend(
            clock=clock, due_on=clock.due_on + timedelta(n), by=by, at=at, reason="延期"
        ),
        "correct": lambda: clock_correct_receipt(
            clock=clock, start=at.date() - timedelta(n), by=by, at=at, reason="更正"
        ),
        "stop": lambda: clock_stop(clock=clock, by=by, at=at - timedelta(days=n)),
        "reopen": lambda: clock_reopen(clock=clock, by=by, at=at),
        "follow": lambda: clock_follow_calendar(clock=clock, version=SECOND_NOTICE, by=by, at=at),
    }
    return steps[kind]()


STEPS = st.tuples(
    st.sampled_from(
        [
            "pause", "resume", "resume", "restart", "redate", "extend", "correct", "stop",
            "reopen", "follow",
        ]
    ),
    st.integers(1, 24 * 12),
    st.integers(0, 15),
)  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=1, max_size=8), st.sampled_from(["working_day", "calendar_day"]))
def test_after_every_lawful_step_the_row_equals_the_replay(steps, unit):
    clock = walked.clock(start="2020-01-16T10:00", limit=PlainLimit(10, unit))
    at = OPENED_AT
    for kind, hours, n in steps:
        at += timedelta(hours=hours)
        before = stored(clock)
        refused = False
        try:
            any_step(clock, kind, at, n)
        except RuleViolation:
            refused = True
        clock = assert_equals_replay(clock)
        assert not refused or stored(clock) == before


def stored(clock: Clock) -> tuple[Any, ...]:
    """The row, and what is recorded of it."""
    return as_stored(clock), list(clock.events.values_list("id", "kind", "at"))
