"""Who may decide a link of an approval chain. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duban.org.roles import STAFF

if TYPE_CHECKING:
    from duban.approvals.models import ApprovalStep
    from duban.org.actor import Actor

SECTION = "supervising_section"


def holds_role(step: ApprovalStep, actor: Actor) -> bool:
    """The acting post has the role of the link, for the units the link is about."""
    if step.role == SECTION:
        return actor.has(*STAFF) and actor.unit_id == step.scope_unit_id
    if step.role == "unit_head":
        return actor.has("unit_head") and actor.unit_id == step.scope_unit_id
    if not actor.has(step.role) or actor.office_id != step.chain.office_id:
        return False
    if step.role == "deputy_leader" and step.scope_unit_id:
        return step.scope_unit_id in actor.portfolio
    return True


def may_decide(step: ApprovalStep, actor: Actor) -> bool:
    """Nobody decides what they wrote, did or decided before (DESIGN 4, recusal)."""
    return holds_role(step, actor) and not is_recused(step, actor)


def is_recused(step: ApprovalStep, actor: Actor) -> bool:
    return not actor.people.isdisjoint(step.chain.involved)
