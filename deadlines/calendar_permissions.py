"""Who may arrange days off, and who else has to agree. PURE.

A national arrangement holds for every office of the installation; a local one for its office and
those below it, and is that office's own business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duban.org.actor import Actor

PROPOSERS = ("office_head", "system_admin")
CONFIRMERS = ("office_head", "security_admin")


def may_propose(office_id: int | None, actor: Actor) -> bool:
    """`office_id` None: a national arrangement."""
    if office_id is None:
        return actor.is_system or _is_head(actor) or actor.has("system_admin")
    return _is_head(actor) and actor.office_id == office_id


def may_confirm(change: Any, actor: Actor) -> bool:
    if change.office_id is None:
        return _is_head(actor) or actor.has("security_admin")
    elsewhere = actor.office_id is not None and actor.office_id != change.office_id
    return not elsewhere and (_is_head(actor) or actor.has("security_admin"))


def may_withdraw(change: Any, actor: Actor) -> bool:
    return may_propose(change.office_id, actor) or may_confirm(change, actor)


def _is_head(actor: Actor) -> bool:
    return actor.has("office_head") and actor.office_id is not None
