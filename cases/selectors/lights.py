"""The light of a matter and of one unit's part, decided in SQL at the moment of asking.

The same decision as `deadlines.lights.light_of`, with two words more: a matter whose clock does not
run yet has none, and one that asked in time and waits for the answer is not late (DESIGN 4).
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Case as SqlCase
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value, When

from cases.models import Assignment, Case, ClosureRequest, Extension, Turn
from cases.models.assignment import RUNNING, TO_AGREE, AssignmentState
from cases.models.case import DONE, UNDER_WAY
from cases.models.closure import OPEN_CLOSURE
from cases.models.extension import OPEN_EXTENSION
from cases.models.turn import OPEN_TURN

GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"
WAITING: Final = "waiting"
NONE: Final = "none"
FINISHED: Final = "done"

LABELS: Final = {
    RED: "超期",
    AMBER: "临期",
    GREEN: "正常",
    WAITING: "到期待批",
    NONE: "未起算",
    FINISHED: "已办结",
}


def case_lights(at: datetime) -> dict[str, Q]:
    """A condition for each light of a matter; every matter meets exactly one."""
    # A running clock is what the index of due clocks holds; stopped ones are most of them.
    runs = Q(state__in=UNDER_WAY, clock__state="running")
    return {
        **_running(runs, at, asked_in_time()),
        NONE: ~Q(state__in=DONE) & ~runs,
        FINISHED: Q(state__in=DONE),
    }


def part_lights(at: datetime) -> dict[str, Q]:
    """The lights of one unit's part while it runs."""
    runs = Q(state__in=RUNNING, clock__state="running")
    return _running(runs, at, part_asked_in_time())


def _running(runs: Q, at: datetime, asked: Q) -> dict[str, Q]:
    # A date that is still to be agreed is missed by nobody (LZ-A-6.3a): it never turns red.
    to_agree = Q(clock__kind=TO_AGREE)
    late = runs & Q(clock__due_at__lte=at) & ~to_agree
    return {
        RED: late & ~asked,
        WAITING: late & asked,
        AMBER: runs & Q(clock__warn_at__lte=at) & (Q(clock__due_at__gt=at) | to_agree),
        GREEN: runs & Q(clock__due_at__gt=at, clock__warn_at__gt=at),
    }


def with_light(rows: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Annotates `light`."""
    return rows.annotate(light=light_expression(case_lights(at)))


def with_part_light(rows: QuerySet[Assignment], at: datetime) -> QuerySet[Assignment]:
    """Annotates `light`; a part that does not run has `none`."""
    return rows.annotate(light=light_expression(part_lights(at)))


def light_expression(lights: dict[str, Q]) -> SqlCase:
    return SqlCase(
        *[When(condition, then=Value(light)) for light, condition in lights.items()],
        default=Value(NONE),
        output_field=CharField(),
    )


def asked_in_time() -> Q:
    """The lead's request for completion or extension was made in time and is undecided."""
    lead_asked = Extension.objects.filter(
        assignment__case=OuterRef("pk"),
        assignment__kind="lead",
        state__in=OPEN_EXTENSION,
        requested_at__lt=F("assignment__clock__due_at"),
    )
    applied = ClosureRequest.objects.filter(
        case=OuterRef("pk"),
        state__in=OPEN_CLOSURE,
        submitted_at__lt=F("assignment__clock__due_at"),
    )
    objected = Assignment.objects.filter(
        case=OuterRef("pk"), kind="lead", state=AssignmentState.OBJECTED
    )
    turning = Turn.objects.filter(
        case=OuterRef("pk"),
        state__in=OPEN_TURN,
        requested_at__lt=F("assignment__clock__due_at"),
    )
    asked = (lead_asked, applied, objected, turning)
    return reduce(or_, (Q(Exists(rows)) for rows in asked))


def part_asked_in_time() -> Q:
    asked = Extension.objects.filter(
        assignment=OuterRef("pk"),
        state__in=OPEN_EXTENSION,
        requested_at__lt=F("assignment__clock__due_at"),
    )
    return Q(reported_done_at__isnull=False, reported_done_at__lt=F("clock__due_at")) | Q(
        Exists(asked)
    )
