"""文书: 立项通知、催办、预警、督办通知书."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.documents import notice_content, registration_content, responsibility_content
from cases.domain.ladder import needs_warning, times_of_notice
from cases.models import Assignment, Case, CaseState, Notice, NoticeKind
from cases.models.notice import ISSUE_STEPS
from cases.services.budget import load_of
from cases.services.messages import tell_staff, tell_unit
from deadlines.calendars import known_calendar
from deadlines.models import Clock, ClockState
from deadlines.services.clocks import clock_open, clock_stop
from duban.documents.models import OfficialDocument
from duban.documents.services import document_issue
from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from duban.org.models import Office
from duban.rulepacks.schema import DocumentKind

# What only reminds: a 督办通知书 is an order, and counts against nobody's budget.
REMINDING = (NoticeKind.URGE, NoticeKind.EARLY_WARNING)
SENDABLE = (NoticeKind.URGE, NoticeKind.EARLY_WARNING, NoticeKind.SUPERVISION)


def number_form(rule: DocumentKind, office: Office) -> str:
    """The number as the pack writes it, with the office's 机关代字; year and seq stand open."""
    return rule.number.replace("{prefix}", office.prefix)


def series(rule: DocumentKind, office: Office) -> str:
    """What names the row of numbers: what stands before 〔year〕, or else the whole form."""
    return number_form(rule, office).removesuffix("〔{year}〕{seq}号")


# What the pack may ask to be produced with the assignment, and how each is written.
WITH_ASSIGN = {
    "registration_notice": registration_content,
    "responsibility_list": responsibility_content,
}


def assignment_documents_issue(*, case: Case, by: Actor, at: datetime) -> list[OfficialDocument]:
    """立项通知 and, where the pack asks for it, 责任清单: one each, to all units (CZ-3.1b, LZ-B-6a)."""
    rules = {kind: rule for kind, rule in case.pack.documents.items() if rule.with_assign}
    return [
        document_issue(
            office=case.office,
            kind=kind,
            prefix=series(rules[kind], case.office),
            form=number_form(rules[kind], case.office),
            build=lambda number, write=write: write(case, on=timezone.localdate(at)),
            layout=rules[kind].layout,
            by=by,
            at=at,
            case_id=case.pk,
        )
        for kind, write in WITH_ASSIGN.items()
        if kind in rules
    ]


@transaction.atomic
def notice_issue(
    *,
    assignment: Assignment,
    kind: NoticeKind,
    content: str,
    by: Actor,
    at: datetime | None = None,
    over_reason: str = "",
) -> Notice:
    """催办, 预警 or 督办通知书 to one unit, with the reply date of the pack.

    A 督办通知书 follows an early warning (CZ-3.4e). `over_reason`: why the unit is reminded though
    its people have had enough of it this week. Raises RuleViolation with every reason.
    """
    at = at or timezone.now()
    # Two notices at the same moment are put in order: the second one meets the cool-down.
    assignment = lock(assignment)
    case = assignment.case
    if not (by.is_system or permissions.is_supervisor(case, by)):
        raise PermissionDenied("only the supervising section sends notices")
    if reasons := notice_problems(assignment, kind, content, at=at):
        raise RuleViolation(reasons)
    if not by.is_system and not over_reason.strip():
        _refuse_above_budget(assignment, kind, at)
    notice = Notice.objects.create(
        case=case,
        assignment=assignment,
        kind=kind,
        content=content.strip(),
        created_by_id=by.user_id,
        created_at=at,
    )
    record(
        notice, "draft", label="起草文书", by=by, at=at, office_id=case.office_id, case_id=case.pk
    )
    with through_the_door(notice, "issue", by=by, at=at, note=_note(content, over_reason)) as step:
        row: Notice = step.subject
        clock = _reply_clock(row, at)
        document = document_issue(
            office=case.office,
            kind=kind,
            prefix=series(row.rule, case.office),
            form=number_form(row.rule, case.office),
            build=lambda number: notice_content(row, clock=clock, on=timezone.localdate(at)),
            layout=row.rule.layout,
            by=by,
            at=at,
            case_id=case.pk,
        )
        step.run(at=at, document=document, clock=clock)
        tell_unit(
            assignment,
            "notice_issued",
            at=at,
            context={"notice": row, "clock": clock},
            reminder=kind in REMINDING,
        )
    return notice


def _note(content: str, over_reason: str) -> str:
    reason = over_reason.strip()
    return f"{content.strip()}\n超过提醒上限仍发送的理由：{reason}" if reason else content.strip()


def _refuse_above_budget(assignment: Assignment, kind: NoticeKind, at: datetime) -> None:
    load = load_of(assignment, at=at) if kind in REMINDING else None
    if load and load.is_full:
        raise RuleViolation({"over_reason": [f"{load.warning}确需再发的，请写明理由。"]})


def notice_problems(
    assignment: Assignment,
    kind: NoticeKind,
    content: str,
    *,
    at: datetime,
    sent: Sequence[Notice] | None = None,
) -> dict[str, list[str]]:
    """Why this notice may not be sent now, by field. `sent`: what went to the unit, where known."""
    found: dict[str, list[str]] = {}
    if kind not in SENDABLE:
        return {"kind": ["请选择催办单、预警或者督办通知书。"]}
    if not content.strip():
        found["content"] = ["请写明内容和要求。"]
    if assignment.case.state == CaseState.SUSPENDED:
        found["assignment"] = ["本事项缓办中，恢复办理后方可发文书。"]
    if not assignment.is_running:
        found["assignment"] = [
            f"{assignment.unit.label}的承办{assignment.get_state_display()}，无需再发文书。"
        ]
    if sent is None:
        sent = list(assignment.notices.exclude(state="draft"))
    kinds = [notice.kind for notice in sent]
    if not warned(assignment, kind, kinds):
        clause = assignment.pack.steps["supervise"].clause
        found["kind"] = [f"下达督办通知书前应先提出预警（{clause}）。"]
    last, again = cool_down(assignment, kind, sent, at=at)
    if again and timezone.localdate(at) < again:
        act = assignment.pack.steps[ISSUE_STEPS[kind]].label
        found["kind"] = [f"{last}已{act}（共{kinds.count(kind)}次），{again}起方可再次{act}。"]
    return found


def warned(assignment: Assignment, kind: NoticeKind, kinds: Sequence[str] | None = None) -> bool:
    """Whether the 预警 that a 督办通知书 has to follow is out, where the pack asks for one (CZ-3.4e)."""
    if kind != NoticeKind.SUPERVISION or not needs_warning(assignment.pack):
        return True
    if kinds is None:
        kinds = list(assignment.notices.exclude(state="draft").values_list("kind", flat=True))
    return NoticeKind.EARLY_WARNING in kinds


def cool_down(
    assignment: Assignment, kind: NoticeKind, sent: Sequence[Notice], *, at: datetime
) -> tuple[date | None, date | None]:
    """When the last of the kind went out, and from which day another one may."""
    wait = assignment.pack.documents[kind].cool_down
    days = [n.issued_at for n in sent if n.kind == kind and n.issued_at]
    if not wait or not days:
        return None, None
    last = timezone.localdate(max(days))
    return last, known_calendar(at, office_id=assignment.case.office_id).add_working_days(
        last, wait
    )


def _reply_clock(notice: Notice, at: datetime) -> Clock | None:
    limit_id, pack, case = notice.rule.reply_limit, notice.pack, notice.case
    if limit_id is None:
        return None
    return clock_open(
        office=case.office,
        unit=notice.assignment.unit,
        kind=limit_id,
        label=f"{notice.get_kind_display()}回复期限",
        limit=pack.limits[limit_id],
        start=at,
        pack=times_of_notice(pack, case.importance, notice.kind),
        at=at,
        case_id=case.pk,
        subject=case.title,
    )


def notice_receipt(
    *, notice: Notice, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Notice:
    at = at or timezone.now()
    with through_the_door(notice, "receipt", by=by, at=at, expect=expect) as step:
        step.run(at=at)
    return notice


def notice_reply(
    *, notice: Notice, reply: str, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Notice:
    """回复: stops the reply clock."""
    at = at or timezone.now()
    if not reply.strip():
        raise RuleViolation({"reply": ["请填写回复内容。"]})
    with through_the_door(notice, "give_reply", by=by, at=at, expect=expect) as step:
        row: Notice = step.subject
        _stop(row, at=at, by=by)
        step.run(at=at, reply=reply.strip())
        tell_staff(row.case, "notice_replied", at=at, about=row.assignment, context={"notice": row})
    return notice


def notice_settle(
    *, notice: Notice, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Notice:
    at = at or timezone.now()
    with through_the_door(notice, "settle", by=by, at=at, expect=expect) as step:
        row: Notice = step.subject
        _stop(row, at=at, by=by)
        step.run(at=at)
    return notice


def notices_close(*, assignment: Assignment, at: datetime, by: Actor) -> None:
    """Once the part is settled no reply is waited for; one may still be given."""
    for notice in assignment.notices.exclude(clock=None).select_related("clock"):
        _stop(notice, at=at, by=by)


def _stop(notice: Notice, *, at: datetime, by: Actor) -> None:
    if notice.clock and notice.clock.state != ClockState.STOPPED:
        clock_stop(clock=notice.clock, at=at, by=by)


def notices_many(
    *,
    assignments: list[Assignment],
    content: str,
    by: Actor,
    at: datetime | None = None,
    over_reason: str = "",
) -> list[tuple[Assignment, list[str]]]:
    """Bulk 催办: each unit by itself, with its own answer."""
    at = at or timezone.now()
    answers: list[tuple[Assignment, list[str]]] = []
    for assignment in assignments:
        try:
            notice_issue(
                assignment=assignment,
                kind=NoticeKind.URGE,
                content=content,
                by=by,
                at=at,
                over_reason=over_reason,
            )
            answers.append((assignment, []))
        except RuleViolation as refusal:
            answers.append((assignment, refusal.texts))
        except PermissionDenied:
            answers.append((assignment, ["您不是本事项的督办科室，不能催办。"]))
    return answers
