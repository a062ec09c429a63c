from __future__ import annotations

from django.db import models

from deadlines.models import Alert


class Reminder(models.Model):
    """What this app made of an alert: handled once, whatever came of it (提醒)."""

    alert = models.OneToOneField(Alert, models.PROTECT, related_name="+", verbose_name="时限提醒")
    sent = models.BooleanField("已发送")
    why_not = models.CharField("未发送原因", max_length=60, blank=True)
    handled_at = models.DateTimeField("处理时间")

    class Meta:
        verbose_name = verbose_name_plural = "自动提醒"
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.alert)
