"""Walking many rows while writing others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

PAGE = 500


def by_page(rows: QuerySet[Any], size: int = PAGE) -> Iterator[Any]:
    """Every row, read in whole pages by key: no cursor stays open while the caller writes.

    An open cursor would pin the reader's snapshot, and SQLite refuses a write on an old one.
    """
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        last = page[-1].pk
        yield from page
