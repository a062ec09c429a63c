"""Who may do what with a bulletin. Pure: a subject and an actor in, a truth value out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duban.org.roles import OFFICE

if TYPE_CHECKING:
    from duban.org.actor import Actor
    from reports.models import Bulletin


def runs_office(office_id: int, actor: Actor) -> bool:
    """The 督查室 itself, or the system acting for it."""
    return actor.office_id == office_id and (actor.is_system or actor.has(*OFFICE))


def keeps(bulletin: Bulletin, actor: Actor) -> bool:
    """The staff of the 督查室 write, submit, publish and correct its bulletins (LZ-B-5)."""
    return runs_office(bulletin.office_id, actor)


def holds_chain(bulletin: Bulletin, actor: Actor) -> bool:
    """Has a link of the approval chain."""
    from duban.approvals.permissions import holds_role

    chain = bulletin.chain
    return chain is not None and any(holds_role(step, actor) for step in chain.ordered_steps)
