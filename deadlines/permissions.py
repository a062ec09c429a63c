"""Who may do what with an obligation. PURE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duban.org.roles import OFFICE, UNIT

if TYPE_CHECKING:
    from deadlines.models import Obligation
    from duban.org.actor import Actor


def administers(obligation: Obligation, actor: Actor) -> bool:
    """The 督查室 of the office to which it is owed: it waives, and registers what came on paper."""
    return actor.has(*OFFICE) and actor.office_id == obligation.office_id


def reports(obligation: Obligation, actor: Actor) -> bool:
    """Whoever owes it; the office for what came on paper; the system for what was sent before."""
    ours = actor.has(*UNIT, "section_staff") and actor.unit_id == obligation.unit_id
    return ours or administers(obligation, actor) or actor.is_system


def follows(obligation: Obligation, actor: Actor) -> bool:
    """It falls away with what it belongs to: the door of that matter has judged who may end it."""
    return True
