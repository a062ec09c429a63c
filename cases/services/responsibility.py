"""Who inside a unit answers for its part (LZ-B-8a, CZ-5.1a)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.models import Assignment, NamedLayer, ResponsiblePerson
from cases.selectors.responsibility import layer_label, named_now
from cases.services.messages import tell_people
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.org.actor import Actor
from duban.org.models import Post
from duban.org.roles import UNIT_MANAGERS

MAY_NAME = UNIT_MANAGERS | {"liaison"}


def may_hand_over(assignment: Assignment, actor: Actor) -> bool:
    """The unit's head, its 办公室主任 (CZ-5.1a), or its liaison."""
    ours = actor.has(*MAY_NAME) and actor.unit_id == assignment.unit_id
    return ours and assignment.delivered_at is not None


@transaction.atomic
def part_hand_over(
    *,
    assignment: Assignment,
    people: Mapping[NamedLayer, Post],
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Assignment:
    """Name who answers for the part, by layer; a layer left out, or unchanged, stays as it is.

    Raises RuleViolation by layer, StaleVersion where the part moved since it was seen.
    """
    at = at or timezone.now()
    row = lock(assignment)
    if not may_hand_over(row, by):
        raise PermissionDenied("the unit names its own people")
    if expect is not None and expect != row.version:
        raise StaleVersion(seen=expect, now=row.version)
    if reasons := _reasons_against(row, people, at=at):
        raise RuleViolation(reasons)
    before = named_now([row.pk]).get(row.pk, {})
    for layer, post in people.items():
        held = before.get(layer)
        if held is None or held.post_id != post.pk:
            _name(row, layer, post, held, by=by, at=at)
    return Assignment.objects.get(pk=row.pk)


def _reasons_against(
    row: Assignment, people: Mapping[NamedLayer, Post], *, at: datetime
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if row.is_settled:
        found["__all__"] = [f"本单位的承办{row.get_state_display()}，无需再调整责任人。"]
    if not people:
        found["__all__"] = ["请至少选择一名责任人。"]
    ids = [post.pk for post in people.values()]
    held = Post.objects.held(on=timezone.localdate(at)).filter(pk__in=ids, unit_id=row.unit_id)
    present = set(held.values_list("pk", flat=True))
    for layer, post in people.items():
        if post.pk not in present:
            found[layer] = [f"{post.user.name}不是{row.unit.label}的在任人员。"]
    return found


def _name(
    row: Assignment,
    layer: NamedLayer,
    post: Post,
    held: ResponsiblePerson | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    named = ResponsiblePerson.objects.create(
        assignment=row,
        layer=layer,
        post=post,
        name=post.user.name,
        title=post.title,
        named_by_id=by.user_id,
        named_at=at,
    )
    changes = {layer: [str(held) if held else None, str(named)]}
    if layer == NamedLayer.HANDLER and row.responsible_person != named.name:
        changes["responsible_person"] = [row.responsible_person, named.name]
        row.responsible_person = named.name
    row.version += 1
    Assignment.objects.filter(pk=row.pk).update(
        version=row.version, responsible_person=row.responsible_person
    )
    step = row.step_of("hand_over")
    record(
        row,
        "hand_over",
        label=step.label,
        by=by,
        at=at,
        office_id=row.ledger_office_id,
        case_id=row.case_id,
        clause=step.clause,
        pack_version_id=row.pack_version.pk,
        changes=changes,
    )
    if post.user_id not in by.people:
        tell_people(
            [post.user],
            "part_handed_over",
            case=row.case,
            at=at,
            event=f"part_handed_over:{named.pk}",
            context={"assignment": row, "unit": row.unit, "layer": layer_label(row.pack, layer)},
        )
