"""What falls due for a unit in one week, to be seen before more is put on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Assignment, Case
from cases.selectors.conditions import Filters, matters
from deadlines.models import Clock
from deadlines.moments import day_end, day_start
from duban.org.actor import Actor
from duban.org.roles import UNIT


@dataclass(frozen=True)
class WeekLoad:
    """Monday to Sunday of the week in which a day lies; `asked` lists the same matters."""

    first: date
    matters: int
    reports: int
    asked: Filters

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def load_of(unit_id: int, *, on: date, actor: Actor, at: datetime) -> WeekLoad:
    """Matters whose last day for that unit lies in the week, counted as the 台账 does, and reports
    and answers owed beside them; running ones that the actor may see. Two queries.
    """
    first = on - timedelta(days=on.weekday())
    asked = Filters(
        # A unit asks about its own parts without naming itself.
        unit=None if actor.has(*UNIT) else unit_id,
        part_due_from=first,
        part_due_to=first + timedelta(days=6),
    )
    return WeekLoad(
        first,
        matters(asked, actor=actor, at=at).count(),
        _reports(unit_id, first, actor).count(),
        asked,
    )


def _reports(unit_id: int, first: date, actor: Actor) -> QuerySet[Clock]:
    """Clocks that are no part's: of matters in sight, or the unit's duties outside of any matter."""
    of_part = Assignment.objects.filter(clock=OuterRef("pk"))
    outside = Q(case_id__isnull=True)
    if not actor.has(*UNIT):
        outside &= Q(office_id=actor.office_id)
    return Clock.objects.running().filter(
        ~Exists(of_part),
        outside | Q(case_id__in=Case.objects.visible_to(actor).values("pk")),
        unit_id=unit_id,
        due_at__gt=day_start(first),
        due_at__lte=day_end(first + timedelta(days=6)),
    )
