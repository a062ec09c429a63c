"""报送登记: what comes in towards an obligation, and when it is fulfilled by that."""

from __future__ import annotations

from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from deadlines import permissions
from deadlines.models import (
    Obligation,
    ObligationEntry,
    ObligationState,
    OverdueFinding,
    OverdueKind,
    Scope,
)
from deadlines.moments import at_hour, day_of
from deadlines.services.obligations import stop_clock
from deadlines.services.overdue import overdue_clear, overdue_record
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor

# Of a day that is registered afterwards nobody knows the hour.
NOON = time(12)


def obligation_report(
    *,
    obligation: Obligation,
    content: str,
    by: Actor,
    on: date | None = None,
    paper: str = "",
    source_id: int | None = None,
    at: datetime | None = None,
    expect: int | None = None,
) -> Obligation:
    """报送登记: one entry; the one that completes it fulfils the obligation as of that entry's day.

    `on` may lie back where the office registers it (paper received, a meeting held, a visit made).
    What has been fulfilled takes further entries: there may be more meetings than asked for.
    `source_id`: the record that is counted, once, where nobody typed the entry.
    """
    at = at or timezone.now()
    on = on or day_of(at)
    with transaction.atomic():
        row = lock(obligation)
        if expect is not None and expect != row.version:
            raise StaleVersion(seen=expect, now=row.version)
        _require_entry(row, content=content, on=on, paper=paper, by=by, at=at)
        entry = ObligationEntry.objects.create(
            obligation=row,
            on=on,
            paper=paper,
            content=content.strip(),
            source_id=source_id,
            by_id=by.user_id,
            by_name=by.user_name,
            at=at,
        )
        _record_entry(row, entry, by=by)
        if row.state == ObligationState.OPEN and (reached := _reached_on(row)):
            return _fulfil(row, reached, by=by, at=at)
    return row


def _require_entry(
    row: Obligation, *, content: str, on: date, paper: str, by: Actor, at: datetime
) -> None:
    if not permissions.reports(row, by):
        raise PermissionDenied("somebody else owes it")
    if row.state not in (ObligationState.OPEN, ObligationState.FULFILLED):
        raise RuleViolation(f"该项义务{row.get_state_display()}，不再登记。")
    reasons: dict[str, list[str]] = {}
    if not content.strip():
        reasons["content"] = ["请填写内容。"]
    elif len(content.strip()) > 5000:
        reasons["content"] = ["内容不超过5000字。"]
    if problem := _day_problem(row, on, by=by, today=day_of(at)):
        reasons["on"] = [problem]
    papers = row.duty.papers if row.duty else ()
    if papers and paper not in papers:
        reasons["paper"] = ["请选择所报的材料。"]
    if reasons:
        raise RuleViolation(reasons)


def _day_problem(row: Obligation, on: date, *, by: Actor, today: date) -> str:
    if on > today:
        return "日期不能晚于今天。"
    if row.counted == "days" and row.last_day and not row.first_day <= on <= row.last_day:
        return f"日期须在{row.period_name}之内。"
    if on < row.clock.started_on:
        return "日期不能早于起算日。"
    own_facts = row.counted == "days" or row.scope == Scope.OFFICE or by.is_system
    if on < today and not own_facts and not permissions.administers(row, by):
        return "报送日期为当日；纸质材料先已送达的，由督查机构登记收到日期。"
    return ""


def _reached_on(row: Obligation) -> date | None:
    """The day on which the last of what was asked for came in; None while something is missing."""
    entries = list(row.entries.order_by("on", "id"))
    if row.counted == "days":
        days = sorted({entry.on for entry in entries})
    elif row.duty and row.duty.papers:
        first: dict[str, date] = {}
        for entry in entries:
            first.setdefault(entry.paper, entry.on)
        days = sorted(first.values())
    else:
        days = [entry.on for entry in entries]
    return days[row.target - 1] if len(days) >= row.target else None


def _fulfil(row: Obligation, reached: date, *, by: Actor, at: datetime) -> Obligation:
    moment = at if reached >= day_of(at) else min(at_hour(reached, NOON), at)
    moment = max(moment, row.clock.started_at)
    if moment >= row.clock.due_at:
        overdue_of_obligation(row, at=moment)
    with through_the_door(row, "fulfil", by=by, at=at) as step:
        step.run(at=moment)
        stop_clock(step.subject, at=moment, by=by)
    if moment < row.clock.due_at:
        _clear(row, by=by, at=at)
    return row


def overdue_of_obligation(row: Obligation, *, at: datetime) -> int:
    """时限内未反馈, of what a unit owes, where the pack knows that kind (LZ-A-10.4)."""
    if row.scope != Scope.UNIT or "no_feedback" not in row.pack.overdue_kinds:
        return 0
    overdue_record(clock=row.clock, kind=OverdueKind.NO_FEEDBACK, at=at)
    return 1


def _clear(row: Obligation, *, by: Actor, at: datetime) -> None:
    """What had come in time was only registered late: nothing was overdue."""
    for finding in OverdueFinding.objects.standing().filter(clock=row.clock):
        overdue_clear(finding=finding, reason="材料已按期收到，登记在后。", by=by, at=at)


def _record_entry(row: Obligation, entry: ObligationEntry, *, by: Actor) -> None:
    step = row.step_of("obligation_report")
    record(
        row,
        "report",
        label=step.label,
        by=by,
        at=entry.at,
        office_id=row.office_id,
        case_id=row.case_id,
        clause=step.clause,
        pack_version_id=row.pack_version_id,
        note="　".join(filter(None, (entry.on.isoformat(), entry.paper, entry.content[:200]))),
    )
