"""督办: 催办, 预警, then 督办通知书 with its reply date."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Notice, NoticeKind
from cases.services.notices import (
    notice_issue,
    notice_receipt,
    notice_reply,
    notice_settle,
    notices_many,
)
from cases.tests import given
from duban.documents.models import OfficialDocument
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refusal(here, assignment, kind, when, by="secretary", content="请抓紧办理。"):
    before = Notice.objects.count(), OfficialDocument.objects.count()
    with pytest.raises(RuleViolation) as found:
        notice_issue(
            assignment=assignment, kind=kind, content=content, by=here.actor(by), at=given.at(when)
        )
    assert (Notice.objects.count(), OfficialDocument.objects.count()) == before
    return found.value.reasons


@pytest.mark.clause("CZ-3.4e")
def test_a_supervision_notice_follows_an_early_warning_and_waits_for_its_reply():
    """对推进滞后……的责任单位要提出预警,并下达书面督办通知书,督促整改落实。"""
    here = given.place()
    case = given.in_progress(here)
    found = refusal(here, case.lead, NoticeKind.SUPERVISION, "2026-09-18")
    assert found == {"kind": ["下达督办通知书前应先提出预警（CZ-3.4e）。"]}
    warning = given.noticed(here, case.lead, "early_warning", when="2026-02-10")
    assert (warning.document.number, warning.clock) == ("长政督警〔2026〕1号", None)
    notice = given.noticed(here, case.lead, "supervision", when="2026-02-11")
    assert notice.document.number == "长政督督〔2026〕1号"
    assert (notice.document.title, str(notice.clock.due_on)) == (
        "关于城区老旧供水管网改造的督办通知书", "2026-02-25",
    )  # fmt: skip
    told = Message.objects.filter(template="notice_issued")
    assert set(told.values_list("recipient", flat=True)) == {here.posts["water_liaison"].user_id}
    notice_receipt(notice=notice, by=here.water_liaison, at=given.at("2026-02-12"))
    with pytest.raises(RuleViolation) as empty:
        notice_reply(notice=notice, reply=" ", by=here.water_liaison, at=given.at("2026-02-24"))
    assert empty.value.reasons == {"reply": ["请填写回复内容。"]}
    notice_reply(
        notice=notice, reply="已增派两支队伍。", by=here.water_liaison, at=given.at("2026-02-24")
    )
    notice = fresh(notice)
    assert (notice.state, notice.clock.stopped_at) == ("replied", given.at("2026-02-24"))
    assert Message.objects.filter(template="notice_replied").exists()
    notice_settle(notice=notice, by=here.secretary, at=given.at("2026-02-25"))
    entries = LedgerEntry.objects.filter(subject_type="cases.notice", subject_id=notice.pk)
    assert list(entries.order_by("id").values_list("action", "clause")) == [
        ("draft", ""), ("issue", "CZ-3.4e"), ("receipt", ""), ("give_reply", ""), ("settle", ""),
    ]  # fmt: skip


@pytest.mark.clause("CZ-3.4e")
def test_a_missed_reply_is_reminded_of_and_seen_by_the_section():
    here = given.place()
    case = given.in_progress(here)
    given.noticed(here, case.lead, "early_warning", when="2026-03-09")
    notice = given.noticed(here, case.lead, "supervision", when="2026-03-10")
    given.swept("2026-03-18 09:00")
    assert str(notice.clock.due_on) == "2026-03-17"
    passed = Message.objects.get(template="deadline_passed")
    assert passed.recipient_id == here.posts["secretary"].user_id
    notice_settle(notice=notice, by=here.secretary, at=given.at("2026-03-19"))
    given.swept("2026-03-30 09:00")
    assert Message.objects.filter(template="deadline_passed").count() == 1


@pytest.mark.clause("CZ-3.4a")
def test_only_the_supervising_section_presses():
    """谁负责谁督办。"""
    here = given.place()
    case = given.in_progress(here)
    for key in ("secretary2", "deputy", "chief", "water_head"):
        with pytest.raises(PermissionDenied):
            notice_issue(
                assignment=case.lead, kind=NoticeKind.URGE, content="请抓紧。",
                by=here.actor(key), at=given.at("2026-03-10"),
            )  # fmt: skip
    given.noticed(here, case.lead, "urge", when="2026-03-10")


def test_a_unit_is_urged_once_a_working_day_whoever_urges():
    here = given.place()
    case = given.in_progress(here)
    given.noticed(here, case.lead, "urge", when="2026-04-03 16:00")
    # A holiday from 4 to 6 April.
    for when in ("2026-04-03 17:00", "2026-04-06 09:00"):
        found = refusal(here, case.lead, NoticeKind.URGE, when, by="head")
        assert found == {"kind": ["2026-04-03已催办（共1次），2026-04-07起方可再次催办。"]}
    again = given.noticed(here, case.lead, "urge", when="2026-04-07 08:00")
    assert again.document.number == "长政督催〔2026〕2号"
    assert str(again.clock.due_on) == "2026-04-09"


def test_each_unit_of_a_list_is_urged_by_itself_with_its_own_answer():
    here = given.place()
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case, foreign = (
        given.in_progress(here, parties=parties),
        given.in_progress(here, by="secretary2"),
    )
    given.noticed(here, case.lead, "urge", when="2026-03-10")
    answers = notices_many(
        assignments=[case.lead, case.parties[1], foreign.lead], content="请抓紧。",
        by=here.secretary, at=given.at("2026-03-10 15:00"),
    )  # fmt: skip
    assert [texts for _, texts in answers] == [
        ["2026-03-10已催办（共1次），2026-03-11起方可再次催办。"],
        [],
        ["您不是本事项的督办科室，不能催办。"],
    ]


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [(NoticeKind.URGE, " ", "content"), (NoticeKind.REGISTRATION, "请办", "kind")],
)
def test_what_cannot_be_sent_is_refused_beside_its_field(kind, content, field):
    here = given.place()
    case = given.in_progress(here)
    assert set(refusal(here, case.lead, kind, "2026-03-10", content=content)) == {field}


def test_what_is_settled_or_not_yet_delivered_is_not_pressed():
    here = given.place()
    case = given.assigned(here, parties=[given.lead(here.units["water"], paper=True)])
    assert refusal(here, case.lead, NoticeKind.URGE, "2026-03-10") == {
        "assignment": ["市水利局的承办未送达，无需再发文书。"]
    }
    done = given.completed(here, given.in_progress(here), applied_on="2026-03-10")
    assert refusal(here, done.lead, NoticeKind.URGE, "2026-03-11") == {
        "assignment": ["市水利局的承办已完成，无需再发文书。"]
    }


def test_another_unit_neither_sees_nor_answers_it():
    here = given.place()
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.in_progress(here, parties=parties)
    notice = given.noticed(here, case.lead, "urge", when="2026-03-10")
    assert not Notice.objects.visible_to(here.finance_liaison).exists()
    assert list(Notice.objects.visible_to(here.water_liaison)) == [notice]
    for by in (here.finance_liaison, here.secretary):
        with pytest.raises(PermissionDenied):
            notice_reply(notice=notice, reply="收到", by=by, at=given.at("2026-03-11"))


def test_the_text_names_matter_unit_dates_and_authority():
    here = given.place()
    case = given.in_progress(here, due_on=date(2026, 6, 30))
    notice = given.noticed(here, case.lead, "urge", when="2026-03-10")
    text = str(notice.document.content)
    for part in ("长平市水利局", "长政督〔2026〕1号", "2026年6月30日", "2026年3月12日", "秘书一科"):
        assert part in text, part


def test_an_early_warning_too_is_not_repeated_on_the_same_day():
    here = given.place()
    case = given.in_progress(here)
    given.noticed(here, case.lead, "early_warning", when="2026-03-10")
    with pytest.raises(RuleViolation, match="已预警（共1次），2026-03-11起方可再次预警"):
        given.noticed(here, case.lead, "early_warning", when="2026-03-10 16:00")
    given.noticed(here, case.lead, "early_warning", when="2026-03-11")
    assert case.notices.filter(kind="early_warning").count() == 2
