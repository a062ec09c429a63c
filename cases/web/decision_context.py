"""Everything needed to decide, on one screen: what is asked, what is known, what the rules say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from cases.models import (
    Agreement,
    Case,
    ClosureRequest,
    Escalation,
    Extension,
    Feedback,
    HandlingPlan,
    NoticeState,
    Turn,
    TurnKind,
)
from cases.services.closures import grade_suggestion, record_of
from cases.services.turn_rules import parts_to_take_up
from cases.web.agreement_context import agreed_context
from cases.web.detail_facts import evidence_labels
from cases.web.detail_facts import facts as case_facts
from cases.web.detail_history import chain_steps
from cases.web.due import due_of, original_day, pending_mark
from cases.web.extension_context import extension_facts
from cases.web.registration_context import registration_context
from deadlines.models import Clock
from deadlines.sheet import long_day
from duban.approvals.models import Chain
from duban.org.actor import Actor
from duban.rulepacks.schema import Grade
from duban.web.parts import Fact

LAST_REPORTS = 3


@dataclass(frozen=True)
class GradeRow:
    """A grade with its criteria, what it asks for, and whether that is there."""

    key: str
    grade: Grade
    suggested: bool
    evidence: list[tuple[str, bool]]


def decision_context(
    owner: Case | Extension | ClosureRequest | Escalation | Turn | Agreement | HandlingPlan,
    chain: Chain,
    case: Case,
    *,
    actor: Actor,
    at: datetime,
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "case": case,
        "owner": owner,
        "kind": chain.kind,
        "steps": chain_steps(chain),
        "case_facts": case_facts(case),
        "parties": case.parties,
        "evidence_labels": evidence_labels(case),
    }
    if isinstance(owner, Case):
        return context | registration_context(owner, actor=actor, at=at)
    if isinstance(owner, Extension):
        return context | _extension(owner, actor, at)
    if isinstance(owner, Agreement | HandlingPlan):
        return context | agreed_context(owner, actor=actor, at=at)
    if isinstance(owner, Escalation):
        return context | _escalation(owner, at)
    if isinstance(owner, Turn):
        return context | _turn(owner, at)
    return context | _closure(owner, at)


def _extension(row: Extension, actor: Actor, at: datetime) -> dict[str, Any]:
    part = row.assignment
    earlier = part.extensions.exclude(pk=row.pk).order_by("requested_at")
    return {
        "asked": extension_facts(row, actor=actor, at=at),
        "earlier": list(earlier),
        "extension": row,
        "moved": part,
        "due": due_of(part.clock, at=at, pending=pending_mark(part, [row], []), sheet=True),
        "files": list(row.attachments.all()),
        "reports": _reports(part.case, part.unit_id),
        "notices": _notices(part.case),
    }


def _turn(row: Turn, at: datetime) -> dict[str, Any]:
    """缓办, 终止, 重新办理: what is asked for, and what becomes of the limit."""
    case, lead = row.case, row.case.lead
    found = [
        Fact("提出人", f"{row.asker}（{timezone.localtime(row.requested_at):%Y-%m-%d %H:%M}）"),
        Fact("同意后", AFTER[TurnKind(row.kind)], wide=True),
    ]
    if row.expected_on:
        found.insert(1, Fact("预计恢复", long_day(row.expected_on)))
    if row.kind == TurnKind.REOPENING:
        found += _anew(row)
    clock = lead.clock if lead else None
    return {
        "turn": row,
        "asked": found,
        "due": due_of(clock, at=at, sheet=True) if clock else None,
        "reports": _reports(case, lead.unit_id) if lead else [],
        "notices": _notices(case),
    }


AFTER = {
    TurnKind.SUSPENSION: "自批准当日起不计期限、不作超期，恢复办理后接着计算。",
    TurnKind.TERMINATION: "全部承办和时限终止，单独统计，不计为办结。",
    TurnKind.REOPENING: "进入下一轮办理，另行计算期限；原来的结论和评价保留。",
}


def _anew(row: Turn) -> list[Fact]:
    limit = long_day(row.due_on) if row.due_on else "批准次日起按本事项的规定时限计算"
    units = [part.unit.label for part in parts_to_take_up(row.case, row.parts)]
    return [
        Fact("重新办理的期限", limit),
        Fact("重新办理的单位", "、".join(units)),
        Fact("原办理结果", row.case.result, wide=True, note=row.case.grade_label),
    ]


def _escalation(row: Escalation, at: datetime) -> dict[str, Any]:
    part, rule = row.assignment, row.rule
    found = [
        Fact("提请事项", row.label, note=rule.clause),
        Fact("承办单位", part.unit.name),
        Fact("现督办科室", row.case.supervisor.name),
        Fact("报请人", row.acted_by.name if row.acted_by else ""),
    ]
    if row.does == "take_over":
        after = f"{row.case.office.body.name}（承办单位、要求和期限不变）"
        found.insert(3, Fact("同意后督办", after))
    if rule.quote:
        found.append(Fact("依据", rule.quote, wide=True))
    return {
        "asked": found,
        "escalation": row,
        "grounds": [line for line in row.grounds.splitlines() if line],
        "due": due_of(part.clock, at=at, pending=pending_mark(part, [], []), sheet=True),
        "reports": _reports(row.case, part.unit_id),
        "notices": _notices(row.case),
    }


def _closure(row: ClosureRequest, at: datetime) -> dict[str, Any]:
    known, clock = record_of(row), row.assignment.clock
    suggestion = grade_suggestion(row)
    files = list(row.attachments.all())
    kinds = {one.evidence_kind for one in files}
    done = f"{timezone.localtime(known.done_at):%Y-%m-%d %H:%M}"
    verdict = "超过期限" if known.is_late else "期限内"
    found = [
        Fact("申请单位", row.assignment.unit.name),
        Fact("申请时间", done, note=f"{verdict}；获同意的以此时为完成时间"),
        Fact("期限", long_day(clock.due_on) if clock else "", note=_extended(clock)),
        Fact("反馈", f"{known.reports} 次"),
        Fact("催办、督办", f"催办 {known.urged} 次，督办通知书 {known.supervised} 次"),
    ]
    return {
        "asked": found,
        "closure": row,
        "late": known.is_late,
        "suggestion": suggestion,
        "suggested": row.pack.grades[suggestion.grade].label if suggestion else "",
        "grades": [
            _grade_row(key, grade, suggestion.grade if suggestion else "", kinds)
            for key, grade in row.pack.grades.items()
        ],
        "files": files,
        "reports": _reports(row.case, row.assignment.unit_id),
        "notices": _notices(row.case),
        "due": due_of(clock, at=at, pending=pending_mark(row.assignment, [], [row])),
    }


def _extended(clock: Clock | None) -> str:
    first = original_day(clock)
    return f"延期后；原期限 {first}" if first else ""


def _grade_row(key: str, grade: Grade, suggested: str, kinds: set[str]) -> GradeRow:
    wanted = [(choice.label, kind in kinds) for kind, choice in grade.evidence.items()]
    return GradeRow(key, grade, key == suggested, wanted)


def _reports(case: Case, unit_id: int) -> list[Feedback]:
    """What the unit said last."""
    rows = Feedback.objects.filter(assignment__case=case, assignment__unit_id=unit_id).sent()
    return list(rows.order_by("-submitted_at")[:LAST_REPORTS])


def _notices(case: Case) -> list[Any]:
    return list(case.notices.exclude(state=NoticeState.DRAFT).select_related("assignment__unit"))
