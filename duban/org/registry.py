"""Who answers for supervision in each unit: its 督查机构, 联络员, 办公室主任 (CZ-5.3a, AS-4.3b)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from duban.org.models import (
    BodyKind,
    BodyMember,
    EvaluationList,
    EvaluationObject,
    Office,
    Post,
    StandingBody,
    Unit,
)
from duban.org.models.unit import UnitKind

# Parts of a unit are spoken to through it.
INNER = frozenset({UnitKind.SECTION, UnitKind.DIVISION, UnitKind.WINDOW})


@dataclass(frozen=True)
class RegistryRow:
    unit: Unit
    body: StandingBody | None
    staff: list[BodyMember]
    liaisons: list[Post]
    office_heads: list[Post]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Keys of what is missing: body, staff, liaison, phone."""
        found = []
        if self.body is None:
            found.append("body")
        elif not self.staff:
            found.append("staff")
        if not self.liaisons:
            found.append("liaison")
        elif not all(post.user.phone for post in self.liaisons):
            found.append("phone")
        return tuple(found)


def registered_units(office: Office, *, on: date) -> QuerySet[Unit]:
    """Units that are spoken to directly: sections, divisions and windows only with a liaison."""
    here = Unit.objects.below(office.root).active(on=on).exclude(pk=office.root_id)
    return here.order_by("order", "id")


def registry_rows(office: Office, *, on: date) -> list[RegistryRow]:
    """One row per unit of the office's tree, in its order. Four queries for any number."""
    posts: dict[tuple[int, str], list[Post]] = defaultdict(list)
    held = Post.objects.held(on=on).filter(
        role__in=("liaison", "unit_office_head"),
        user__is_active=True,
        unit__path__startswith=office.root.path,
    )
    for post in held.select_related("user").order_by("id"):
        posts[post.unit_id, post.role].append(post)
    bodies = {body.unit_id: body for body in _bodies(office, on)}
    return [
        RegistryRow(
            unit,
            bodies.get(unit.pk),
            bodies[unit.pk].held if unit.pk in bodies else [],
            posts[unit.pk, "liaison"],
            posts[unit.pk, "unit_office_head"],
        )
        for unit in registered_units(office, on=on)
        if unit.kind not in INNER or posts[unit.pk, "liaison"]
    ]


def _bodies(office: Office, on: date) -> Iterable[StandingBody]:
    members = BodyMember.objects.held(on=on).select_related("user").order_by("id")
    return (
        StandingBody.objects.standing(on=on)
        .filter(kind=BodyKind.SUPERVISION_BODY, unit__path__startswith=office.root.path)
        .prefetch_related(Prefetch("members", members, to_attr="held"))
    )


def evaluation_units(office: Office, *, year: int) -> list[Unit]:
    """The evaluated objects of the year, each unit, 窗口 or 处室 by itself (NT-1.1, NT-1.2)."""
    rows = EvaluationObject.objects.filter(list__office=office, list__year=year)
    return [row.unit for row in rows.select_related("unit__parent").order_by("unit__order", "unit")]


def among_evaluated(rows: QuerySet[Unit], office: Office, *, year: int) -> QuerySet[Unit]:
    """Those on the year's list: a campaign has no other objects (NT-1.1). All of them where the
    office keeps no list of that year.
    """
    listed = EvaluationObject.objects.filter(list__office=office, list__year=year)
    kept = EvaluationList.objects.filter(office=office, year=year).exists()
    return rows.filter(pk__in=listed.values("unit_id")) if kept else rows
