"""Who answers for each unit's part, in the three layers of LZ-B-8a. Two queries for any number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from cases.models import Assignment, NamedLayer, ResponsiblePerson
from duban.org.models import Post
from duban.rulepacks.schema import Pack

PRINCIPAL = "principal"


@dataclass(frozen=True)
class Layers:
    """One unit's part: (name and title) by layer, "" where nobody is named."""

    party: Assignment
    principal: str
    deputy: str
    handler: str

    @property
    def unnamed(self) -> bool:
        """Nobody handles it by name (CZ-2.2b)."""
        return not self.handler


def layer_label(pack: Pack, layer: str) -> str:
    """The layer in the words of the matter's pack."""
    choice = pack.responsibility.get(layer)
    if choice:
        return choice.label
    return "第一责任人" if layer == PRINCIPAL else NamedLayer(layer).label


def named_now(assignments: Iterable[int]) -> dict[int, dict[str, ResponsiblePerson]]:
    """The person named last, by part and layer."""
    found: dict[int, dict[str, ResponsiblePerson]] = {}
    for row in ResponsiblePerson.objects.filter(assignment__in=list(assignments)).order_by("id"):
        found.setdefault(row.assignment_id, {})[row.layer] = row
    return found


def layers_of(parties: Sequence[Assignment]) -> list[Layers]:
    """The head is whoever held the post on the day of delivery (AS-4.1b, LZ-A-12b)."""
    named = named_now(party.pk for party in parties)
    heads = list(
        Post.objects.filter(unit__in={party.unit_id for party in parties}, role="unit_head")
        .select_related("user")
        .order_by("unit__order", "id")
    )
    return [_layers(party, named.get(party.pk, {}), heads) for party in parties]


def _layers(
    party: Assignment, named: dict[str, ResponsiblePerson], heads: Sequence[Post]
) -> Layers:
    handler = named.get(NamedLayer.HANDLER)
    # Before the unit names a post, the name written at assignment or signing stands.
    same = handler is not None and handler.name == party.responsible_person
    return Layers(
        party,
        _head(party, heads),
        str(named.get(NamedLayer.DEPUTY, "")),
        str(handler) if same else party.responsible_person,
    )


def _head(party: Assignment, heads: Sequence[Post]) -> str:
    if party.delivered_at is None:
        return ""
    on = timezone.localdate(party.delivered_at)
    for post in heads:
        ended = post.ends_on is not None and post.ends_on < on
        if post.unit_id == party.unit_id and post.starts_on <= on and not ended:
            return f"{post.user.name}（{post.title}）"
    return ""
