"""One summary a day per person at 08:30 of a working day: what is new, what is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from duban.notify import mail
from duban.notify.models import MAX_TRIES, Digest, Message
from duban.org.models import User

FROM, UNTIL = time(8, 30), time(17, 30)
MOST_LINES = 30


@dataclass(frozen=True)
class DigestLine:
    text: str
    url: str = ""


@dataclass(frozen=True)
class DigestSection:
    """A part that an upper app adds. `lines(user_id, on)` is what that person must know that day."""

    title: str
    lines: Callable[[int, date], Sequence[DigestLine]]
    order: int = 500


_sections: dict[str, DigestSection] = {}


def register(section: DigestSection) -> None:
    """From `AppConfig.ready()`; the same title again replaces the earlier section."""
    _sections[section.title] = section


def digests_send(*, on: date, at: datetime, working_day: bool) -> int:
    """Send the day's digests that have not gone out; returns how many did.

    Nothing on a day off or outside 08:30 to 17:30 of `on`: a digest that beat missed comes later the
    same day, never at night. Nobody gets one without something new or due in it.
    """
    local = timezone.localtime(at)
    if not working_day or local.date() != on or not FROM <= local.time() < UNTIL:
        return 0
    done = Digest.objects.filter(on=on).exclude(
        Q(sent_at__isnull=True, tries__lt=MAX_TRIES)
        & (Q(retry_at__isnull=True) | Q(retry_at__lte=at))
    )
    people = User.objects.filter(is_active=True).exclude(email="")
    waiting = people.exclude(pk__in=done.values("recipient_id")).order_by("pk")
    return sum(_send(user, on, at) for user in waiting.iterator(chunk_size=500))


def _send(user: User, on: date, at: datetime) -> bool:
    news = _news(user.pk, at)
    sections = _due_sections(user.pk, on)
    if not news and not sections:
        return False
    digest = _claim(user, on, at)
    if digest is None:
        return False
    taken = mail.send(
        key=f"digest-{user.pk}-{on.isoformat()}",
        to=user.email,
        subject=f"督办事项每日摘要（{on.month}月{on.day}日）",
        body=_text(user, on, news, sections),
    )
    if taken:
        Digest.objects.filter(pk=digest.pk).update(sent_at=at)
        Message.objects.filter(pk__in=[message.pk for message in news]).update(digest_on=on)
    else:
        Digest.objects.filter(pk=digest.pk).update(retry_at=mail.next_try(at, digest.tries))
    return taken


def _news(user_id: int, at: datetime) -> list[Message]:
    """Unread, in no digest so far, and without an e-mail of its own."""
    rows = Message.objects.of(user_id, at=at).unread()
    return list(rows.filter(digest_on__isnull=True, deliver_after__isnull=True).order_by("id"))


def _claim(user: User, on: date, at: datetime) -> Digest | None:
    """The row as it was before this try, or None when another worker has it."""
    digest, _ = Digest.objects.get_or_create(recipient=user, on=on)
    claimed = (
        Digest.objects.filter(pk=digest.pk, sent_at__isnull=True, tries=digest.tries)
        .filter(Q(retry_at__isnull=True) | Q(retry_at__lte=at))
        .update(tries=F("tries") + 1, retry_at=at + mail.LEASE)
    )
    return digest if claimed else None


def _due_sections(user_id: int, on: date) -> list[tuple[str, list[DigestLine]]]:
    found = []
    for section in sorted(_sections.values(), key=lambda section: section.order):
        lines = section.lines(user_id, on)
        if lines:
            absolute = [DigestLine(line.text, mail.absolute(line.url)) for line in lines]
            found.append((section.title, absolute))
    return found


def _text(
    user: User, on: date, news: list[Message], sections: list[tuple[str, list[DigestLine]]]
) -> str:
    older = Message.objects.of(user.pk).unread().exclude(pk__in=[row.pk for row in news]).count()
    return render_to_string(
        "notify/digest.txt",
        {
            "name": user.name,
            "on": on,
            "news": news[:MOST_LINES],
            "more": max(len(news) - MOST_LINES, 0),
            "older": older,
            "sections": sections,
            "centre": mail.absolute("/messages/"),
        },
    ).strip()
