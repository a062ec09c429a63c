from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.org.models import Office
from duban.rulepacks.schema import Pack


@lru_cache(maxsize=64)
def _pack(version_id: int, sha256: str) -> Pack:
    # The hash is part of the key: a test database reuses ids.
    document = RulePackVersion.objects.values_list("document", flat=True).get(pk=version_id)
    return Pack.model_validate_json(document)


class ImmutableError(Exception):
    """A loaded version of a rule pack stays as it is."""


class ImmutableQuerySet(models.QuerySet):
    def update(self, **values: object) -> NoReturn:
        raise ImmutableError("规则包版本不可修改，请载入新版本")

    def bulk_update(self, *args: object, **kwargs: object) -> NoReturn:
        raise ImmutableError("规则包版本不可修改，请载入新版本")

    def delete(self) -> NoReturn:
        raise ImmutableError("规则包版本不可删除")


class RulePackVersion(models.Model):
    """One loaded version of a rule pack. It never changes; a new regulation is a new version."""

    name = models.CharField("名称", max_length=60)
    version = models.PositiveIntegerField("版本号")
    title = models.CharField("标题", max_length=200)
    effective_on = models.DateField("规定施行日期")
    # JSON as text: a JSON column of PostgreSQL forgets the order of keys, and grades are in order.
    document = models.TextField("内容")
    inherited = models.JSONField("继承自", default=dict)
    overridden = models.JSONField("改写自", default=dict)
    source = models.TextField("原文")
    sha256 = models.CharField("校验值", max_length=64)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="载入人"
    )
    loaded_at = models.DateTimeField("载入时间")

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则包版本"
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="one_pack_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.version} 版）"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise ImmutableError("规则包版本不可修改，请载入新版本")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise ImmutableError("规则包版本不可删除")

    @property
    def pack(self) -> Pack:
        return _pack(self.pk, self.sha256)


class Activation(models.Model):
    """From when an office works by a version. Two people: one proposes, another confirms."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="activations", verbose_name="督查机构"
    )
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="activations", verbose_name="规则包版本"
    )
    active_from = models.DateField("启用日期")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认人",
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则包启用"
        ordering = ["office", "-active_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "active_from"],
                condition=Q(confirmed_at__isnull=False),
                name="one_confirmed_activation_per_day",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="activation_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="activation_confirmed_by_someone_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office}：{self.pack_version}，自 {self.active_from}"
