"""Who is told what. Rows only: `duban.notify` delivers them after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.models import Assignment, Case
from deadlines.calendars import known_calendar
from deadlines.office_hours import next_office_moment
from duban.approvals.models import Chain
from duban.approvals.services import posts_of
from duban.notify.services import message_create
from duban.org.models import Delegation, Post, User
from duban.org.roles import OFFICE, STAFF
from duban.org.selectors import head_of, liaisons

# What should not wait for tomorrow's digest: new work, and what stops somebody's work.
OWN_MAIL = frozenset(
    {
        "case_assigned",
        "notice_issued",
        "assignment_returned",
        "deadline_passed",
        "turn_granted",
        "case_resumed",
    }
)


# What the system says by itself, at night too: it arrives when the office opens.
AUTOMATIC = frozenset(
    {"deadline_reminder", "deadline_passed", "escalation_proposed", "escalation_told"}
)


def arrives(template: str, case: Case, at: datetime) -> datetime:
    """When a message is there to be read."""
    return _office_moment(case, at) if template in AUTOMATIC else at


def deliver_after(template: str, case: Case, at: datetime) -> datetime | None:
    """When a mail of its own may leave: in office hours only. None: it waits for the digest."""
    if template not in OWN_MAIL:
        return None
    return _office_moment(case, at)


def _office_moment(case: Case, at: datetime) -> datetime:
    hours = case.pack.hours
    if hours is None or not hours.spans:
        return at
    return next_office_moment(at, known_calendar(at, office_id=case.office_id), hours.spans)


def tell_people(
    people: Iterable[User],
    template: str,
    *,
    case: Case,
    at: datetime,
    context: Mapping[str, Any] | None = None,
    event: str = "",
    url: str = "",
    reminder: bool = False,
) -> None:
    """One message each; the same event to the same person is told once. A reminder counts against
    the weekly budget of the matter's pack.
    """
    message_create(
        event=event or f"{template}:{case.pk}:{at.isoformat()}",
        recipients=list(people),
        template=template,
        context={"case": case, **(context or {})},
        office=case.office,
        url=url or reverse("cases:detail", args=[case.pk]),
        at=arrives(template, case, at),
        case_id=case.pk,
        deliver_after=deliver_after(template, case, at),
        reminder=reminder or template == "deadline_reminder",
        per_week=case.pack.budget.per_week if case.pack.budget else None,
    )


def tell_unit(
    assignment: Assignment,
    template: str,
    *,
    at: datetime,
    context: Mapping[str, Any] | None = None,
    event: str = "",
    reminder: bool = False,
) -> None:
    """The unit's liaisons (CZ-5.3b); a unit without one is told through its head."""
    on = timezone.localdate(at)
    people = liaisons([assignment.unit_id], on=on)
    if not people:
        head = head_of(assignment.unit, on=on)
        people = [head] if head else []
        _warn_of_missing_liaison(assignment, head, at=at)
    tell_people(
        people,
        template,
        case=assignment.case,
        at=at,
        event=event or _event(template, assignment, at),
        context={"assignment": assignment, **(context or {})},
        reminder=reminder,
    )


def _warn_of_missing_liaison(assignment: Assignment, head: User | None, *, at: datetime) -> None:
    """To those who keep posts and accounts of the office, once a day for each unit (CZ-5.3b)."""
    case, unit, on = assignment.case, assignment.unit, timezone.localdate(at)
    posts = Post.objects.held(on=on).filter(
        unit__path__startswith=case.office.root.path,
        role__in=("office_head", "system_admin"),
        user__is_active=True,
    )
    tell_people(
        User.objects.filter(posts__in=posts).distinct(),
        "unit_without_liaison",
        case=case,
        at=at,
        event=f"unit_without_liaison:{unit.pk}:{on}",
        context={"unit": unit, "head": head},
        url=reverse("registry"),
    )


def tell_head(
    assignment: Assignment, template: str, *, at: datetime, context: Mapping[str, Any], event: str
) -> None:
    """The head of the unit on that day (AS-4.1b)."""
    if head := head_of(assignment.unit, on=timezone.localdate(at)):
        tell_people(
            [head],
            template,
            case=assignment.case,
            at=at,
            event=event,
            context={"assignment": assignment, **context},
        )


def tell_staff(
    case: Case,
    template: str,
    *,
    at: datetime,
    about: Assignment | None = None,
    context: Mapping[str, Any] | None = None,
    event: str = "",
) -> None:
    """The supervising section; where nobody sits there, the 督查室."""
    on = timezone.localdate(at)
    posts = Post.objects.held(on=on).filter(office_id=case.office_id, user__is_active=True)
    here = posts.filter(unit_id=case.supervisor_id, role__in=STAFF)
    chosen = here if here.exists() else posts.filter(role__in=OFFICE)
    tell_people(
        User.objects.filter(posts__in=chosen).distinct(),
        template,
        case=case,
        at=at,
        event=event or (_event(template, about, at) if about else ""),
        context={"assignment": about, **(context or {})},
    )


def _event(template: str, assignment: Assignment, at: datetime) -> str:
    """Two units of one matter may be told the same thing at the same moment, by one liaison."""
    return f"{template}:{assignment.case_id}/{assignment.pk}:{at.isoformat()}"


def tell_assigner(case: Case, template: str, *, at: datetime, context: Mapping[str, Any]) -> None:
    """The leader who ordered the matter, where one did (CZ-3.3b)."""
    if case.assigner:
        tell_people([case.assigner.user], template, case=case, at=at, context=context)


def tell_approvers(chain: Chain, *, at: datetime) -> None:
    """Those whose turn it is in the chain."""
    chain = Chain.objects.get(pk=chain.pk)
    step = chain.current
    if step is None or chain.case_id is None:
        return
    posts = posts_of(step, at=at).exclude(user__in=chain.involved)
    standing_in = Delegation.objects.filter(post__in=posts, starts_at__lte=at, ends_at__gt=at)
    people = User.objects.filter(is_active=True).exclude(pk__in=chain.involved)
    tell_people(
        people.filter(Q(posts__in=posts) | Q(delegated_to_me__in=standing_in)).distinct(),
        "approval_awaits",
        case=Case.objects.get(pk=chain.case_id),
        at=at,
        context={"chain": chain, "step": step},
        url=reverse("cases:approvals"),
        event=f"approval:{step.pk}",
    )
