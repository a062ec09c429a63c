"""Changes of reference data: units, people, posts. Each leaves an entry with what changed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from duban.ledger.errors import WHOLE, RuleViolation
from duban.ledger.models import LedgerEntry
from duban.ledger.record import difference, record, snapshot
from duban.org.actor import Actor
from duban.org.models import Office, Unit

# Never copied into the ledger.
SECRET = frozenset({"password", "last_login", "digest"})


def reference_save(
    *, row: models.Model, by: Actor, at: datetime | None = None, note: str = ""
) -> LedgerEntry | None:
    """Store a row and what changed in it; None where nothing did. Who may is the caller's matter.

    Raises RuleViolation, by field, for what the row itself does not allow.
    """
    at = at or timezone.now()
    with transaction.atomic():
        manager = type(row)._default_manager
        stored = manager.select_for_update().get(pk=row.pk) if row.pk else None
        before = _facts(stored) if stored else {}
        try:
            row.full_clean()
        except ValidationError as error:
            raise RuleViolation(
                {WHOLE if k == "__all__" else k: texts for k, texts in error.message_dict.items()}
            ) from error
        row.save()
        changes = difference(before, _facts(row))
        if not changes:
            return None
        return _record(row, "change" if stored else "add", by, at, changes, note)


def reference_delete(*, row: models.Model, by: Actor, at: datetime | None = None) -> None:
    """Remove a row that nothing refers to; what it said stays in the ledger."""
    at = at or timezone.now()
    with transaction.atomic():
        changes = {name: [value, None] for name, value in _facts(row).items()}
        _record(row, "delete", by, at, changes, "")
        row.delete()


def office_over(unit: Unit) -> Office | None:
    """The nearest office whose tree the unit stands in."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    offices = Office.objects.filter(root_id__in=ids).select_related("root")
    return max(offices, key=lambda office: len(office.root.path), default=None)


_VERBS = {"add": "新增", "change": "修改", "delete": "删除"}


def _record(
    row: models.Model, action: str, by: Actor, at: datetime, changes: dict, note: str
) -> LedgerEntry:
    label = f"{_VERBS[action]}{row._meta.verbose_name}"
    return record(
        row,
        action,
        label=label,
        by=by,
        at=at,
        office_id=_office_id(row, by),
        note=note,
        changes=changes,
    )


def _office_id(row: models.Model, by: Actor) -> int | None:
    if isinstance(row, Office):
        return row.pk
    if by.office_id is not None:
        return by.office_id
    unit = row if isinstance(row, Unit) else getattr(row, "unit", None)
    office = office_over(unit) if isinstance(unit, Unit) else None
    return office.pk if office else None


def _facts(row: models.Model) -> dict:
    return {name: value for name, value in snapshot(row).items() if name not in SECRET}
