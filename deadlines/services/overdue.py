"""Overdue findings (LZ-A-10). Apps above decide when one is due to be written: an undecided request
suspends it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from deadlines.models import Clock, OverdueFinding, OverdueKind
from deadlines.moments import day_of
from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor


def overdue_record(
    *,
    clock: Clock,
    kind: int,
    due_at: datetime | None = None,
    at: datetime | None = None,
    note: str = "",
) -> OverdueFinding:
    """Write the finding once per clock, kind and due moment; later calls return the first.

    `due_at` defaults to the clock's; `at` is when it was found, and days late are counted to it.
    """
    at = at or timezone.now()
    due_at = due_at or clock.due_at
    if kind not in OverdueKind.values:
        raise ValueError(f"unknown overdue kind {kind}")
    if kind == OverdueKind.OTHER and not note.strip():
        raise RuleViolation({"note": ["“其他违反限时办结要求”应写明具体情形"]})
    finding, _ = OverdueFinding.objects.get_or_create(
        clock=clock,
        kind=kind,
        due_at=due_at,
        defaults={"found_at": at, "days_late": days_late(due_at, at), "note": note[:500]},
    )
    return finding


def overdue_clear(
    *, finding: OverdueFinding, reason: str, by: Actor, at: datetime | None = None
) -> OverdueFinding:
    """An accepted reason (正当理由) clears the finding; it stays on record."""
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明正当理由"]})
    with transaction.atomic():
        row = OverdueFinding.objects.select_for_update().get(pk=finding.pk)
        if row.cleared_at is not None:
            raise RuleViolation("该超时情形已撤销")
        row.cleared_at = at or timezone.now()
        row.cleared_by_id = by.user_id
        row.cleared_reason = reason[:500]
        row.save()
    return row


def days_late(due_at: datetime, at: datetime) -> int:
    """Calendar days after the last day: finished on the next day is one; 0 while in time."""
    last_day = day_of(due_at - timedelta(microseconds=1))
    return max((day_of(at) - last_day).days, 0) if at >= due_at else 0
