"""When a matter may be suspended, terminated or reopened (LZ-A-9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from cases import permissions
from cases.domain.drafts import FARTHEST
from cases.models import Assignment, Case, CaseState, Turn, TurnKind
from cases.models.case import DONE, UNDER_WAY
from cases.models.closure import OPEN_CLOSURE
from cases.models.turn import OPEN_TURN, STEP_PREFIX
from cases.services.extension_rules import is_too_late
from duban.ledger.errors import WHOLE
from duban.org.actor import Actor
from duban.rulepacks.schema import ApprovalRule

Reasons = dict[str, list[str]]

LEAVES = {
    TurnKind.SUSPENSION: (CaseState.IN_PROGRESS,),
    TurnKind.TERMINATION: (*UNDER_WAY, CaseState.SUSPENDED),
    TurnKind.REOPENING: DONE,
}
# What a lead unit may ask for itself; taking a matter up anew is the office's to propose.
OF_UNITS = (TurnKind.SUSPENSION, TurnKind.TERMINATION)


def may_ask(case: Case, kind: TurnKind, by: Actor) -> bool:
    """Theirs in principle, and known to the matter's own rules."""
    if kind not in case.pack.chains:
        return False
    return permissions.is_supervisor(case, by) or asking_part(case, kind, by) is not None


def asking_part(case: Case, kind: TurnKind, by: Actor) -> Assignment | None:
    """The lead's part, where the lead unit asks; the office proposes without one."""
    lead = case.lead
    if kind not in OF_UNITS or lead is None or not permissions.leads(lead, by):
        return None
    return lead


def label_of(case: Case, kind: TurnKind) -> str:
    return case.step_of(f"{STEP_PREFIX[kind]}_request").label


@dataclass(frozen=True)
class Undecided:
    """What of a matter waits for a decision: a request of this sort (its name), 办结, 延期."""

    turn: str = ""
    closing: bool = False
    extending: bool = False


def undecided_of(case: Case) -> Undecided:
    waiting, lead = case.turns.filter(state__in=OPEN_TURN).first(), case.lead
    return Undecided(
        turn=waiting.get_kind_display() if waiting else "",
        closing=case.closure_requests.filter(state__in=OPEN_CLOSURE).exists(),
        extending=lead is not None and lead.has_open_extension,
    )


def turn_bars(
    case: Case,
    kind: TurnKind,
    part: Assignment | None,
    *,
    at: datetime,
    undecided: Undecided | None = None,
) -> dict[str, list[str]]:
    """Why it may not be asked for now, whatever the request says. `undecided`: where it is known."""
    if case.state not in LEAVES[kind]:
        text = f"当前状态为“{case.get_state_display()}”，不能办理“{label_of(case, kind)}”。"
        return {WHOLE: [text]}
    waiting = undecided or undecided_of(case)
    if waiting.turn:
        return {WHOLE: [f"已有一份{waiting.turn}申请正在审批。"]}
    if texts := open_requests(waiting, kind):
        return {WHOLE: texts}
    if part is not None and is_too_late(part, at):
        return {WHOLE: [late_text(part, kind)]}
    return {}


def open_requests(waiting: Undecided, kind: TurnKind) -> list[str]:
    """Requests that have to be decided or taken back first."""
    found = []
    if waiting.closing:
        found.append("办结申请正在审批，请待批复或撤回后再提出。")
    if kind == TurnKind.TERMINATION and waiting.extending:
        found.append("延期申请正在审批，请待批复或撤回后再提出。")
    return found


def late_text(part: Assignment, kind: TurnKind, *, recorded: bool = False) -> str:
    cited = part.step_of(f"{STEP_PREFIX[kind]}_request")
    where = f"（{cited.clause}）" if cited.clause else ""
    tail = "；本次申请已记为超时情形" if recorded else ""
    return f"期限（{part.clock.due_on}）已过，不能再{cited.label}{tail}{where}。"


def is_recorded(part: Assignment, kind: TurnKind) -> bool:
    """A late request for termination is itself an overdue kind, where the pack knows it
    (LZ-A-10.3).
    """
    return kind == TurnKind.TERMINATION and "late_request" in part.pack.overdue_kinds


def wording_problems(turn: Turn, *, at: datetime) -> Reasons:
    """What the request does not say, by field."""
    found: Reasons = {}
    if not turn.reason.strip():
        found["reason"] = ["请写明具体原因和理由。"]
    if turn.kind == TurnKind.TERMINATION:
        if turn.assignment is not None and not turn.progress.strip():
            found["progress"] = ["请填写目前的进展情况。"]
        if not turn.reply.strip():
            found["reply"] = ["请填写对交办方的答复意见。"]
    for name in ("expected_on", "due_on"):
        if text := day_problem(getattr(turn, name), at=at):
            found[name] = [text]
    if turn.kind == TurnKind.REOPENING and turn.due_on is None and not has_limit(turn.case):
        found["due_on"] = ["本事项没有可套用的时限，请填写重新办理的期限。"]
    return found


def day_problem(day: date | None, *, at: datetime) -> str:
    today = timezone.localdate(at)
    if day is None or today < day <= today + FARTHEST:
        return ""
    return "日期须在明天以后、十年以内。"


def has_limit(case: Case) -> bool:
    """Whether the matter's own rules count a limit for it."""
    return bool(case.due_count) or case.urgency in case.pack.urgencies


def parts_to_take_up(case: Case, chosen: Iterable[int]) -> list[Assignment]:
    """The lead, and those co-units of the chosen that had the matter delivered."""
    wanted = set(chosen)
    return [
        party
        for party in case.parties
        if party.clock is not None
        and (party.is_lead or (party.kind == "co" and party.pk in wanted))
    ]


def links(case: Case, kind: TurnKind, by: Actor) -> list[ApprovalRule]:
    """The pack's links. What the supervising section proposes itself it does not review as well."""
    rules = case.pack.chain(kind, importance=case.importance)
    if by.unit_id != case.supervisor_id:
        return list(rules)
    return [rule for rule in rules if rule.role != "supervising_section"] or list(rules)
