"""明查和暗访: planned, recorded, released. A 暗访 is not spoken of before its release (LZ-B-13b)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases import visit_permissions as permissions
from cases.models import Visit, VisitKind, VisitMember
from cases.services.fields import field_problems
from cases.services.visit_days import visit_count
from duban.ledger.errors import RuleViolation
from duban.ledger.record import difference, record, snapshot
from duban.ledger.transition import transition as through_the_door
from duban.notify.services import message_create
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit, User
from duban.org.selectors import head_of, liaisons


@transaction.atomic
def visit_plan(
    *,
    kind: VisitKind,
    unit: Unit,
    planned_on: date,
    plan: str,
    members: Sequence[Post],
    by: Actor,
    at: datetime | None = None,
) -> Visit:
    """Who goes where, when and to look at what. The unit hears of a 明查 only (LZ-B-13b).

    Raises RuleViolation with every reason.
    """
    at = at or timezone.now()
    if not permissions.may_plan(by):
        raise PermissionDenied("visits are planned by the office's staff")
    office = Office.objects.select_related("root").get(pk=by.office_id)
    row = Visit(
        office=office,
        kind=kind,
        unit=unit,
        planned_on=planned_on,
        plan=plan.strip(),
        planned_by_id=by.user_id,
        planned_by_unit_id=by.unit_id,
        created_at=at,
    )
    if reasons := _reasons_against(row, members, at=at):
        raise RuleViolation(reasons)
    row.save()
    VisitMember.objects.bulk_create([VisitMember(visit=row, post=post) for post in members])
    step = row.step_of("visit_plan")
    record(
        row,
        "plan",
        label=step.label,
        by=by,
        at=at,
        office_id=office.pk,
        clause=step.clause,
        pack_version_id=row.pack_version.pk if row.pack_version else None,
        changes=difference({}, snapshot(row)) | {"members": [None, [post.pk for post in members]]},
    )
    _tell_members(row, "visit_planned", members, at=at)
    if kind == VisitKind.ANNOUNCED:
        _tell_unit(row, "visit_announced", at=at)
    return row


def _reasons_against(row: Visit, members: Sequence[Post], *, at: datetime) -> dict[str, list[str]]:
    found = field_problems(row, "kind", "plan")
    today = timezone.localdate(at)
    if row.pack_version is None:
        found["__all__"] = ["本督查机构尚未启用规则包，不能安排检查。"]
    if not row.plan:
        found["plan"] = ["请写明检查内容。"]
    if row.planned_on < today:
        found["planned_on"] = [f"计划日期不能早于今天（{today}）。"]
    if not row.unit.path.startswith(row.office.root.path) or row.unit_id == row.office.root_id:
        found["unit"] = ["被查单位须是本督查机构所辖的单位。"]
    elif not row.unit.is_active(on=row.planned_on):
        found["unit"] = [f"{row.unit.name}在该日不是现有单位。"]
    if "unit" not in found and (reasons := _unfit(row, members)):
        found["members"] = reasons
    return found


def _unfit(row: Visit, members: Sequence[Post]) -> list[str]:
    """Why somebody may not go; empty when all may."""
    if not members:
        return ["请至少选择一名检查人员。"]
    inside = row.unit.path
    held = set(
        Post.objects.held(on=row.planned_on)
        .filter(pk__in=[post.pk for post in members])
        .values_list("pk", flat=True)
    )
    reasons = []
    for post in members:
        if not post.unit.path.startswith(row.office.root.path):
            reasons.append(f"{post.user.name}不是本督查机构所辖的人员。")
        elif post.pk not in held:
            reasons.append(f"{post.user.name}在计划日期不在任。")
        elif post.unit.path.startswith(inside):
            reasons.append(f"{post.user.name}是被查单位的人员，不能参加。")
    return reasons


def visit_record(
    *,
    visit: Visit,
    visited_on: date,
    result: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Visit:
    """What was found, written by one who went or by the section that sent them."""
    at = at or timezone.now()
    with through_the_door(visit, "record_result", by=by, at=at, expect=expect) as step:
        row: Visit = step.subject
        found = {} if result.strip() else {"result": ["请填写检查情况。"]}
        if visited_on > timezone.localdate(at):
            found["visited_on"] = ["检查日期不能晚于今天。"]
        if visited_on < timezone.localdate(row.created_at):
            found["visited_on"] = ["检查日期不能早于安排检查的日期。"]
        if found:
            raise RuleViolation(found)
        step.run(by=by, at=at, visited_on=visited_on, result=result.strip())
        visit_count(visit=row, at=at)
    return visit


def visit_release(
    *, visit: Visit, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Visit:
    """From now on the visited unit reads of it, a 暗访 too, and is told."""
    at = at or timezone.now()
    with through_the_door(visit, "release", by=by, at=at, expect=expect) as step:
        step.run(at=at)
        _tell_unit(step.subject, "visit_released", at=at)
    return visit


def visit_cancel(
    *, visit: Visit, reason: str, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Visit:
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明取消的原因。"]})
    with through_the_door(visit, "cancel", by=by, at=at, expect=expect, note=reason) as step:
        row: Visit = step.subject
        step.run(reason=reason.strip())
        members = [member.post for member in row.members.select_related("post__user")]
        _tell_members(row, "visit_cancelled", members, at=at)
        if row.kind == VisitKind.ANNOUNCED:
            _tell_unit(row, "visit_cancelled", at=at)
    return visit


def _tell_members(visit: Visit, template: str, members: Sequence[Post], *, at: datetime) -> None:
    _tell(visit, template, [post.user for post in members if post.user.is_active], at=at)


def _tell_unit(visit: Visit, template: str, *, at: datetime) -> None:
    """The unit's liaisons (CZ-5.3b); without one, its head."""
    on = timezone.localdate(at)
    people = liaisons([visit.unit_id], on=on)
    if not people and (head := head_of(visit.unit, on=on)):
        people = [head]
    _tell(visit, template, people, at=at)


def _tell(visit: Visit, template: str, people: Sequence[User], *, at: datetime) -> None:
    message_create(
        event=f"{template}:visit{visit.pk}:{at.isoformat()}",
        recipients=people,
        template=template,
        context={"visit": visit},
        office=visit.office,
        url=reverse("cases:visit", args=[visit.pk]),
        at=at,
    )
