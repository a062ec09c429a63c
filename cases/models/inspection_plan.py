from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.org.actor import Actor
from duban.org.models import Office
from duban.org.models.office import InspectionLevel
from duban.org.roles import LEADERS, STAFF
from duban.rulepacks.models import RulePackVersion


class SpecialInspectionPlanQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> SpecialInspectionPlanQuerySet:
        """Staff and leaders of the office; a deputy leader and a section read them as well."""
        if actor is None or actor.office_id is None or not actor.has(*STAFF, *LEADERS):
            return self.none()
        return self.filter(office_id=actor.office_id)


class SpecialInspectionPlan(models.Model):
    """专项督查计划: submitted ahead of its start by the pack's lead time (AS-4.2c)."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="inspection_plans", verbose_name="督查机构"
    )
    # Stored as a fact: an office's unit may be renamed or moved later (CZ-2.5e).
    level = models.CharField("名义", max_length=10, choices=InspectionLevel.choices)
    title = models.CharField("专项督查名称", max_length=200)
    content = models.TextField("督查内容和方式", max_length=5000)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="+", verbose_name="规则包版本"
    )
    # The earliest lawful start as computed at submission, with its clause; empty without a rule.
    earliest_on = models.DateField("最早可开始日期", null=True, blank=True)
    clause = models.CharField("依据条款", max_length=40, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间")

    objects = SpecialInspectionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项督查计划"
        ordering = ["-id"]
        indexes = [models.Index(fields=["office", "-id"], name="inspection_plans_by_office")]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=InspectionLevel.values), name="inspection_level_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="inspection_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(earliest_on__isnull=True) | Q(starts_on__gte=F("earliest_on")),
                name="inspection_not_before_its_lead_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title
