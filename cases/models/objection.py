from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.assignment import Assignment
from cases.models.case import Case
from duban.org.actor import Actor
from duban.org.roles import UNIT


class ObjectionOutcome(models.TextChoices):
    PENDING = "pending", "待处理"
    UPHELD = "upheld", "理由成立"
    REJECTED = "rejected", "理由不成立"


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> ObjectionQuerySet:
        rows = self.filter(assignment__case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            rows = rows.filter(assignment__unit_id=actor.unit_id)
        return rows


class Objection(models.Model):
    """退件: why a unit would not take a matter, and what the office answered (LZ-A-10.1).

    Its course is the assignment's: objected, then waived or back to delivered.
    """

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="objections", verbose_name="承办"
    )
    reason = models.TextField("退件理由", max_length=1000)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    raised_at = models.DateTimeField("提出时间")
    outcome = models.CharField(
        "处理结果",
        max_length=10,
        choices=ObjectionOutcome.choices,
        default=ObjectionOutcome.PENDING,
    )
    answer = models.TextField("处理意见", max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="处理人",
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    successor = models.OneToOneField(
        Assignment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="改由承办",
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "退件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(outcome="pending"),
                name="one_open_objection_per_assignment",
            ),
            models.CheckConstraint(
                condition=Q(outcome="pending", decided_at__isnull=True)
                | (~Q(outcome="pending") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="a_decided_objection_has_an_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.unit.label}退件（{self.get_outcome_display()}）"
