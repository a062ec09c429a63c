"""What the acting post can do with a matter: the buttons at its head, and those of each row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases import permissions
from cases.models import (
    Assignment,
    CaseState,
)
from cases.models.closure import OPEN_CLOSURE
from cases.models.extension import OPEN_EXTENSION
from cases.services.extension_rules import extension_bars
from cases.web.buttons import against, label_of, link, press, step, texts
from cases.web.case_record import CaseRecord
from cases.web.detail_agreements import agreeing_actions, marking_actions
from cases.web.lawful import lawful_kinds, waiting_co_units
from cases.web.row_actions import extension_actions
from cases.web.turn_actions import turn_head_actions
from duban.approvals.permissions import holds_role, is_recused
from duban.web.parts import Action


def head_actions(record: CaseRecord, *, at: datetime) -> list[Action]:
    """Steps that lie behind the matter are left out; those ahead are grey with their reasons."""
    actions = [*_decisions(record)]
    if permissions.is_registrar_or_supervisor(record.case, record.actor):
        actions += _staff(record)
    if record.own is not None:
        actions += _unit(record, record.own, at)
    actions += turn_head_actions(record, at=at)
    return sorted(actions, key=lambda action: not action.primary)


def _decisions(record: CaseRecord) -> list[Action]:
    """The link of an approval chain that waits for this post."""
    found = []
    for chain in record.chains.values():
        step = chain.current
        if step is None:
            continue
        label = f"审批：{chain.get_kind_display()}（{step.label}）"
        if holds_role(step, record.actor):
            reasons = []
            if is_recused(step, record.actor):
                reasons = ["您是本申请的提出人、起草人或前一环节的审批人，应当回避。"]
            found.append(
                link(label, "decide", chain.pk, reasons=reasons, icon="patch-check", primary=True)
            )
        elif any(
            holds_role(later, record.actor)
            for later in chain.ordered_steps
            if later.state == "pending"
        ):
            text = f"“{step.label}”环节尚未审批。"
            found.append(
                link(
                    f"审批：{chain.get_kind_display()}",
                    "decide",
                    chain.pk,
                    reasons=[text],
                    icon="patch-check",
                )
            )
    return found


def _staff(record: CaseRecord) -> list[Action]:
    case, by = record.case, record.actor
    if case.state == CaseState.DRAFT:
        return _drafting(record)
    if case.state in (CaseState.PENDING_APPROVAL, CaseState.REGISTERED):
        warning = "交办后向各承办单位下达立项通知，时限即行起算。确定交办？"
        back = "撤回后须重新报批，已有的审批意见留存。确定撤回？"
        return [
            *step(case, "assign", by, "assign", primary=True, icon="send", confirm=warning),
            *step(case, "revise", by, "revise", icon="arrow-return-left", confirm=back),
        ]
    if case.state in (CaseState.CLOSED, CaseState.SUSPENDED, CaseState.TERMINATED):
        return []
    ready = case.state == CaseState.COMPLETED
    look = {"icon": "clipboard-check", "primary": ready, "page": True}
    return [*marking_actions(record), *step(case, "strike_off", by, "strike_off", **look)]


def _drafting(record: CaseRecord) -> list[Action]:
    case = record.case
    warning = "删除后不能恢复，过程记录中保留删除事实。确定删除？"
    return [
        *step(case, "submit", record.actor, "submit", primary=True, icon="send"),
        link("修改登记", "edit", case.pk, icon="pencil"),
        press("删除登记", "discard", case, icon="trash", danger=True, confirm=warning),
    ]


def _unit(record: CaseRecord, own: Assignment, at: datetime) -> list[Action]:
    if not record.case.is_under_way:
        return []
    return [
        *_reports(record, own, at),
        *agreeing_actions(record, own, at),
        *_requests(record, own, at),
        *_answers(record, own),
    ]


def _reports(record: CaseRecord, own: Assignment, at: datetime) -> list[Action]:
    """反馈 and the one tap 无变化."""
    if own.is_settled:
        return []
    kinds, bars = lawful_kinds(own, _earlier(record, own), at=at)
    label = own.step_of("feedback").label
    draft = next(
        (f for f in record.feedback if f.assignment_id == own.pk and f.state == "draft"), None
    )
    if draft is not None:
        first = link("继续填写反馈", "feedback_edit", draft.pk, icon="pencil", reasons=bars)
    else:
        first = link(label, "feedback", own.pk, icon="chat-left-text", reasons=bars)
    owed = any(d.assignment_id == own.pk and d.waits_for_a_report for d in record.duties)
    primary = owed and not bars
    reasons = bars or kinds["no_change"]
    return [
        replace(first, primary=primary),
        press(
            own.step_of("no_change").label,
            "no_change",
            own,
            icon="check2-square",
            reasons=reasons,
            confirm="报告无变化：自上次反馈以来没有新进展。确定报送？",
        ),
    ]


def _earlier(record: CaseRecord, own: Assignment) -> tuple[str, ...]:
    sent = [
        f
        for f in record.feedback
        if f.assignment_id == own.pk and f.state not in ("draft", "returned")
    ]
    return tuple(f.kind for f in sorted(sent, key=lambda f: f.submitted_at))


def _requests(record: CaseRecord, own: Assignment, at: datetime) -> list[Action]:
    """报告完成 of a co-unit; 延期 and 办结 of the lead."""
    if not own.is_lead:
        if own.is_settled:
            return []
        look = {"icon": "clipboard-check", "page": True}
        return step(own, "report_done", record.actor, "report_done", **look)
    return [*_extending(record, own, at), *_closing(record, own)]


def _extending(record: CaseRecord, own: Assignment, at: datetime) -> list[Action]:
    mine = [row for row in record.extensions if row.assignment_id == own.pk]
    if any(row.state in OPEN_EXTENSION for row in mine):
        return []
    label, reasons = own.step_of("extend_request").label, texts(extension_bars(own, at=at))
    return [link(label, "extension", own.pk, icon="calendar-check", reasons=reasons)]


def _closing(record: CaseRecord, own: Assignment) -> list[Action]:
    if any(row.state in OPEN_CLOSURE for row in record.closures):
        return []
    label = label_of(own, "apply_for_closure")
    if any(row.state == "draft" for row in record.closures):
        label = f"继续填写（{label}）"
    reasons = against(own, "apply_for_closure", record.actor) or []
    reasons = [*reasons, *waiting_co_units(record.case)]
    return [link(label, "closure", record.case.pk, icon="award", reasons=reasons)]


def _answers(record: CaseRecord, own: Assignment) -> list[Action]:
    """The unit's answer to another date, and taking back what is undecided."""
    actions: list[Action] = []
    for extension in record.extensions:
        if extension.assignment_id == own.pk:
            actions += extension_actions(record, extension)
    for closure in record.closures:
        if closure.state in OPEN_CLOSURE and permissions.applied(closure, record.actor):
            actions.append(
                press(
                    label_of(closure, "withdraw"),
                    "closure_withdraw",
                    closure,
                    icon="arrow-return-left",
                    confirm="撤回后继续办理，时限照常计算。确定撤回？",
                )
            )
    return actions
