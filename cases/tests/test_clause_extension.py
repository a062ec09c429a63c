"""延期: inside the limit only, agreed and approved; until then the old date stands."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Case, Extension
from cases.services.assignments import assignment_acknowledge
from cases.services.closures import closure_draft
from cases.services.extensions import (
    extension_answer,
    extension_bars,
    extension_counter,
    extension_decide,
    extension_request,
    extension_withdraw,
)
from cases.tests import given
from deadlines.models import OverdueFinding
from duban.ledger.errors import RecordedRefusal, RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry, OnceKey
from duban.ledger.once import once
from duban.notify.models import Message

pytestmark = pytest.mark.django_db

# Every matter here runs until 2026-06-30 24:00.
LAST_MINUTE, TOO_LATE = "2026-06-30 23:59", "2026-07-01 00:00"


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def due(case):
    return str(Case.objects.get(pk=case.pk).clock.due_on)


@pytest.mark.clause("CZ-3.5a", "LZ-A-9a")
@pytest.mark.parametrize("pack", ["changzhi-2022", "lanzhou-2018"])
def test_it_is_asked_for_until_the_last_minute_of_the_limit(pack):
    """须在规定时限内提出延期申请 · 应在办理时限内书面反馈进展情况并说明……原因和理由。"""
    here = given.place(pack)
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when=LAST_MINUTE)
    assert (extension.state, extension.due_before) == ("submitted", date(2026, 6, 30))
    assert not OverdueFinding.objects.exists()
    entry = LedgerEntry.objects.get(action="request")
    assert entry.clause == {"changzhi-2022": "CZ-3.5a", "lanzhou-2018": "LZ-A-9a"}[pack]
    assert entry.changes == {"due_on": ["2026-06-30", "2026-08-31"]}
    assert due(case) == "2026-06-30"


@pytest.mark.clause("CZ-3.5a", "LZ-A-10.3", "LZ-A-9a")
@pytest.mark.parametrize("pack", ["changzhi-2022", "lanzhou-2018"])
def test_at_midnight_it_is_refused_and_the_attempt_is_on_record_as_kind_three(pack):
    """超过规定、指定或约定时限提出延期或终止申请的。"""
    here = given.place(pack)
    case = given.in_progress(here)
    with pytest.raises(RecordedRefusal, match="本次申请已记为超时情形"):
        given.asked(here, case, until="2026-08-31", when=TOO_LATE)
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.clock, finding.days_late) == (3, case.clock, 1)
    entry = LedgerEntry.objects.get(action="request_late")
    assert (entry.actor_name, entry.note) == ("张小明", "汛期无法开挖。")
    assert not Extension.objects.exists()


@pytest.mark.clause("LZ-A-10.3")
def test_the_record_stays_when_the_attempt_came_through_a_one_time_key():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)

    def act():
        return {"id": given.asked(here, case, until="2026-08-31", when=TOO_LATE).pk}

    for _ in range(2):
        with pytest.raises(RecordedRefusal):
            once("k" * 20, by=here.water_liaison, act=act)
    assert OverdueFinding.objects.count() == 1
    assert not OnceKey.objects.exists()


def test_a_pack_that_does_not_know_the_kind_refuses_without_claiming_a_record():
    here = given.place("anshan-2015")
    case = given.in_progress(here, when="2026-09-30")
    with pytest.raises(
        RuleViolation, match=r"^期限（2026-10-13）已过，不能再申请延期（AS-3.2e）。$"
    ):
        given.asked(here, case, until="2026-11-30", when="2026-10-14 00:00")
    assert not OverdueFinding.objects.exists()


def test_looking_at_the_form_after_the_limit_records_nothing_and_says_so():
    here = given.place()
    case = given.in_progress(here)
    (reason,) = extension_bars(case.lead, at=given.at(TOO_LATE))["__all__"]
    assert reason == "期限（2026-06-30）已过，不能再申请延期（CZ-3.5a）。"
    assert not OverdueFinding.objects.exists()


def test_after_the_limit_an_undecided_request_or_application_is_no_late_request():
    here = given.place()
    asked, applied = given.in_progress(here), given.in_progress(here)
    given.asked(here, asked, until="2026-08-31", when="2026-06-29")
    given.applied(here, applied, when="2026-06-29")
    with pytest.raises(RuleViolation, match="已有一份延期申请正在审批"):
        given.asked(here, asked, until="2026-08-31", when=TOO_LATE)
    with pytest.raises(RuleViolation, match="已申请办结"):
        given.asked(here, applied, until="2026-08-31", when=TOO_LATE)
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("LZ-A-9a")
@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"progress": ""}, "progress"),
        ({"reason": "长" * 3001}, "reason"),
        ({"proposed_on": date(2026, 6, 30)}, "proposed_on"),
        ({"proposed_on": date(2126, 6, 30)}, "proposed_on"),
    ],
    ids=["无理由", "无进展", "理由过长", "不晚于现期限", "过远"],
)
def test_the_request_is_written_with_progress_and_reason(words, field):
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    values = {"proposed_on": date(2026, 8, 31), "progress": "完成8公里", "reason": "汛期"}
    with pytest.raises(RuleViolation) as refusal:
        extension_request(
            assignment=case.lead, by=here.water_liaison, at=given.at("2026-06-01"),
            **(values | words),
        )  # fmt: skip
    assert set(refusal.value.reasons) == {field}
    assert not Extension.objects.exists()


@pytest.mark.clause("CZ-3.5a")
def test_only_the_lead_unit_asks():
    """牵头单位须在规定时限内提出延期申请。"""
    here = given.place()
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.in_progress(here, parties=parties)
    values = {"proposed_on": date(2026, 8, 31), "progress": "进展", "reason": "理由"}
    for assignment, by in (
        (case.parties[1], here.finance_liaison), (case.lead, here.finance_liaison),
        (case.lead, here.secretary), (case.lead, here.deputy),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            extension_request(assignment=assignment, by=by, at=given.at("2026-06-01"), **values)


@pytest.mark.clause("CZ-3.5b", "LZ-A-9c")
def test_the_section_reviews_and_only_the_leaders_approval_moves_the_date():
    """按程序报批后及时反馈批复意见 · 经有决定权的负责人批准同意后方可延期。"""
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    for key in ("secretary2", "deputy2", "chief", "water_head", "head"):
        with pytest.raises((PermissionDenied, RuleViolation)):
            extension_decide(
                extension=extension, approve=True, by=here.actor(key), at=given.at("2026-06-21")
            )
    with pytest.raises(RuleViolation, match="前一环节“科室审核”尚未审批"):
        extension_decide(
            extension=extension, approve=True, by=here.deputy, at=given.at("2026-06-21")
        )
    reviewed = extension_decide(
        extension=extension, approve=True, by=here.secretary, opinion="情况属实",
        at=given.at("2026-06-22"),
    )  # fmt: skip
    assert (reviewed.state, due(case)) == ("in_review", "2026-06-30")
    with pytest.raises(RuleViolation, match="“科室审核”环节已由秘书一科副科长 陈静审批"):
        extension_decide(
            extension=extension, approve=True, by=here.secretary, at=given.at("2026-06-22")
        )
    granted = extension_decide(
        extension=extension, approve=True, by=here.deputy, opinion="同意",
        at=given.at("2026-06-23"),
    )  # fmt: skip
    assert (granted.state, granted.granted_on, due(case)) == (
        "granted", date(2026, 8, 31), "2026-08-31",
    )  # fmt: skip
    told = Message.objects.get(template="extension_decided")
    assert told.recipient_id == here.posts["water_liaison"].user_id
    assert "2026年8月31日" in told.body


@pytest.mark.clause("CZ-3.5c")
def test_the_new_date_stands_beside_the_original_one():
    """重新明确办理时限等要求。"""
    here = given.place()
    case = given.in_progress(here)
    given.decided(here, given.asked(here, case, until="2026-08-31", when="2026-06-20"),
                  when="2026-06-25")  # fmt: skip
    clock = fresh(case).clock
    assert clock.original_due_at == given.at("2026-07-01 00:00")
    assert clock.due_at == given.at("2026-09-01 00:00")
    events = [(event.kind, event.computation["last_day"]) for event in clock.events.order_by("id")]
    assert events == [("opened", "2026-06-30"), ("extended", "2026-08-31")]
    event = clock.events.last()
    assert (event.actor_name, event.computation["clause"]) == ("林涛", "CZ-3.5c")
    entry = LedgerEntry.objects.get(action="grant", subject_type="cases.extension")
    assert (entry.clause, entry.changes["granted_on"]) == ("CZ-3.5c", [None, "2026-08-31"])


@pytest.mark.clause("CZ-3.5d", "CZ-3.5b")
@pytest.mark.parametrize("refuser", ["section", "deputy"])
def test_a_refusal_leaves_the_date_as_it_was_and_the_unit_sees_why(refuser):
    """发回原单位按期办结完毕。"""
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    if refuser == "deputy":
        extension_decide(
            extension=extension, approve=True, by=here.secretary, at=given.at("2026-06-21")
        )
    by = here.deputy if refuser == "deputy" else here.secretary
    with pytest.raises(RuleViolation) as refusal:
        extension_decide(extension=extension, approve=False, by=by, at=given.at("2026-06-22"))
    assert refusal.value.reasons == {"opinion": ["不同意的，须写明意见。"]}
    refused = extension_decide(
        extension=extension, approve=False, opinion="理由不充分", by=by, at=given.at("2026-06-22")
    )
    assert (refused.state, refused.decision, due(case)) == ("refused", "理由不充分", "2026-06-30")
    assert "理由不充分" in Message.objects.get(template="extension_decided").body
    assert case.clock.events.count() == 1
    with pytest.raises(RuleViolation, match="该延期申请未同意，不能再审批。"):
        extension_decide(extension=refused, approve=True, by=here.deputy, at=given.at("2026-06-23"))


@pytest.mark.clause("LZ-A-9e")
def test_lanzhou_agrees_on_a_new_date_once():
    """决不能一约再约、一拖再拖。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.decided(here, given.asked(here, case, until="2026-08-31", when="2026-06-20"),
                  when="2026-06-25")  # fmt: skip
    with pytest.raises(
        RuleViolation, match="已延期1次，本规则最多允许1次，不能再次申请（LZ-A-9e）。"
    ):
        given.asked(here, case, until="2026-09-30", when="2026-08-20")


def test_changzhi_extends_twice_and_a_refused_or_withdrawn_request_does_not_count():
    here = given.place()
    case = given.in_progress(here)
    given.decided(here, given.asked(here, case, until="2026-07-31", when="2026-06-01"),
                  when="2026-06-02", approve=False)  # fmt: skip
    extension_withdraw(
        extension=given.asked(here, case, until="2026-07-31", when="2026-06-03"),
        by=here.water_liaison, at=given.at("2026-06-04"),
    )  # fmt: skip
    for until, when in (("2026-07-31", "2026-06-20"), ("2026-08-31", "2026-07-20")):
        given.decided(here, given.asked(here, case, until=until, when=when), when=when)
    with pytest.raises(RuleViolation, match="已延期2次"):
        given.asked(here, case, until="2026-09-30", when="2026-08-20")
    clock = fresh(case).clock
    assert (clock.original_due_at, str(clock.due_on)) == (
        given.at("2026-07-01 00:00"),
        "2026-08-31",
    )


@pytest.mark.clause("LZ-A-9b")
def test_the_other_date_once_accepted_goes_on_to_the_leader_and_then_stands():
    """需要延期的应重新约定办结时限,与交办主体协商一致。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    extension_counter(
        extension=extension, counter_on=date(2026, 7, 31), opinion="一个月足够", by=here.staff,
        at=given.at("2026-06-21"),
    )  # fmt: skip
    assert fresh(extension).state == "counter_proposed"
    assert Message.objects.get(template="extension_countered").recipient_id == (
        here.posts["water_liaison"].user_id
    )
    with pytest.raises(RuleViolation, match="请等承办单位答复"):
        extension_decide(
            extension=extension, approve=True, by=here.deputy, at=given.at("2026-06-21")
        )
    for key in ("finance_liaison", "staff"):
        with pytest.raises(PermissionDenied):
            extension_answer(
                extension=extension, accept=True, by=here.actor(key), at=given.at("2026-06-22")
            )
    extension_answer(
        extension=extension, accept=True, by=here.water_liaison, at=given.at("2026-06-22")
    )
    assert due(case) == "2026-06-30"
    granted = extension_decide(
        extension=extension, approve=True, by=here.deputy, at=given.at("2026-06-23")
    )
    assert (granted.granted_on, due(case)) == (date(2026, 7, 31), "2026-07-31")


@pytest.mark.clause("LZ-A-9b")
def test_no_agreement_means_the_original_date_stands():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    extension_counter(
        extension=extension, counter_on=date(2026, 7, 31), opinion="一个月足够", by=here.staff,
        at=given.at("2026-06-21"),
    )  # fmt: skip
    declined = extension_answer(
        extension=extension, accept=False, by=here.water_liaison, at=given.at("2026-06-22")
    )
    assert (declined.state, declined.chain.current, due(case)) == ("refused", None, "2026-06-30")
    assert Message.objects.filter(template="extension_declined").exists()
    with pytest.raises(RuleViolation):
        extension_decide(
            extension=extension, approve=True, by=here.deputy, at=given.at("2026-06-23")
        )
    given.asked(here, case, until="2026-07-31", when="2026-06-24")


@pytest.mark.clause("LZ-A-9b")
def test_an_answer_that_never_comes_does_not_keep_the_finding_in_suspense():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    extension_counter(
        extension=extension, counter_on=date(2026, 7, 31), opinion="一个月足够", by=here.staff,
        at=given.at("2026-06-21"),
    )  # fmt: skip
    refused = extension_decide(
        extension=extension, approve=False, opinion="逾期未答复", by=here.deputy,
        at=given.at("2026-07-06"),
    )  # fmt: skip
    assert (refused.state, due(case)) == ("refused", "2026-06-30")
    given.swept("2026-07-06 09:05")
    assert OverdueFinding.objects.filter(clock=case.clock, kind=0).exists()


@pytest.mark.clause("LZ-A-9b")
@pytest.mark.parametrize(
    ("day", "opinion", "field"),
    [
        ("2026-07-31", " ", "opinion"),
        ("2026-06-30", "早些", "counter_on"),
        ("2026-08-31", "同日", "counter_on"),
        ("2126-07-31", "笔误", "counter_on"),
    ],
    ids=["无理由", "不晚于原期限", "与申请相同", "过远"],
)
def test_the_other_date_has_a_reason_and_is_another_date(day, opinion, field):
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    with pytest.raises(RuleViolation) as refusal:
        extension_counter(
            extension=extension, counter_on=date.fromisoformat(day), opinion=opinion,
            by=here.staff, at=given.at("2026-06-21"),
        )  # fmt: skip
    assert set(refusal.value.reasons) == {field}
    assert fresh(extension).state == "submitted"


@pytest.mark.clause("LZ-A-9b")
def test_only_the_section_proposes_another_date_and_only_once():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    propose = {"extension": extension, "opinion": "另定", "at": given.at("2026-06-21")}
    with pytest.raises(RuleViolation, match="前一环节"):
        extension_counter(**propose, counter_on=date(2026, 7, 31), by=here.deputy)
    extension_counter(**propose, counter_on=date(2026, 7, 31), by=here.staff)
    extension_answer(
        extension=extension, accept=True, by=here.water_liaison, at=given.at("2026-06-22")
    )
    with pytest.raises(RuleViolation, match="本环节不能另提日期"):
        extension_counter(**propose, counter_on=date(2026, 7, 15), by=here.deputy)


def test_one_request_at_a_time_and_none_beside_an_application_for_completion():
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-01")
    with pytest.raises(RuleViolation, match="已有一份延期申请正在审批"):
        given.asked(here, case, until="2026-09-30", when="2026-06-02")
    with pytest.raises(RuleViolation, match="延期申请正在审批"):
        closure_draft(case=case, result="完成", by=here.water_liaison, at=given.at("2026-06-02"))
    extension_withdraw(extension=extension, by=here.water_liaison, at=given.at("2026-06-03"))
    assert (fresh(extension).state, fresh(extension).chain.current) == ("withdrawn", None)
    given.applied(here, case, when="2026-06-04")
    with pytest.raises(RuleViolation, match="已申请办结"):
        given.asked(here, case, until="2026-08-31", when="2026-06-05")


def test_it_may_be_asked_for_before_signing_and_a_stale_decision_is_refused():
    here = given.place()
    case = given.assigned(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-03-03")
    with pytest.raises(StaleVersion):
        extension_decide(
            extension=extension, approve=True, by=here.secretary, at=given.at("2026-03-04"),
            expect=7,
        )  # fmt: skip
    given.decided(here, extension, when="2026-03-05")
    assignment_acknowledge(assignment=case.lead, by=here.water_liaison, at=given.at("2026-03-06"))
    assert due(case) == "2026-08-31"


def test_the_chain_may_take_longer_than_the_limit_and_nothing_is_held_against_the_unit():
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when=LAST_MINUTE)
    given.swept("2026-07-08 09:00")
    given.decided(here, extension, when="2026-07-09")
    given.swept("2026-07-09 09:05")
    assert due(case) == "2026-08-31"
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("CZ-3.5c")
def test_a_timely_request_decided_after_the_date_it_asked_for_is_granted_all_the_same():
    here = given.place()
    case = given.in_progress(here)  # due 2026-06-30
    extension = given.asked(here, case, until="2026-07-10", when="2026-06-29")
    given.swept("2026-07-15")
    assert not OverdueFinding.objects.exists()
    given.decided(here, extension, when="2026-07-16")
    assert due(case) == "2026-07-10"
    given.swept("2026-07-16 12:00")
    finding = OverdueFinding.objects.get(kind=0)
    assert finding.due_at == given.at("2026-07-11 00:00")
