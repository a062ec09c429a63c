"""Who may do what with a matter. Pure: a subject and an actor in, a truth value out.

What a predicate grants is *theirs in principle*; whether it is lawful now is a guard's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from duban.org.roles import LEADERS, OFFICE, STAFF, UNIT

if TYPE_CHECKING:
    from cases.models import (
        Agreement,
        Assignment,
        Case,
        ClosureRequest,
        Escalation,
        Extension,
        Feedback,
        HandlingPlan,
        Notice,
        Turn,
    )
    from duban.org.actor import Actor


def is_supervisor(case: Case, actor: Actor) -> bool:
    """The supervising section (CZ-3.4a), or the 督查室 of the office, which keeps all (AS-4.2a)."""
    if actor.office_id != case.office_id:
        return False
    return actor.has(*OFFICE) or (actor.has(*STAFF) and actor.unit_id == case.supervisor_id)


def may_register(actor: Actor) -> bool:
    return actor.office_id is not None and actor.has(*STAFF)


def is_registrar_or_supervisor(case: Case, actor: Actor) -> bool:
    """A draft is its registrar's too, whichever section the pack makes the supervisor."""
    own = actor.has(*STAFF) and actor.office_id == case.office_id
    return is_supervisor(case, actor) or (own and actor.user_id == case.registered_by_id)


def supervises(assignment: Assignment, actor: Actor) -> bool:
    return is_supervisor(assignment.case, actor)


def may_complete(case: Case, actor: Actor) -> bool:
    """Completion follows from a granted closure request: whoever holds a link of its chain."""
    return any(holds_chain(request, actor) for request in case.closure_requests.all())


def holds_chain(
    subject: Case | Extension | ClosureRequest | Agreement | HandlingPlan | Turn, actor: Actor
) -> bool:
    """Has, or just had, a link of the request's approval chain."""
    from duban.approvals.permissions import holds_role

    chain = subject.chain
    return chain is not None and any(holds_role(step, actor) for step in chain.ordered_steps)


def works_for(assignment: Assignment, actor: Actor) -> bool:
    """Acts for the unit the assignment was delivered to; before that it knows nothing of it."""
    ours = actor.has(*UNIT) and actor.unit_id == assignment.unit_id
    return ours and assignment.delivered_at is not None


def judges_part(assignment: Assignment, actor: Actor) -> bool:
    """A co-unit's work is accepted or returned by the supervisor, never the lead's: that is the
    closure chain's, and going round it would leave an application that nobody can decide.
    """
    return not assignment.is_lead and supervises(assignment, actor)


def concludes(assignment: Assignment, actor: Actor) -> bool:
    """The lead's work is judged by the chain of its application."""
    return assignment.is_lead and may_complete(assignment.case, actor)


def may_take_back(assignment: Assignment, actor: Actor) -> bool:
    """The chain sends the lead back to work; the lead may also withdraw its own application."""
    return concludes(assignment, actor) or leads(assignment, actor)


def leads(assignment: Assignment, actor: Actor) -> bool:
    """Acts for the lead unit: only it asks for completion or extension (CZ-3.5a, CZ-3.6a)."""
    return assignment.is_lead and works_for(assignment, actor)


def starts_case(case: Case, actor: Actor) -> bool:
    """Signing for a matter starts the work; so may the office, registering a paper receipt."""
    if is_supervisor(case, actor):
        return True
    return actor.has(*UNIT) and actor.unit_id in {a.unit_id for a in case.parties}


def reports(feedback: Feedback, actor: Actor) -> bool:
    return works_for(feedback.assignment, actor)


def reviews(feedback: Feedback, actor: Actor) -> bool:
    return is_supervisor(feedback.assignment.case, actor)


def asked_for(request: Extension | Agreement | HandlingPlan, actor: Actor) -> bool:
    return works_for(request.assignment, actor)


def oversees(row: HandlingPlan, actor: Actor) -> bool:
    """The supervising section, towards what hangs on a unit's part."""
    return is_supervisor(row.assignment.case, actor)


def clears_findings(case: Case, actor: Actor) -> bool:
    """Whether a reason is accepted is decided by the head of the 督查室 or a leader (LZ-A-10.0)."""
    return actor.office_id == case.office_id and actor.has("office_head", *LEADERS)


def applied(closure: ClosureRequest, actor: Actor) -> bool:
    return works_for(closure.assignment, actor)


def sends(notice: Notice, actor: Actor) -> bool:
    """The supervising section; of a rung that needs no hand, the system."""
    return actor.is_system or is_supervisor(notice.case, actor)


def is_system(subject: object, actor: Actor) -> bool:
    """What follows by itself from the clock and the record."""
    return actor.is_system


def escalates(row: Escalation, actor: Actor) -> bool:
    """A rung is taken by whoever supervises the matter; an automatic one by the system."""
    return row.does != "propose" and (actor.is_system or is_supervisor(row.case, actor))


def hands_over(row: Escalation, actor: Actor) -> bool:
    """A proposal of accountability is the 督查室's to hand on; nobody is punished here."""
    ours = actor.has(*OFFICE) and actor.office_id == row.case.office_id
    return row.does == "propose" and ours


def decides_escalation(row: Escalation, actor: Actor) -> bool:
    return hands_over(row, actor) if row.does == "propose" else is_supervisor(row.case, actor)


def receives(notice: Notice, actor: Actor) -> bool:
    return works_for(notice.assignment, actor)


def supervises_case_of(turn: Turn, actor: Actor) -> bool:
    return is_supervisor(turn.case, actor)


def asked_for_turn(turn: Turn, actor: Actor) -> bool:
    """Whoever asked takes it back: the lead unit its own request, the office its proposal."""
    if turn.assignment is not None:
        return works_for(turn.assignment, actor)
    return is_supervisor(turn.case, actor)


def may_turn(case: Case, actor: Actor) -> bool:
    """缓办, 终止 and 重新办理 follow from a granted request: whoever holds a link of its chain."""
    return any(holds_chain(turn, actor) for turn in case.turns.all())


def may_turn_part(assignment: Assignment, actor: Actor) -> bool:
    return may_turn(assignment.case, actor)


def ends_with_case(turn: Turn, actor: Actor) -> bool:
    return may_turn(turn.case, actor)
