"""Conditions on one unit's part of a matter: its state, its light, what it owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Assignment, AssignmentState, Feedback, FeedbackDuty, Notice
from cases.models.assignment import RUNNING, TO_AGREE
from cases.selectors.lights import part_lights
from deadlines.models import ClockState
from deadlines.moments import day_end, day_start

STATES = {
    "running": "在办",
    AssignmentState.DELIVERED.value: AssignmentState.DELIVERED.label,
    AssignmentState.ACKNOWLEDGED.value: AssignmentState.ACKNOWLEDGED.label,
    AssignmentState.REPORTED_DONE.value: AssignmentState.REPORTED_DONE.label,
    AssignmentState.OBJECTED.value: AssignmentState.OBJECTED.label,
    AssignmentState.ISSUED.value: AssignmentState.ISSUED.label,
    "unsigned": "未按时签收",
    "to_agree": "待约定时限",
}
DUTIES = {"owed": "有应报未报", "late": "反馈超期"}
NOTICES = {"unanswered": "有文书待回复"}
FEEDBACK = {"difficulty": "困难报告待处理", "submitted": "反馈待审", "returned": "反馈被退回"}


@dataclass(frozen=True)
class PartFilters:
    """All of one part; empty means not asked."""

    unit: int | None = None
    state: str = ""
    light: str = ""
    duty: str = ""
    notice: str = ""
    feedback: str = ""
    due_from: date | None = None
    due_to: date | None = None

    @property
    def is_about_work(self) -> bool:
        """Met only by parts that run, or by what waits for an answer while they do."""
        waits = self.light or self.duty or self.notice or self.feedback in ("returned",)
        waits = waits or self.due_from or self.due_to
        work = ("running", "unsigned", "to_agree", AssignmentState.OBJECTED, *RUNNING)
        return bool(waits) or self.state in work


def parts_matching(asked: PartFilters, *, at: datetime) -> QuerySet[Assignment]:
    """Assignments that meet every filter, of all matters: the caller narrows to what is visible."""
    rows = Assignment.objects.all()
    if asked.unit:
        rows = rows.filter(unit_id=asked.unit)
    if asked.state:
        rows = rows.filter(in_state(asked.state, at))
    if asked.light:
        rows = rows.filter(part_lights(at)[asked.light])
    if asked.due_from or asked.due_to:
        rows = rows.filter(_due_between(asked.due_from, asked.due_to))
    if asked.duty:
        rows = rows.filter(owes_report(at, late=asked.duty == "late"))
    if asked.notice:
        rows = rows.filter(Exists(unanswered_notices().filter(assignment=OuterRef("pk"))))
    if asked.feedback:
        rows = rows.filter(_feedback(asked.feedback))
    return rows.order_by()


def in_state(state: str, at: datetime) -> Q:
    """A state of a part, or one of the words for what its state and clock say together."""
    if state == "unsigned":
        return Q(state=AssignmentState.DELIVERED, sign_by_at__lte=at)
    if state == "to_agree":
        return Q(state__in=RUNNING, clock__kind=TO_AGREE)
    return Q(state__in=RUNNING) if state == "running" else Q(state=state)


def _due_between(first: date | None, last: date | None) -> Q:
    """The clock of the part runs, and its last day lies there; days included."""
    found = Q(clock__state=ClockState.RUNNING)
    if first:
        found &= Q(clock__due_at__gt=day_start(first))
    if last:
        found &= Q(clock__due_at__lte=day_end(last))
    return found


def owes_report(at: datetime, *, late: bool = False) -> Q:
    owed = open_duties().filter(assignment=OuterRef("pk"))
    if late:
        owed = owed.filter(obligation__clock__due_at__lte=at)
    return Q(Exists(owed))


def open_duties() -> QuerySet[FeedbackDuty]:
    """Reports owed and not sent."""
    return FeedbackDuty.objects.owed()


def unanswered_notices() -> QuerySet[Notice]:
    """Notices that want a reply and have none."""
    return Notice.objects.filter(state__in=["issued", "receipted"], clock__state="running")


def open_difficulties() -> QuerySet[Feedback]:
    """Difficulty reports that nobody has answered (CZ-3.3b)."""
    return Feedback.objects.filter(kind="difficulty_report", state="submitted")


def returned_reports() -> QuerySet[Feedback]:
    """Reports sent back, with nothing sent since, of parts that still run."""
    later = Feedback.objects.filter(assignment=OuterRef("assignment"), pk__gt=OuterRef("pk"))
    return Feedback.objects.filter(
        ~Exists(later.sent()), state="returned", assignment__state__in=RUNNING
    )


def _feedback(asked: str) -> Q:
    rows = {
        "difficulty": open_difficulties,
        "submitted": lambda: Feedback.objects.filter(state="submitted").exclude(kind="no_change"),
        "returned": returned_reports,
    }[asked]()
    return Q(Exists(rows.filter(assignment=OuterRef("pk"))))
