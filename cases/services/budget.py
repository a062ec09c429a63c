"""提醒上限: how much those who hear for a unit have been reminded this week, said to the sender
before anything more is sent (DESIGN 3.5, 减负).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cases.models import Assignment
from duban.notify.selectors import reminders_in_week
from duban.org.models import Post


@dataclass(frozen=True)
class Load:
    """What reached each of a unit's people this week, and how many it should be at most."""

    unit: str
    per_week: int
    people: tuple[tuple[str, str, int], ...]

    @property
    def is_full(self) -> bool:
        """Nobody is left who could still be reminded outside the daily digest."""
        return bool(self.people) and all(count >= self.per_week for _, _, count in self.people)

    @property
    def text(self) -> str:
        who = "；".join(
            f"{title}{name}本周已收到提醒{count}条" for title, name, count in self.people
        )
        return f"{who}，上限{self.per_week}条" if who else ""

    @property
    def warning(self) -> str:
        return f"{self.unit}{self.text}，已到上限，再发只列入每日摘要，不另发邮件。"


def load_of(assignment: Assignment, *, at: datetime) -> Load | None:
    return loads_of([assignment], at=at).get(assignment.pk)


def loads_of(assignments: Sequence[Assignment], *, at: datetime) -> dict[int, Load]:
    """By assignment, for those whose pack has a budget. Two queries however many they are."""
    asked = [part for part in assignments if part.pack.budget]
    if not asked:
        return {}
    hearing = _hearing({part.unit_id for part in asked}, at)
    counts = reminders_in_week({p.user_id for posts in hearing.values() for p in posts}, at=at)
    return {
        part.pk: Load(
            part.unit.label,
            part.pack.budget.per_week,
            tuple(
                (post.title, post.user.name, counts.get(post.user_id, 0))
                for post in hearing.get(part.unit_id, [])
            ),
        )
        for part in asked
    }


def _hearing(units: set[int], at: datetime) -> dict[int, list[Post]]:
    """The liaisons of each unit, where it has none its head: as messages go."""
    held = Post.objects.held(on=timezone.localdate(at)).select_related("user")
    found: dict[str, dict[int, list[Post]]] = {"liaison": {}, "unit_head": {}}
    held = held.filter(unit__in=units, role__in=found, user__is_active=True)
    for post in held.order_by("pk"):
        found[post.role].setdefault(post.unit_id, []).append(post)
    heads = {unit: posts[:1] for unit, posts in found["unit_head"].items()}
    return {**heads, **found["liaison"]}
