"""The light of an obligation as the pages show it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from deadlines import lights
from deadlines.calendars import known_calendar
from deadlines.models import Clock, Obligation, ObligationState
from deadlines.moments import day_of, in_shanghai
from deadlines.services.overdue import days_late
from duban.web.parts import Due


def due_of(row: Obligation, *, at: datetime, url: str = "") -> Due:
    """Working days left, calendar days late; of what is settled, how."""
    clock = row.clock
    last, hour = last_day(clock), _hour(clock)
    if row.state != ObligationState.OPEN:
        return Due("done", last, word=_how(row, at), at=hour, explain_url=url)
    light = clock.light_at(at)
    if light == lights.OFF:
        return Due("paused", last, at=hour, explain_url=url)
    late = clock.due_at <= at
    return Due(
        light,
        last,
        remaining=_remaining(clock, last, at),
        unit="calendar_day" if late else "working_day",
        provisional=clock.provisional,
        at=hour,
        explain_url=url,
    )


def last_day(clock: Clock) -> date:
    """The last day in time; `due_at` is the first instant after it, or an hour of it."""
    return day_of(clock.due_at - timedelta(microseconds=1))


def _how(row: Obligation, at: datetime) -> str:
    if row.state != ObligationState.FULFILLED:
        return ObligationState(row.state).label
    return "逾期完成" if row.clock.is_late(at) else "按期完成"


def _remaining(clock: Clock, last: date, at: datetime) -> int:
    if clock.due_at <= at:
        return -days_late(clock.due_at, at)
    calendar = known_calendar(at, office_id=clock.office_id)
    return max(calendar.working_days_between(day_of(at), last), 0)


def _hour(clock: Clock) -> time | None:
    moment = in_shanghai(clock.due_at).time()
    return moment if moment != time.min else None
