from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from duban.ledger.models import AppendOnlyQuerySet


class CaseCycle(models.Model):
    """一轮办理 that was concluded before the matter was reopened: its verdict stays on record."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="cycles", verbose_name="事项")
    cycle = models.PositiveSmallIntegerField("办理轮次")
    clock = models.ForeignKey(
        "deadlines.Clock", models.PROTECT, null=True, related_name="+", verbose_name="办结时限"
    )
    done_at = models.DateTimeField("完成时间")
    completed_at = models.DateTimeField("办结时间")
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    result = models.TextField("办理结果")
    grade = models.CharField("评价等级", max_length=40, blank=True)
    grade_reason = models.CharField("评价理由", max_length=500, blank=True)
    # Of each part that was taken up anew: unit, clock, when and with what it was done.
    parts = models.JSONField("各承办的结果", default=list)
    reopened_at = models.DateTimeField("重新办理时间")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "以前的办理轮次"
        ordering = ["case_id", "cycle"]
        constraints = [
            models.UniqueConstraint(fields=["case", "cycle"], name="one_row_per_concluded_cycle"),
            models.CheckConstraint(
                condition=Q(reopened_at__gte=F("completed_at")), name="reopened_after_completion"
            ),
        ]
        indexes = [models.Index(fields=["completed_at", "reopened_at"], name="cycle_concluded")]

    def __str__(self) -> str:
        return f"{self.case}（第{self.cycle}轮）"

    @property
    def grade_label(self) -> str:
        choice = self.case.pack.grades.get(self.grade)
        return choice.label if choice else ""
