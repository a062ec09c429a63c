"""Buttons of one row of a matter: a unit's part, a report, a request, a notice."""

from __future__ import annotations

from datetime import datetime

from cases import permissions
from cases.models import (
    Assignment,
    CaseState,
    Channel,
    Extension,
    Feedback,
    Notice,
    NoticeKind,
)
from cases.models.extension import OPEN_EXTENSION
from cases.services.finding_acts import kinds_by_hand
from cases.services.notices import notice_problems
from cases.services.receipts import receipt_bars
from cases.web.buttons import label_of, link, press, step, texts
from cases.web.case_record import CaseRecord
from duban.web.parts import Action

URGENT_KINDS = (NoticeKind.URGE, NoticeKind.EARLY_WARNING, NoticeKind.SUPERVISION)
_ISSUE_STEP = {
    NoticeKind.URGE: "urge",
    NoticeKind.EARLY_WARNING: "early_warning",
    NoticeKind.SUPERVISION: "supervise",
}


def extension_actions(record: CaseRecord, extension: Extension) -> list[Action]:
    """The unit's answer to another date, and taking the request back."""
    if extension.state not in OPEN_EXTENSION or not permissions.asked_for(extension, record.actor):
        return []
    warning = "撤回后原期限不变。确定撤回？"
    look = {"icon": "arrow-return-left", "confirm": warning}
    back = press(label_of(extension, "withdraw"), "extension_withdraw", extension, **look)
    if extension.state != "counter_proposed":
        return [back]
    return [*_answers(extension), back]


def _answers(extension: Extension) -> list[Action]:
    accepted = f"接受延至{extension.counter_on:%Y-%m-%d}"
    declined = label_of(extension, "decline_counter")
    warning = "不接受的，原期限不变，本次延期申请即告终结。确定？"
    yes = {"fields": (("accept", "1"),), "primary": True, "icon": "check2"}
    no = {"fields": (("accept", "0"),), "confirm": warning, "icon": "x-lg"}
    return [
        press(accepted, "extension_answer", extension, **yes),
        press(declined, "extension_answer", extension, **no),
    ]


def party_actions(record: CaseRecord, party: Assignment, *, at: datetime) -> list[Action]:
    """Of the supervising section towards one unit."""
    if not permissions.supervises(party, record.actor) or not record.case.is_under_way:
        return []
    if party.state == "issued":
        if party.channel != Channel.PAPER:
            return []
        label = party.step_of("register_receipt").label
        return [link(label, "receipt", party.pk, primary=True, icon="envelope-open")]
    if party.is_settled:
        return []
    if party.state == "objected":
        return _objection_buttons(record, party)
    return [
        *_co_unit_buttons(record, party),
        *_notice_buttons(record, party, at),
        *_finding_button(party, at),
        *_receipt_button(party),
    ]


def _co_unit_buttons(record: CaseRecord, party: Assignment) -> list[Action]:
    """The lead's part is accepted and returned by its closure request."""
    if party.is_lead:
        return []
    by, done = record.actor, party.state == "reported_done"
    back, waive = "arrow-return-left", "slash-circle"
    return [
        *step(party, "accept", by, "accept", icon="check2", primary=done),
        *step(party, "return_for_rework", by, "rework", page=True, icon=back),
        *step(party, "waive", by, "waive", page=True, icon=waive),
    ]


def _objection_buttons(record: CaseRecord, party: Assignment) -> list[Action]:
    by = record.actor
    yes = {"page": True, "icon": "check2", "primary": True}
    return [
        *step(party, "uphold_objection", by, "object_uphold", **yes),
        *step(party, "reject_objection", by, "object_reject", page=True, icon="x-lg"),
    ]


def _finding_button(party: Assignment, at: datetime) -> list[Action]:
    """登记超时情形 that nothing finds by itself (LZ-A-10.5)."""
    if party.clock is None or not kinds_by_hand(party, at=at):
        return []
    label = party.step_of("finding_add").label
    return [link(label, "finding", party.pk, icon="exclamation-triangle")]


def _receipt_button(party: Assignment) -> list[Action]:
    if receipt_bars(party):
        return []
    label = party.step_of("correct_receipt").label
    return [link(label, "correct_receipt", party.pk, icon="calendar-check")]


def _notice_buttons(record: CaseRecord, party: Assignment, at: datetime) -> list[Action]:
    sent = [n for n in record.notices if n.assignment_id == party.pk and n.state != "draft"]
    actions = []
    for kind in URGENT_KINDS:
        reasons = texts(notice_problems(party, kind, "-", at=at, sent=sent))
        actions.append(
            link(
                party.step_of(_ISSUE_STEP[kind]).label,
                "notice",
                party.pk,
                kind,
                icon="megaphone" if kind == NoticeKind.URGE else "flag",
                reasons=reasons,
            )
        )
    return actions


def feedback_actions(record: CaseRecord, row: Feedback) -> list[Action]:
    by = record.actor
    if row.state == "draft" and permissions.reports(row, by):
        return [
            link("继续填写", "feedback_edit", row.pk, icon="pencil"),
            press(
                "删除草稿",
                "feedback_discard",
                row,
                icon="trash",
                danger=True,
                confirm="确定删除这份草稿？",
            ),
        ]
    if row.state != "submitted" or not permissions.reviews(row, by) or _is_over(record):
        return []
    return [
        press(label_of(row, "accept"), "feedback_accept", row, icon="check2"),
        link(label_of(row, "send_back"), "feedback_return", row.pk, icon="arrow-return-left"),
    ]


def notice_actions(record: CaseRecord, row: Notice) -> list[Action]:
    by = record.actor
    actions: list[Action] = []
    if permissions.receives(row, by):
        if row.state == "issued":
            actions.append(press(label_of(row, "receipt"), "notice_receipt", row, icon="check2"))
        if row.state in ("issued", "receipted"):
            actions.append(
                link(
                    label_of(row, "give_reply"),
                    "notice_reply",
                    row.pk,
                    icon="chat-left-text",
                    primary=row.clock is not None,
                )
            )
    open_still = row.state in ("issued", "receipted", "replied") and not _is_over(record)
    if permissions.sends(row, by) and open_still:
        actions.append(
            press(
                label_of(row, "settle"),
                "notice_settle",
                row,
                icon="check-circle",
                confirm="了结后本文书不再要求回复。确定了结？",
            )
        )
    return actions


def _is_over(record: CaseRecord) -> bool:
    """A matter that was struck off asks nothing more of anybody."""
    return record.case.state == CaseState.CLOSED
