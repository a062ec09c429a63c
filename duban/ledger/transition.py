"""`transition()`: the one door for every change of state (DESIGN 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django_fsm import Transition

from duban.ledger.errors import WHOLE, RuleViolation, StaleVersion
from duban.ledger.guards import Guard
from duban.ledger.record import difference, record, snapshot
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor

S = TypeVar("S", bound=Stateful)


class Step:
    """One passage through the door, handed to the service that opened it."""

    def __init__(self, subject: Any, name: str, *, by: Actor, at: datetime, note: str) -> None:
        self.subject, self.name, self.by, self.at, self.note = subject, name, by, at, note
        self.ran = False
        self.facts: dict[str, Any] = {}

    def run(self, **arguments: Any) -> None:
        """Perform the transition on the locked row."""
        getattr(self.subject, self.name)(**arguments)
        self.ran = True


def lawful(subject: Stateful, name: str) -> Transition | None:
    """The transition of that name that leaves the present state."""
    return next((r for r in subject.transitions(name) if r.source == subject.state), None)


def is_ever_theirs(subject: Stateful, name: str, by: Actor) -> bool:
    """Whether the action could be this actor's in some state: otherwise its button is absent."""
    return any(rule.has_perm(subject, by) for rule in subject.transitions(name))


def reasons_against(subject: Stateful, name: str) -> dict[str, list[str]]:
    """Every reason why the action is not lawful now, by field; empty when it is."""
    rules = subject.transitions(name)
    if not rules:
        raise LookupError(f"{subject._meta.label} has no transition {name}")
    rule = lawful(subject, name)
    if rule is None:
        step = subject.step_of(rules[0].custom["step"])
        now = subject.get_state_display()
        return {WHOLE: [f"当前状态为“{now}”，不能办理“{step.label}”。"]}
    reasons: dict[str, list[str]] = {}
    for guard in rule.conditions:
        if not guard(subject):
            reasons.setdefault(guard.field, []).append(_cited(subject, guard))
    return reasons


def _cited(subject: Stateful, guard: Guard) -> str:
    step = subject.pack.steps.get(guard.step)
    return f"{guard.reason}（{step.clause}）" if step and step.clause else guard.reason


def lock(subject: S) -> S:
    """The row as it is now, locked; SQLite's IMMEDIATE transaction is the lock there."""
    manager = type(subject)._default_manager
    return manager.select_for_update(of=("self",)).get(pk=subject.pk)


@contextmanager
def transition(
    subject: Stateful,
    name: str,
    *,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
    note: str = "",
    batch: UUID | None = None,
) -> Iterator[Step]:
    """Open the door: lock, check, let the service run the step, validate, save, record.

    `expect` is the version the person saw; another one raises StaleVersion. Raises
    PermissionDenied for what is never theirs and RuleViolation, with all reasons, for what is not
    lawful now. The whole block is one transaction.
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(subject)
        if expect is not None and expect != row.version:
            raise StaleVersion(seen=expect, now=row.version)
        if not is_ever_theirs(row, name, by):
            raise PermissionDenied(f"{name} is not this actor's")
        if reasons := reasons_against(row, name):
            raise RuleViolation(reasons)
        rule = lawful(row, name)
        if not rule.has_perm(row, by):
            raise PermissionDenied(f"{name} is not this actor's in state {row.state}")
        before = snapshot(row)
        step = Step(row, name, by=by, at=at, note=note)
        row.in_transition = True
        try:
            yield step
        finally:
            row.in_transition = False
        if not step.ran:
            raise RuntimeError(f"transition({name}) ended without step.run()")
        _save(row)
        _record(row, rule, step, before, batch)
        _refresh(subject, row)


def _save(row: Stateful) -> None:
    row.version += 1
    try:
        # Constraints are left to the database, which asks them once, not once more each by query.
        row.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise RuleViolation(
            {WHOLE if key == "__all__" else key: texts for key, texts in error.message_dict.items()}
        ) from error
    row.save()


def _record(
    row: Stateful, rule: Transition, step: Step, before: dict[str, Any], batch: UUID | None
) -> None:
    cited = row.step_of(rule.custom["step"])
    version = row.pack_version
    record(
        row,
        rule.name,
        label=cited.label,
        by=step.by,
        at=step.at,
        office_id=row.ledger_office_id,
        case_id=row.ledger_case_id,
        clause=cited.clause,
        pack_version_id=version.pk if version else None,
        note=step.note,
        changes=difference(before, snapshot(row)) | step.facts,
        batch=batch,
    )


def _refresh(subject: Stateful, row: Stateful) -> None:
    """Let the caller's object see what was stored, without refresh_from_db's shared switch."""
    if subject is not row:
        # Cleared first: what the caller read and cached before would stay beside the new values.
        stored = {k: v for k, v in row.__dict__.items() if k != "in_transition"}
        subject.__dict__.clear()
        subject.__dict__.update(stored)
