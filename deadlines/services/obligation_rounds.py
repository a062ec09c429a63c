"""The obligations of a period, opened for every unit and for the office itself.

It may run any number of times, late, on two workers, or be killed at any line: what is missing is
looked for again under the office's lock, and the database refuses a second of the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from deadlines.models import Clock, ClockEvent, NextAlert, Obligation, Scope
from deadlines.periods import MONTHS, Period, periods_begun
from deadlines.services.obligations import obligation_open
from duban.faults import passing
from duban.ledger.errors import RuleViolation
from duban.org.models import Office, Unit
from duban.org.registry import among_evaluated
from duban.rulepacks.models import Activation, RulePackVersion
from duban.rulepacks.schema import Duty

logger = logging.getLogger(__name__)

BATCH = 500
# What one bad row can cause. A lost connection is not among them: it ends the run.
BAD_ROW = (DatabaseError, RuleViolation, LookupError, ValueError, TypeError)


@dataclass(frozen=True, slots=True)
class Round:
    """One duty of one office in one period."""

    office: Office
    version: RulePackVersion
    key: str
    duty: Duty
    period: Period


@dataclass(frozen=True, slots=True)
class Opened:
    """Obligations opened, and those that could not be (each is logged and tried again)."""

    opened: int = 0
    failed: int = 0

    def __add__(self, other: Opened) -> Opened:
        return Opened(self.opened + other.opened, self.failed + other.failed)


def obligations_open(*, on: date, at: datetime) -> Opened:
    """What is owed in the periods of that day and in those begun within two months before it, by
    the rules in force on each period's first day and for the units that existed then.
    """
    result = Opened()
    for office in Office.objects.select_related("root", "body").order_by("pk"):
        for each in _rounds(office, on):
            result += _open_round(each, at)
    return result


def _rounds(office: Office, on: date) -> Iterator[Round]:
    activations = list(
        Activation.objects.filter(office=office, confirmed_at__isnull=False)
        .select_related("pack_version")
        .defer("pack_version__document", "pack_version__source")
        .order_by("-active_from")
    )
    for repeats in MONTHS:
        for period in periods_begun(repeats, on):
            version = _in_force(activations, period.first)
            if version is None:
                continue
            for key, duty in version.pack.duties.items():
                recurs = duty.repeats == repeats and duty.scope != Scope.PART
                if recurs and _campaign_runs(version, duty, period):
                    yield Round(office, version, key, duty, period)


def _in_force(activations: Sequence[Activation], on: date) -> RulePackVersion | None:
    return next((row.pack_version for row in activations if row.active_from <= on), None)


def _campaign_runs(version: RulePackVersion, duty: Duty, period: Period) -> bool:
    """A campaign of one year asks for nothing in another."""
    if duty.campaign is None:
        return True
    year = version.pack.campaigns[duty.campaign].year
    return year is None or year == period.first.year


def _open_round(each: Round, at: datetime) -> Opened:
    """By key, so that a unit which keeps failing holds up no other."""
    result, last = Opened(), 0
    while page := list(_owing(each).filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = page[-1].pk
        result += _open_or_isolate(each, page, at)
    return result


def _owing(each: Round) -> QuerySet[Unit]:
    """The units that owe it and have no obligation for it yet."""
    known = Obligation.objects.filter(
        office=each.office,
        unit=OuterRef("pk"),
        key=each.key,
        period=each.period.text,
        part_id__isnull=True,
    )
    return _units(each).filter(~Exists(known))


def _units(each: Round) -> QuerySet[Unit]:
    """Of the office the body that runs it; else its tree without the trees of other offices."""
    office = each.office
    if each.duty.scope == Scope.OFFICE:
        return Unit.objects.filter(pk=office.body_id)
    rows = Unit.objects.below(office.root).active(on=each.period.first)
    rows = rows.exclude(pk__in=(office.root_id, office.body_id))
    if each.duty.unit_kinds:
        rows = rows.filter(kind__in=each.duty.unit_kinds)
    if each.duty.campaign:
        rows = among_evaluated(rows, office, year=each.period.first.year)
    inner = Office.objects.exclude(pk=office.pk).filter(root__path__startswith=office.root.path)
    below_others = Q()
    for path, root_id in inner.values_list("root__path", "root_id"):
        below_others |= Q(path__startswith=path) & ~Q(pk=root_id)
    return rows.exclude(below_others) if below_others else rows


def _open_or_isolate(each: Round, units: Sequence[Unit], at: datetime) -> Opened:
    try:
        return Opened(opened=_open_all(each, [unit.pk for unit in units], at))
    except BAD_ROW:
        if len(units) == 1:
            logger.exception("%s %s of unit %s failed", each.key, each.period.text, units[0].pk)
            return Opened(failed=1)
    result = Opened()
    for unit in units:
        result += _open_or_isolate(each, [unit], at)
    return result


@transaction.atomic
def _open_all(each: Round, pks: Sequence[int], at: datetime) -> int:
    """The first one is computed; the others count the same days and differ by their unit only."""
    # Rows that point to the office may be written meanwhile: its key is not what is locked.
    Office.objects.select_for_update(no_key=True).get(pk=each.office.pk)
    units = list(_owing(each).filter(pk__in=pks).order_by("pk"))
    if not units:
        return 0
    first = obligation_open(
        office=each.office,
        unit=units[0],
        key=each.key,
        duty=each.duty,
        pack_version=each.version,
        period=each.period,
        at=at,
    )
    passing("obligations.first_opened")
    _open_alike(first, units[1:])
    passing("obligations.opened")
    return len(units)


def _open_alike(first: Obligation, units: Sequence[Unit]) -> None:
    """The same clock, its opening and its obligation for each of these units."""
    armed = NextAlert.objects.get(clock=first.clock).at
    events = list(first.clock.events.all())
    clocks = Clock.objects.bulk_create([_copy(first.clock, unit=unit) for unit in units])
    NextAlert.objects.bulk_create([NextAlert(clock=clock, at=armed) for clock in clocks])
    ClockEvent.objects.bulk_create(
        [_copy(event, clock=clock) for clock in clocks for event in events]
    )
    Obligation.objects.bulk_create(
        [_copy(first, unit=unit, clock=clock) for unit, clock in zip(units, clocks, strict=True)]
    )


def _copy(row: Any, **differs: object) -> Any:
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in differs
    }
    return type(row)(**kept, **differs)
