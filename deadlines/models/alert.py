from django.conf import settings
from django.db import models
from django.db.models import Q

from deadlines.models.clock import Clock


class NextAlert(models.Model):
    """When a clock crosses its next threshold; empty where none is to come or it does not run.
    Apart from the clock, so that a sweep writes narrow rows and none that holds a computation.
    """

    clock = models.OneToOneField(
        Clock,
        models.PROTECT,
        primary_key=True,
        related_name="next_alert",
        verbose_name="时钟",
    )
    at = models.DateTimeField("下次提醒", null=True, blank=True)
    passed = models.PositiveSmallIntegerField("已过的提醒时点", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "下次提醒"
        indexes = [models.Index(fields=["at", "passed", "clock"], name="next_alert_order")]

    def __str__(self) -> str:
        return f"{self.clock_id}：{self.at or '无'}"


class Alert(models.Model):
    """A clock crossed a threshold. Written by the sweep; each consumer above keeps its own row,
    unique on the alert. The due moment is in the key, so that an extension arms it again.
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="alerts", verbose_name="时钟")
    level = models.CharField("级别", max_length=40)
    label = models.CharField("名称", max_length=200)
    due_at = models.DateTimeField("到期时间")
    moment = models.DateTimeField("应提醒时间")
    raised_at = models.DateTimeField("产生时间")
    superseded = models.BooleanField(
        "已被后一级取代", default=False, help_text="补跑时同一时钟已到更后一级，本级只记录不发送"
    )

    class Meta:
        verbose_name = verbose_name_plural = "时限提醒"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "level", "due_at"], name="one_alert_per_clock_level_and_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock}：{self.label}"


class OverdueKind(models.IntegerChoices):
    """The six kinds of LZ-A-10."""

    NOT_FINISHED = 0, "无正当理由超过时限未能办结"
    NOT_ACCEPTED = 1, "无正当理由不予受理"
    FINISHED_LATE = 2, "超过时限办结"
    REQUESTED_LATE = 3, "超过时限提出延期或终止申请"
    NO_FEEDBACK = 4, "时限内未反馈办理情况和结果"
    OTHER = 5, "其他违反限时办结要求"


class OverdueFindingQuerySet(models.QuerySet["OverdueFinding"]):
    def standing(self) -> "OverdueFindingQuerySet":
        """Not cleared by an accepted reason."""
        return self.filter(cleared_at__isnull=True)


class OverdueFinding(models.Model):
    """One clock was found overdue in one of six ways; several may stand on one case, which still
    counts as one overdue case (LZ-A-10.5).
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="findings", verbose_name="时钟")
    kind = models.PositiveSmallIntegerField("情形", choices=OverdueKind.choices)
    due_at = models.DateTimeField("到期时间")
    found_at = models.DateTimeField("认定时间")
    days_late = models.PositiveIntegerField("超期天数")
    note = models.CharField("说明", max_length=500, blank=True)
    cleared_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤销人",
    )
    cleared_reason = models.CharField("正当理由", max_length=500, blank=True)

    objects = OverdueFindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "超时情形"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "kind", "due_at"], name="one_finding_per_clock_kind_and_due"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OverdueKind.values), name="overdue_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=5) | ~Q(note=""), name="other_overdue_kind_says_why"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True, cleared_reason="")
                | (Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(cleared_reason="")),
                name="overdue_cleared_by_someone_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock}：{self.get_kind_display()}"
