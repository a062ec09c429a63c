"""What every pack in force has to name, because the product asks for it. Pure."""

from __future__ import annotations

from duban.rulepacks.schema import Pack

# The matter.
MATTER = (
    "submit",
    "approve",
    "return_to_draft",
    "revise",
    "assign",
    "start",
    "complete",
    "strike_off",
)
# What each unit does.
UNITS = (
    "deliver",
    "register_receipt",
    "acknowledge",
    "report_done",
    "accept",
    "return_for_rework",
    "waive",
    "feedback",
    "feedback_accept",
    "feedback_return",
    "feedback_order",
    "difficulty",
    "no_change",
)
# Requests and their decision.
REQUESTS = (
    "extend_request",
    "extend_review",
    "extend_counter",
    "extend_accept",
    "extend_decline",
    "extend_grant",
    "extend_refuse",
    "extend_withdraw",
    "close_request",
    "close_review",
    "close_grant",
    "close_refuse",
    "close_withdraw",
    "grade",
    "step_approve",
    "step_refuse",
)
# Documents.
PAPERS = (
    "registration_notice",
    "urge",
    "early_warning",
    "supervise",
    "notice_receipt",
    "notice_reply",
    "notice_settle",
    "bulletin_draft",
    "bulletin_submit",
    "bulletin_review",
    "bulletin_return",
    "bulletin_sign",
    "bulletin_publish",
    "bulletin_correct",
    "score",
)
# Rules that run through all steps.
THROUGHOUT = (
    "lead_unit",
    "co_duty",
    "due_date",
    "basis",
    "unit_active",
    "recusal",
    "overdue",
    "attachment",
    "import_rows",
    "supervisor",
)
STEPS = frozenset((*MATTER, *UNITS, *REQUESTS, *PAPERS, *THROUGHOUT))
CHAINS = frozenset({"registration", "extension", "closure", "bulletin"})
DOCUMENTS = frozenset(
    {"case", "registration_notice", "urge", "early_warning", "supervision", "quarterly_bulletin"}
)
SINGLE = (
    "counting",
    "warning",
    "hours",
    "leads",
    "extension",
    "feedback",
    "forwarding",
    "bulletins",
)
LISTS = ("sources", "case_sources", "due_bases", "overdue_kinds", "issue_fields", "reminders")


def missing(pack: Pack) -> list[str]:
    """Paths that a pack in force lacks; ground for others ("common") may lack its own lists."""
    absent = [f"steps.{key}" for key in sorted(STEPS - pack.steps.keys())]
    absent += [f"chains.{key}" for key in sorted(CHAINS - pack.chains.keys())]
    absent += [f"documents.{key}" for key in sorted(DOCUMENTS - pack.documents.keys())]
    absent += [name for name in SINGLE if getattr(pack, name) is None]
    absent += [name for name in LISTS if not getattr(pack, name)]
    if "default" not in pack.supervisors:
        absent.append("supervisors.default")
    return absent
