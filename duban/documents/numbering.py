"""Numbers without gaps, safe under two writers (DESIGN 4)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from duban.documents.models import Counter
from duban.org.models import Office

SHANGHAI = ZoneInfo("Asia/Shanghai")


def number_next(*, office: Office, kind: str, at: datetime) -> tuple[int, int]:
    """(year, seq) of the next number; the year is that of `at` in Shanghai.

    Runs in the caller's transaction and keeps the counter locked to its end, so that a number
    is taken if and only if the act is: a rolled back act leaves no gap. RuntimeError outside.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("number_next() runs only inside the transaction of the act")
    year = at.astimezone(SHANGHAI).year
    # Two first writers of a year: one inserts, the other waits for it and reads its row.
    Counter.objects.get_or_create(office=office, kind=kind, year=year)
    counter = Counter.objects.select_for_update().get(office=office, kind=kind, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return year, counter.last
