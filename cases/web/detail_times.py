"""时限: the clocks of a matter with their lights, and what was found overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases import permissions
from cases.models import Agreement, Assignment, FeedbackDuty, Notice
from cases.selectors.rows import last_day
from cases.services.findings import KINDS
from cases.web.buttons import link
from cases.web.case_record import CaseRecord
from cases.web.due import due_of, original_day, pending_mark
from deadlines.models import Clock, OverdueFinding
from deadlines.selectors import why_this_day
from deadlines.sheet import facts, long_day
from duban.web.parts import Action, Due


@dataclass(frozen=True)
class WhyRow:
    on: str
    n: int | None
    reason: str


@dataclass(frozen=True)
class Why:
    """为什么是这天: one sentence, the inputs, and every day on the way."""

    sentence: str
    facts: Sequence[tuple[str, str]]
    days: Sequence[WhyRow]
    provisional: bool


@dataclass(frozen=True)
class ClockRow:
    clock: Clock
    unit: str
    due: Due | None
    clause: str
    note: str
    original: str


@dataclass(frozen=True)
class FindingRow:
    finding: OverdueFinding
    unit: str
    label: str
    clause: str
    due_on: date
    actions: list[Action]


def why(clock: Clock) -> Why:
    computation = clock.explained
    return Why(
        why_this_day(clock),
        facts(computation),
        [WhyRow(long_day(line.date), line.n, line.reason) for line in computation.days],
        computation.provisional,
    )


def clock_rows(record: CaseRecord, *, at: datetime) -> list[ClockRow]:
    found = []
    for owner in record.timed:
        clock = owner.clock
        pending = ""
        if isinstance(owner, Assignment):
            pending = pending_mark(owner, record.extensions, record.closures, record.turns)
        found.append(
            ClockRow(
                clock,
                _unit(owner),
                due_of(clock, at=at, pending=pending, ended=_ended(owner)),
                clock.computation.get("clause") or "",
                _note(owner),
                original_day(clock),
            )
        )
    return found


def _unit(owner: Assignment | FeedbackDuty | Notice | Agreement) -> str:
    if isinstance(owner, FeedbackDuty):
        return owner.obligation.unit.label
    party = owner if isinstance(owner, Assignment) else owner.assignment
    return party.unit.label


def _ended(owner: Assignment | FeedbackDuty | Notice | Agreement) -> bool:
    return isinstance(owner, Assignment) and owner.state == "ended"


def _note(owner: Assignment | FeedbackDuty | Notice | Agreement) -> str:
    return owner.period if isinstance(owner, FeedbackDuty) else ""


def finding_rows(record: CaseRecord) -> list[FindingRow]:
    keys = {int(kind): key for key, kind in KINDS.items()}
    rows = []
    for finding in record.findings:
        choice = record.case.pack.overdue_kinds.get(keys.get(finding.kind, ""))
        rows.append(
            FindingRow(
                finding,
                finding.clock.unit.label,
                choice.label if choice else finding.get_kind_display(),
                choice.clause if choice else "",
                last_day(finding.due_at),
                _clearing(record, finding),
            )
        )
    return rows


def _clearing(record: CaseRecord, finding: OverdueFinding) -> list[Action]:
    """认可正当理由, of whoever may (LZ-A-10.0)."""
    if finding.cleared_at or not permissions.clears_findings(record.case, record.actor):
        return []
    label = record.case.step_of("finding_clear").label
    return [link(label, "finding_clear", finding.pk, icon="check2")]
