from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """A named state of the 台账: filters, sorting and columns as they stand in the address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name="人员"
    )
    name = models.CharField("名称", max_length=40)
    query = models.CharField("条件", max_length=1000, blank=True)
    is_default = models.BooleanField("默认打开", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "常用视图"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_view_per_user"
            ),
        ]

    def __str__(self) -> str:
        return self.name
