"""What an agreement changes: the clocks of the lead and of its co-units (LZ-A-6.3a, LZ-A-6.3c)."""

from __future__ import annotations

from datetime import date, datetime

from cases.models import Agreement, Assignment, Case
from cases.services.opening import agreed_clock_open
from deadlines.services.clock_changes import clock_redate
from deadlines.services.clocks import clock_stop
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.org.actor import Actor


def agreement_take_effect(*, agreement: Agreement, by: Actor, at: datetime) -> None:
    """The lead's clock starts anew to the agreed day; a co-unit's follows its own, or the lead's.

    No later change of the matter's date moves a co-unit's day.
    """
    lead = lock(agreement.assignment)
    if agreement.proposed_on:
        _date(lead, agreement.agreed_on, by=by, at=at, step="agree_grant")
    latest = Assignment.objects.get(pk=lead.pk).clock.due_on
    named = {day.assignment_id: day.due_on for day in agreement.co_days.all()}
    for part in _co_units(lead.case):
        if part.pk in named:
            _date(part, min(named[part.pk], latest), by=by, at=at, step="co_days")
        elif part.is_to_agree or (part.clock and part.clock.due_on > latest):
            _date(part, latest, by=by, at=at, step="co_days")


def _co_units(case: Case) -> list[Assignment]:
    parts = case.assignments.filter(kind="co").select_related("clock", "unit").order_by("pk")
    return [part for part in parts if not part.is_settled and part.state != "reported_done"]


def _date(part: Assignment, day: date, *, by: Actor, at: datetime, step: str) -> None:
    """One part's day; before a paper is delivered it is the day that its clock will run to."""
    before = part.clock.due_on if part.clock and not part.is_to_agree else part.due_on
    if part.clock is None:
        Assignment.objects.filter(pk=part.pk).update(due_on=day)
    elif part.is_to_agree:
        _replace_clock(part, day, by=by, at=at)
    elif day != part.clock.due_on:
        cited = part.step_of(step)
        clock_redate(
            clock=part.clock,
            due_on=day,
            by=by,
            at=at,
            reason=f"{cited.label}：{day}",
            clause=cited.clause,
            quote=cited.quote,
        )
    _record(part, before, day, by=by, at=at, step=step)


def _replace_clock(part: Assignment, day: date, *, by: Actor, at: datetime) -> None:
    """The clock of the proposal has done its work; the agreed day is a first date, not a changed
    one, so that finishing by it is finishing by the original date.
    """
    clock_stop(clock=part.clock, at=at, by=by, reason="已约定办结时限")
    clock = agreed_clock_open(assignment=part, due_on=day, start=part.delivered_at, at=at, by=by)
    Assignment.objects.filter(pk=part.pk).update(clock=clock)
    if part.is_lead:
        Case.objects.filter(pk=part.case_id).update(clock=clock)


def _record(
    part: Assignment, before: date | None, day: date, *, by: Actor, at: datetime, step: str
) -> None:
    cited = part.step_of(step)
    record(
        part,
        "agree_date",
        label=cited.label,
        clause=cited.clause,
        by=by,
        at=at,
        office_id=part.case.office_id,
        case_id=part.case_id,
        pack_version_id=part.case.pack_version_id,
        changes={"due_on": [before, day]},
    )
