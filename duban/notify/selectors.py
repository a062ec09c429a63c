from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone

from duban.notify.models import Message, MessageQuerySet


def unread_count(user_id: int) -> int:
    """For the head band of every page: one count on a partial index."""
    return Message.objects.of(user_id).unread().count()


def messages_of(user_id: int, *, unread_only: bool = False) -> MessageQuerySet:
    """Newest first."""
    rows = Message.objects.of(user_id).order_by("-id")
    return rows.unread() if unread_only else rows


def reminders_in_week(user_ids: Iterable[int], *, at: datetime) -> dict[int, int]:
    """How many reminders each of them gets in the week of `at`, Monday to Sunday; one query."""
    on = timezone.localdate(at)
    monday = datetime.combine(
        on - timedelta(days=on.weekday()), time.min, timezone.get_current_timezone()
    )
    rows = Message.objects.filter(
        recipient__in=list(user_ids),
        reminder=True,
        created_at__gte=monday,
        created_at__lt=monday + timedelta(days=7),
    )
    counted = rows.order_by().values_list("recipient").annotate(Count("pk"))
    return {pk: number for pk, number in counted}
