from __future__ import annotations

from duban.notify.models import Message, MessageQuerySet


def unread_count(user_id: int) -> int:
    """For the head band of every page: one count on a partial index."""
    return Message.objects.of(user_id).unread().count()


def messages_of(user_id: int, *, unread_only: bool = False) -> MessageQuerySet:
    """Newest first."""
    rows = Message.objects.of(user_id).order_by("-id")
    return rows.unread() if unread_only else rows
