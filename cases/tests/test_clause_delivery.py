"""交办、送达、签收: when the clock starts, how long it runs, who is responsible."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Assignment, Case
from cases.services.assignments import (
    assignment_accept,
    assignment_acknowledge,
    assignment_register_receipt,
    assignment_report_done,
    assignment_return_for_rework,
    assignment_waive,
)
from cases.services.cases import case_assign, case_assign_many, case_submit
from cases.tests import given
from deadlines.models import OverdueFinding
from duban.documents.models import OfficialDocument
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from duban.org.models import Post

pytestmark = pytest.mark.django_db


def two_units(here, **co):
    return [given.lead(here.units["water"]), given.co(here.units["finance"], **co)]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# 限期 (AS-3.2): the clock by urgency.
@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        pytest.param("urgent", "2026-10-10", marks=pytest.mark.clause("AS-3.2b"), id="急件"),
        pytest.param("normal", "2026-10-13", marks=pytest.mark.clause("AS-3.2c"), id="非急件"),
        pytest.param("difficult", "2026-10-20", marks=pytest.mark.clause("AS-3.2d"), id="难度较大"),
    ],
)
def test_the_urgency_gives_the_days(urgency, due):
    """急件3个工作日内办结，非急件5个，难度较大的10个。"""
    here = given.place("anshan-2015")
    case = given.assigned(here, when="2026-09-30", urgency=urgency)
    assert case.clock == case.lead.clock
    assert str(case.clock.due_on) == due
    assert case.clock.explained.clause == {"urgent": "AS-3.2b", "normal": "AS-3.2c",
                                           "difficult": "AS-3.2d"}[urgency]  # fmt: skip


@pytest.mark.clause("AS-3.2e")
def test_a_leaders_date_overrides_the_days_and_needs_the_leader_and_the_reason():
    """特殊情况按领导要求办理。"""
    here = given.place("anshan-2015")
    special = {"due_on": date(2026, 10, 30), "due_basis": "designated"}
    case = given.draft(here, when="2026-09-30", **special)
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=case, by=here.secretary, at=given.at("2026-09-30"))
    assert refusal.value.reasons == {
        "due_citation": ["指定时间须写明作出指定的领导或机关和文件。"],
        "assigner": ["按领导要求须写明提出要求的领导（AS-3.2e）。"],
    }
    case = given.assigned(
        here, when="2026-09-30", assigner=here.posts["deputy"],
        due_citation="林涛副市长批示：结合汛后检修一并完成", **special,
    )  # fmt: skip
    assert str(case.clock.due_on) == "2026-10-30"
    assert case.clock.explained.clause == "AS-3.2e"
    assert case.clock.kind == "due_date"


@pytest.mark.clause("LZ-A-6.1", "LZ-A-6.2")
@pytest.mark.parametrize("basis", ["statutory", "designated"])
def test_a_date_by_rule_or_by_order_needs_its_proof(basis):
    """有明确规定办理时限的 · 明确指定时限要求的。"""
    here = given.place("lanzhou-2018")
    case = given.draft(here, due_basis=basis, due_citation="")
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    assert set(refusal.value.reasons) == {"due_citation"}
    case = given.assigned(here, due_basis=basis, due_citation="《取水许可管理办法》第十二条")
    clause = {"statutory": "LZ-A-6.1", "designated": "LZ-A-6.2"}[basis]
    assert case.clock.explained.clause == clause


@pytest.mark.clause("LZ-A-7b")
@pytest.mark.parametrize(
    ("delivered", "due"),
    [("2026-02-11 23:59", "2026-02-25"), ("2026-02-12 00:01", "2026-02-26")],
    ids=["23时59分", "0时1分"],
)
def test_delivery_starts_the_clock_and_acknowledging_does_not(delivered, due):
    """从收到相关文件、材料或指令的次日起计算。"""
    here = given.place("lanzhou-2018")
    case = given.assigned(here, when=delivered, basis_on=None)
    duty = case.lead.duties.get(obligation__key="first_feedback")
    assert str(duty.clock.due_on) == due
    assignment_acknowledge(
        assignment=case.lead, by=here.water_liaison, at=given.at("2026-02-24 09:00")
    )
    assert str(fresh(duty).clock.due_on) == due


@pytest.mark.clause("CZ-3.1c")
def test_a_paper_runs_from_its_registered_receipt_and_the_unit_knows_nothing_before():
    """通过市政府“13710”督办系统或书面下达立项通知。"""
    here = given.place("anshan-2015")
    case = given.assigned(
        here, when="2026-09-28", parties=[given.lead(here.units["water"], paper=True)]
    )
    assert (case.state, case.clock, case.lead.state) == ("assigned", None, "issued")
    assert OfficialDocument.objects.filter(case_id=case.pk, kind="registration_notice").exists()
    assert not Case.objects.visible_to(here.water_liaison).exists()
    with pytest.raises(PermissionDenied):
        assignment_acknowledge(
            assignment=case.lead, by=here.water_liaison, at=given.at("2026-09-29")
        )
    registered = assignment_register_receipt(
        assignment=case.lead, received_on=date(2026, 9, 30), by=here.head,
        at=given.at("2026-10-08"),
    )  # fmt: skip
    assert str(registered.clock.due_on) == "2026-10-13"
    assert fresh(case).clock == registered.clock
    assert registered.channel == "paper"
    entry = LedgerEntry.objects.get(action="deliver")
    assert entry.effective_at == registered.delivered_at == given.at("2026-09-30 12:00")
    assert Case.objects.visible_to(here.water_liaison).exists()


@pytest.mark.clause("CZ-3.1c")
@pytest.mark.parametrize(
    ("received", "text"),
    [
        ("2026-10-09", "送达日期不能晚于今天。"),
        ("2026-09-27", "送达日期不能早于交办日期。"),
    ],
)
def test_a_receipt_lies_between_the_assignment_and_today(received, text):
    here = given.place("anshan-2015")
    case = given.assigned(
        here, when="2026-09-28", parties=[given.lead(here.units["water"], paper=True)]
    )
    with pytest.raises(RuleViolation) as refusal:
        assignment_register_receipt(
            assignment=case.lead, received_on=date.fromisoformat(received), by=here.head,
            at=given.at("2026-10-08"),
        )  # fmt: skip
    assert refusal.value.reasons == {"received_on": [text]}
    assert fresh(case.lead).clock is None


def test_a_paper_is_registered_once_by_the_supervisor_and_only_after_the_assignment():
    here = given.place()
    case = given.registered(here, parties=[given.lead(here.units["water"], paper=True)])
    values = {"assignment": case.lead, "received_on": date(2026, 3, 4)}
    with pytest.raises(RuleViolation, match="本事项尚未交办"):
        assignment_register_receipt(**values, by=here.secretary, at=given.at("2026-03-04"))
    case_assign(case=case, by=here.secretary, at=given.at("2026-03-03"))
    for key in ("secretary2", "water_liaison", "chief"):
        with pytest.raises(PermissionDenied):
            assignment_register_receipt(**values, by=here.actor(key), at=given.at("2026-03-04"))
    assignment_register_receipt(**values, by=here.secretary, at=given.at("2026-03-04"))
    with pytest.raises(RuleViolation, match="当前状态为“待签收”"):
        assignment_register_receipt(**values, by=here.secretary, at=given.at("2026-03-05"))


@pytest.mark.clause("LZ-A-6.3c", "CZ-3.2d")
def test_a_co_units_clock_is_never_later_than_the_leads():
    here = given.place("anshan-2015")
    parties = two_units(here, due_on=date(2026, 12, 31))
    case = given.assigned(here, when="2026-09-30", urgency="urgent", parties=parties)
    assert [str(p.clock.due_on) for p in case.parties] == ["2026-10-10", "2026-10-10"]
    paper = given.assigned(
        here, when="2026-09-30", urgency="urgent", parties=two_units(here, paper=True)
    )
    late = assignment_register_receipt(
        assignment=paper.parties[1], received_on=date(2026, 10, 9), by=here.head,
        at=given.at("2026-10-09"),
    )  # fmt: skip
    assert str(late.clock.due_on) == "2026-10-10"


@pytest.mark.clause("CZ-3.1c", "CZ-3.1b")
def test_the_assignment_delivers_to_each_unit_tells_its_liaison_and_writes_the_notice():
    here = given.place()
    case = given.assigned(here, parties=two_units(here))
    assert [party.state for party in case.parties] == ["delivered", "delivered"]
    told = set(Message.objects.filter(template="case_assigned").values_list("recipient", flat=True))
    assert told == {here.posts["water_liaison"].user_id, here.posts["finance_liaison"].user_id}
    notice = OfficialDocument.objects.get(case_id=case.pk)
    assert (notice.number, notice.title) == (
        "长政督立〔2026〕1号", "关于城区老旧供水管网改造的立项通知",
    )  # fmt: skip
    entry = LedgerEntry.objects.get(action="assign")
    assert (entry.clause, entry.actor_name, entry.unit_name) == ("CZ-3.1b", "陈静", "秘书一科")


def test_a_liaison_of_two_units_is_told_of_both_parts():
    here = given.place()
    Post.objects.filter(pk=here.posts["finance_liaison"].pk).update(
        user=here.posts["water_liaison"].user
    )
    given.assigned(here, parties=two_units(here))
    assert Message.objects.filter(template="case_assigned").count() == 2


def test_a_unit_without_a_liaison_is_told_through_its_head():
    here = given.place()
    Post.objects.filter(pk=here.posts["water_liaison"].pk).update(ends_on=date(2026, 3, 1))
    given.assigned(here)
    told = Message.objects.get(template="case_assigned")
    assert told.recipient_id == here.posts["water_head"].user_id


@pytest.mark.clause("CZ-2.1a")
def test_a_list_is_assigned_row_by_row_in_one_batch_each_with_its_own_answer():
    """第一时间列出清单进行交办。"""
    here = given.place()
    good, draft, other = (
        given.registered(here), given.draft(here), given.registered(here, by="secretary2"),
    )  # fmt: skip
    answers = case_assign_many(
        cases=[good, draft, other], by=here.secretary, at=given.at("2026-03-03")
    )
    assert [texts for _, texts in answers] == [
        [],
        ["当前状态为“拟立项”，不能办理“交办”。"],
        ["您不是本事项的督办科室，不能交办。"],
    ]
    assert [fresh(case).state for case in (good, draft, other)] == [
        "assigned", "draft", "registered",
    ]  # fmt: skip
    assert LedgerEntry.objects.get(action="assign").batch is not None


def test_the_first_signature_sets_the_matter_in_progress():
    here = given.place()
    case = given.assigned(here, parties=two_units(here))
    lead, co_unit = case.parties
    assignment_acknowledge(assignment=co_unit, by=here.finance_liaison, at=given.at("2026-03-04"))
    assert (fresh(case).state, fresh(case).started_at) == ("in_progress", given.at("2026-03-04"))
    assignment_acknowledge(assignment=lead, by=here.water_liaison, at=given.at("2026-03-05"))
    assert fresh(case).started_at == given.at("2026-03-04")
    assert LedgerEntry.objects.filter(action="start").count() == 1


@pytest.mark.clause("LZ-A-13")
def test_signing_names_the_person_in_charge():
    """承办责任人定期不定期汇报情况。"""
    here = given.place("lanzhou-2018")
    case = given.assigned(here)
    assert case.lead.responsible_person == "王小明"
    signed = assignment_acknowledge(
        assignment=case.lead, by=here.water_liaison, responsible_person=" 李工 ",
        at=given.at("2026-03-03"),
    )  # fmt: skip
    assert (signed.responsible_person, signed.acknowledged_by_id) == (
        "李工", here.posts["water_liaison"].user_id,
    )  # fmt: skip
    assert set(Assignment.objects.of_unit(here.units["water"].pk)) == {case.lead}
    assert not Assignment.objects.of_unit(here.units["housing"].pk).exists()


@pytest.mark.clause("AS-4.1b")
def test_the_first_responsible_person_is_the_head_on_the_day_of_delivery():
    """主要负责人是抓督查落实的第一责任人。"""
    here = given.place("anshan-2015")
    old = given.assigned(here, when="2026-03-02")
    Post.objects.filter(pk=here.posts["water_head"].pk).update(ends_on=date(2026, 3, 31))
    successor = given.post(here, "water_head2", "water", "unit_head", "局长", "韩松")
    Post.objects.filter(pk=successor.pk).update(starts_on=date(2026, 4, 1))
    new = given.assigned(here, when="2026-04-01")
    assert [case.lead.principal.name for case in (old, new)] == ["张建国", "韩松"]
    paper = given.assigned(here, parties=[given.lead(here.units["water"], paper=True)])
    assert paper.lead.principal is None


# Co-units: own duty, own clock, own end.
@pytest.mark.clause("CZ-3.2d")
def test_a_co_units_clock_stops_when_it_reported_not_when_it_was_read():
    here = given.place()
    case = given.in_progress(here, parties=two_units(here, due_on=date(2026, 3, 31)))
    co_unit = case.parties[1]
    assignment_report_done(
        assignment=co_unit, result="资金已到位。", by=here.finance_liaison,
        at=given.at("2026-03-31 23:59"),
    )  # fmt: skip
    done = assignment_accept(assignment=co_unit, by=here.secretary, at=given.at("2026-04-10"))
    assert (done.state, done.accepted_at) == ("accepted", given.at("2026-04-10"))
    assert fresh(done).clock.stopped_at == given.at("2026-03-31 23:59")
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("CZ-3.2d", "LZ-A-10.2")
def test_returned_work_goes_on_under_the_same_clock_and_leaves_no_trace_of_the_first_report():
    here = given.place()
    case = given.in_progress(here, parties=two_units(here, due_on=date(2026, 3, 31)))
    co_unit = case.parties[1]
    report = {"result": "资金已到位。", "by": here.finance_liaison}
    assignment_report_done(assignment=co_unit, at=given.at("2026-03-30"), **report)
    back = assignment_return_for_rework(
        assignment=co_unit, reason="缺拨款凭证", by=here.secretary, at=given.at("2026-04-01")
    )
    assert (back.state, back.reported_done_at, back.settled_reason) == (
        "acknowledged", None, "缺拨款凭证",
    )  # fmt: skip
    assert (back.clock.state, str(back.clock.due_on)) == ("running", "2026-03-31")
    assert Message.objects.get(template="assignment_returned").recipient_id == (
        here.posts["finance_liaison"].user_id
    )
    again = assignment_report_done(assignment=co_unit, at=given.at("2026-04-02"), **report)
    assert again.settled_reason == ""
    assignment_accept(assignment=co_unit, by=here.secretary, at=given.at("2026-04-03"))
    found = OverdueFinding.objects.order_by("kind").values_list("kind", "days_late")
    assert list(found) == [(0, 2), (2, 2)]


@pytest.mark.clause("CZ-3.2d")
@pytest.mark.parametrize("paper", [False, True], ids=["送达后", "纸质尚未送达"])
def test_a_part_no_longer_needed_is_waived_with_its_reason(paper):
    here = given.place()
    case = given.assigned(here, parties=two_units(here, paper=paper))
    waived = assignment_waive(
        assignment=case.parties[1], reason="已由省级资金解决", by=here.secretary,
        at=given.at("2026-03-05"),
    )  # fmt: skip
    assert (waived.state, waived.settled_reason) == ("waived", "已由省级资金解决")
    assert (waived.clock is None) is paper
    assert paper or fresh(waived).clock.state == "stopped"
    # A unit that never received it goes on knowing nothing.
    assert Message.objects.filter(template="assignment_waived").exists() is not paper
    assert Case.objects.visible_to(here.finance_liaison).exists() is not paper


def test_nothing_is_waived_before_the_assignment_and_never_the_lead():
    here = given.place()
    case = given.registered(here, parties=two_units(here))
    with pytest.raises(RuleViolation, match="本事项尚未交办或已经办结"):
        assignment_waive(
            assignment=case.parties[1],
            reason="不需要",
            by=here.secretary,
            at=given.at("2026-03-05"),
        )
    with pytest.raises(PermissionDenied):
        assignment_waive(
            assignment=case.lead, reason="不需要", by=here.secretary, at=given.at("2026-03-05")
        )


def test_the_leads_end_is_only_its_application_and_a_co_units_only_its_report():
    here = given.place()
    case = given.in_progress(here, parties=two_units(here))
    with pytest.raises(RuleViolation, match="牵头单位以办结申请报告完成"):
        assignment_report_done(
            assignment=case.lead, result="完成", by=here.water_liaison, at=given.at("2026-03-05")
        )
    with pytest.raises(RuleViolation) as refusal:
        assignment_report_done(
            assignment=case.parties[1], result=" ", by=here.finance_liaison,
            at=given.at("2026-03-05"),
        )  # fmt: skip
    assert refusal.value.reasons == {"result": ["请填写完成情况。"]}
