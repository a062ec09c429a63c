"""What an escalation may be, and which rows of it one finds."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from cases.models.assignment import SETTLED
from cases.models.case import UNDER_WAY, Case
from cases.models.notice import Notice
from duban.org.actor import Actor
from duban.org.roles import UNIT


class Act(models.TextChoices):
    """What a rung does; the values are those of the pack."""

    URGE = "urge", "催办"
    EARLY_WARNING = "early_warning", "预警"
    SUPERVISE = "supervise", "督办"
    TAKE_OVER = "take_over", "立项督办"
    PROPOSE = "propose", "提请建议"


class EscalationState(models.TextChoices):
    WAITING = "waiting", "暂缓"
    PROPOSED = "proposed", "待处理"
    IN_REVIEW = "in_review", "报批中"
    TAKEN = "taken", "已实施"
    REFUSED = "refused", "未同意"
    DISMISSED = "dismissed", "不采取"
    LAPSED = "lapsed", "不再需要"
    SUPERSEDED = "superseded", "已由后一级取代"


OPEN_ESCALATION = (
    EscalationState.WAITING,
    EscalationState.PROPOSED,
    EscalationState.IN_REVIEW,
)
# The matter goes on, if not today: what a rung asks for may still be needed.
GOING_ON = (*UNDER_WAY, "suspended")


class EscalationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> EscalationQuerySet:
        """What is weighed is the office's; a unit sees what was done towards it."""
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            done = rows.filter(state="taken").exclude(does=Act.PROPOSE)
            return done.filter(Q(assignment__unit_id=actor.unit_id) | Q(does=Act.TAKE_OVER))
        return rows

    def undecided(self) -> EscalationQuerySet:
        return self.filter(state__in=OPEN_ESCALATION)

    def over(self) -> EscalationQuerySet:
        """Undecided rows of which nothing can come any more: done, answered, extended, or the same
        kind of document was sent by hand meanwhile.
        """
        sent = Notice.objects.filter(
            assignment=OuterRef("assignment"), issued_at__gte=OuterRef("moment")
        )
        by_hand = Q(Exists(sent.filter(kind="supervision")), does=Act.SUPERVISE)
        for kind in (Act.URGE, Act.EARLY_WARNING):
            by_hand |= Q(Exists(sent.filter(kind=kind)), does=kind)
        return self.undecided().filter(
            Q(clock__state="stopped")
            | ~Q(clock__due_at=F("due_at"))
            | Q(assignment__state__in=SETTLED)
            | ~Q(case__state__in=GOING_ON)
            | Q(rests_on__state__in=["replied", "settled"])
            | (Q(does=Act.TAKE_OVER) & Q(case__supervisor=F("case__office__body")))
            | by_hand
        )
