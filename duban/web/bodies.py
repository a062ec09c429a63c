"""A unit registers its own 督查机构 and who works there (CZ-5.3a, AS-4.3b)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor
from duban.org.models import BodyKind, BodyMember, Post, StandingBody, Unit
from duban.org.roles import UNIT_MANAGERS
from duban.web.reference import office_over, reference_save

MAY_REGISTER = UNIT_MANAGERS | {"liaison"}


def may_register_body(actor: Actor) -> bool:
    return actor.unit_id is not None and actor.has(*MAY_REGISTER)


def own_body(actor: Actor, *, on: date) -> StandingBody | None:
    """The 督查机构 of the acting unit."""
    rows = StandingBody.objects.standing(on=on).filter(kind=BodyKind.SUPERVISION_BODY)
    return rows.filter(unit_id=actor.unit_id).first()


@transaction.atomic
def unit_body_register(
    *, name: str, basis: str = "", by: Actor, at: datetime | None = None
) -> StandingBody:
    """Name the unit's 督查机构, or correct what was said of it. Raises RuleViolation by field."""
    at = at or timezone.now()
    _require(by)
    unit = Unit.objects.get(pk=by.unit_id)
    office = office_over(unit)
    if office is None:
        raise RuleViolation("本单位不在任何督查机构所辖范围内，无法登记。")
    on = timezone.localdate(at)
    row = own_body(by, on=on) or StandingBody(
        office=office, kind=BodyKind.SUPERVISION_BODY, unit=unit, established_on=on
    )
    row.name, row.basis = name.strip(), basis.strip()
    reference_save(row=row, by=by, at=at)
    return row


@transaction.atomic
def body_staff_add(*, post: Post, role: str, by: Actor, at: datetime | None = None) -> BodyMember:
    """One of the unit's people works in its 督查机构 from today."""
    at = at or timezone.now()
    _require(by)
    on = timezone.localdate(at)
    body = own_body(by, on=on)
    if body is None:
        raise RuleViolation("请先登记本单位的督查机构。")
    held = Post.objects.held(on=on).filter(pk=post.pk, unit_id=by.unit_id)
    if not held.exists():
        raise RuleViolation({"post": [f"{post.user.name}不是本单位的在任人员。"]})
    row = BodyMember(body=body, user=post.user, role=role, title=post.title, starts_on=on)
    reference_save(row=row, by=by, at=at)
    return row


@transaction.atomic
def body_staff_end(*, member: BodyMember, by: Actor, at: datetime | None = None) -> BodyMember:
    """From today the person works there no more; the row stays, with its last day."""
    at = at or timezone.now()
    _require(by)
    if member.body.unit_id != by.unit_id or member.body.kind != BodyKind.SUPERVISION_BODY:
        raise PermissionDenied("another body's member")
    yesterday = timezone.localdate(at) - timedelta(days=1)
    member.ends_on = max(yesterday, member.starts_on)
    reference_save(row=member, by=by, at=at)
    return member


def _require(by: Actor) -> None:
    if not may_register_body(by):
        raise PermissionDenied("the unit registers its own body")
