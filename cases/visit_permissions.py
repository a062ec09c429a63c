"""Who may do what with a visit (明查、暗访). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duban.org.roles import OFFICE, STAFF, UNIT

if TYPE_CHECKING:
    from cases.models import Visit
    from duban.org.actor import Actor


def may_plan(actor: Actor) -> bool:
    return actor.office_id is not None and actor.has(*STAFF)


def keeps(visit: Visit, actor: Actor) -> bool:
    """The office that sends the visitors; of a section, what it planned itself."""
    if actor.office_id != visit.office_id:
        return False
    return actor.has(*OFFICE) or (actor.has(*STAFF) and actor.unit_id == visit.planned_by_unit_id)


def visits(visit: Visit, actor: Actor) -> bool:
    """One of those who go, in the very post they were asked in (NT-3.3a)."""
    return actor.post_id is not None and actor.post_id in visit.member_posts


def may_record(visit: Visit, actor: Actor) -> bool:
    return visits(visit, actor) or keeps(visit, actor)


def reads_result(visit: Visit, actor: Actor) -> bool:
    """Before its release the result is for the office, its leaders and those who went."""
    return visit.released_at is not None or visits(visit, actor) or not actor.has(*UNIT)
