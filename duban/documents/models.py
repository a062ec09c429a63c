from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models

from duban.documents.content import Content
from duban.documents.frozen import from_data
from duban.org.models import Office


class FrozenDocumentError(Exception):
    """An issued document keeps its number and content for good."""


class Counter(models.Model):
    """The last number given in one series of one office and year; read under a row lock."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="督查机构")
    kind = models.CharField("编号序列", max_length=60)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("最后编号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        ordering = ["office_id", "kind", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "year"], name="one_counter_per_series_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}〔{self.year}〕{self.last}"


class DocumentLayout(models.TextChoices):
    OFFICIAL = "official", "公文"
    SERIAL = "serial", "期刊"


class OfficialDocumentQuerySet(models.QuerySet):
    def of_case(self, case_id: int) -> OfficialDocumentQuerySet:
        return self.filter(case_id=case_id)

    def in_force(self) -> OfficialDocumentQuerySet:
        """Without those whose number was voided."""
        return self.filter(voided_at__isnull=True)

    def unrendered(self) -> OfficialDocumentQuerySet:
        return self.filter(docx="")

    def update(self, **values: Any) -> int:
        if not set(values) <= OfficialDocument.MUTABLE:
            raise FrozenDocumentError("已编号的公文不得修改")
        return super().update(**values)

    def delete(self) -> NoReturn:
        raise FrozenDocumentError("已编号的公文不得删除，只能作废")

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        if not set(fields) <= OfficialDocument.MUTABLE:
            raise FrozenDocumentError("已编号的公文不得修改")
        return super().bulk_update(objs, fields, batch_size)


class OfficialDocument(models.Model):
    """A numbered document with its content frozen at issue; the files follow from the content.

    A void number stays and reads 作废. A trigger closes the frozen columns to raw SQL as well.
    """

    # All else is decided when the number is given.
    MUTABLE = frozenset({"docx", "pdf", "voided_at", "void_reason", "voided_by_name"})

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="documents", verbose_name="督查机构"
    )
    kind = models.CharField("文书种类", max_length=60)
    layout = models.CharField("版式", max_length=10, choices=DocumentLayout.choices)
    # 机关代字 or name of the serial: kinds that share it share one row of numbers.
    series = models.CharField("编号序列", max_length=60)
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("顺序号")
    number = models.CharField("文号", max_length=120)
    title = models.CharField("标题", max_length=400)
    dated_on = models.DateField("成文日期")
    content = models.JSONField("内容")
    sha256 = models.CharField("内容摘要", max_length=64)
    verification_code = models.CharField("核验码", max_length=20, db_index=True)
    # The case lives in an app above; only its key is known here.
    case_id = models.BigIntegerField("事项", null=True, blank=True, db_index=True)
    issued_by_id = models.BigIntegerField("签发经办人", null=True)
    issued_by_name = models.CharField("签发经办人姓名", max_length=120, blank=True)
    created_at = models.DateTimeField("编号时间")
    docx = models.FileField("docx文件", upload_to="documents", blank=True, max_length=255)
    pdf = models.FileField("PDF文件", upload_to="documents", null=True, blank=True, max_length=255)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=400, blank=True)
    voided_by_name = models.CharField("作废人", max_length=120, blank=True)

    objects = OfficialDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公文"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "series", "year", "seq"], name="one_document_per_number"
            ),
            models.UniqueConstraint(fields=["office", "number"], name="one_document_per_text"),
            models.CheckConstraint(
                condition=models.Q(layout__in=DocumentLayout.values), name="document_layout_known"
            ),
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True) | ~models.Q(void_reason=""),
                name="void_document_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "kind", "-id"], name="documents_by_kind"),
            models.Index(fields=["id"], condition=models.Q(docx=""), name="documents_unrendered"),
        ]

    def __str__(self) -> str:
        return self.number_text

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            fields = kwargs.get("update_fields")
            if fields is None or not set(fields) <= self.MUTABLE:
                raise FrozenDocumentError("已编号的公文不得修改")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise FrozenDocumentError("已编号的公文不得删除，只能作废")

    def clean(self) -> None:
        if not self._state.adding:
            raise ValidationError("已编号的公文不得修改")

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None

    @property
    def number_text(self) -> str:
        """The number as lists show it, with 作废 where it is void."""
        return f"{self.number}（作废）" if self.is_void else self.number

    def typed_content(self) -> Content:
        """The frozen content as typed values."""
        return from_data(self.content)
