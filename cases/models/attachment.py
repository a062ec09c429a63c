from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.assignment import Assignment
from cases.models.case import Case
from cases.models.closure import ClosureRequest, ClosureState
from cases.models.extension import Extension
from cases.models.feedback import Feedback, FeedbackState
from duban.org.actor import Actor
from duban.org.models import Unit
from duban.org.roles import UNIT


def storage_path(attachment: Attachment, filename: str) -> str:
    """Content-addressed: the name a person gave is only shown, never used as a path."""
    digest = attachment.sha256
    return f"attachments/{digest[:2]}/{digest}"


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> AttachmentQuerySet:
        """Files of the matter, and of one's own part; the lead sees every part (CZ-3.2d).

        What goes with a draft is its unit's alone.
        """
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        drafted = Q(feedback__state=FeedbackState.DRAFT) | Q(closure__state=ClosureState.DRAFT)
        if actor is None or not actor.has(*UNIT):
            return rows.exclude(drafted)
        own = Q(assignment__unit_id=actor.unit_id)
        return rows.exclude(drafted & ~own).filter(
            Q(assignment__isnull=True) | own | Q(case__lead_unit_id=actor.unit_id)
        )


class Attachment(models.Model):
    """A file put on record. It never changes; its content is known by its hash."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments", verbose_name="事项")
    assignment = models.ForeignKey(
        Assignment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="承办",
    )
    feedback = models.ForeignKey(
        Feedback, models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    extension = models.ForeignKey(
        Extension, models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    closure = models.ForeignKey(
        ClosureRequest, models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    evidence_kind = models.CharField("佐证类别", max_length=40, blank=True)
    name = models.CharField("文件名", max_length=255)
    file = models.FileField("文件", upload_to=storage_path, max_length=255)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="上传单位"
    )
    uploaded_at = models.DateTimeField("上传时间")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
