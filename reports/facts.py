"""The facts of a quarter, read from the ledger of matters: rows of values, a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import (
    Assignment,
    Case,
    CaseCycle,
    CaseState,
    Extension,
    ExtensionState,
    PartyKind,
)
from cases.models.assignment import TO_AGREE
from cases.models.case import DONE, UNDER_WAY
from cases.models.extension import OPEN_EXTENSION
from deadlines.models import OverdueFinding, OverdueKind
from duban.org.models import Office, Post, Unit
from duban.rulepacks.models import RulePackVersion
from reports.domain.periods import Quarter
from reports.domain.scores import Grade, Matter

_COLUMNS = (
    "id",
    "number",
    "title",
    "lead_unit_id",
    "assigned_at",
    "clock__original_due_at",
    "clock__due_at",
    "done_at",
    "completed_at",
    "grade",
    "pack_version_id",
    "clock_id",
    "clock__kind",
    "clock__paused_at",
)
# What a cycle that was concluded before the matter was reopened says instead.
_OF_CYCLE = (
    "clock__original_due_at",
    "clock__due_at",
    "done_at",
    "completed_at",
    "grade",
    "clock_id",
    "clock__kind",
    "clock__paused_at",
)
# What makes a matter 超时办结; the other kinds are about single steps of it.
_NOT_IN_TIME = (OverdueKind.NOT_FINISHED, OverdueKind.FINISHED_LATE)


@dataclass(frozen=True)
class Facts:
    """What the figures of one quarter are made from."""

    matters: list[Matter]
    units: list[Unit]
    heads: dict[int, str]
    granted: list[tuple[int, int]]  # (case, lead unit) of each extension granted to a lead
    terminated: list[int]  # lead unit of each matter terminated in the quarter
    packs: list[RulePackVersion]  # of the graded matters, oldest first


def on_hand(office: Office, quarter: Quarter) -> QuerySet[Case]:
    """Assigned before the quarter's end and not 办结 before it began; both days included.

    What was terminated by then is no longer counted; what was terminated later was open then.
    """
    states = [*UNDER_WAY, CaseState.SUSPENDED, *DONE, CaseState.TERMINATED]
    return (
        Case.objects.filter(office=office, assigned_at__lt=quarter.ends_at, state__in=states)
        .filter(Q(completed_at__isnull=True) | Q(completed_at__gte=quarter.starts_at))
        .exclude(terminated_at__lt=quarter.ends_at)
    )


def facts_of(office: Office, quarter: Quarter) -> Facts:
    rows = _rows(office, quarter)
    packs = RulePackVersion.objects.in_bulk({row[10] for row in rows})
    grades = {pk: _grades(version) for pk, version in packs.items()}
    waiting, excused = _waiting(office, quarter), _excused(office, quarter)
    waiting -= _concluded(office, quarter).keys()
    matters = [
        Matter(
            *row[:9],
            grade=grades[row[10]].get(row[9]),
            is_waiting=row[0] in waiting,
            is_excused=row[11] in excused,
        )
        for row in rows
    ]
    units = list(Unit.objects.filter(pk__in={matter.unit_id for matter in matters}))
    graded = {row[10] for row in rows if row[9]}
    return Facts(
        matters=matters,
        units=sorted(units, key=lambda unit: (unit.order, unit.pk)),
        heads=_heads(units, quarter),
        granted=_granted(office, quarter),
        terminated=_terminated(office, quarter),
        packs=sorted((packs[pk] for pk in graded), key=lambda version: version.pk),
    )


def _terminated(office: Office, quarter: Quarter) -> list[int]:
    rows = Case.objects.filter(
        office=office, terminated_at__gte=quarter.starts_at, terminated_at__lt=quarter.ends_at
    )
    return list(rows.order_by("id").values_list("lead_unit", flat=True))


def _rows(office: Office, quarter: Quarter) -> list[Sequence[Any]]:
    """As it stood at the end of the quarter: a matter reopened later is as it was concluded then."""
    concluded = _concluded(office, quarter)
    found = []
    for row in on_hand(office, quarter).order_by("id").values(*_COLUMNS):
        row |= concluded.get(row["id"], {})
        if row["completed_at"] and row["completed_at"] < quarter.starts_at:
            continue
        if _has_no_date(row):
            row["clock__due_at"] = row["clock__original_due_at"] = None
        found.append([row[name] for name in _COLUMNS])
    return found


def _has_no_date(row: Mapping[str, Any]) -> bool:
    """While a date is to be agreed the clock is that of the proposal (LZ-A-6.3a); while the matter
    rests (缓办) no day counts, so none can have been missed.
    """
    paused_at, due_at = row["clock__paused_at"], row["clock__due_at"]
    rests = paused_at is not None and due_at is not None and paused_at < due_at
    return rests or row["clock__kind"] == TO_AGREE


def _concluded(office: Office, quarter: Quarter) -> dict[int, dict[str, Any]]:
    """By matter, the first verdict that was undone only after the quarter."""
    rows = CaseCycle.objects.filter(case__office=office, reopened_at__gte=quarter.ends_at)
    found: dict[int, dict[str, Any]] = {}
    for row in rows.order_by("case_id", "cycle").values("case_id", *_OF_CYCLE):
        found.setdefault(row.pop("case_id"), row)
    return found


def _grades(version: RulePackVersion) -> dict[str, Grade]:
    """Points by the pack of the matter itself (DESIGN 3.1)."""
    return {
        key: Grade(key, grade.label, Decimal(str(grade.points.value)), grade.clause)
        for key, grade in version.pack.grades.items()
    }


def _waiting(office: Office, quarter: Quarter) -> set[int]:
    """Past due at the end of the quarter, with something asked for in time and still undecided."""
    asked = Extension.objects.filter(
        assignment__case=OuterRef("pk"),
        assignment__kind=PartyKind.LEAD,
        state__in=OPEN_EXTENSION,
        requested_at__lt=OuterRef("clock__due_at"),
    )
    applied = Assignment.objects.filter(
        case=OuterRef("pk"), kind=PartyKind.LEAD, reported_done_at__lt=OuterRef("clock__due_at")
    )
    open_and_due = on_hand(office, quarter).filter(
        state__in=UNDER_WAY, clock__due_at__lte=quarter.ends_at
    )
    return set(open_and_due.filter(Exists(asked) | Exists(applied)).values_list("pk", flat=True))


def _excused(office: Office, quarter: Quarter) -> set[int]:
    """Clocks found overdue whose every such finding was cleared before the quarter's end."""
    rows = OverdueFinding.objects.filter(
        clock__office=office, kind__in=_NOT_IN_TIME, cleared_at__lt=quarter.ends_at
    )
    standing = OverdueFinding.objects.filter(
        Q(cleared_at__isnull=True) | Q(cleared_at__gte=quarter.ends_at),
        clock=OuterRef("clock"),
        kind__in=_NOT_IN_TIME,
        found_at__lt=quarter.ends_at,
    )
    return set(rows.filter(~Exists(standing)).values_list("clock_id", flat=True))


def _granted(office: Office, quarter: Quarter) -> list[tuple[int, int]]:
    rows = Extension.objects.filter(
        assignment__case__office=office,
        assignment__kind=PartyKind.LEAD,
        state=ExtensionState.GRANTED,
        decided_at__gte=quarter.starts_at,
        decided_at__lt=quarter.ends_at,
    )
    return list(
        rows.order_by("id").values_list("assignment__case_id", "assignment__case__lead_unit_id")
    )


def _heads(units: Iterable[Unit], quarter: Quarter) -> dict[int, str]:
    """Principals in office on the last day (AS-4.1b, ZZ-8.1b); a later change moves nothing."""
    posts = Post.objects.held(on=quarter.last).filter(
        unit_id__in=[unit.pk for unit in units], role="unit_head"
    )
    found: dict[int, str] = {}
    for unit_id, name in posts.order_by("id").values_list("unit_id", "user__name"):
        found.setdefault(unit_id, name)
    return found
