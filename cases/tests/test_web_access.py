"""Whose address is whose: 404 for rows one may not see, 403 for never theirs, 409 for not now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
import time_machine
from django.urls import get_resolver, reverse

from cases.models import Case, Extension, Feedback, Notice, NoticeKind
from cases.services.extensions import extension_request
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.web_given import sign_in
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@dataclass
class Rows:
    """One of everything that an address can name, all of the water bureau's matter."""

    here: given.Place
    case: Case
    feedback: Feedback
    extension: Extension
    notice: Notice

    def key(self, name: str) -> list[object]:
        case, lead = self.case, self.case.lead
        co_unit = next(p for p in case.parties if not p.is_lead)
        special: dict[str, list[object]] = {
            "notice": [lead.pk, "early_warning"],
            "decide": [self.extension.chain_id],
            "clock": [case.clock_id],
        }
        for row, names in (
            (co_unit, "report_done accept rework waive receipt"),
            (lead, "acknowledge feedback no_change extension"),
            (self.feedback, "feedback_edit feedback_discard feedback_accept feedback_return"),
            (self.extension, "extension_answer extension_withdraw"),
            (self.notice, "notice_receipt notice_reply notice_settle"),
        ):
            special |= {one: [row.pk] for one in names.split()}
        return special.get(name, [case.pk])


@pytest.fixture
def rows() -> Rows:
    here = given.place()
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    given.report(here, case.lead, "initial_report", when="2026-03-04")
    extension = extension_request(
        assignment=case.lead,
        proposed_on=date(2026, 7, 20),
        progress="进行中。",
        reason="汛期。",
        by=here.water_liaison,
        at=given.at("2026-03-05"),
    )
    notice = notice_issue(
        assignment=case.lead,
        kind=NoticeKind.URGE,
        content="请抓紧。",
        by=here.secretary,
        at=given.at("2026-03-06"),
    )
    return Rows(here, case, Feedback.objects.get(), extension, notice)


# Whose the address is in principle: s the supervising section, l the lead unit, c the co-unit,
# d the deputy leader in charge, x staff of another section of the office.
POST = {
    "edit": "s",
    "submit": "s",
    "discard": "s",
    "revise": "s",
    "assign": "s",
    "strike_off": "s",
    "closure": "l",
    "attach": "slc",
    "acknowledge": "l",
    "feedback": "l",
    "no_change": "l",
    "extension": "l",
    "report_done": "c",
    "receipt": "s",
    "accept": "s",
    "rework": "s",
    "waive": "s",
    "notice": "s",
    "feedback_edit": "l",
    "feedback_discard": "l",
    "feedback_accept": "s",
    "feedback_return": "s",
    "extension_answer": "l",
    "extension_withdraw": "l",
    "notice_receipt": "l",
    "notice_reply": "l",
    "notice_settle": "s",
    "decide": "sd",
}
# Pages that are read; all who see the matter see them.
READ = {"detail", "clock"}
# Without a row, or tried with rows of their own elsewhere in the tests.
APART = {
    "create",
    "due_preview",
    "moved_preview",
    "approvals",
    "attachment",
    "document_docx",
    "document_pdf",
    "closure_withdraw",
    "escalation",
    "escalation_dismiss",
}
PEOPLE = {"s": "secretary", "l": "water_liaison", "c": "finance_liaison", "d": "deputy"}
# Rows of one unit that another unit of the same matter does not see at all.
HIDDEN_FROM_CO = {
    "feedback_edit",
    "feedback_discard",
    "feedback_accept",
    "feedback_return",
    "extension_answer",
    "extension_withdraw",
    "notice_receipt",
    "notice_reply",
    "notice_settle",
}


def test_every_address_has_its_policy():
    names = {p.name for p in get_resolver("cases.web.urls_actions").url_patterns}
    assert names == POST.keys() | READ | APART


def test_other_people_find_nothing(rows):
    before = LedgerEntry.objects.count()
    for who in ("housing_liaison", "secretary2"):
        browser = sign_in(rows.here, who)
        for name in (*POST, *READ):
            assert browser.get(name, *rows.key(name)).status_code in (404, 405), (who, name)
            if name not in READ:
                answer = browser.post(name, *rows.key(name), confirmed=[1], reason="理由")
                assert answer.status_code == 404, (who, name)
    assert LedgerEntry.objects.count() == before


def test_another_locality_finds_nothing(rows):
    there = given.place(name="远山市", tag="远")
    for who in ("secretary", "head", "chief", "water_liaison"):
        browser = sign_in(there, who)
        for name in (*POST, *READ):
            status = browser.client.post(
                reverse(f"cases:{name}", args=rows.key(name)), {"reason": "理由"}
            ).status_code
            assert status == (405 if name in READ else 404), (who, name)


@pytest.mark.parametrize("letter", PEOPLE)
def test_what_is_never_theirs_is_forbidden(rows, letter):
    browser = sign_in(rows.here, PEOPLE[letter])
    before = LedgerEntry.objects.count()
    for name, whose in POST.items():
        if letter in whose:
            continue
        answer = browser.post(
            name,
            *rows.key(name),
            reason="理由",
            reply="理由",
            content="内容",
            result="结果",
            proposed_on="2026-08-01",
            received_on="2026-03-05",
        )
        hidden = letter == "c" and name in HIDDEN_FROM_CO
        assert answer.status_code == (404 if hidden else 403), name
    assert LedgerEntry.objects.count() == before


def test_a_finished_matter_refuses_every_step_with_its_reason(rows):
    here = rows.here
    case = given.struck_off(
        here,
        given.completed(
            here, given.in_progress(here, title="已销号的事项"), applied_on="2026-03-05"
        ),
        when="2026-03-09",
    )
    lead = case.lead.pk
    tried = {
        "secretary": [
            ("submit", case.pk),
            ("assign", case.pk),
            ("discard", case.pk),
            ("revise", case.pk),
            ("edit", case.pk),
            ("attach", case.pk),
            ("notice", lead, "urge"),
            ("receipt", lead),
        ],
        "water_liaison": [
            ("acknowledge", lead),
            ("no_change", lead),
            ("feedback", lead),
            ("extension", lead),
            ("closure", case.pk),
            ("attach", case.pk),
        ],
    }
    before = LedgerEntry.objects.count()
    for who, addresses in tried.items():
        browser = sign_in(here, who)
        for name, *key in addresses:
            answer = browser.post(
                name,
                *key,
                content="内容",
                kind="follow_up_report",
                result="结果",
                proposed_on="2026-08-01",
                progress="进展",
                reason="理由",
                received_on="2026-03-05",
                title="新名称",
                importance="ordinary",
                **{"co-TOTAL_FORMS": "0", "co-INITIAL_FORMS": "0"},
            )
            # A file is asked for before the matter is looked at.
            assert answer.status_code == (422 if name == "attach" else 409), (who, name)
    assert LedgerEntry.objects.count() == before
    page = sign_in(here, "water_liaison").get("feedback", lead)
    assert page.status_code == 409
    assert "不再接收反馈" in page.content.decode()


def test_nobody_without_a_post_or_a_session_gets_in(rows, client):
    answer = client.get(reverse("cases:detail", args=[rows.case.pk]))
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]
    assert sign_in(rows.here, "security").get("detail", rows.case.pk).status_code == 404
    assert sign_in(rows.here, "water_liaison").get("create").status_code == 403
    assert sign_in(rows.here, "water_liaison").get("approvals").status_code == 403
