"""What a report has to say. Pure (CZ-3.3, LZ-B-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from duban.rulepacks.schema import Pack

RUNNING = ("acknowledged", "reported_done")
ORDERED = ("initial_report", "follow_up_report", "verified_report")


@dataclass(frozen=True)
class Report:
    """One report about to be sent, with the kinds sent before it in order."""

    kind: str
    content: str
    finished: bool
    expected_on: date | None
    expected_person: str
    problem: str
    proposal: str
    earlier: tuple[str, ...]
    assignment_state: str
    assignment_label: str
    on: date


def problems(report: Report, *, pack: Pack) -> dict[str, list[str]]:
    """Why it may not be sent, by field; empty when it may."""
    found: dict[str, list[str]] = {}
    if report.assignment_state not in RUNNING:
        label = report.assignment_label
        text = "请先签收再反馈。" if label == "待签收" else f"承办{label}，不再接收反馈。"
        found["__all__"] = [text]
    if report.kind == "no_change":
        if not report.earlier:
            found["kind"] = ["首次反馈须填写进展情况，不能报“无变化”。"]
        return found
    if not report.content.strip():
        found["content"] = ["请填写进展情况。"]
    _check_difficulty(found, report, pack)
    _check_order(found, report, pack)
    _check_promise(found, report, pack)
    return found


def _check_difficulty(found: dict[str, list[str]], report: Report, pack: Pack) -> None:
    if report.kind != "difficulty_report":
        return
    clause = pack.steps["difficulty"].clause
    if not report.problem.strip():
        found["problem"] = [f"请写明存在的困难和问题（{clause}）。"]
    if not report.proposal.strip():
        found["proposal"] = [f"请提出下一步工作意见建议（{clause}）。"]


def _check_order(found: dict[str, list[str]], report: Report, pack: Pack) -> None:
    """初报、续报、核报, where the pack orders them (LZ-B-10a)."""
    policy = pack.feedback
    if policy is None or not policy.first_is_initial or report.kind not in ORDERED:
        return
    started = "initial_report" in report.earlier
    if not started and report.kind != "initial_report":
        found["kind"] = [f"首次反馈应为初报（{policy.clause}）。"]
    elif started and report.kind == "initial_report":
        found["kind"] = [f"已报送初报，请选择续报或核报（{policy.clause}）。"]


def _check_promise(found: dict[str, list[str]], report: Report, pack: Pack) -> None:
    """Not finished at the first report: a date and a person are owed (LZ-B-10c)."""
    if report.expected_on and report.expected_on < report.on:
        found["expected_on"] = ["预计完成日期不能早于今天。"]
    policy = pack.feedback
    if policy is None or not policy.unfinished_needs_date_and_person:
        return
    if report.kind != "initial_report" or report.finished:
        return
    if report.expected_on is None:
        found["expected_on"] = [f"尚未办结的，须明确办结时限（{policy.clause}）。"]
    if not report.expected_person.strip():
        found["expected_person"] = [f"尚未办结的，须明确责任人（{policy.clause}）。"]
