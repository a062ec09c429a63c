from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.assignment import Assignment
from duban.org.models import Post


class NamedLayer(models.TextChoices):
    """Who is named by the unit; its head answers without being named (LZ-B-8a)."""

    DEPUTY = "deputy", "分管负责人"
    HANDLER = "handler", "承办人"


class ResponsiblePerson(models.Model):
    """Who answers for a unit's part in one layer; the newest row of a layer holds.

    Name and title are copied: people move, and what was said of them that day stays.
    """

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="responsible", verbose_name="承办"
    )
    layer = models.CharField("责任层级", max_length=10, choices=NamedLayer.choices)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="任职")
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("职务", max_length=60)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确定人"
    )
    named_at = models.DateTimeField("确定时间")

    class Meta:
        verbose_name = verbose_name_plural = "责任人"
        ordering = ["id"]
        indexes = [models.Index(fields=["assignment", "layer", "-id"], name="responsible_now")]
        constraints = [
            models.CheckConstraint(
                condition=Q(layer__in=NamedLayer.values), name="responsible_layer_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.title}）"
