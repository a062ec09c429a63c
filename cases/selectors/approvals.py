"""待批: the links whose turn it is and that this actor decides."""

from __future__ import annotations

from django.db.models import QuerySet

from cases.models import Extension, ExtensionState
from duban.approvals.models import ApprovalStep
from duban.approvals.permissions import is_recused
from duban.org.actor import Actor
from duban.org.roles import LEADERS, STAFF

APPROVERS = STAFF | LEADERS | {"unit_head"}


def steps_awaiting(actor: Actor) -> list[ApprovalStep]:
    """One query. Recusal is judged here, for the people involved are kept as JSON."""
    if actor.post_id is None or not actor.has(*APPROVERS):
        return []
    return [step for step in _awaiting(actor) if not is_recused(step, actor)]


def steps_recused(actor: Actor) -> list[ApprovalStep]:
    """Links that would be this actor's, had they no hand in the matter."""
    if actor.post_id is None or not actor.has(*APPROVERS):
        return []
    return [step for step in _awaiting(actor) if is_recused(step, actor)]


def _awaiting(actor: Actor) -> QuerySet[ApprovalStep]:
    """Another date on the table waits for the unit's answer, not for the next approver."""
    answering = Extension.objects.filter(state=ExtensionState.COUNTER_PROPOSED).values("chain_id")
    rows = ApprovalStep.objects.awaiting(actor).exclude(chain__in=answering)
    return rows.select_related("chain", "scope_unit").order_by("chain__opened_at", "pk")


def awaiting_count(actor: Actor) -> int:
    return len(steps_awaiting(actor))


def cases_awaiting(actor: Actor) -> list[int]:
    """Matters of which a request awaits this actor."""
    return [step.chain.case_id for step in steps_awaiting(actor) if step.chain.case_id]
