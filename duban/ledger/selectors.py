from __future__ import annotations

from django.db.models import QuerySet

from duban.ledger.models import LedgerEntry


def history_of_case(case_id: int) -> QuerySet[LedgerEntry]:
    """All that happened in a case, oldest first. The caller has checked that it may be read."""
    return LedgerEntry.objects.filter(case_id=case_id).order_by("effective_at", "id")
