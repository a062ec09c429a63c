"""发布 and 更正."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from duban.documents.services import document_void
from duban.ledger.errors import RuleViolation
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from reports.models import Bulletin
from reports.services.drafting import redraft
from reports.services.telling import tell_heads, tell_leaders


def bulletin_publish(
    *, bulletin: Bulletin, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Bulletin:
    """发布: open to its circle; heads of the units and the leaders are told (CZ-4.2a, LZ-A-14c)."""
    at = at or timezone.now()
    with through_the_door(bulletin, "publish", by=by, at=at, expect=expect) as step:
        step.run(at=at)
        tell_heads(step.subject, at=at)
        tell_leaders(step.subject, at=at)
    return bulletin


def bulletin_correct(
    *,
    bulletin: Bulletin,
    note: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Bulletin:
    """更正: the old one keeps its content and number; a new draft refers to it. Returns the draft.

    Signed and not yet published, its number is void: nobody has received it.
    """
    at = at or timezone.now()
    note = note.strip()
    if not note:
        raise RuleViolation({"note": ["请写明更正的内容和原因。"]})
    with transaction.atomic():
        with through_the_door(bulletin, "correct", by=by, at=at, expect=expect, note=note) as step:
            row: Bulletin = step.subject
            step.run(at=at)
            if row.published_at is None and row.document:
                document_void(document=row.document, reason=note, by=by, at=at)
        # After the door has saved it: only one bulletin of a quarter is live.
        return redraft(row, note, by=by, at=at)
