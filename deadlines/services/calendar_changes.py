"""Days off are arranged by two people: one proposes what was made public, another confirms it with
the list of every deadline and verdict that moves before the eyes. What follows is carried out in
`calendar_runs`.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from deadlines import calendar_permissions as permissions
from deadlines.announcement.checks import Question, refusals
from deadlines.announcement.found import Found
from deadlines.calendar import WorkingCalendar
from deadlines.confirmed import forget
from deadlines.models import CalendarChange, CalendarRun, ChangeState
from deadlines.moments import day_of
from deadlines.services.calendar_messages import tell_confirmers
from deadlines.services.calendar_plan import Plan, moves, next_number, outdated_clocks, plan_of
from deadlines.services.calendar_previews import freeze, is_large, require_current_preview
from duban.ledger.errors import WHOLE, RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import transition
from duban.org.actor import Actor
from duban.org.models import Office


def calendar_change_propose(
    *,
    office: Office | None,
    found: Found,
    title: str,
    decided_on: date,
    document_no: str = "",
    source: str = "",
    text: str = "",
    by: Actor,
    at: datetime | None = None,
) -> CalendarChange:
    """Put an arrangement forward: national (`office` None), or the own days of an office."""
    at = at or timezone.now()
    if not permissions.may_propose(office.pk if office else None, by):
        raise PermissionDenied("您的岗位不能提出日历变更")
    row = CalendarChange(
        office=office,
        year=found.year,
        title=title.strip()[:200],
        document_no=document_no.strip()[:60],
        decided_on=decided_on,
        source=source.strip()[:500],
        text=text,
        whole=found.whole and office is None,
        days_off={on.isoformat(): name for on, name in found.days_off.items()},
        workdays={on.isoformat(): name for on, name in found.workdays.items()},
    )
    with transaction.atomic():
        plan = plan_of(row, at)
        reasons = _missing(row) or refusals(question_of(plan, found)) or _pending(row)
        if reasons:
            raise RuleViolation(reasons)
        return _put_forward(row, plan, by=by, at=at)


def calendar_adoption_propose(*, by: Actor, at: datetime | None = None) -> CalendarChange:
    """A notice came with a release of the product; let the clocks that count without it follow."""
    at = at or timezone.now()
    if not permissions.may_propose(None, by):
        raise PermissionDenied("您的岗位不能提出日历变更")
    newest = WorkingCalendar.load(day_of(at)).notices[-1]
    row = CalendarChange(
        year=newest.year,
        title=f"启用随版本发布的安排：{newest.title}",
        document_no=newest.document_no,
        decided_on=newest.decided_on,
        source=newest.source,
        adopts=newest.decided_on,
    )
    with transaction.atomic():
        if reasons := _pending(row):
            raise RuleViolation(reasons)
        plan = plan_of(row, at)
        if next(moves(plan), None) is None:
            raise RuleViolation("没有需要随之调整的期限，无需启用")
        return _put_forward(row, plan, by=by, at=at)


def _put_forward(row: CalendarChange, plan: Plan, *, by: Actor, at: datetime) -> CalendarChange:
    row.proposed_by_id, row.proposed_name, row.proposed_at = by.user_id, by.user_name, at
    row.full_clean(exclude=["proposed_by", "office"], validate_constraints=False)
    row.save(force_insert=True)
    record(
        row,
        "propose",
        label=row.step_of("calendar_propose").label,
        by=by,
        at=at,
        office_id=row.office_id,
        changes={
            "title": [None, row.title],
            "days_off": [None, row.days_off],
            "workdays": [None, row.workdays],
        },
    )
    if not is_large(plan):
        freeze(row, plan)
    tell_confirmers(row, at=at)
    return row


def calendar_change_confirm(
    *,
    change: CalendarChange,
    seen: int | None,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> CalendarChange:
    """The second person puts it into force, having read the preview `seen`.

    Raises RecordedRefusal where the world has moved since: a new preview is kept, and the reasons
    name the difference.
    """
    at = at or timezone.now()
    if change.state == ChangeState.PROPOSED and permissions.may_confirm(change, by):
        require_current_preview(change, seen, at)
    try:
        with transition(
            change, "confirm", by=by, at=at, expect=expect, batch=batch_of(change)
        ) as step:
            row = step.subject
            if row.proposed_by_id in by.people:
                raise RuleViolation("提出人不能确认自己提出的日历变更，请由另一人确认。")
            if reasons := _reasons_now(row, at):
                raise RuleViolation(reasons)
            step.run(by=by, at=at, number=next_number(), after=_last_seal())
            CalendarRun.objects.create(change=row)
    except IntegrityError as error:
        raise RuleViolation("刚刚有另一项日历变更生效，请按新的预览核对后再确认。") from error
    forget()
    return change


def calendar_change_withdraw(
    *,
    change: CalendarChange,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> CalendarChange:
    """What was not confirmed comes to nothing; it stays on record."""
    at = at or timezone.now()
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明撤回的理由"]})
    with transition(change, "withdraw", by=by, at=at, expect=expect, note=reason) as step:
        step.run(by=by, at=at, reason=reason.strip()[:500])
    return change


def question_of(plan: Plan, found: Found) -> Question:
    return Question(
        found=found,
        decided_on=plan.change.decided_on,
        today=day_of(plan.at),
        before=plan.before,
        after=plan.after,
        local=plan.change.is_local,
    )


def batch_of(change: CalendarChange) -> uuid.UUID:
    """Under which every entry that follows from the change stands in the ledger."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"calendar-change:{change.pk}")


def adoption_offered(at: datetime) -> bool:
    """Whether clocks still count without the newest notice that came with a release."""
    newest = WorkingCalendar.load(day_of(at)).notices[-1].decided_on
    taken = CalendarChange.objects.filter(
        adopts__gte=newest, state__in=[ChangeState.PROPOSED, ChangeState.CONFIRMED]
    )
    return not taken.exists() and outdated_clocks(newest, at).exists()


def _missing(row: CalendarChange) -> dict[str, list[str]]:
    reasons = {}
    if not row.title:
        reasons["title"] = ["请填写标题"]
    if not row.document_no and not row.source:
        reasons["document_no"] = ["请填写文号，没有文号的填写来源"]
    return reasons


def _pending(row: CalendarChange) -> dict[str, list[str]]:
    """Two proposals about the same days would each be judged without the other."""
    others = CalendarChange.objects.filter(state=ChangeState.PROPOSED)
    scope = Q(office=row.office) if row.office else Q(office__isnull=True)
    for other in others.filter(scope):
        named = {*other.days_off, *other.workdays}
        same = bool(named & {*row.days_off, *row.workdays})
        if same or (other.year == row.year and (other.whole or row.whole or row.adopts)):
            reason = f"“{other.title}”涉及同样的日期，正待确认；请先确认或者撤回"
            return {WHOLE: [reason]}
    return {}


def _reasons_now(row: CalendarChange, at: datetime) -> dict[str, list[str]]:
    """What spoke for it when it was proposed may have changed since."""
    if row.adopts:
        return {}
    reasons = refusals(question_of(plan_of(row, at), row.found))
    return {WHOLE: [text for texts in reasons.values() for text in texts]} if reasons else {}


def _last_seal() -> str:
    last = CalendarChange.objects.confirmed().order_by("-number").values_list("seal").first()
    return last[0] if last else ""
