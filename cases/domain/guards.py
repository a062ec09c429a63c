"""Why a step of a matter is not lawful now. Pure."""

from __future__ import annotations

from duban.ledger.guards import Guard

CO_UNITS_DONE = Guard(
    "complete",
    lambda case: all(party.is_settled for party in case.parties if not party.is_lead),
    "尚有协办单位未完成，也未免予完成",
)
RESULT_RECORDED = Guard("strike_off", lambda case: bool(case.result), "尚无办理结果", "result")
NO_OPEN_REQUEST = Guard(
    "report_done",
    lambda assignment: not assignment.has_open_extension,
    "延期申请正在审批，请待批复或撤回后再申请办结",
)
IS_CO_UNIT = Guard(
    "report_done", lambda assignment: not assignment.is_lead, "牵头单位以办结申请报告完成"
)
FEEDBACK_FIRST = Guard(
    "feedback_order",
    lambda assignment: (
        assignment.pack.feedback is None
        or not assignment.pack.feedback.closing_needs_verified
        or assignment.has_verified_report
    ),
    "尚未报送核报",
)
HAS_LEAD = Guard("lead_unit", lambda case: case.lead is not None, "未确定牵头单位", "lead_unit")
CASE_UNDER_WAY = Guard(
    "assign", lambda assignment: assignment.case_is_under_way, "本事项尚未交办或已经办结"
)
WAS_DELIVERED = Guard(
    "reopen_request", lambda assignment: assignment.clock_id is not None, "尚未送达，不能重新办理"
)
NOT_SUSPENDED = Guard(
    "suspend_grant", lambda assignment: assignment.case.state != "suspended", "本事项缓办中"
)
