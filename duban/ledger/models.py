from __future__ import annotations

from typing import NoReturn

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from duban.org.models import Office, Post, Unit
from duban.rulepacks.models import RulePackVersion


class AppendOnlyError(Exception):
    """The ledger only grows."""


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **kwargs: object) -> NoReturn:
        raise AppendOnlyError("过程记录只增不改")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("过程记录只增不删")

    def bulk_update(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnlyError("过程记录只增不改")


class LedgerEntry(models.Model):
    """Who did what, when, in which capacity, on which clause. Names are text: people move."""

    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    # Subjects live in apps above; the ledger knows them by label and id only.
    subject_type = models.CharField("对象类型", max_length=60)
    subject_id = models.BigIntegerField("对象")
    case_id = models.BigIntegerField("事项", null=True, db_index=True)
    action = models.CharField("动作", max_length=60)
    label = models.CharField("动作名称", max_length=60)
    clause = models.CharField("条款", max_length=40, blank=True)
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, null=True, related_name="+", verbose_name="规则包版本"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_name = models.CharField("操作人", max_length=40)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    post_title = models.CharField("职务", max_length=60, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    unit_name = models.CharField("单位", max_length=120, blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    on_behalf_of_name = models.CharField("代何人", max_length=40, blank=True)
    note = models.TextField("说明", blank=True)
    changes = models.JSONField("变化", default=dict, encoder=DjangoJSONEncoder)
    effective_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    batch = models.UUIDField("批次", null=True)
    request_id = models.CharField("请求编号", max_length=40, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "过程记录"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["office", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.label}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise AppendOnlyError("过程记录只增不改")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnlyError("过程记录只增不删")


class OnceKey(models.Model):
    """The first answer to a write, so that a repeated click gets it again (DESIGN 3.3)."""

    key = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "一次性提交键"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key
