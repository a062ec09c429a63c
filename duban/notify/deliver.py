"""E-mails of single messages. Safe twice, late, on two workers, killed at any line."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from duban.faults import passing
from duban.notify import mail
from duban.notify.models import Message

BATCH = 200


def messages_deliver(*, at: datetime) -> int:
    """Send what is due; returns how many went out.

    A row is claimed by one conditional update before the mail leaves and outside any transaction.
    A worker killed in between loses its claim after the lease and the mail goes again under the
    same Message-ID.
    """
    due = Message.objects.to_mail(at=at).select_related("recipient").order_by("deliver_after", "id")
    return sum(_deliver(message, at) for message in due[:BATCH])


def _deliver(message: Message, at: datetime) -> bool:
    claimed = (
        Message.objects.to_mail(at=at)
        .filter(pk=message.pk, tries=message.tries)
        .update(tries=F("tries") + 1, retry_at=at + mail.LEASE)
    )
    if not claimed:
        return False
    taken = mail.send(
        key=f"message-{message.pk}",
        to=message.recipient.email,
        subject=message.subject,
        body=_text(message),
    )
    passing("deliver.sent")
    moved = {"emailed_at": at} if taken else {"retry_at": mail.next_try(at, message.tries)}
    Message.objects.filter(pk=message.pk).update(**moved)
    return taken


def _text(message: Message) -> str:
    parts = [message.body]
    if message.url:
        parts.append(f"办理入口：{mail.absolute(message.url)}")
    parts.append("本邮件由督查督办系统自动发送，请勿回复。")
    return "\n\n".join(filter(None, parts))
