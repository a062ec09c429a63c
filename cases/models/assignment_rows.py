from __future__ import annotations

from django.db import models

from cases.models.case import Case
from duban.org.actor import Actor
from duban.org.roles import UNIT


class PartyKind(models.TextChoices):
    LEAD = "lead", "牵头单位"
    CO = "co", "协办单位"
    # Led the matter until its objection was accepted; another unit leads since.
    EX = "ex", "原牵头单位"


class AssignmentState(models.TextChoices):
    ISSUED = "issued", "未送达"
    DELIVERED = "delivered", "待签收"
    OBJECTED = "objected", "退件待处理"
    ACKNOWLEDGED = "acknowledged", "办理中"
    REPORTED_DONE = "reported_done", "已报完成"
    ACCEPTED = "accepted", "已完成"
    WAIVED = "waived", "免予完成"
    ENDED = "ended", "已终止"


class Channel(models.TextChoices):
    SYSTEM = "system", "系统送达"
    PAPER = "paper", "纸质送达"


RUNNING = (AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED, AssignmentState.REPORTED_DONE)
# The clock of a part that has no agreed date yet: it runs to the day by which one is to be proposed.
TO_AGREE = "agreement"
SETTLED = (AssignmentState.ACCEPTED, AssignmentState.WAIVED, AssignmentState.ENDED)


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> AssignmentQuerySet:
        """Every party of a matter one may read; before delivery a unit knows nothing of its part."""
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            rows = rows.delivered()
        return rows

    def delivered(self) -> AssignmentQuerySet:
        return self.filter(delivered_at__isnull=False)

    def of_unit(self, unit_id: int) -> AssignmentQuerySet:
        return self.delivered().filter(unit_id=unit_id)

    def running(self) -> AssignmentQuerySet:
        return self.filter(state__in=RUNNING)
