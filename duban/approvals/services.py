from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from duban.approvals import permissions
from duban.approvals.models import ApprovalStep, Chain, ChainKind, StepState
from duban.ledger.errors import RuleViolation
from duban.ledger.stateful import Stateful
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.org.models import Portfolio, Post, Unit
from duban.org.roles import STAFF
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import ApprovalRule


class Outcome(Enum):
    """What a decision made of the chain."""

    CONTINUES = "continues"
    GRANTED = "granted"
    REFUSED = "refused"


@transaction.atomic
def chain_open(
    *,
    kind: ChainKind,
    owner: Stateful,
    rules: Sequence[ApprovalRule],
    pack_version: RulePackVersion,
    title: str,
    section_id: int | None,
    subject_unit_id: int | None,
    involved: Iterable[int],
    at: datetime,
    by: Actor,
) -> Chain:
    """Make the chain of a request from the pack's rules.

    `section_id` is the section that supervises the matter, `subject_unit_id` the unit it is about
    (a deputy leader decides for the units in charge). `involved` are the people who must stand
    back; whoever submits is one of them. Raises RuleViolation where a link has nobody to decide.
    """
    chain = Chain.objects.create(
        office_id=owner.ledger_office_id,
        kind=kind,
        pack_version=pack_version,
        title=title[:300],
        case_id=owner.ledger_case_id,
        owner_type=owner._meta.label_lower,
        owner_id=owner.pk,
        involved=sorted({*involved, *by.people}),
        opened_at=at,
    )
    steps = [
        ApprovalStep(
            chain=chain,
            order=order,
            key=rule.key,
            label=rule.label,
            role=rule.role,
            clause=rule.clause,
            quote=rule.quote,
            grades=rule.grades,
            may_counter=rule.may_counter,
            scope_unit_id=_scope(rule, chain, section_id, subject_unit_id, at),
        )
        for order, rule in enumerate(rules, start=1)
    ]
    for step in steps:
        _require_somebody(step, chain, at)
    ApprovalStep.objects.bulk_create(steps)
    return chain


def _require_somebody(step: ApprovalStep, chain: Chain, at: datetime) -> None:
    """A request that nobody may decide would wait for ever; say so when it is made."""
    if not posts_of(step, at=at).exclude(user__in=chain.involved).exists():
        text = (
            f"审批环节“{step.label}”目前没有可以审批的人（须在任，且未参与本事项），请先确定人员。"
        )
        raise RuleViolation(text)


def posts_of(step: ApprovalStep, *, at: datetime) -> models.QuerySet[Post]:
    """The posts in force that day whose holders may decide the link, recusal apart."""
    on = timezone.localdate(at)
    posts = Post.objects.held(on=on).filter(user__is_active=True)
    if step.role == permissions.SECTION:
        return posts.filter(unit_id=step.scope_unit_id, role__in=STAFF)
    if step.role == "unit_head":
        return posts.filter(unit_id=step.scope_unit_id, role=step.role)
    posts = posts.filter(role=step.role, office_id=step.chain.office_id)
    if step.role == "deputy_leader" and step.scope_unit_id:
        posts = posts.filter(pk__in=_in_charge(step.scope_unit_id, on).values("post"))
    return posts


def _in_charge(unit_id: int, on: date) -> models.QuerySet[Portfolio]:
    """Charges of that day over the unit or one above it."""
    current = models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on)
    return Portfolio.objects.filter(current, unit_id__in=_ancestor_ids(unit_id), starts_on__lte=on)


def _scope(
    rule: ApprovalRule, chain: Chain, section_id: int | None, unit_id: int | None, at: datetime
) -> int | None:
    """The unit a link is about. A unit in nobody's charge may be decided by any deputy leader."""
    if rule.role == permissions.SECTION:
        return section_id
    if rule.role == "unit_head":
        return unit_id
    if rule.role != "deputy_leader" or unit_id is None:
        return None
    on = timezone.localdate(at)
    deputies = Post.objects.held(on=on).filter(role="deputy_leader", office_id=chain.office_id)
    return unit_id if _in_charge(unit_id, on).filter(post__in=deputies).exists() else None


def _ancestor_ids(unit_id: int) -> list[int]:
    path = Unit.objects.values_list("path", flat=True).get(pk=unit_id)
    return [int(part) for part in path.strip("/").split("/")]


def chain_decide(
    *,
    chain: Chain,
    approve: bool,
    by: Actor,
    at: datetime,
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    expect: int | None = None,
) -> Outcome:
    """Decide the link whose turn it is; called by the owner's service inside its transaction.

    The chain row is locked first, so that of two approvers at the same moment one decides and the
    other is told so. A refusal needs an opinion.
    """
    with transaction.atomic():
        locked = Chain.objects.select_for_update().get(pk=chain.pk)
        step = locked.current
        if step is None:
            raise RuleViolation("该申请已审批完毕或已撤回，无需再次审批。")
        _require_turn(locked, step, by)
        if not approve and not opinion.strip():
            raise RuleViolation({"opinion": ["不同意的，须写明意见。"]})
        name = "approve" if approve else "refuse"
        with through_the_door(step, name, by=by, at=at, note=opinion, expect=expect) as door:
            # The guard reads the chain through the step; give it the locked one.
            door.subject.chain = locked
            door.run(by=by, at=at, opinion=opinion, data=dict(data or {}))
        locked.involved = sorted({*locked.involved, *by.people})
        last = not locked.steps.filter(state="pending").exists()
        outcome = Outcome.REFUSED if not approve else Outcome.GRANTED if last else Outcome.CONTINUES
        if outcome is not Outcome.CONTINUES:
            locked.closed_at = at
        locked.save(update_fields=["involved", "closed_at"])
        _take_over(chain, locked)
        return outcome


def _require_turn(chain: Chain, step: ApprovalStep, by: Actor) -> None:
    """Whose link is not the current one is told how matters stand; recusal is never theirs."""
    if permissions.holds_role(step, by):
        if permissions.is_recused(step, by):
            raise PermissionDenied("您是本申请的提出人、起草人或前一环节的审批人，应当回避。")
        return
    for other in chain.ordered_steps:
        if permissions.holds_role(other, by):
            if other.state == StepState.PENDING:
                raise RuleViolation(f"前一环节“{step.label}”尚未审批，请稍候。")
            raise RuleViolation(f"“{other.label}”环节已由{other.decided_name}审批，无需再次审批。")


def chain_withdraw(*, chain: Chain, at: datetime) -> None:
    """End an undecided chain because its request was withdrawn."""
    with transaction.atomic():
        locked = Chain.objects.select_for_update().get(pk=chain.pk)
        if locked.closed_at is None:
            locked.closed_at = at
            locked.save(update_fields=["closed_at"])
        _take_over(chain, locked)


def _take_over(chain: Chain, locked: Chain) -> None:
    """The caller's chain shows what was stored, its steps are read anew."""
    chain.closed_at, chain.involved = locked.closed_at, locked.involved
    chain.__dict__.pop("ordered_steps", None)
