"""约定与方案 on a matter's page: dates that were agreed on, handling plans, parts sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cases import permissions
from cases.models import Agreement, Assignment, CoUnitDay, HandlingPlan, Objection
from cases.models.agreement import OPEN_AGREEMENT
from cases.services.agreements import agreement_bars, may_agree
from cases.services.handling_plans import complex_bars, knows_plans
from cases.web.buttons import label_of, link, press, step, texts
from cases.web.case_record import CaseRecord
from cases.web.due import due_of
from duban.web.parts import Action, Due


@dataclass(frozen=True)
class AgreementRow:
    row: Agreement
    days: Sequence[CoUnitDay]
    actions: list[Action]


@dataclass(frozen=True)
class PlanRow:
    row: HandlingPlan
    due: Due | None
    actions: list[Action]


@dataclass(frozen=True)
class ObjectionRow:
    row: Objection
    role: str


def agreement_sections(record: CaseRecord, at: datetime) -> dict[str, object]:
    return {
        "agreements": [
            AgreementRow(row, list(row.co_days.all()), _answers(record, row))
            for row in record.agreements
        ],
        "plans": [
            PlanRow(row, due_of(row.clock, at=at), _plan_actions(record, row))
            for row in record.plans
        ],
        "objections": [
            ObjectionRow(row, row.assignment.get_kind_display()) for row in record.objections
        ],
    }


def _answers(record: CaseRecord, row: Agreement) -> list[Action]:
    if row.state not in OPEN_AGREEMENT or not permissions.asked_for(row, record.actor):
        return []
    warning = "撤回后仍为待约定，请重新报告。确定撤回？"
    look = {"icon": "arrow-return-left", "confirm": warning}
    back = press(label_of(row, "withdraw"), "agreement_withdraw", row, **look)
    if row.state != "counter_proposed":
        return [back]
    no = "不接受的，仍为待约定，须重新报告。确定？"
    return [
        press(
            f"接受{row.counter_on:%Y-%m-%d}",
            "agreement_answer",
            row,
            fields=(("accept", "1"),),
            primary=True,
            icon="check2",
        ),
        press(
            label_of(row, "decline_counter"),
            "agreement_answer",
            row,
            fields=(("accept", "0"),),
            confirm=no,
            icon="x-lg",
        ),
        back,
    ]


def _plan_actions(record: CaseRecord, row: HandlingPlan) -> list[Action]:
    by = record.actor
    if row.state in ("owed", "returned"):
        look = {"page": True, "icon": "file-earmark-text", "primary": True}
        return step(row, "submit", by, "plan_submit", **look)
    if row.state == "reported" and permissions.oversees(row, by):
        return [link("登记上级意见", "plan_answer", row.pk, icon="pencil", primary=True)]
    return []


def agreeing_actions(record: CaseRecord, own: Assignment, at: datetime) -> list[Action]:
    """Of the lead: its date, or the co-units' days; of whoever has not signed: 退件."""
    found = []
    if own.state == "delivered":
        found += step(
            own, "raise_objection", record.actor, "object", page=True, icon="arrow-return-left"
        )
    for plan in record.plans:
        if plan.assignment_id == own.pk:
            found += _plan_actions(record, plan) if plan.state in ("owed", "returned") else []
    if not may_agree(own) or any(row.state in OPEN_AGREEMENT for row in record.agreements):
        return found
    waiting = any(p.kind == "co" and not p.is_settled for p in record.case.parties)
    if own.is_to_agree or waiting:
        label = own.step_of("agree_request" if own.is_to_agree else "co_days").label
        reasons = texts(agreement_bars(own, at=at))
        found.append(
            link(
                label,
                "agree",
                own.pk,
                icon="calendar-check",
                reasons=reasons,
                primary=own.is_to_agree and not reasons,
            )
        )
    return found


def marking_actions(record: CaseRecord) -> list[Action]:
    """认定特别复杂, of the supervising section."""
    case = record.case
    if not knows_plans(case.pack) or not case.is_under_way or record.plans:
        return []
    if not permissions.is_supervisor(case, record.actor):
        return []
    label, reasons = case.step_of("mark_complex").label, texts(complex_bars(case))
    return [link(label, "mark_complex", case.pk, icon="diagram-3", reasons=reasons)]
