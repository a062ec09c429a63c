from datetime import datetime, timedelta
from typing import Final

from django.db import models

OUT_OF_DATE: Final = timedelta(days=2)  # one night may be missed


class VerificationRun(models.Model):
    """One comparison of all clocks with the independent verifier. `finished_at` is empty while it
    runs, and stays so where it was killed; the next run begins anew.
    """

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    checked = models.PositiveBigIntegerField("复核时钟数", default=0)
    differing = models.PositiveBigIntegerField("不一致时钟数", default=0)
    differences = models.JSONField("不一致之处", default=list, help_text="最先发现的若干条")

    class Meta:
        verbose_name = verbose_name_plural = "期限复核"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"期限复核（{self.started_at:%Y-%m-%d %H:%M}）"

    def is_out_of_date(self, at: datetime) -> bool:
        return self.finished_at is None or at - self.finished_at > OUT_OF_DATE
