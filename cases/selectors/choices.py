"""What the filters offer: the words of the packs in force, units, leaders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Subquery

from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit
from duban.org.roles import LEADERS, ROLES, UNIT
from duban.rulepacks.models import Activation
from duban.rulepacks.schema import Pack

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Vocabulary:
    """The choices of every pack the actor may meet, merged in the order of the packs."""

    source: Choices
    urgency: Choices
    grade: Choices

    @property
    def ranks(self) -> dict[str, Sequence[str]]:
        return {
            name: [value for value, _ in getattr(self, name)]
            for name in ("source", "urgency", "grade")
        }


def offices_of(actor: Actor) -> QuerySet[Office]:
    """The actor's office and those below it; for a unit, the offices whose tree it stands in."""
    if actor.office_id is not None:
        root = Subquery(Office.objects.filter(pk=actor.office_id).values("root__path")[:1])
        return Office.objects.alias(top=root).filter(root__path__startswith=F("top"))
    own = Subquery(Unit.objects.filter(pk=actor.unit_id).values("path")[:1])
    return Office.objects.alias(here=own).filter(here__startswith=F("root__path"))


def vocabulary(actor: Actor) -> Vocabulary:
    """One query; the packs themselves are cached by version."""
    rows = Activation.objects.filter(office__in=offices_of(actor), confirmed_at__isnull=False)
    rows = rows.select_related("pack_version").order_by("-active_from")
    packs = [row.pack_version.pack for row in _without_text(rows)]
    return Vocabulary(
        source=_merged(packs, "case_sources"),
        urgency=_merged(packs, "urgencies"),
        grade=_merged(packs, "grades"),
    )


def units_for(actor: Actor) -> list[Unit]:
    """The tree below the actor's office, in order; for a unit only itself."""
    if actor.has(*UNIT):
        return list(Unit.objects.filter(pk=actor.unit_id))
    if actor.office_id is None:
        return []
    root = Subquery(Unit.objects.filter(office=actor.office_id).values("path")[:1])
    return list(
        Unit.objects.alias(top=root).filter(path__startswith=F("top")).order_by("order", "id")
    )


def leaders_for(actor: Actor, *, on: date) -> Choices:
    """Leaders who may have assigned a matter of the actor's office."""
    if actor.office_id is None:
        return []
    posts = Post.objects.filter(office_id=actor.office_id, role__in=LEADERS)
    posts = posts.filter(starts_on__lte=on).select_related("user").order_by("-role", "id")
    return [
        (str(post.pk), f"{post.user.name}（{post.title or ROLES[post.role]}）") for post in posts
    ]


def _merged(packs: Iterable[Pack], name: str) -> Choices:
    found: dict[str, str] = {}
    for pack in packs:
        for key, choice in getattr(pack, name).items():
            found.setdefault(key, choice.label)
    return list(found.items())


def _without_text(rows: QuerySet[Activation]) -> QuerySet[Activation]:
    names = ("document", "source", "inherited", "overridden")
    return rows.defer(*[f"pack_version__{name}" for name in names])
