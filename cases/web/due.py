"""The light of a clock as the pages show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.urls import reverse

from cases.domain.drafts import awaits_agreement
from cases.models import Assignment, Case, ClosureRequest, Extension, Turn
from cases.models.assignment import TO_AGREE
from cases.models.closure import OPEN_CLOSURE
from cases.models.extension import OPEN_EXTENSION
from cases.models.turn import OPEN_TURN
from cases.selectors.lights import WAITING
from cases.selectors.rows import hour_of, last_day, running_due, to_agree_due
from deadlines import lights
from deadlines.calendar import WorkingCalendar
from deadlines.models import Clock
from duban.web.parts import Due

# 国庆节假期; of a year not announced yet: 法定节假日（国庆节）.
_HOLIDAY = re.compile(r"(.+)假期|法定节假日（(.+)）")


def due_of(
    clock: Clock | None,
    *,
    at: datetime,
    pending: str = "",
    sheet: bool = True,
    ended: bool = False,
) -> Due | None:
    """The light as lists show it, with the way to its 期限计算单; None where no clock runs yet.

    `ended`: the clock was stopped by a termination, and nothing was finished.
    """
    if clock is None:
        return None
    url = reverse("cases:clock", args=[clock.pk]) if sheet else ""
    light = clock.light_at(at)
    if light == lights.OFF:
        last, hour = last_day(clock.due_at), hour_of(clock.due_at)
        if clock.paused_at or ended:
            word = "缓办" if clock.paused_at else "已终止"
            signal = "paused" if clock.paused_at else "none"
            return Due(signal, last, word=word, at=hour, explain_url=url)
        return Due("done", last, word=_how_stopped(clock, at), at=hour, explain_url=url)
    if clock.kind == TO_AGREE:
        due = to_agree_due(light, clock.due_at, clock.started_at, at=at, office_id=clock.office_id)
        return replace(due, pending=pending or due.pending, explain_url=url)
    waiting = bool(pending) and clock.due_at <= at
    due = running_due(
        WAITING if waiting else light,
        clock.due_at,
        at=at,
        office_id=clock.office_id,
        provisional=clock.provisional,
        pending=pending,
    )
    return replace(due, explain_url=url)


def original_day(clock: Clock | None) -> str:
    """The last day of the limit as first set, where it was moved since; else nothing."""
    if clock is None or not clock.is_extended:
        return ""
    return last_day(clock.original_due_at).isoformat()


def _how_stopped(clock: Clock, at: datetime) -> str:
    if clock.is_late(at):
        return "超期完成"
    extended = clock.stopped_at is not None and clock.stopped_at >= clock.original_due_at
    return "延期内完成" if extended else "按期完成"


def pending_mark(
    assignment: Assignment,
    extensions: list[Extension],
    closures: list[ClosureRequest],
    turns: Sequence[Turn] = (),
) -> str:
    """A timely request that is undecided: nothing is held against the unit meanwhile (DESIGN 4)."""
    clock = assignment.clock
    if clock is None:
        return ""
    for row in extensions:
        mine = row.assignment_id == assignment.pk and row.state in OPEN_EXTENSION
        if mine and row.requested_at < clock.due_at:
            return "延期待批"
    for request in closures:
        mine = request.assignment_id == assignment.pk and request.state in OPEN_CLOSURE
        if mine and request.submitted_at and request.submitted_at < clock.due_at:
            return "办结待批"
    for turn in turns:
        if turn.assignment_id == assignment.pk and turn.state in OPEN_TURN:
            return f"{turn.get_kind_display()}待批"
    if assignment.state == "objected":
        return "退件待处理"
    reported = assignment.reported_done_at
    if assignment.state == "reported_done" and reported and reported < clock.due_at:
        return "完成待认可"
    return ""


def limit_words(case: Case) -> str:
    """A limit that is no date: so many days, or one that is still to be agreed."""
    if case.due_count:
        return f"{case.due_count}{case.get_due_unit_display()}（自送达次日起算）"
    return "待约定" if awaits_agreement(case, case.pack) else ""


def holidays_between(start: date, end: date, *, calendar: WorkingCalendar) -> list[str]:
    """Names of the holidays after `start` up to `end`, in order; plain weekends left out."""
    names: dict[str, None] = {}
    for ordinal in range(start.toordinal() + 1, end.toordinal() + 1):
        day = calendar.day(date.fromordinal(ordinal))
        if not day.working and (found := _HOLIDAY.fullmatch(day.reason)):
            names.setdefault(next(filter(None, found.groups())).removesuffix("补假"))
    return list(names)
