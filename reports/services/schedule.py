"""What beat does: the drafts that are due."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from deadlines.calendars import known_calendar
from deadlines.moments import at_hour
from duban.ledger.errors import RuleViolation
from duban.org.models import Office
from duban.org.selectors import system_actor
from duban.rulepacks.selectors import active_version
from reports.domain.periods import Quarter
from reports.models import Bulletin
from reports.services.drafting import bulletin_draft

logger = logging.getLogger(__name__)


def bulletins_draft_due(*, at: datetime | None = None) -> list[Bulletin]:
    """Drafts last quarter's bulletin of each office, from the first working day on, at the hour of
    the pack. May run twice, late, on two workers; one office that fails stops no other.
    """
    at = at or timezone.now()
    quarter = Quarter.holding(timezone.localdate(at)).previous
    drafted = []
    for office in Office.objects.order_by("pk"):
        try:
            if _is_due(office, quarter, at):
                drafted.append(
                    bulletin_draft(
                        office=office, period=str(quarter), by=system_actor(office), at=at
                    )
                )
        except (RuleViolation, DatabaseError, LookupError, ValueError):
            logger.exception("No bulletin %s for office %s", quarter, office.pk)
    return drafted


def _is_due(office: Office, quarter: Quarter, at: datetime) -> bool:
    if Bulletin.objects.filter(office=office, period=str(quarter)).exists():
        return False
    version = active_version(office, on=quarter.last)
    if version is None or version.pack.bulletins is None:
        return False
    calendar = known_calendar(at, office_id=office.pk)
    first_working_day = calendar.on_or_after(quarter.following.first)
    return at >= at_hour(first_working_day, version.pack.bulletins.draft_at)
