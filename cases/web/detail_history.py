"""过程: ledger entries as sentences, and approval chains as steps. Nothing here queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime

from cases.models import Assignment
from cases.web.case_record import CaseRecord
from duban.approvals.models import Chain
from duban.ledger.models import LedgerEntry
from duban.web.parts import ChainStep, TimelineEntry
from duban.web.templatetags.duban_web import moment

_GREEN = {"approve", "accept", "complete", "grant", "strike_off"}
_AMBER = {"refuse", "return_to_draft", "send_back", "return_for_rework", "counter", "issue"}
_OWN_FIELDS = {"parties": "承办单位", "co_days": "协办时限", "sha256": "", "confirmed": ""}
_STEP_STATES = {"approved": "done", "refused": "refused"}


def history(record: CaseRecord) -> list[TimelineEntry]:
    """Newest first: who, when, what, on which clause; what changed is folded."""
    units = _units_of(record)
    return [_entry(entry, units) for entry in record.entries]


def _entry(entry: LedgerEntry, units: Mapping[tuple[str, int], str]) -> TimelineEntry:
    unit = units.get((entry.subject_type, entry.subject_id), "")
    title = f"{entry.label}（{unit}）" if unit and unit != entry.unit_name else entry.label
    return TimelineEntry(
        at=entry.effective_at,
        title=title,
        who=_who(entry),
        text=entry.note,
        clause=entry.clause,
        tone=_tone(entry.action),
        changes=_changes(entry),
    )


def _who(entry: LedgerEntry) -> str:
    behalf = f"（代{entry.on_behalf_of_name}）" if entry.on_behalf_of_name else ""
    return "　".join(
        filter(None, (f"{entry.unit_name}{entry.post_title}", f"{entry.actor_name}{behalf}"))
    )


def _tone(action: str) -> str:
    return "green" if action in _GREEN else "amber" if action in _AMBER else ""


def _units_of(record: CaseRecord) -> dict[tuple[str, int], str]:
    """Which unit an entry is about, where the matter has several."""
    found: dict[tuple[str, int], str] = {}
    for party in record.parties:
        found[Assignment._meta.label_lower, party.pk] = party.unit.label
    agreed = (*record.agreements, *record.plans, *record.escalations)
    for row in (*record.feedback, *record.extensions, *record.notices, *agreed):
        found[row._meta.label_lower, row.pk] = row.assignment.unit.label
    return found


def _changes(entry: LedgerEntry) -> list[tuple[str, str, str]]:
    """Columns by the names people know; a first version is not a change."""
    if entry.action == "draft":
        return []
    model = _model(entry.subject_type)
    lines = []
    for name, pair in entry.changes.items():
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        label, field = _named(model, name)
        if label:
            lines.append((label, _shown(field, pair[0]), _shown(field, pair[1])))
    return lines


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _named(model: type[models.Model] | None, name: str) -> tuple[str, models.Field | None]:
    """Label of a column; empty for keys of other rows and for bookkeeping."""
    if name in _OWN_FIELDS:
        return _OWN_FIELDS[name], None
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return "", None
    if field is None or field.remote_field or field.verbose_name == name.replace("_", " "):
        return "", None
    return str(field.verbose_name), field


def _shown(field: models.Field | None, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(field, models.DateTimeField) and (at := parse_datetime(str(value))):
        return moment(at)
    return str(value)


def chain_steps(chain: Chain | None) -> list[ChainStep]:
    """The links of a chain for the stepper."""
    if chain is None:
        return []
    current = chain.current
    found = []
    for step in chain.ordered_steps:
        state = _STEP_STATES.get(step.state, "waiting")
        if current is not None and step.pk == current.pk:
            state = "current"
        elif chain.closed_at and step.state == "pending":
            state = "skipped"
        found.append(
            ChainStep(
                step.label, state, step.decided_name, step.decided_at, _opinion(step), step.clause
            )
        )
    return found


def _opinion(step: Any) -> str:
    """The opinion with what was decided beside it: a grade, another date."""
    grade = step.pack.grades.get(step.data.get("grade", ""))
    parts = [step.opinion]
    if grade:
        parts.append(f"评价等级：{grade.label}")
    if day := step.data.get("counter_on"):
        parts.append(f"另提日期：{day}")
    return "\n".join(filter(None, parts))
