"""The way out: one e-mail to one person, without the network ever raising to the caller."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
# How long a worker may take over one e-mail before another may take it up again.
LEASE = timedelta(minutes=10)


def send(*, key: str, to: str, subject: str, body: str) -> bool:
    """Whether the server took it. `key` becomes the Message-ID: a repeat is known as one."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    mail = EmailMessage(
        subject=subject, body=body, to=[to], headers={"Message-ID": f"<{key}@{domain}>"}
    )
    try:
        return mail.send() == 1
    except (SMTPException, OSError) as error:
        logger.warning("mail %s was not taken: %s", key, type(error).__name__)
        return False


def next_try(at: datetime, tries: int) -> datetime:
    """5, 10, 20 … minutes, at most 6 hours."""
    return at + min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)


def absolute(url: str) -> str:
    return f"{settings.DUBAN_BASE_URL.rstrip('/')}{url}" if url.startswith("/") else url
