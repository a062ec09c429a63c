"""What changed in a row since somebody opened its form, from the ledger."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime

from duban.ledger.errors import StaleVersion
from duban.ledger.models import LedgerEntry
from duban.web.parts import Difference
from duban.web.templatetags.duban_web import moment

MOST = 50


def differences_since(subject: models.Model, error: StaleVersion) -> list[Difference]:
    """One row per field, from the value seen to the value now; columns unknown to people left out.

    Each step of the version is one ledger entry of the row, so the newest `now - seen` entries
    hold exactly what moved.
    """
    steps = min(max(error.now - error.seen, 0), MOST)
    entries = LedgerEntry.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk
    ).order_by("-id")[:steps]
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for entry in reversed(entries):
        for name, (before, after) in _pairs(entry.changes):
            first.setdefault(name, before)
            last[name] = after
    return [
        Difference(label, _shown(field, first[name]), _shown(field, last[name]))
        for name, (field, label) in _fields(subject, last).items()
        if first[name] != last[name]
    ]


def labelled(subject_type: str, changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The changes of a ledger entry as (label, before, after); names without one stay as they are."""
    try:
        subject = apps.get_model(subject_type)
    except (LookupError, ValueError):
        return [(name, str(a or ""), str(b or "")) for name, (a, b) in _pairs(changes)]
    pairs = dict(_pairs(changes))
    known = _fields(subject, pairs)
    lines = [
        (label, _shown(field, pairs[name][0]), _shown(field, pairs[name][1]))
        for name, (field, label) in known.items()
    ]
    others = ((name, pair) for name, pair in pairs.items() if name not in known)
    return lines + [(name, str(a or ""), str(b or "")) for name, (a, b) in others]


def _pairs(changes: dict[str, Any]) -> list[tuple[str, tuple[Any, Any]]]:
    return [
        (name, (pair[0], pair[1]))
        for name, pair in changes.items()
        if isinstance(pair, list) and len(pair) == 2
    ]


def _fields(
    subject: models.Model | type[models.Model], names: dict[str, Any]
) -> dict[str, tuple[models.Field, str]]:
    """The model's own columns with the name people know them by."""
    found = {}
    for name in names:
        try:
            field = subject._meta.get_field(name.removesuffix("_id"))
        except FieldDoesNotExist:
            continue
        if isinstance(field, models.Field) and field.verbose_name != field.name.replace("_", " "):
            found[name] = (field, str(field.verbose_name))
    return found


def _shown(field: models.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    if field.remote_field:
        row = field.related_model._default_manager.filter(pk=value).first()
        return str(row) if row else str(value)
    if isinstance(field, models.DateTimeField) and (at := parse_datetime(str(value))):
        return moment(at)
    return str(value)
