"""在手时间: written anew for every matter that has moved since it was last derived."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from cases.domain.possession import Stretch
from cases.models import Case, Possession
from cases.selectors.possession import possession_of
from deadlines.calendar import WorkingCalendar
from deadlines.calendars import known_calendar
from deadlines.office_hours import DEFAULT_HOURS, Hours, office_minutes
from duban.faults import passing
from duban.ledger.models import LedgerEntry
from duban.org.models import Office
from duban.rulepacks.selectors import active_version

logger = logging.getLogger(__name__)

# Entries are numbered before they are committed: one that was slow may turn up behind a newer one.
LOOK_BACK = 5_000
PAGE = 500


def possessions_refresh(*, at: datetime) -> int:
    """Derive the stretches of every matter with ledger entries not yet taken in; returns how many.

    It may run twice, on two workers, or be killed at any line: a matter is written whole, and one
    that fails is tried again next time.
    """
    written = 0
    for case_id, entry_id in _moved():
        try:
            possession_write(case=Case.objects.get(pk=case_id), entry_id=entry_id, at=at)
            written += 1
        except (DatabaseError, LookupError, ValueError):
            logger.exception("The stretches of case %s could not be derived", case_id)
    return written


def _moved() -> Iterator[tuple[int, int]]:
    """(case, its newest entry), in pages, where the stretches know an older entry or none."""
    known = Possession.objects.aggregate(newest=Max("entry_id"))["newest"] or 0
    entries = LedgerEntry.objects.filter(case_id__isnull=False, pk__gt=known - LOOK_BACK)
    newest = entries.order_by().values("case_id").annotate(newest=Max("pk"))
    last = 0
    while page := list(
        newest.filter(case_id__gt=last).order_by("case_id").values_list("case_id", "newest")[:PAGE]
    ):
        last = page[-1][0]
        taken = dict(
            Possession.objects.filter(case_id__in=[case_id for case_id, _ in page])
            .values("case_id")
            .annotate(known=Max("entry_id"))
            .values_list("case_id", "known")
        )
        yield from ((pk, entry) for pk, entry in page if taken.get(pk, 0) < entry)


@transaction.atomic
def possession_write(*, case: Case, entry_id: int, at: datetime) -> None:
    """Replace the stretches of one matter by those that its ledger gives now."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    calendar, hours = known_calendar(at, office_id=case.office_id), office_hours(case.office, at)
    rows = [
        Possession(
            case=case,
            office_id=case.office_id,
            kind=stretch.holder.kind,
            unit_id=stretch.holder.unit_id,
            name=stretch.holder.name,
            started_at=stretch.started_at,
            ended_at=stretch.ended_at,
            started_tick=office_minutes(stretch.started_at, calendar, hours),
            ended_tick=_tick(stretch, calendar, hours),
            entry_id=entry_id,
        )
        for stretch in possession_of(case)
    ]
    case.possessions.all().delete()
    passing("possessions.deleted")
    Possession.objects.bulk_create(rows)
    passing("possessions.written")


def _tick(stretch: Stretch, calendar: WorkingCalendar, hours: Hours) -> int | None:
    if stretch.ended_at is None:
        return None
    return office_minutes(stretch.ended_at, calendar, hours)


def office_hours(office: Office, at: datetime) -> Hours:
    """The hours of the pack by which the office works on that day."""
    version = active_version(office, on=timezone.localdate(at))
    hours = version.pack.hours if version else None
    return hours.spans if hours else DEFAULT_HOURS
