from __future__ import annotations

from typing import NoReturn

from django.db import models

from deadlines.models.alert import OverdueFinding
from deadlines.models.calendar_change import CalendarChange
from deadlines.models.clock import Clock
from duban.ledger.models import AppendOnlyError, AppendOnlyQuerySet


class _AppendOnly(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise AppendOnlyError("日历变更的记录只增不改")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnlyError("日历变更的记录只增不删")


class CalendarPreview(_AppendOnly):
    """What a proposal would move, as it stood at `at`: frozen, and made anew when that is old."""

    change = models.ForeignKey(
        CalendarChange, models.PROTECT, related_name="previews", verbose_name="日历变更"
    )
    at = models.DateTimeField("预览时间")
    counts = models.JSONField("件数")
    digest = models.CharField("校验", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "日历变更预览"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.change}（{self.at:%Y-%m-%d %H:%M}）"


class CalendarMove(_AppendOnly):
    """One clock that a confirmed change moved, or whose provisional date it made definite."""

    change = models.ForeignKey(
        CalendarChange, models.PROTECT, related_name="moves", verbose_name="日历变更"
    )
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", verbose_name="时钟")
    due_before = models.DateTimeField("原到期时间")
    due_after = models.DateTimeField("新到期时间")
    late_before = models.BooleanField("原为超期")
    late_after = models.BooleanField("现为超期")
    settled = models.BooleanField("由暂定转为确定")

    class Meta:
        verbose_name = verbose_name_plural = "期限变动"
        ordering = ["clock_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "clock"], name="one_move_per_change_and_clock"
            )
        ]

    def __str__(self) -> str:
        return f"{self.change}：{self.clock_id}"


class FindingReview(_AppendOnly):
    """An overdue finding looked at again after a change of the calendar. The finding itself is not
    rewritten: where the days no longer agree it is cleared, and `successor` says what holds now.
    """

    change = models.ForeignKey(
        CalendarChange, models.PROTECT, related_name="reviews", verbose_name="日历变更"
    )
    finding = models.ForeignKey(
        OverdueFinding, models.PROTECT, related_name="reviews", verbose_name="超时情形"
    )
    due_before = models.DateTimeField("原到期时间")
    due_after = models.DateTimeField("新到期时间")
    days_late_before = models.PositiveIntegerField("原超期天数")
    days_late_after = models.PositiveIntegerField("新超期天数")
    stands = models.BooleanField("仍为超期")
    successor = models.ForeignKey(
        OverdueFinding,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="重新认定",
    )
    reviewed_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = verbose_name_plural = "超期认定核对"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "finding"], name="one_review_per_change_and_finding"
            )
        ]

    def __str__(self) -> str:
        return f"{self.change}：{self.finding_id}"


class CalendarRun(models.Model):
    """How far the carrying out of a confirmed change has come; a killed one goes on from here."""

    change = models.OneToOneField(
        CalendarChange, models.PROTECT, related_name="run", verbose_name="日历变更"
    )
    cursor = models.BigIntegerField("已核对到的时钟", default=0)
    failed = models.PositiveIntegerField("未能重算", default=0)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历变更进度"

    def __str__(self) -> str:
        return f"{self.change}：{self.cursor}"
