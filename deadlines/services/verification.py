"""All clocks against the independent verifier: what beat does at night and the command by day.

It changes no clock, so it may be killed at any line, run twice, or run beside other work.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from deadlines.models import VerificationRun
from deadlines.moments import day_of
from deadlines.verifier.clockcheck import Checker
from deadlines.verifier.export import export_lines
from duban.notify.services import message_create
from duban.org.models import Post, User

KEPT: Final = 100  # differences kept with the run; all of them are in the export


def clocks_verify(*, at: datetime | None = None) -> VerificationRun:
    """Re-derives every clock and keeps what was found. Memory does not grow with their number."""
    at = at or timezone.now()
    began = time.monotonic()
    run = VerificationRun.objects.create(started_at=at)
    checker = Checker()
    found: list[str] = []
    for line in export_lines():
        differences = checker.take(line)
        found += differences[: KEPT - len(found)]
    run.checked, run.differing, run.differences = checker.checked, checker.differing, found
    run.finished_at = at + timedelta(seconds=time.monotonic() - began)
    run.save()
    if run.differing:
        _tell(run)
    return run


def latest_verification() -> VerificationRun | None:
    """The last one that came to its end."""
    return VerificationRun.objects.filter(finished_at__isnull=False).first()


def _tell(run: VerificationRun) -> None:
    posts = Post.objects.held(on=day_of(run.started_at)).filter(role="system_admin")
    message_create(
        event=f"clock-verification:{run.pk}",
        recipients=User.objects.filter(pk__in=posts.values("user_id"), is_active=True),
        template="clocks_differ",
        context={"run": run, "first": run.differences[:10]},
        office=None,
        url=reverse("health"),
        at=run.started_at,
        urgent=True,
    )
