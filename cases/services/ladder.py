"""The ladder as the clock climbs it: rungs reached become rows, and rows come to somebody's desk.

Like the alerts it rests on, it may run twice, late, on two workers, or be killed at any line: each
part is looked at again under its lock, and a rung is one row per due moment.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.domain.ladder import DOCUMENTS, PRESSING
from cases.models import Assignment, Escalation, EscalationState, Notice, NoticeKind
from cases.services.escalation_facts import grounds_of, wording
from cases.services.escalation_messages import tell_of_rung
from cases.services.escalations import escalation_take, held_by, over_by
from cases.services.messages import tell_staff
from cases.services.notices import cool_down, warned
from cases.services.paging import PAGE
from deadlines.calendars import known_calendar
from deadlines.models import Alert
from deadlines.office_hours import next_office_moment
from duban.approvals.services import chain_withdraw
from duban.ledger.errors import RuleViolation
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.org.selectors import system_actor

logger = logging.getLogger(__name__)

FAILURES = (DatabaseError, RuleViolation, LookupError, ValueError)


def rung_reached(*, alert: Alert, assignment: Assignment, rung: str, at: datetime) -> Escalation:
    """A clock came to a rung that asks for an act; whether it is still needed is seen later."""
    rule = assignment.pack.ladder[rung]
    found, _ = Escalation.objects.get_or_create(
        assignment=assignment,
        rung=rung,
        due_at=alert.due_at,
        defaults={
            "case_id": assignment.case_id,
            "does": rule.does,
            "order": list(assignment.pack.ladder).index(rung),
            "alert": alert,
            "clock_id": alert.clock_id,
            "rests_on": Notice.objects.filter(clock=alert.clock_id).first(),
            "moment": alert.moment,
            "act_at": office_moment(assignment, at) if rule.automatic else at,
            "raised_at": at,
        },
    )
    return found


def escalations_advance(*, at: datetime) -> int:
    """Put what is due before whoever decides, do what needs no hand, and drop what is over.

    Returns how many rows moved. A part that fails is logged and tried again next time.
    """
    moved = sum(_lapse_or_log(row, at) for row in _over())
    waiting = Escalation.objects.filter(state=EscalationState.WAITING, act_at__lte=at)
    parts = waiting.order_by().values_list("assignment", flat=True).distinct()
    return moved + sum(_advance_or_log(pk, at) for pk in sorted(parts))


def _over() -> Iterator[Escalation]:
    """What is undecided is little and found first; only of that the rest is asked."""
    open_rows = list(Escalation.objects.undecided().order_by().values_list("pk", flat=True))
    for start in range(0, len(open_rows), PAGE):
        page = Escalation.objects.filter(pk__in=open_rows[start : start + PAGE])
        yield from list(page.over().order_by("pk"))


def office_moment(assignment: Assignment, at: datetime) -> datetime:
    """The moment itself in office hours, else the next opening: nothing is issued at night."""
    pack = assignment.pack
    calendar = known_calendar(at, office_id=assignment.case.office_id)
    return next_office_moment(at, calendar, pack.hours.spans) if pack.hours else at


def _lapse_or_log(row: Escalation, at: datetime) -> int:
    try:
        with transaction.atomic():
            part = lock(row.assignment)
            fresh = part.escalations.undecided().filter(pk=row.pk).first()
            why = over_by(fresh) if fresh else ""
            if not fresh or not why:
                return 0
            _lapse(fresh, why, by=system_actor(part.case.office), at=at)
    except FAILURES:
        logger.exception("Escalation %s could not be dropped", row.pk)
        return 0
    return 1


def _lapse(row: Escalation, why: str, *, by: Actor, at: datetime) -> None:
    with through_the_door(row, "lapse", by=by, at=at, note=why) as step:
        if step.subject.chain:
            chain_withdraw(chain=step.subject.chain, at=at)
        step.run(at=at, why=why)


def _advance_or_log(pk: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            return _advance(Assignment.objects.select_for_update(of=("self",)).get(pk=pk), at)
    except FAILURES:
        logger.exception("The ladder of assignment %s could not go on", pk)
        return 0


def _advance(part: Assignment, at: datetime) -> int:
    by = system_actor(part.case.office)
    rows = part.escalations.filter(state__in=["waiting", "proposed"]).order_by("-order", "-pk")
    rows = rows.select_related("clock", "rests_on", "case__office", "case__pack_version")
    due = [row for row in rows if row.act_at <= at]
    over = [(row, why) for row in due if (why := over_by(row))]
    for row, why in over:
        _lapse(row, why, by=by, at=at)
    gone = {row.pk for row, _ in over}
    ready = [row for row in due if row.pk not in gone and not held_by(row)]
    pressing = [row for row in ready if row.does in PRESSING]
    top = next((row for row in pressing if not _waits_for_warning(row, pressing)), None)
    moved = len(over)
    for row in pressing:
        if top and row.order > top.order:
            _postpone(row, at)
        elif top and row.pk != top.pk:
            moved += _supersede(row, top, by=by, at=at)
    for row in ready:
        if row.state == EscalationState.WAITING and (row == top or row.does not in PRESSING):
            moved += _put(row, by=by, at=at)
    return moved


def _waits_for_warning(row: Escalation, rows: Sequence[Escalation]) -> bool:
    """A 督办通知书 comes after the 预警 (CZ-3.4e): while that one is still to be sent, it waits."""
    if row.does != "supervise" or row.state != EscalationState.WAITING:
        return False
    if warned(row.assignment, NoticeKind.SUPERVISION):
        return False
    return any(other.does == "early_warning" for other in rows)


def _supersede(row: Escalation, top: Escalation, *, by: Actor, at: datetime) -> int:
    why = f"已到后一级“{top.label}”"
    with through_the_door(row, "supersede", by=by, at=at, note=why) as step:
        step.run(at=at, why=why)
    return 1


def _put(row: Escalation, *, by: Actor, at: datetime) -> int:
    """Before whoever decides; or, where the pack says so, done at once in office hours."""
    if row.rule.automatic and row.does in (*DOCUMENTS, "take_over"):
        return _do(row, by=by, at=at)
    _propose(row, by=by, at=at)
    return 1


def _do(row: Escalation, *, by: Actor, at: datetime) -> int:
    moment = office_moment(row.assignment, at)
    if moment > at:
        Escalation.objects.filter(pk=row.pk).update(act_at=moment)
        return 0
    if _is_cooling_down(row, at):
        _postpone(row, at)
        return 0
    grounds = grounds_of(row, at=at)
    try:
        escalation_take(escalation=row, content=wording(row, grounds), by=by, at=at)
    except RuleViolation as refusal:
        # A person has to see to it: the chain has nobody to decide, the document cannot be sent.
        logger.warning("Escalation %s is put to a person: %s", row.pk, "；".join(refusal.texts))
        _propose(row, by=by, at=at)
    return 1


def _is_cooling_down(row: Escalation, at: datetime) -> bool:
    if row.does not in DOCUMENTS:
        return False
    kind = NoticeKind(DOCUMENTS[row.does])
    sent = list(row.assignment.notices.exclude(state="draft"))
    _, again = cool_down(row.assignment, kind, sent, at=at)
    return again is not None and timezone.localdate(at) < again


def _postpone(row: Escalation, at: datetime) -> None:
    """To the next working day."""
    if row.state == EscalationState.WAITING:
        tomorrow = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        moment = office_moment(row.assignment, tomorrow + timedelta(days=1))
        Escalation.objects.filter(pk=row.pk).update(act_at=moment)


def _propose(row: Escalation, *, by: Actor, at: datetime) -> None:
    with through_the_door(row, "propose", by=by, at=at) as step:
        step.run(grounds="\n".join(grounds_of(row, at=at)))
    tell_staff(
        row.case,
        "escalation_proposed",
        at=at,
        about=row.assignment,
        context={"row": row},
        event=f"escalation:{row.pk}",
    )
    if row.does == "propose":
        tell_of_rung(row.assignment, row.rule, at=at, event=f"escalation:{row.pk}", row=row)
