"""What this actor may do with a row: absent where never theirs, with reasons where not now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from cases import permissions
from cases.models import (
    Agreement,
    Assignment,
    Case,
    CaseState,
    Channel,
    ClosureRequest,
    Escalation,
    Extension,
    Feedback,
    HandlingPlan,
    Turn,
    TurnKind,
)
from cases.services.agreements import agreement_bars, may_agree
from cases.services.extensions import extension_bars
from cases.services.receipts import receipt_bars
from cases.services.turn_rules import asking_part, label_of, may_ask, turn_bars
from duban.approvals.permissions import holds_role, is_recused
from duban.ledger.errors import WHOLE
from duban.ledger.stateful import Stateful
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.org.actor import Actor

Reasons = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Possible:
    """A step by the name of its address, with what stands against it now."""

    name: str
    label: str
    reasons: Reasons = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        reasons = {key: list(texts) for key, texts in self.reasons.items()}
        return {"name": self.name, "label": self.label, "allowed": not reasons, "reasons": reasons}


def of_case(case: Case, by: Actor) -> list[Possible]:
    found = []
    if permissions.is_registrar_or_supervisor(case, by):
        text = f"本事项{case.get_state_display()}，登记内容不能再修改。"
        reasons = {} if case.state == CaseState.DRAFT else {WHOLE: [text]}
        found.append(Possible("update", "修改登记", reasons))
    steps = {"submit": "submit", "assign": "assign", "strike_off": "strike-off"}
    found += _steps(case, by, steps | {"resume": "resume"})
    found += _turns(case, by)
    return found + _decision(case, by)


def of_assignment(part: Assignment, by: Actor, *, at: datetime) -> list[Possible]:
    found = _steps(
        part,
        by,
        {
            "acknowledge": "acknowledge",
            "raise_objection": "object",
            "reject_objection": "reject-objection",
            "uphold_objection": "uphold-objection",
            "report_done": "report-done",
            "accept": "accept",
            "return_for_rework": "return",
            "waive": "waive",
        },
    )
    if permissions.supervises(part, by) and part.channel == Channel.PAPER:
        label = part.step_of("register_receipt").label
        found.append(Possible("register-receipt", label, reasons_against(part, "deliver")))
    if permissions.supervises(part, by) and part.delivered_at:
        label = part.step_of("correct_receipt").label
        found.append(Possible("correct-receipt", label, receipt_bars(part)))
    if permissions.works_for(part, by):
        text = f"承办{part.get_state_display()}，不再接收反馈。"
        reasons = {} if part.is_running else {WHOLE: [text]}
        found.append(Possible("feedback", part.step_of("feedback").label, reasons))
    if permissions.leads(part, by):
        bars = extension_bars(part, at=at)
        found.append(Possible("extension", part.step_of("extend_request").label, bars))
        if may_agree(part):
            label = part.step_of("agree_request").label
            found.append(Possible("agreement", label, agreement_bars(part, at=at)))
        label = part.step_of("close_request").label
        found.append(Possible("closure", label, reasons_against(part, "apply_for_closure")))
    return found


def _turns(case: Case, by: Actor) -> list[Possible]:
    """缓办, 终止, 重新办理, where the matter's own rules know them."""
    at = timezone.now()
    return [
        Possible(kind.value, label_of(case, kind), turn_bars(case, kind, part, at=at))
        for kind in TurnKind
        if may_ask(case, kind, by)
        for part in [asking_part(case, kind, by)]
    ]


def of_turn(row: Turn, by: Actor) -> list[Possible]:
    return _decision(row, by) + _steps(row, by, {"withdraw": "withdraw"})


def of_escalation(row: Escalation, by: Actor) -> list[Possible]:
    name = "submit" if row.rule.chain else "take"
    names = {name: "take", "hand_over": "hand-over", "dismiss": "dismiss"}
    return _decision(row, by) + _steps(row, by, names)


def of_feedback(row: Feedback, by: Actor) -> list[Possible]:
    return _steps(row, by, {"submit": "submit", "accept": "accept", "send_back": "return"})


def of_extension(row: Extension, by: Actor) -> list[Possible]:
    found = _decision(row, by)
    if found and not row.counter_on and _may_counter(row, by):
        found.append(Possible("counter", row.step_of("extend_counter").label, found[0].reasons))
    if permissions.asked_for(row, by):
        text = "对方没有另提日期，无须答复。"
        answered = {} if row.state == "counter_proposed" else {WHOLE: [text]}
        found.append(Possible("answer", row.step_of("extend_accept").label, answered))
    return found + _steps(row, by, {"withdraw": "withdraw"})


def of_agreement(row: Agreement, by: Actor) -> list[Possible]:
    found = _decision(row, by)
    if found and row.proposed_on and not row.counter_on and _may_counter(row, by):
        found.append(Possible("counter", row.step_of("agree_counter").label, found[0].reasons))
    return found + _steps(row, by, {"decline_counter": "answer", "withdraw": "withdraw"})


def of_plan(row: HandlingPlan, by: Actor) -> list[Possible]:
    return _decision(row, by) + _steps(row, by, {"submit": "submit", "take_effect": "answer"})


def of_closure(row: ClosureRequest, by: Actor) -> list[Possible]:
    found = _decision(row, by)
    return found + _steps(row, by, {"submit": "submit", "withdraw": "withdraw"})


def _may_counter(row: Extension | Agreement, by: Actor) -> bool:
    return any(step.may_counter and holds_role(step, by) for step in row.chain.ordered_steps)


def _steps(subject: Stateful, by: Actor, names: Mapping[str, str]) -> list[Possible]:
    """`names` maps transitions to the addresses they are taken at."""
    return [
        Possible(address, _label(subject, name), reasons_against(subject, name))
        for name, address in names.items()
        if is_ever_theirs(subject, name, by)
    ]


def _label(subject: Stateful, name: str) -> str:
    return subject.step_of(subject.transitions(name)[0].custom["step"]).label


def _decision(owner: Case | Extension | ClosureRequest | Turn, by: Actor) -> list[Possible]:
    """The approval of a request, for whoever holds one of its links."""
    chain = owner.chain
    if chain is None or not any(holds_role(step, by) for step in chain.ordered_steps):
        return []
    step = chain.current
    if step is None:
        reasons: Reasons = {WHOLE: ["审批已经结束。"]}
    elif not holds_role(step, by):
        reasons = {WHOLE: [f"“{step.label}”环节尚未审批。"]}
    elif is_recused(step, by):
        reasons = {WHOLE: ["您是本申请的提出人、起草人或前一环节的审批人，应当回避。"]}
    else:
        reasons = {}
    return [Possible("decide", step.label if step else "审批", reasons)]
