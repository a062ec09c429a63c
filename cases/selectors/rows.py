"""Matters as lists show them: everything a row needs, in two queries a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone

from cases.models import (
    Assignment,
    Case,
    CaseState,
    ClosureRequest,
    Extension,
    ExtensionState,
    Feedback,
    FeedbackKind,
)
from cases.models.assignment import TO_AGREE, AssignmentState
from cases.models.closure import OPEN_CLOSURE
from cases.models.extension import OPEN_EXTENSION
from cases.selectors.lights import AMBER, with_light
from deadlines.calendars import known_calendar
from deadlines.services.overdue import days_late
from duban.approvals.models import ApprovalStep, StepState
from duban.org.actor import Actor
from duban.org.roles import UNIT
from duban.web.parts import Due

# A pack is read through its cache; its text is not fetched with every row.
_PACK_TEXT = tuple(
    f"pack_version__{name}" for name in ("document", "source", "inherited", "overridden")
)


@dataclass(frozen=True)
class Row:
    """One line of a list at one moment."""

    case: Case
    at: datetime

    @cached_property
    def due(self) -> Due | None:
        return due_of_row(self.case, at=self.at)

    @property
    def pending(self) -> str:
        """A request about it is undecided."""
        if self.case.asked:
            return "延期待批"
        return "办结待批" if self.case.applied else ""

    @cached_property
    def co_units(self) -> list[str]:
        return [party.unit.label for party in self.case.listed_parties if party.kind == "co"]

    @cached_property
    def unnamed(self) -> list[str]:
        """Units whose part nobody answers for by name while it runs (CZ-2.2b)."""
        if self.case.is_done or self.case.state == CaseState.TERMINATED:
            return []
        return [
            party.unit.label
            for party in self.case.listed_parties
            if not party.responsible_person and not party.is_settled
        ]

    @property
    def holder(self) -> str:
        """In whose hands it is now (谁手里)."""
        case = self.case
        lead = case.lead_unit.label if case.lead_unit else ""
        if case.state in (CaseState.CLOSED, CaseState.TERMINATED):
            return ""
        if case.asked == ExtensionState.COUNTER_PROPOSED:
            return f"{lead}（答复另提日期）"
        if case.step_label:
            return case.step_label
        if any(party.state == AssignmentState.OBJECTED for party in case.listed_parties):
            return f"{case.supervisor.label}（处理退件）"
        if case.state == CaseState.ASSIGNED:
            late = any(p.is_lead and p.is_unsigned(self.at) for p in case.listed_parties)
            return f"{lead}（{'未按时签收' if late else '待签收'}）"
        if case.state == CaseState.IN_PROGRESS:
            return lead
        word = {CaseState.REGISTERED: "（待交办）", CaseState.COMPLETED: "（待销号）"}
        word[CaseState.SUSPENDED] = "（缓办）"
        return case.supervisor.label + word.get(case.state, "")

    @property
    def latest(self) -> str:
        """The last thing that was reported, in its own words."""
        case = self.case
        if not case.latest_kind:
            return ""
        words = case.latest_content or FeedbackKind(case.latest_kind).label
        return f"{timezone.localdate(case.latest_at).isoformat()} {words}"


def rows_of(ids: Sequence[int], *, actor: Actor, at: datetime) -> list[Row]:
    """The rows with these ids, in this order. The ids come from a list of what is visible."""
    found = {case.pk: case for case in detailed(Case.objects.filter(pk__in=ids), actor, at)}
    return [Row(found[pk], at) for pk in ids if pk in found]


def detailed(rows: QuerySet[Case], actor: Actor, at: datetime) -> QuerySet[Case]:
    """With all that `Row` reads."""
    parties = Assignment.objects.select_related("unit").order_by("-kind", "id")
    return (
        _annotated(with_light(rows, at), actor)
        .select_related("lead_unit", "supervisor", "pack_version", "assigner__user", "office")
        .defer(*_PACK_TEXT)
        .prefetch_related(Prefetch("assignments", parties, to_attr="listed_parties"))
    )


def _annotated(rows: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    asked = Extension.objects.filter(assignment__case=OuterRef("pk"), state__in=OPEN_EXTENSION)
    applied = ClosureRequest.objects.filter(case=OuterRef("pk"), state__in=OPEN_CLOSURE)
    step = ApprovalStep.objects.filter(
        chain__case_id=OuterRef("pk"), chain__closed_at__isnull=True, state=StepState.PENDING
    ).order_by("chain_id", "order")
    reports = Feedback.objects.filter(assignment__case=OuterRef("pk")).sent().order_by("-id")
    # A co-unit reads its own reports only (CZ-3.2d); elsewhere the lead's tell how it stands.
    if actor.has(*UNIT):
        reports = reports.filter(assignment__unit_id=actor.unit_id)
    else:
        reports = reports.filter(assignment__kind="lead")
    return rows.annotate(
        asked=Subquery(asked.values("state")[:1]),
        applied=Exists(applied),
        step_label=Subquery(step.values("label")[:1]),
        latest_kind=Subquery(reports.values("kind")[:1]),
        latest_content=Subquery(reports.values("content")[:1]),
        latest_at=Subquery(reports.values("submitted_at")[:1]),
        due_at=F("clock__due_at"),
        original_due_at=F("clock__original_due_at"),
        provisional=F("clock__provisional"),
        clock_kind=F("clock__kind"),
        clock_started_at=F("clock__started_at"),
    )


_RESTING = {
    CaseState.SUSPENDED: ("paused", "缓办"),
    CaseState.TERMINATED: ("none", "已终止"),
}


def due_of_row(case: Case, *, at: datetime) -> Due | None:
    """The light and the date. Before the clock runs: the date that was named, without a light."""
    pending = "延期待批" if case.asked else "办结待批" if case.applied else ""
    if case.due_at is None:
        return Due("none", case.due_on, word="未起算") if case.due_on else None
    if case.clock_kind == TO_AGREE and not case.is_done:
        started = case.clock_started_at
        return to_agree_due(case.light, case.due_at, started, at=at, office_id=case.office_id)
    if case.state in _RESTING:
        signal, word = _RESTING[case.state]
        return Due(signal, last_day(case.due_at), word=word, at=hour_of(case.due_at))
    if case.light == "done":
        return Due("done", last_day(case.due_at), word=_how_done(case), at=hour_of(case.due_at))
    return running_due(
        case.light,
        case.due_at,
        at=at,
        office_id=case.office_id,
        provisional=bool(case.provisional),
        pending=pending,
    )


def part_due(part: Assignment, *, at: datetime) -> Due:
    """Of one unit's part, with its `light`."""
    clock = part.clock
    if part.is_to_agree:
        return to_agree_due(
            part.light, clock.due_at, clock.started_at, at=at, office_id=clock.office_id
        )
    return running_due(
        part.light,
        clock.due_at,
        at=at,
        office_id=clock.office_id,
        provisional=clock.provisional,
    )


def to_agree_due(
    light: str, due_at: datetime, started_at: datetime, *, at: datetime, office_id: int
) -> Due:
    """待约定: the day by which a date is to be proposed, and for how long none is agreed."""
    first, today = timezone.localdate(started_at), timezone.localdate(at)
    age = known_calendar(at, office_id=office_id).working_days_between(first, today)
    late = due_at <= at
    return Due(
        AMBER if late else light,
        last_day(due_at),
        remaining=None if late else remaining(due_at, at, office_id=office_id),
        word="待约定",
        pending=f"已 {age} 个工作日" + ("，报告时限已过" if late else ""),
    )


def running_due(
    light: str,
    due_at: datetime,
    *,
    at: datetime,
    office_id: int,
    provisional: bool,
    pending: str = "",
) -> Due:
    """A clock that runs: working days left, calendar days late; a request in time stops the count."""
    waiting = light == "waiting"
    late = due_at <= at
    return Due(
        "amber" if waiting else light,
        last_day(due_at),
        remaining=None if waiting else remaining(due_at, at, office_id=office_id),
        unit="calendar_day" if late else "working_day",
        provisional=provisional,
        pending=pending,
        at=hour_of(due_at),
        word="待批" if waiting else "",
    )


def remaining(due_at: datetime, at: datetime, *, office_id: int) -> int:
    """Working days left by the office's own calendar, or calendar days late, negative."""
    if due_at <= at:
        return -days_late(due_at, at)
    today, last = timezone.localdate(at), last_day(due_at)
    return max(known_calendar(at, office_id=office_id).working_days_between(today, last), 0)


def last_day(due_at: datetime) -> date:
    """The last day in time; `due_at` is the first instant after it, or an hour of it."""
    return timezone.localdate(due_at - timedelta(microseconds=1))


def hour_of(due_at: datetime) -> time | None:
    moment = timezone.localtime(due_at).time()
    return moment if moment != time.min else None


def _how_done(case: Case) -> str:
    if case.done_at >= case.due_at:
        return "超期完成"
    return "按期完成" if case.done_at < case.original_due_at else "延期内完成"
