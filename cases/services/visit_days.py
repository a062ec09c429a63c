"""现场督查: a visit that is on record counts towards what the office owes; nobody reports it again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Visit, VisitKind, VisitState
from deadlines.models import Obligation, ObligationEntry, ObligationState
from deadlines.services.obligation_entries import obligation_report
from duban.ledger.errors import RuleViolation
from duban.org.selectors import system_actor

logger = logging.getLogger(__name__)

MET_BY_VISIT = "visit"
# Neither waived nor ended: what is fulfilled takes more days than were asked for.
COUNTING = (ObligationState.OPEN, ObligationState.FULFILLED)
MADE = (VisitState.RECORDED, VisitState.RELEASED)


@dataclass(frozen=True, slots=True)
class Counted:
    """Visits counted now, and those that could not be (each is logged and tried again)."""

    counted: int = 0
    failed: int = 0


@transaction.atomic
def visit_count(*, visit: Visit, at: datetime) -> int:
    """The day of a recorded visit, towards each obligation that such days meet (AS-2.0b).

    Returns to how many; none where it has been counted, or is owed nowhere (yet).
    """
    # Whoever waives it, or counts this visit meanwhile, waits or is waited for.
    owed = list(_owed_for(visit).select_for_update(of=("self",)).order_by("pk"))
    if not owed:
        return 0
    by = system_actor(visit.office)
    for row in owed:
        obligation_report(
            obligation=row,
            content=_words(visit),
            on=visit.visited_on,
            source_id=visit.pk,
            by=by,
            at=at,
        )
    return len(owed)


def visits_count(*, at: datetime) -> Counted:
    """Visits recorded before the obligation of their month was opened."""
    counted = failed = 0
    for visit in _uncounted().select_related("office", "unit").order_by("pk"):
        try:
            counted += bool(visit_count(visit=visit, at=at))
        except (DatabaseError, RuleViolation):
            logger.exception("visit %s could not be counted", visit.pk)
            failed += 1
    return Counted(counted, failed)


def _owed_for(visit: Visit) -> QuerySet[Obligation]:
    return _owed(source=visit.pk, office=visit.office_id, on=visit.visited_on)


def _uncounted() -> QuerySet[Visit]:
    owed = _owed(
        source=OuterRef(OuterRef("pk")), office=OuterRef("office"), on=OuterRef("visited_on")
    )
    return Visit.objects.filter(Exists(owed), state__in=MADE)


def _owed(*, source: object, office: object, on: object) -> QuerySet[Obligation]:
    """What that day counts towards, where that visit has not been counted."""
    counted = ObligationEntry.objects.filter(obligation=OuterRef("pk"), source_id=source)
    return Obligation.objects.filter(
        ~Exists(counted),
        office=office,
        met_by=MET_BY_VISIT,
        state__in=COUNTING,
        first_day__lte=on,
        last_day__gte=on,
    )


def _words(visit: Visit) -> str:
    """Of a 暗访 not where: it is not spoken of before its release (LZ-B-13b)."""
    where = visit.unit.label if visit.kind == VisitKind.ANNOUNCED else ""
    return f"{visit.get_kind_display()}{where}，检查情况已登记。"
