"""Writing an entry. Everything that changes something a person may ask about ends here."""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from duban.ledger.models import LedgerEntry
from duban.org.actor import Actor

# Set by the web layer for each request, so that an entry can be found from a log line and back.
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")


def snapshot(row: models.Model) -> dict[str, Any]:
    """Column values as stored; files as their names."""
    return {
        field.attname: _plain(field.value_from_object(row)) for field in row._meta.concrete_fields
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, models.fields.files.FieldFile) else value


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of what differs; the row's version is bookkeeping, not a fact."""
    return {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value and name != "version"
    }


def record(
    subject: models.Model,
    action: str,
    *,
    label: str,
    by: Actor,
    at: datetime,
    office_id: int | None = None,
    case_id: int | None = None,
    clause: str = "",
    pack_version_id: int | None = None,
    note: str = "",
    changes: Mapping[str, Any] | None = None,
    batch: UUID | None = None,
) -> LedgerEntry:
    """Append one entry in the caller's transaction."""
    return LedgerEntry.objects.create(
        office_id=office_id,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        case_id=case_id,
        action=action,
        label=label,
        clause=clause,
        pack_version_id=pack_version_id,
        actor_id=by.user_id,
        actor_name=by.user_name,
        post_id=by.post_id,
        post_title=by.post_title,
        unit_id=by.unit_id,
        unit_name=by.unit_name,
        on_behalf_of_id=by.on_behalf_of_id,
        on_behalf_of_name=by.on_behalf_of_name,
        note=note,
        changes=dict(changes or {}),
        effective_at=at,
        batch=batch,
        request_id=request_id.get(),
    )
