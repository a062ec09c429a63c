"""When an extension may be asked for (CZ-3.5a, LZ-A-9)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from cases.domain.drafts import FARTHEST
from cases.models import Assignment, AssignmentState, CaseState, Extension, ExtensionState
from cases.models.extension import OPEN_EXTENSION
from cases.models.turn import OPEN_TURN
from duban.ledger.errors import RuleViolation


def extension_problems(
    assignment: Assignment, proposed_on: date, progress: str, reason: str, *, at: datetime
) -> dict[str, list[str]]:
    """Why this request may not be made now, by field."""
    found = extension_bars(assignment, at=at)
    if not reason.strip():
        found["reason"] = ["请写明延期的具体原因和理由。"]
    if not progress.strip():
        found["progress"] = ["请填写目前的进展情况。"]
    if assignment.clock and proposed_on <= assignment.clock.due_on:
        found["proposed_on"] = [f"申请延至的日期须晚于现期限（{assignment.clock.due_on}）。"]
    elif (proposed_on - timezone.localdate(at)) > FARTHEST:
        found["proposed_on"] = ["申请延至的日期超过十年，请核对年份。"]
    return found


def extension_bars(assignment: Assignment, *, at: datetime) -> dict[str, list[str]]:
    """Why no extension may be asked for now, whatever the request says."""
    policy = assignment.pack.extension
    if assignment.clock is None or not assignment.is_running:
        return {"__all__": [f"承办{assignment.get_state_display()}，不能申请延期。"]}
    if assignment.case.state == CaseState.SUSPENDED:
        return {"__all__": ["本事项缓办中，不计期限，无需申请延期。"]}
    if turn := assignment.case.turns.filter(state__in=OPEN_TURN).first():
        return {"__all__": [f"{turn.get_kind_display()}申请正在审批，不能同时申请延期。"]}
    if assignment.state == "reported_done":
        return {"__all__": ["已申请办结，不能同时申请延期。"]}
    if assignment.is_to_agree:
        return {"__all__": ["本事项尚未约定办结时限，请先报告办结时限。"]}
    if assignment.has_open_extension:
        return {"__all__": ["已有一份延期申请正在审批，不能重复申请。"]}
    if at >= assignment.clock.due_at:
        return {"__all__": [late_text(assignment)]}
    granted = extensions_granted(assignment)
    if policy and granted >= policy.max_times:
        times = f"已延期{granted}次，本规则最多允许{policy.max_times}次"
        return {"__all__": [f"{times}，不能再次申请（{policy.clause}）。"]}
    return {}


def extensions_granted(assignment: Assignment) -> int:
    """In the present cycle: a matter that is taken up anew begins anew in this too."""
    rows = assignment.extensions.filter(state=ExtensionState.GRANTED)
    if assignment.case.cycle > 1:
        last = assignment.case.cycles.order_by("-cycle")[0]
        rows = rows.filter(decided_at__gte=last.reopened_at)
    return rows.count()


def is_too_late(row: Assignment, at: datetime) -> bool:
    """The limit ended with nothing asked in time: the case of LZ-A-10.3."""
    working = row.state in (AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED)
    working = working and not row.clock.paused_at
    dated = working and not row.is_to_agree
    return dated and at >= row.clock.due_at and not row.has_open_extension


def late_text(assignment: Assignment, *, recorded: bool = False) -> str:
    cited = assignment.step_of("extend_request")
    where = f"（{cited.clause}）" if cited.clause else ""
    noted = recorded and "late_request" in assignment.pack.overdue_kinds
    tail = "；本次申请已记为超时情形" if noted else ""
    return f"期限（{assignment.clock.due_on}）已过，不能再申请延期{tail}{where}。"


def require_undecided(row: Extension) -> None:
    if row.state not in OPEN_EXTENSION:
        raise RuleViolation(f"该延期申请{row.get_state_display()}，不能再审批。")


def require_waiting(row: Extension) -> None:
    if row.state == ExtensionState.COUNTER_PROPOSED:
        raise RuleViolation("已另提日期，请等承办单位答复。")
