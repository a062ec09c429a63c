from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.org.models import Post


class ApiTokenQuerySet(models.QuerySet):
    def live(self, *, at: datetime) -> ApiTokenQuerySet:
        """Neither revoked nor expired at that moment."""
        return self.filter(revoked_at__isnull=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at)
        )


class ApiToken(models.Model):
    """A key with which a program acts in one post of its owner. Only its digest is stored."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens", verbose_name="持有人"
    )
    # Rights follow the post, so that a token never has the union of a person's posts.
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="执行身份")
    name = models.CharField("用途", max_length=60)
    prefix = models.CharField("开头", max_length=8)
    digest = models.CharField("摘要", max_length=64, unique=True)
    created_at = models.DateTimeField("创建时间")
    expires_at = models.DateTimeField("到期时间", null=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)
    last_used_on = models.DateField("最近使用", null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=models.F("created_at")),
                name="token_expires_after_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"
