"""Rows that tell people something. Called inside the transaction of the act they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template import Context, engines
from django.utils import timezone

from duban.notify.models import Message
from duban.notify.selectors import reminders_in_week
from duban.org.actor import Actor
from duban.org.models import Office, User

SUBJECT_LENGTH = Message._meta.get_field("subject").max_length


def message_create(
    *,
    event: str,
    recipients: Iterable[User],
    template: str,
    context: Mapping[str, object],
    office: Office | None,
    url: str,
    at: datetime,
    case_id: int | None = None,
    urgent: bool = False,
    deliver_after: datetime | None = None,
    reminder: bool = False,
    per_week: int | None = None,
) -> int:
    """One message per recipient from templates/notices/<template>.txt, whose first line is the subject.

    The same event, recipient and template is one message however often this runs. E-mail of its
    own: with `deliver_after` (the caller gives the next office moment) not before then, with
    `urgent` at once; with neither it waits for the daily digest. A `reminder` beyond `per_week` of
    its week waits for the digest whatever else is said. Returns how many recipients.
    """
    people = {user.pk: user for user in recipients}
    if not people:
        return 0
    subject, body = _render(template, context)
    same = {
        "event": event,
        "template": template,
        "office": office,
        "subject": subject,
        "body": body,
        "url": url,
        "case_id": case_id,
        "created_at": at,
        "deliver_after": deliver_after or (at if urgent else None),
        "reminder": reminder,
    }
    enough = _reminded_enough(people, per_week, at) if reminder else frozenset()
    rows = [
        Message(recipient_id=pk, **(same | {"deliver_after": None} if pk in enough else same))
        for pk in people
    ]
    Message.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _reminded_enough(people: Iterable[int], per_week: int | None, at: datetime) -> frozenset[int]:
    if per_week is None:
        return frozenset()
    counted = reminders_in_week(people, at=at)
    return frozenset(pk for pk, number in counted.items() if number >= per_week)


def message_read(*, message: Message, by: Actor, at: datetime | None = None) -> Message:
    """The first reading is the one that counts."""
    at = at or timezone.now()
    if message.recipient_id != by.user_id:
        raise PermissionDenied("a message is its recipient's")
    if Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=at):
        message.read_at = at
    return message


def messages_read_all(*, by: Actor, upto: int | None = None, at: datetime | None = None) -> int:
    """Marks what the person has been shown: up to the message `upto`, not what came meanwhile."""
    at = at or timezone.now()
    rows = Message.objects.of(by.user_id).unread()
    if upto is not None:
        rows = rows.filter(pk__lte=upto)
    with transaction.atomic():
        return rows.update(read_at=at)


def message_event_read(*, event: str, by: Actor, at: datetime) -> int:
    """Whoever did what the event asked for has read of it. Returns how many rows that were unread."""
    rows = Message.objects.of(by.user_id).unread().filter(event=event)
    return rows.update(read_at=at)


def _render(template: str, context: Mapping[str, object]) -> tuple[str, str]:
    """Plain text: nothing is escaped here; pages escape when they show it."""
    source = engines["django"].engine.get_template(f"notices/{template}.txt")
    text = source.render(Context(dict(context), autoescape=False)).strip()
    subject, _, body = text.partition("\n")
    return " ".join(subject.split())[:SUBJECT_LENGTH], body.strip()
