"""Obligations that recur: opened once, waived with a reason, ended with what they belong to.

How one is met: `obligation_entries`. How those of a period come about: `obligation_rounds`.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from deadlines.models import Clock, ClockState, Obligation, Scope
from deadlines.moments import day_of
from deadlines.periods import FIRST, Period
from deadlines.replay import TimesOfPack
from deadlines.services.clocks import clock_open, clock_stop
from duban.ledger.errors import RuleViolation
from duban.ledger.transition import transition as through_the_door
from duban.notify.services import message_create
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit, User
from duban.org.roles import OFFICE
from duban.org.selectors import head_of, liaisons
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Duty


@transaction.atomic
def obligation_open(
    *,
    office: Office,
    unit: Unit,
    key: str,
    duty: Duty,
    pack_version: RulePackVersion,
    at: datetime,
    period: Period | None = None,
    start: date | datetime | None = None,
    name: str = FIRST,
    case_id: int | None = None,
    part_id: int | None = None,
    subject: str = "",
    times: TimesOfPack | None = None,
) -> Obligation:
    """One obligation with its clock: of a period, or once from `start` (then `name` is its period).

    The caller has made sure, under a lock, that there is none yet; the database refuses a second.
    `times`: what its clock reminds of, where that is more than the pack's reminders.
    """
    if (period is None) == (start is None):
        raise ValueError("an obligation is owed for a period or from a start")
    pack = pack_version.pack
    begins: date | datetime = period.eve if period else start  # type: ignore[assignment]
    clock = clock_open(
        office=office,
        unit=unit,
        kind=duty.limit,
        label=duty.label[:120],
        limit=pack.limits[duty.limit],
        start=begins,
        pack=times or pack,
        at=at,
        case_id=case_id,
        subject=subject or f"{duty.label}（{period.text if period else name}）",
    )
    return Obligation.objects.create(
        office=office,
        unit=unit,
        scope=duty.scope,
        key=key,
        label=duty.label[:120],
        period=period.text if period else name,
        first_day=period.first if period else day_of(begins),
        last_day=period.last if period else None,
        clause=duty.clause,
        quote=duty.quote,
        pack_version=pack_version,
        clock=clock,
        case_id=case_id,
        part_id=part_id,
        target=duty.target,
        counted=duty.counted,
        met_by=duty.met_by or "",
    )


def obligation_waive(
    *,
    obligation: Obligation,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Obligation:
    """豁免: the office says why this one need not be met; the clock stops, who owed it is told."""
    at = at or timezone.now()
    reason = reason.strip()
    if not reason:
        raise RuleViolation({"reason": ["请写明豁免理由。"]})
    if len(reason) > 500:
        raise RuleViolation({"reason": ["豁免理由不超过500字。"]})
    with through_the_door(obligation, "waive", by=by, at=at, expect=expect, note=reason) as step:
        row: Obligation = step.subject
        step.run(at=at, reason=reason)
        stop_clock(row, at=at, by=by, reason=reason)
        _tell_waived(row, at)
    return obligation


def obligation_cease(
    *,
    obligation: Obligation,
    by: Actor,
    at: datetime,
    stopped_at: datetime | None = None,
    reason: str,
) -> Obligation:
    """Nothing is owed any more from `stopped_at` on (by default now)."""
    with through_the_door(obligation, "cease", by=by, at=at, note=reason) as step:
        step.run(at=stopped_at or at, reason=reason)
        stop_clock(step.subject, at=stopped_at or at, by=by, reason=reason)
    return obligation


def owed_by(row: Obligation, at: datetime) -> list[User]:
    """Who is told of it: the unit's liaisons, else its head; of the office's own, its staff."""
    on = timezone.localdate(at)
    if row.scope == Scope.OFFICE:
        posts = Post.objects.held(on=on).filter(office_id=row.office_id, role__in=OFFICE)
        return list(User.objects.filter(posts__in=posts, is_active=True).distinct())
    people = liaisons([row.unit_id], on=on)
    if not people and (head := head_of(row.unit, on=on)):
        people = [head]
    return people


def stop_clock(row: Obligation, *, at: datetime, by: Actor, reason: str = "") -> None:
    clock = Clock.objects.get(pk=row.clock_id)
    if clock.state != ClockState.STOPPED:
        row.clock = clock_stop(clock=clock, at=max(at, clock.started_at), by=by, reason=reason)


def _tell_waived(row: Obligation, at: datetime) -> None:
    if row.scope == Scope.OFFICE:
        return
    message_create(
        event=f"obligation_waived:{row.pk}",
        recipients=owed_by(row, at),
        template="obligation_waived",
        context={"obligation": row},
        office=row.office,
        url=reverse("deadlines:obligation", args=[row.pk]),
        at=at,
        case_id=row.case_id,
    )
