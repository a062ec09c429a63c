"""What hangs on a matter, as tables to read: parts, reports, documents, what happened."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from cases.models import Assignment, Attachment, Case, Extension, Feedback, Notice, Turn
from duban.ledger.models import LedgerEntry
from duban.org.actor import Actor
from duban.web.templatetags.duban_web import iso_day, moment

MOST = 100


def tables_of(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """Each in one query, with only what this actor may read."""
    return [
        _table(
            "承办单位",
            ("单位", "类别", "职责", "状态", "期限", "亮灯", "签收时间", "完成时间"),
            _parts(case, actor),
        ),
        _table(
            "反馈", ("报送时间", "单位", "类别", "内容", "状态", "处理意见"), _reports(case, actor)
        ),
        _table(
            "延期申请",
            ("申请时间", "单位", "原期限", "申请延至", "理由", "状态"),
            _extensions(case, actor),
        ),
        _table(
            "缓办、终止、重新办理",
            ("提出时间", "事由", "提出人", "理由", "状态", "批复时间"),
            _turns(case, actor),
        ),
        _table("文书", ("下达时间", "文种", "文号", "单位", "内容", "状态"), _notices(case, actor)),
        _table("过程", ("时间", "动作", "操作人", "说明", "条款"), _events(case, actor)),
    ]


def _table(title: str, headers: tuple[str, ...], rows: list[list[Any]]) -> dict[str, Any]:
    return {"title": title, "count": len(rows), "table": {"headers": headers, "rows": rows}}


def _parts(case: Case, actor: Actor) -> list[list[Any]]:
    now = timezone.now()
    rows = Assignment.objects.visible_to(actor).filter(case=case).select_related("unit", "clock")
    return [
        [
            row.unit.label,
            row.get_kind_display(),
            row.duty_text or "—",
            row.get_state_display(),
            iso_day(row.clock.due_on) if row.clock else iso_day(row.due_on) or "—",
            row.clock.light_label(now) if row.clock else "—",
            moment(row.acknowledged_at) or "—",
            moment(row.reported_done_at) or "—",
        ]
        for row in rows.order_by("-kind", "id")[:MOST]
    ]


def _reports(case: Case, actor: Actor) -> list[list[Any]]:
    rows = Feedback.objects.visible_to(actor).filter(assignment__case=case)
    return [
        [
            moment(row.submitted_at) or "—",
            row.assignment.unit.label,
            row.get_kind_display(),
            row.content[:200] or "—",
            row.get_state_display(),
            row.reply or "—",
        ]
        for row in rows.select_related("assignment__unit")[:MOST]
    ]


def _extensions(case: Case, actor: Actor) -> list[list[Any]]:
    rows = Extension.objects.visible_to(actor).filter(assignment__case=case)
    return [
        [
            moment(row.requested_at),
            row.assignment.unit.label,
            iso_day(row.due_before),
            iso_day(row.proposed_on),
            row.reason[:200],
            row.get_state_display(),
        ]
        for row in rows.select_related("assignment__unit")[:MOST]
    ]


def _turns(case: Case, actor: Actor) -> list[list[Any]]:
    rows = Turn.objects.visible_to(actor).filter(case=case)
    return [
        [
            moment(row.requested_at),
            row.get_kind_display(),
            row.asker,
            row.reason,
            row.get_state_display(),
            moment(row.decided_at) if row.decided_at else "—",
        ]
        for row in rows.select_related("assignment__unit", "requested_by")[:MOST]
    ]


def _notices(case: Case, actor: Actor) -> list[list[Any]]:
    rows = Notice.objects.visible_to(actor).filter(case=case)
    return [
        [
            moment(row.issued_at) or "—",
            row.get_kind_display(),
            row.document.number_text if row.document else "—",
            row.assignment.unit.label,
            row.content[:200],
            row.get_state_display(),
        ]
        for row in rows.select_related("assignment__unit", "document").defer("document__content")[
            :MOST
        ]
    ]


def _events(case: Case, actor: Actor) -> list[list[Any]]:
    """Newest first; the caller has looked the matter up among the visible ones. Files of a draft
    are its unit's alone, and so is the entry that they came.
    """
    shown = Attachment.objects.visible_to(actor).filter(case=case).values("pk")
    hidden = Q(subject_type=Attachment._meta.label_lower) & ~Q(subject_id__in=shown)
    rows = LedgerEntry.objects.filter(case_id=case.pk).exclude(hidden)
    return [
        [
            moment(row.effective_at),
            row.label,
            f"{row.unit_name}{row.post_title} {row.actor_name}".strip(),
            row.note[:200] or "—",
            row.clause or "—",
        ]
        for row in rows.order_by("-effective_at", "-id")[:MOST]
    ]
