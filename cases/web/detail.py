"""事项 page: what is asked, who owes what by when, what was said and decided, and what may be done."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import permissions
from cases.models import (
    Assignment,
    Attachment,
    CaseState,
    Extension,
    Feedback,
    Notice,
    NoticeKind,
    Turn,
)
from cases.web.access import case_seen
from cases.web.case_record import CaseRecord, record_of_case
from cases.web.detail_actions import head_actions
from cases.web.detail_agreements import agreement_sections
from cases.web.detail_facts import evidence_labels, facts, result_facts
from cases.web.detail_history import chain_steps, history
from cases.web.detail_ladder import ladder_of
from cases.web.detail_times import clock_rows, finding_rows, why
from cases.web.due import due_of, limit_words, original_day, pending_mark
from cases.web.forms.uploads import AttachmentUploadForm
from cases.web.people import people_labels, people_rows
from cases.web.possession import bar_of
from cases.web.registration_context import before_assigning
from cases.web.row_actions import (
    extension_actions,
    feedback_actions,
    notice_actions,
    party_actions,
)
from cases.web.turn_actions import turn_row_actions
from duban.approvals.models import Chain
from duban.web.parts import Action, ChainStep, Crumb, Due, Tab

OUTCOMES = {"granted": "已同意", "refused": "未同意", "withdrawn": "已撤回", "in_review": "审批中"}


@dataclass(frozen=True)
class PartyRow:
    party: Assignment
    unsigned: bool
    due: Due | None
    original: str
    actions: list[Action]
    result: str


@dataclass(frozen=True)
class FeedbackRow:
    row: Feedback
    files: list[Attachment]
    actions: list[Action]


@dataclass(frozen=True)
class ExtensionRow:
    row: Extension
    files: list[Attachment]
    actions: list[Action]


@dataclass(frozen=True)
class TurnRow:
    row: Turn
    actions: list[Action]


@dataclass(frozen=True)
class NoticeRow:
    row: Notice
    due: Due | None
    actions: list[Action]


@dataclass(frozen=True)
class ChainRow:
    chain: Chain
    steps: list[ChainStep]
    outcome: str

    @property
    def word(self) -> str:
        return OUTCOMES[self.outcome]


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    case = case_seen(request.actor, pk)
    record = record_of_case(case, request.actor, whole_history="history" in request.GET)
    return render(request, "cases/detail.html", context_of(record, at=at))


def context_of(record: CaseRecord, *, at: datetime) -> dict[str, object]:
    case = record.case
    context = {
        "case": case,
        "crumbs": [Crumb("台账", reverse("cases:list")), Crumb(case.number or "拟立项事项")],
        "once": uuid.uuid4().hex,
        "facts": facts(case),
        "result_facts": result_facts(case),
        "evidence_labels": evidence_labels(case),
        "upload": AttachmentUploadForm() if may_attach(record) else None,
        "entries": history(record),
        "more_entries": record.more_entries,
        "possession": bar_of(case, at=at),
        **_head(record, at),
        **_sections(record, at),
    }
    return context | {"tabs": _tabs(record, context)}


def _head(record: CaseRecord, at: datetime) -> dict[str, object]:
    buttons, clock = head_actions(record, at=at), record.case.clock
    return {
        "due": _case_due(record, at),
        "clock": clock,
        "limit_words": limit_words(record.case),
        "original": original_day(clock),
        "why": why(clock) if clock else None,
        "actions": [action for action in buttons if not action.reasons],
        "later": [action for action in buttons if action.reasons],
        "sign": _sign_form(record),
        "ahead": before_assigning(record.case, actor=record.actor, at=at),
    }


def _sections(record: CaseRecord, at: datetime) -> dict[str, object]:
    return {
        "parties": _parties(record, at),
        "people": people_rows(record),
        "people_labels": people_labels(record.case),
        "feedback": [
            FeedbackRow(row, record.files_of("feedback", row.pk), feedback_actions(record, row))
            for row in record.feedback
        ],
        **agreement_sections(record, at),
        "clocks": clock_rows(record, at=at),
        "ladder": ladder_of(record, at=at),
        "findings": finding_rows(record),
        "extensions": [_extension(record, row) for row in record.extensions],
        "turns": [TurnRow(row, turn_row_actions(record, row)) for row in record.turns],
        "cycles": record.cycles,
        "notices": [
            NoticeRow(row, due_of(row.clock, at=at), notice_actions(record, row))
            for row in record.notices
        ],
        "documents": record.documents,
        "attachments": record.attachments,
        "chains": _chains(record),
    }


def _case_due(record: CaseRecord, at: datetime) -> Due | None:
    lead = record.case.lead
    if lead is None or lead.clock is None:
        return None
    pending = pending_mark(lead, record.extensions, record.closures, record.turns)
    return due_of(lead.clock, at=at, pending=pending, ended=lead.state == "ended")


def _sign_form(record: CaseRecord) -> Assignment | None:
    own = record.own
    return (
        own if own is not None and own.state == "delivered" and record.case.is_under_way else None
    )


def _parties(record: CaseRecord, at: datetime) -> list[PartyRow]:
    rows = []
    for party in record.parties:
        clock = party.clock
        pending = pending_mark(party, record.extensions, record.closures, record.turns)
        readable = party.is_lead or record.reads(party)
        ended = party.state == "ended"
        rows.append(
            PartyRow(
                party,
                party.is_unsigned(at),
                due_of(clock, at=at, pending=pending, sheet=readable, ended=ended),
                original_day(clock),
                party_actions(record, party, at=at),
                party.result if record.reads(party) else "",
            )
        )
    return rows


def _extension(record: CaseRecord, row: Extension) -> ExtensionRow:
    return ExtensionRow(
        row,
        record.files_of("extension", row.pk),
        extension_actions(record, row),
    )


def _chains(record: CaseRecord) -> list[ChainRow]:
    """A unit reads the chains of its own requests; the office and its leaders read all."""
    asked = [turn for turn in record.turns if turn.assignment_id]
    seen = {row.chain_id for row in (*record.requests, *asked)}
    return [
        ChainRow(chain, chain_steps(chain), outcome_of(chain))
        for chain in sorted(record.chains.values(), key=lambda chain: -chain.pk)
        if record.own is None or chain.pk in seen
    ]


def outcome_of(chain: Chain) -> str:
    """A tone of duban.web.states for the whole chain."""
    states = [step.state for step in chain.ordered_steps]
    if "refused" in states:
        return "refused"
    if "pending" not in states:
        return "granted"
    return "withdrawn" if chain.closed_at else "in_review"


def may_attach(record: CaseRecord) -> bool:
    """The supervising section, and the units of the matter while it runs."""
    if record.case.is_done or record.case.state == CaseState.TERMINATED:
        return False
    return record.own is not None or permissions.is_supervisor(record.case, record.actor)


def _has_agreements(record: CaseRecord) -> bool:
    return bool(record.agreements or record.plans or record.objections)


def _tabs(record: CaseRecord, context: dict[str, Any]) -> list[Tab]:
    general = [row for row in record.documents if row.kind == NoticeKind.REGISTRATION]
    return [
        Tab("办理要求", "#task"),
        Tab("承办单位", "#parties", count=len(record.parties)),
        Tab("反馈", "#feedback", count=len(record.feedback)),
        Tab("时限", "#times", count=len(context["clocks"])),
        Tab("文书", "#papers", count=len(record.notices) + len(general)),
        Tab("附件", "#files", count=len(record.attachments)),
        *([Tab("约定和退件", "#agreements")] if _has_agreements(record) else []),
        *([Tab("缓办与重办", "#turns")] if record.turns or record.cycles else []),
        Tab("审批", "#chains", count=len(context["chains"])),
        Tab("过程", "#history"),
    ]
