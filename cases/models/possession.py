from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cases.domain import possession as domain
from cases.models.case import Case
from duban.org.actor import Actor
from duban.org.models import Office, Unit


class HolderKind(models.TextChoices):
    LEAD = domain.LEAD, domain.HOLDERS[domain.LEAD]
    CO = domain.CO, domain.HOLDERS[domain.CO]
    APPROVER = domain.APPROVER, domain.HOLDERS[domain.APPROVER]
    DESK = domain.DESK, domain.HOLDERS[domain.DESK]


class PossessionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> PossessionQuerySet:
        return self.filter(case__in=Case.objects.visible_to(actor))


class Possession(models.Model):
    """在手时间: one stretch of a matter's life and who held it. Derived from the ledger and the
    approvals, written anew whenever the matter moves; nothing is decided by it.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="possessions", verbose_name="事项")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="督查机构")
    kind = models.CharField("在手方", max_length=10, choices=HolderKind.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    name = models.CharField("名称", max_length=120)
    started_at = models.DateTimeField("起")
    ended_at = models.DateTimeField("止", null=True, blank=True)
    # Office minutes since the calendar's first day: a difference is working time.
    started_tick = models.BigIntegerField("起（工作分钟）")
    ended_tick = models.BigIntegerField("止（工作分钟）", null=True, blank=True)
    # The newest ledger entry that was known when this was derived.
    entry_id = models.BigIntegerField("过程记录")

    objects = PossessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在手时间"
        ordering = ["case_id", "started_at"]
        indexes = [
            models.Index(fields=["office", "started_at"], name="possession_of_office"),
            models.Index(fields=["entry_id"], name="possession_known_entry"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="one_holder_at_a_time"
            ),
            models.UniqueConstraint(fields=["case", "started_at"], name="one_stretch_per_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_tick__isnull=True)
                | Q(ended_at__gt=F("started_at"), ended_tick__gte=F("started_tick")),
                name="possession_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=HolderKind.values), name="holder_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"
