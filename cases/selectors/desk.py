"""What waits on somebody's desk: for a unit what it has to do, for the office what it has to see to.

Each function is one query and returns the most pressing first, at most `limit`.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from cases.models import (
    Assignment,
    Case,
    CaseState,
    Channel,
    Escalation,
    Extension,
    Feedback,
    FeedbackDuty,
    Notice,
)
from cases.models.assignment import RUNNING
from cases.models.case import UNDER_WAY
from cases.selectors.lights import with_part_light
from cases.selectors.parts import (
    open_difficulties,
    open_duties,
    returned_reports,
    unanswered_notices,
)
from duban.org.actor import Actor
from duban.org.roles import OFFICE

_CLOCK_TEXT = ("clock__computation", "clock__thresholds")


def own_parts(actor: Actor, at: datetime) -> QuerySet[Assignment]:
    """The running parts of the actor's unit, each with its light; the first due first."""
    rows = Assignment.objects.visible_to(actor).of_unit(actor.unit_id).running()
    return (
        with_part_light(rows, at)
        .select_related("case", "clock")
        .defer(*_CLOCK_TEXT)
        .order_by("clock__due_at", "pk")
    )


def own_unsigned(actor: Actor, at: datetime, *, limit: int) -> list[Assignment]:
    return list(own_parts(actor, at).filter(state="delivered")[:limit])


def own_duties(actor: Actor, *, limit: int) -> list[FeedbackDuty]:
    """Reports owed on what is signed for; before that 签收 comes first."""
    rows = open_duties().filter(
        assignment__in=_own(actor).exclude(state="delivered"), assignment__state__in=RUNNING
    )
    rows = rows.select_related("assignment__case", "obligation__clock")
    rows = rows.defer(*[f"obligation__{name}" for name in _CLOCK_TEXT])
    return list(rows.order_by("obligation__clock__due_at", "pk")[:limit])


def own_returned(actor: Actor, *, limit: int) -> list[Feedback]:
    rows = returned_reports().filter(assignment__in=_own(actor))
    return list(rows.select_related("assignment__case").order_by("pk")[:limit])


def own_drafts(actor: Actor, *, limit: int) -> list[Feedback]:
    rows = Feedback.objects.filter(
        assignment__in=_own(actor), state="draft", assignment__state__in=RUNNING
    )
    return list(rows.select_related("assignment__case").order_by("-pk")[:limit])


def own_notices(actor: Actor, *, limit: int) -> list[Notice]:
    rows = unanswered_notices().filter(assignment__in=_own(actor))
    rows = rows.select_related("case", "clock").defer(*_CLOCK_TEXT)
    return list(rows.order_by("clock__due_at", "pk")[:limit])


def own_counters(actor: Actor, *, limit: int) -> list[Extension]:
    """Another date was proposed; the unit answers (LZ-A-9b)."""
    rows = Extension.objects.filter(assignment__in=_own(actor), state="counter_proposed")
    return list(rows.select_related("assignment__case").order_by("pk")[:limit])


def _own(actor: Actor) -> QuerySet[Assignment]:
    return Assignment.objects.visible_to(actor).of_unit(actor.unit_id)


def supervised(actor: Actor) -> QuerySet[Case]:
    """Matters that are this actor's to see to, of those it may read."""
    rows = Case.objects.visible_to(actor).filter(office_id=actor.office_id)
    return rows if actor.has(*OFFICE) else rows.filter(supervisor_id=actor.unit_id)


def _supervises(actor: Actor, path: str) -> Exists:
    """Asked of each candidate row: what waits is little, what is supervised is everything."""
    return Exists(supervised(actor).filter(pk=OuterRef(path)))


def difficulties(actor: Actor, *, limit: int) -> list[Feedback]:
    rows = open_difficulties().filter(_supervises(actor, "assignment__case"))
    rows = rows.select_related("assignment__case", "assignment__unit")
    return list(rows.order_by("submitted_at")[:limit])


def reported_parts(actor: Actor, *, limit: int) -> list[Assignment]:
    """Co-units that say they are done; the lead's word goes through the closure chain."""
    rows = Assignment.objects.filter(
        _supervises(actor, "case"), kind="co", state="reported_done"
    ).select_related("case", "unit")
    return list(rows.order_by("reported_done_at")[:limit])


def replied_notices(actor: Actor, *, limit: int) -> list[Notice]:
    rows = Notice.objects.filter(_supervises(actor, "case"), state="replied")
    rows = rows.select_related("case", "assignment__unit")
    return list(rows.order_by("replied_at")[:limit])


def proposed_rungs(actor: Actor, *, limit: int) -> list[Escalation]:
    """Rungs of the ladder that wait for a word; what is proposed is the 督查室's alone."""
    rows = Escalation.objects.filter(_supervises(actor, "case"), state="proposed")
    if not actor.has(*OFFICE):
        rows = rows.exclude(does="propose")
    related = rows.select_related("case__pack_version", "assignment__unit")
    return list(related.order_by("moment", "pk")[:limit])


def unreceipted(actor: Actor, *, limit: int) -> list[Assignment]:
    """Sent on paper, the receipt not registered: no clock runs yet (CZ-3.1c)."""
    rows = Assignment.objects.filter(
        _supervises(actor, "case"),
        case__state__in=UNDER_WAY,
        state="issued",
        channel=Channel.PAPER,
    ).select_related("case", "unit")
    return list(rows.order_by("case__assigned_at", "pk")[:limit])


def in_state(actor: Actor, state: CaseState, *, limit: int) -> list[Case]:
    rows = supervised(actor).filter(state=state).select_related("lead_unit")
    return list(rows.order_by(F("registered_at").asc(nulls_last=True), "pk")[:limit])


def resting(actor: Actor, at: datetime, *, limit: int) -> list[Case]:
    """缓办 past the day on which the matter was to go on."""
    rows = supervised(actor).filter(
        state=CaseState.SUSPENDED, resume_on__lte=timezone.localdate(at)
    )
    return list(rows.select_related("lead_unit").order_by("resume_on", "pk")[:limit])


def own_case_drafts(actor: Actor, *, limit: int) -> list[Case]:
    rows = supervised(actor).filter(state=CaseState.DRAFT, registered_by_id=actor.user_id)
    return list(rows.order_by("-pk")[:limit])
