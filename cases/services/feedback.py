"""反馈: what a unit reports on its part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.reporting import Report, problems
from cases.models import Assignment, Feedback, FeedbackKind, FeedbackState
from cases.services.duties import duty_fulfil
from cases.services.fields import require_fields
from cases.services.messages import tell_assigner, tell_staff, tell_unit
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor


@dataclass(frozen=True)
class Words:
    """What the reporter filled in."""

    kind: str
    content: str = ""
    finished: bool = False
    expected_on: date | None = None
    expected_person: str = ""
    problem: str = ""
    proposal: str = ""


@transaction.atomic
def feedback_draft(
    *,
    assignment: Assignment,
    words: Words,
    by: Actor,
    at: datetime | None = None,
    feedback: Feedback | None = None,
    expect: int | None = None,
) -> Feedback:
    """Keep a draft; one's own unit only, and only while work runs."""
    at = at or timezone.now()
    if not permissions.works_for(assignment, by):
        raise PermissionDenied("only the unit reports on its part")
    if not assignment.is_running:
        raise RuleViolation(f"承办{assignment.get_state_display()}，不再接收反馈。")
    if words.kind not in FeedbackKind.values:
        raise RuleViolation({"kind": ["请选择反馈类别。"]})
    if feedback is not None:
        row = lock(feedback)
        if row.assignment_id != assignment.pk:
            raise PermissionDenied("the draft is another part's")
        if expect is not None and row.version != expect:
            raise StaleVersion(seen=expect, now=row.version)
        if row.state != FeedbackState.DRAFT:
            raise RuleViolation("该反馈已报送，不能再修改；如有新情况请另行反馈。")
        row.version += 1
    else:
        row = Feedback(assignment=assignment, created_by_id=by.user_id, created_at=at)
    for name in Words.__dataclass_fields__:
        setattr(row, name, getattr(words, name))
    require_fields(row)
    row.save()
    return row


def feedback_submit(
    *, feedback: Feedback, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Feedback:
    """报送: the order and contents the pack asks for are checked, its duties are met."""
    at = at or timezone.now()
    with through_the_door(feedback, "submit", by=by, at=at, expect=expect) as step:
        row: Feedback = step.subject
        # Two reports of one unit at the same moment are put in order by the assignment's lock.
        assignment = lock(row.assignment)
        if reasons := problems(_report(row, assignment, at), pack=row.pack):
            raise RuleViolation(reasons)
        step.run(at=at)
        duty_fulfil(feedback=row, at=at, by=by)
        _tell(row, at)
    return feedback


def feedback_send(
    *, assignment: Assignment, words: Words, by: Actor, at: datetime | None = None
) -> Feedback:
    """Write and send in one act."""
    at = at or timezone.now()
    with transaction.atomic():
        row = feedback_draft(assignment=assignment, words=words, by=by, at=at)
        return feedback_submit(feedback=row, by=by, at=at)


def feedback_no_change(
    *, assignment: Assignment, by: Actor, at: datetime | None = None
) -> Feedback:
    """无变化: one tap, signed."""
    return feedback_send(
        assignment=assignment, words=Words(kind=FeedbackKind.NO_CHANGE), by=by, at=at
    )


def feedback_accept(
    *,
    feedback: Feedback,
    by: Actor,
    at: datetime | None = None,
    reply: str = "",
    expect: int | None = None,
) -> Feedback:
    at = at or timezone.now()
    with through_the_door(feedback, "accept", by=by, at=at, expect=expect, note=reply) as step:
        step.run(at=at, reply=reply.strip())
    return feedback


def feedback_return(
    *,
    feedback: Feedback,
    reply: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Feedback:
    """退回: with the reason; what was sent stays on record as it was."""
    at = at or timezone.now()
    if not reply.strip():
        raise RuleViolation({"reply": ["请写明退回理由。"]})
    with through_the_door(feedback, "send_back", by=by, at=at, expect=expect, note=reply) as step:
        step.run(at=at, reply=reply.strip())
        row: Feedback = step.subject
        tell_unit(row.assignment, "feedback_returned", at=at, context={"feedback": row})
    return feedback


@transaction.atomic
def feedback_discard(*, feedback: Feedback, by: Actor) -> None:
    """Throw a draft away."""
    row = lock(feedback)
    if not permissions.reports(row, by):
        raise PermissionDenied("only the unit discards its draft")
    if row.state != FeedbackState.DRAFT:
        raise RuleViolation("该反馈已报送，不能删除。")
    row.delete()


def _report(row: Feedback, assignment: Assignment, at: datetime) -> Report:
    earlier = assignment.feedback.sent().exclude(pk=row.pk).exclude(state=FeedbackState.RETURNED)
    return Report(
        kind=row.kind,
        content=row.content,
        finished=row.finished,
        expected_on=row.expected_on,
        expected_person=row.expected_person,
        problem=row.problem,
        proposal=row.proposal,
        earlier=tuple(earlier.order_by("submitted_at").values_list("kind", flat=True)),
        assignment_state=assignment.state,
        assignment_label=assignment.get_state_display(),
        on=timezone.localdate(at),
    )


def _tell(row: Feedback, at: datetime) -> None:
    case, context = row.assignment.case, {"feedback": row}
    if row.kind == FeedbackKind.DIFFICULTY:
        # CZ-3.3b: to the section and to the leader who assigned the matter.
        tell_staff(case, "difficulty_reported", at=at, about=row.assignment, context=context)
        tell_assigner(
            case, "difficulty_reported", at=at, context={"assignment": row.assignment, **context}
        )
    elif row.kind != FeedbackKind.NO_CHANGE:
        tell_staff(case, "feedback_submitted", at=at, about=row.assignment, context=context)
