"""Refusals of what does not fit its column, beside its field."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from duban.ledger.errors import RuleViolation


def require_fields(row: models.Model) -> None:
    """Raises RuleViolation with every field that is too long or not of its choices."""
    names = [field.name for field in row._meta.concrete_fields if field.name != "state"]
    if found := field_problems(row, *names):
        raise RuleViolation(found)


def field_problems(row: models.Model, *names: str) -> dict[str, list[str]]:
    """What of these fields cannot be stored; relations are the caller's to know."""
    found: dict[str, list[str]] = {}
    for name in names:
        field = row._meta.get_field(name)
        value = getattr(row, field.attname)
        if field.is_relation or field.primary_key or value in field.empty_values:
            continue
        try:
            field.clean(value, row)
        except ValidationError as error:
            found[name] = list(error.messages)
        # Django leaves the length of a long text to the forms.
        if field.max_length and isinstance(value, str) and len(value) > field.max_length:
            found[name] = [f"最多{field.max_length}字，现有{len(value)}字。"]
    return found
