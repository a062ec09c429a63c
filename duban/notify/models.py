from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from duban.org.models import Office


class MessageQuerySet(models.QuerySet):
    def of(self, user_id: int, *, at: datetime | None = None) -> MessageQuerySet:
        """What this person has received by then. Nobody reads another's messages, in any post."""
        return self.filter(recipient_id=user_id, created_at__lte=at or timezone.now())

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at__isnull=True)

    def to_mail(self, *, at: datetime) -> MessageQuerySet:
        """Due for an e-mail of their own: not read, not sent, not waiting for another try."""
        return (
            self.unread()
            .filter(emailed_at__isnull=True, deliver_after__lte=at, tries__lt=MAX_TRIES)
            .filter(Q(retry_at__isnull=True) | Q(retry_at__lte=at))
            .filter(recipient__is_active=True)
            .exclude(recipient__email="")
        )


# With the back-off of `deliver` about four days; the message itself stays in the centre.
MAX_TRIES = 24


class Message(models.Model):
    """One delivery to one person. In the message centre at once; by e-mail when it is due.

    `deliver_after` set: an e-mail of its own, not before that moment. Empty: only in the digest.
    """

    event = models.CharField("事件", max_length=120)
    template = models.CharField("模板", max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="messages_received",
        verbose_name="收件人",
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="+", verbose_name="督查机构"
    )
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("正文", blank=True)
    url = models.CharField("链接", max_length=300, blank=True)
    # Cases live above; the centre only needs to group by them.
    case_id = models.BigIntegerField("事项", null=True)
    created_at = models.DateTimeField("产生时间")
    deliver_after = models.DateTimeField("最早发送", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)
    emailed_at = models.DateTimeField("邮件发出", null=True)
    digest_on = models.DateField("列入摘要", null=True)
    # Presses somebody who owes work: counted against the weekly budget of the rule pack.
    reminder = models.BooleanField("提醒", default=False)
    tries = models.PositiveSmallIntegerField("发送次数", default=0)
    retry_at = models.DateTimeField("再次发送", null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "template"], name="one_message_per_event"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"]),
            models.Index(
                fields=["recipient"], condition=Q(read_at__isnull=True), name="message_unread"
            ),
            models.Index(
                fields=["recipient", "created_at"],
                condition=Q(reminder=True),
                name="message_reminder",
            ),
            models.Index(
                fields=["deliver_after"],
                condition=Q(emailed_at__isnull=True, read_at__isnull=True),
                name="message_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class Digest(models.Model):
    """The one summary a person gets on a day; the row is the claim, so that it goes out once."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="收件人"
    )
    on = models.DateField("日期")
    sent_at = models.DateTimeField("发出时间", null=True)
    tries = models.PositiveSmallIntegerField("发送次数", default=0)
    retry_at = models.DateTimeField("再次发送", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "每日摘要"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "on"], name="one_digest_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.on}"

    @classmethod
    def sent_to(cls, user_id: int, on: date) -> bool:
        return cls.objects.filter(recipient_id=user_id, on=on, sent_at__isnull=False).exists()
