"""What a unit may say now, asked of the pure rules before a form is shown."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from cases.domain.reporting import Report, problems
from cases.models import Assignment, Case, FeedbackKind, FeedbackState


def earlier_kinds(assignment: Assignment) -> tuple[str, ...]:
    """Kinds of what was sent and stands, in order."""
    sent = assignment.feedback.sent().exclude(state=FeedbackState.RETURNED)
    return tuple(sent.order_by("submitted_at").values_list("kind", flat=True))


def lawful_kinds(
    assignment: Assignment, earlier: tuple[str, ...], *, at: datetime
) -> tuple[dict[str, list[str]], list[str]]:
    """For each kind the reasons against it, and what bars every report."""
    found: dict[str, list[str]] = {}
    bars: list[str] = []
    for kind in FeedbackKind.values:
        reasons = problems(_probe(assignment, kind, earlier, at), pack=assignment.pack)
        bars = reasons.get("__all__", [])
        found[kind] = reasons.get("kind", [])
    return found, bars


def _probe(assignment: Assignment, kind: str, earlier: tuple[str, ...], at: datetime) -> Report:
    """A report with everything filled in, so that only its kind and moment are judged."""
    on = timezone.localdate(at)
    return Report(
        kind=kind,
        content="-",
        finished=True,
        expected_on=on,
        expected_person="-",
        problem="-",
        proposal="-",
        earlier=earlier,
        assignment_state=assignment.state,
        assignment_label=assignment.get_state_display(),
        on=on,
    )


def waiting_co_units(case: Case) -> list[str]:
    """Why the lead cannot apply yet (DESIGN 4): the parts that are not done."""
    waiting = [p.unit.label for p in case.parties if not p.is_lead and not p.is_settled]
    return [f"协办单位尚未完成或免予完成：{'、'.join(waiting)}。"] if waiting else []
