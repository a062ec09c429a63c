"""What every pack in force has to name, because the product asks for it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from duban.rulepacks.references import meant
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
    "correct_receipt",
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
# The ladder.
LADDER = (
    "escalation_propose",
    "escalation_submit",
    "escalation_take",
    "escalation_refuse",
    "escalation_hand_over",
    "escalation_dismiss",
    "escalation_lapse",
    "escalation_supersede",
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
# Visits, special inspections, and who answers inside a unit.
ON_SITE = (
    "visit_plan",
    "visit_record",
    "visit_release",
    "visit_cancel",
    "inspection_plan",
    "hand_over",
)
# A date that is agreed on, a plan for what is too hard for the usual limit, a part sent back.
AGREEING = (
    "agree_request",
    "co_days",
    "agree_counter",
    "agree_accept",
    "agree_decline",
    "agree_grant",
    "agree_refuse",
    "agree_withdraw",
    "mark_complex",
    "plan_submit",
    "plan_review",
    "plan_return",
    "plan_external",
    "plan_external_refuse",
    "object",
    "object_accept",
    "object_reject",
    "finding_add",
    "finding_clear",
)
# What is owed in every period.
OBLIGATIONS = ("obligation_report", "obligation_fulfil", "obligation_waive", "obligation_cease")
# A matter that rests, ends without a result or begins anew.
TURNS = (
    "suspend_request",
    "suspend_review",
    "suspend_grant",
    "suspend_refuse",
    "suspend_withdraw",
    "resume",
    "terminate_request",
    "terminate_review",
    "terminate_grant",
    "terminate_refuse",
    "terminate_withdraw",
    "reopen_request",
    "reopen_review",
    "reopen_grant",
    "reopen_refuse",
    "reopen_withdraw",
)
CALENDAR = ("calendar_propose", "calendar_confirm", "calendar_withdraw")
STEPS = frozenset(
    (
        *CALENDAR,
        *TURNS,
        *MATTER,
        *UNITS,
        *REQUESTS,
        *PAPERS,
        *LADDER,
        *THROUGHOUT,
        *AGREEING,
        *ON_SITE,
        *OBLIGATIONS,
    )
)
CHAINS = frozenset(
    {
        "registration",
        "extension",
        "closure",
        "bulletin",
        "suspension",
        "termination",
        "reopening",
        "escalation",
        "agreement",
        "handling_plan",
    }
)
DOCUMENTS = frozenset(
    {"case", "registration_notice", "urge", "early_warning", "supervision", "quarterly_bulletin"}
)
SINGLE = (
    "counting",
    "warning",
    "agreement",
    "acceptance",
    "budget",
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


def strange(pack: Pack, *, of_parent: Collection[str]) -> list[tuple[str, str]]:
    """(path, what is wrong) of the pack's own names that no step will ever ask for.

    Chains and documents of a pack's own are lawful; one that is almost the product's is a slip.
    """
    found = [
        (f"steps.{key}", f"没有这个动作{meant(key, STEPS)}")
        for key in pack.steps
        if key not in STEPS
    ]
    for section, known in (("chains", CHAINS), ("documents", DOCUMENTS)):
        for key in getattr(pack, section):
            if key not in known and (guess := meant(key, known, cutoff=0.85)):
                found.append((f"{section}.{key}", f"没有这个名称{guess}"))
    found += [(f"documents.{key}.number", text) for key, text in _numbers(pack)]
    return [(path, text) for path, text in found if path.removesuffix(".number") not in of_parent]


def _numbers(pack: Pack) -> Iterator[tuple[str, str]]:
    """Rows of numbers begin anew every year, and a serial is cited by its issue alone."""
    for key, kind in pack.documents.items():
        if kind.layout == "serial" and kind.number != "第{seq}期":
            yield key, "期刊的编号写作 第{seq}期"
        elif kind.layout != "serial" and "{year}" not in kind.number:
            yield key, "编号每年从头开始，须含 {year}"
