"""Counts for leaders and staff: by unit and light, by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from cases.models import Case
from cases.selectors.lights import with_light
from deadlines.moments import day_start
from duban.org.actor import Actor
from duban.org.models import Unit

WEEKS = 8


@dataclass
class UnitLights:
    """Matters under way of one lead unit, by light."""

    unit_id: int | None
    name: str
    lights: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return sum(self.lights.values())

    @property
    def pressing(self) -> tuple[int, int, int]:
        return self.lights["red"], self.lights["amber"], self.total


def lights_by_unit(actor: Actor, *, at: datetime) -> list[UnitLights]:
    """Two queries; who holds most that is late comes first (LZ-A-12a, AS-4.1a)."""
    rows = with_light(Case.objects.visible_to(actor).under_way(), at).order_by()
    grouped = list(rows.values_list("lead_unit_id", "light").annotate(n=Count("pk")))
    units = Unit.objects.in_bulk({unit_id for unit_id, _, _ in grouped if unit_id})
    found: dict[int | None, UnitLights] = {}
    for unit_id, light, count in grouped:
        name = units[unit_id].label if unit_id else "（未定）"
        found.setdefault(unit_id, UnitLights(unit_id, name)).lights[light] += count
    return sorted(found.values(), key=lambda unit: unit.pressing, reverse=True)


@dataclass(frozen=True)
class Week:
    """Monday to Sunday: how many matters were registered and how many completed."""

    first: date
    registered: int
    completed: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def weeks_until(actor: Actor, *, at: datetime, count: int = WEEKS) -> Sequence[Week]:
    """The week of `at` and those before it, the oldest first. Two queries."""
    today = timezone.localdate(at)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=number) for number in reversed(range(count))]
    registered = _by_week(actor, "registered_at", mondays)
    completed = _by_week(actor, "completed_at", mondays)
    return [Week(*each) for each in zip(mondays, registered, completed, strict=True)]


def _by_week(actor: Actor, moment: str, mondays: Sequence[date]) -> list[int]:
    rows = Case.objects.visible_to(actor).filter(**{f"{moment}__gte": day_start(mondays[0])})
    weeks = {
        f"week_{number}": Count(
            "pk",
            filter=Q(
                **{
                    f"{moment}__gte": day_start(first),
                    f"{moment}__lt": day_start(first + timedelta(weeks=1)),
                }
            ),
        )
        for number, first in enumerate(mondays)
    }
    return list(rows.order_by().aggregate(**weeks).values())
