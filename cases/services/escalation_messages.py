"""Who hears of a rung, beyond those whose desk it comes to."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from cases.models import Assignment, Case, Escalation
from cases.services.messages import tell_people, tell_staff, tell_unit
from duban.org.models import Portfolio, Post, Unit, User
from duban.org.roles import STAFF
from duban.org.selectors import head_of
from duban.rulepacks.schema import Rung


def tell_of_rung(
    assignment: Assignment,
    rung: Rung,
    *,
    at: datetime,
    event: str,
    row: Escalation | None = None,
) -> None:
    """Those whom the pack names for the rung."""
    people = {user.pk: user for role in rung.tells for user in _of_role(assignment, role, at)}
    tell_people(
        people.values(),
        "escalation_told",
        case=assignment.case,
        at=at,
        context={"assignment": assignment, "rung": rung, "row": row},
        event=event,
    )


def tell_of_take_over(row: Escalation, before: Unit, *, at: datetime) -> None:
    """The section that had it, the body that has it now, and the units that answer to it."""
    case, context = row.case, {"row": row, "before": before}
    event = f"take_over:{row.pk}"
    old = _holders(timezone.localdate(at)).filter(unit=before, role__in=STAFF)
    people = User.objects.filter(posts__in=old).distinct()
    template = "supervision_taken_over"
    # The section that had it reads the matter no more: the list, not the matter, is its link.
    url = reverse("cases:list")
    tell_people(people, template, case=case, at=at, context=context, event=event, url=url)
    tell_staff(case, template, at=at, context=context, event=event)
    for part in case.assignments.running().select_related("unit"):
        part.case = case
        tell_unit(part, template, at=at, context=context, event=event)


def tell_refused(row: Escalation, *, at: datetime) -> None:
    context = {"row": row}
    tell_staff(row.case, "escalation_refused", at=at, about=row.assignment, context=context)


def _of_role(assignment: Assignment, role: str, at: datetime) -> list[User]:
    on, case = timezone.localdate(at), assignment.case
    if role == "unit_head":
        head = head_of(assignment.unit, on=on)
        return [head] if head else []
    posts = _holders(on).filter(office_id=case.office_id)
    if role == "supervising_section":
        posts = posts.filter(unit_id=case.supervisor_id, role__in=STAFF)
    else:
        posts = posts.filter(role=role)
    if role == "deputy_leader":
        posts = _in_charge(posts, assignment.unit, on)
    return list(User.objects.filter(posts__in=posts).distinct())


def _holders(on: date) -> QuerySet[Post]:
    return Post.objects.held(on=on).filter(user__is_active=True)


def _in_charge(posts: QuerySet[Post], unit: Unit, on: date) -> QuerySet[Post]:
    """Leaders in charge of the unit or of one above it."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    charges = Portfolio.objects.filter(current, unit_id__in=above, starts_on__lte=on)
    return posts.filter(pk__in=charges.values("post"))


def is_by_office(case: Case) -> bool:
    """Whether the 督查室 itself supervises the matter."""
    return case.supervisor_id == case.office.body_id
