"""反馈: kinds and their order, what each has to say, what a report answers, monthly duties."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Feedback, FeedbackDuty
from cases.services.assignments import (
    assignment_accept,
    assignment_acknowledge,
    assignment_report_done,
    assignment_return_for_rework,
)
from cases.services.closures import closure_decide, closure_draft, closure_withdraw
from cases.services.duties import duties_open
from cases.services.feedback import (
    Words,
    feedback_accept,
    feedback_discard,
    feedback_draft,
    feedback_no_change,
    feedback_return,
    feedback_send,
    feedback_submit,
)
from cases.tests import given
from deadlines.models import OverdueFinding
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from duban.rulepacks.models import RulePackVersion

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refused(here, assignment, when="2026-03-05", **words):
    with pytest.raises(RuleViolation) as refusal:
        given.report(here, assignment, words.pop("kind"), when=when, **words)
    return refusal.value.reasons


def periods(assignment):
    return list(
        assignment.duties.filter(obligation__key="monthly_progress").values_list(
            "obligation__period", flat=True
        )
    )


def sent(here, case, kind, when, **words):
    given.report(here, case.lead, kind, when=when, **words)
    return Feedback.objects.latest("id")


@pytest.mark.clause("CZ-3.3a", "LZ-A-8a")
def test_a_report_appears_at_once_with_its_kind_and_the_section_is_told():
    """落实顺利的要及时报告办理结果。"""
    here = given.place()
    case = given.in_progress(here)
    row = sent(here, case, "verified_report", "2026-03-05 20:00", content="已通水。", finished=True)
    assert list(Feedback.objects.visible_to(here.secretary)) == [row]
    assert (row.get_kind_display(), row.finished) == ("核报", True)
    told = Message.objects.get(template="feedback_submitted")
    assert told.recipient_id == here.posts["secretary"].user_id
    entry = LedgerEntry.objects.get(subject_type="cases.feedback", action="submit")
    assert (entry.clause, entry.changes["state"]) == ("CZ-3.3a", ["draft", "submitted"])


@pytest.mark.clause("CZ-3.3b")
def test_a_difficulty_report_says_problem_and_proposal():
    """要及时……报告存在困难和问题以及下一步工作意见建议等。"""
    here = given.place()
    case = given.in_progress(here, assigner=here.posts["deputy"])
    assert refused(here, case.lead, kind="difficulty_report", problem=" ") == {
        "problem": ["请写明存在的困难和问题（CZ-3.3b）。"],
        "proposal": ["请提出下一步工作意见建议（CZ-3.3b）。"],
    }
    assert not Feedback.objects.exists()


@pytest.mark.clause("CZ-3.3b")
def test_a_difficulty_report_goes_to_the_section_and_to_the_leader_who_assigned_it():
    here = given.place()
    case = given.in_progress(here, assigner=here.posts["deputy"])
    sent(here, case, "difficulty_report", "2026-03-05", problem="管材缺货", proposal="请协调货源")
    told = Message.objects.filter(template="difficulty_reported")
    assert set(told.values_list("recipient", flat=True)) == {
        here.posts["secretary"].user_id, here.posts["deputy"].user_id,
    }  # fmt: skip


@pytest.mark.clause("LZ-B-10a")
def test_lanzhous_first_report_is_the_initial_one_and_it_comes_once():
    """初报求快、续报求全、核报求准。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    for kind in ("follow_up_report", "verified_report"):
        found = refused(here, case.lead, kind=kind)
        assert found == {"kind": ["首次反馈应为初报（LZ-B-10c）。"]}
    assert refused(here, case.lead, kind="no_change") == {
        "kind": ["首次反馈须填写进展情况，不能报“无变化”。"]
    }
    sent(here, case, "initial_report", "2026-03-05", finished=True)
    again = refused(here, case.lead, kind="initial_report", finished=True)
    assert again == {"kind": ["已报送初报，请选择续报或核报（LZ-B-10c）。"]}
    sent(here, case, "follow_up_report", "2026-03-20")
    sent(here, case, "verified_report", "2026-03-25")


@pytest.mark.clause("LZ-B-10a")
def test_closing_needs_a_verified_report_that_was_not_returned():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    sent(here, case, "initial_report", "2026-03-05", finished=True)
    application = {"case": case, "result": "完成", "by": here.water_liaison}
    with pytest.raises(RuleViolation, match="尚未报送核报（LZ-B-10a）"):
        closure_draft(**application, at=given.at("2026-03-06"))
    verified = sent(here, case, "verified_report", "2026-03-06")
    feedback_return(feedback=verified, reply="数据不符", by=here.head, at=given.at("2026-03-07"))
    with pytest.raises(RuleViolation, match="尚未报送核报"):
        closure_draft(**application, at=given.at("2026-03-08"))
    sent(here, case, "verified_report", "2026-03-08")
    assert closure_draft(**application, at=given.at("2026-03-08")).state == "draft"


@pytest.mark.clause("LZ-B-10c")
def test_an_unfinished_first_report_promises_date_and_person():
    """仍未办结需要继续跟踪落实的,办理单位须明确时限和责任人。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    assert refused(here, case.lead, kind="initial_report") == {
        "expected_on": ["尚未办结的，须明确办结时限（LZ-B-10c）。"],
        "expected_person": ["尚未办结的，须明确责任人（LZ-B-10c）。"],
    }
    past = refused(
        here, case.lead, kind="initial_report", expected_on=date(2026, 3, 4), expected_person="李工"
    )
    assert past == {"expected_on": ["预计完成日期不能早于今天。"]}
    row = sent(
        here, case, "initial_report", "2026-03-05", expected_on=date(2026, 5, 30),
        expected_person="李工",
    )  # fmt: skip
    assert (row.expected_on, row.expected_person) == (date(2026, 5, 30), "李工")


@pytest.mark.clause("LZ-B-10b")
def test_the_first_feedback_is_owed_in_five_working_days_and_any_report_answers_it():
    """5个工作日内反馈动态进展或办理结果。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, when="2026-02-11", basis_on=None)
    duty = case.lead.duties.get(obligation__key="first_feedback")
    assert (duty.obligation.key, str(duty.clock.due_on)) == ("first_feedback", "2026-02-25")
    row = sent(here, case, "initial_report", "2026-02-25 23:59", finished=True)
    duty = fresh(duty)
    assert (duty.fulfilled_by, duty.fulfilled_at) == (row, given.at("2026-02-25 23:59"))
    assert duty.clock.state == "stopped"
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("LZ-A-10.4")
@pytest.mark.parametrize("swept", [True, False], ids=["到期已扫描", "扫描停了一天"])
def test_no_feedback_inside_the_limit_is_kind_four_whether_or_not_the_sweep_was_running(swept):
    """在规定、指定或约定时限内,未反馈办理情况和结果的。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, when="2026-02-11", basis_on=None)
    if swept:
        given.swept("2026-02-26 00:00")
    sent(here, case, "initial_report", "2026-02-26 10:00", finished=True)
    given.swept("2026-02-26 12:00")
    duty = case.lead.duties.get(obligation__key="first_feedback")
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.clock_id, finding.days_late) == (4, duty.obligation.clock_id, 1)


@pytest.mark.clause("LZ-B-10d", "LZ-A-8b")
def test_progress_is_owed_every_month_by_the_fifth_from_the_first_until_closing():
    """每月5日前报送进展情况,直至办结为止。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, when="2026-03-02", due_on=date(2026, 12, 30))
    sent(here, case, "initial_report", "2026-03-05", finished=True)
    given.swept("2026-03-31 23:59")
    assert periods(case.lead) == []
    assert given.swept("2026-04-01 00:01").duties == 1
    duty = case.lead.duties.get(obligation__period="2026-04")
    # 5 April is a holiday; no 顺延 is written, so it stays.
    assert str(duty.clock.due_on) == "2026-04-05"
    assert given.swept("2026-04-01 00:06").duties == 0
    feedback_no_change(assignment=case.lead, by=here.water_liaison, at=given.at("2026-04-03"))
    assert fresh(duty).fulfilled_at == given.at("2026-04-03")
    given.swept("2026-05-06 00:01")
    assert periods(case.lead) == ["2026-04", "2026-05"]
    assert list(OverdueFinding.objects.values_list("clock__label", "kind")) == [("每月进展", 4)]


@pytest.mark.clause("LZ-B-10d")
def test_closed_on_the_20th_of_march_means_no_april_obligation():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.completed(here, case, applied_on="2026-03-20")
    given.swept("2026-04-06 00:01")
    assert periods(case.lead) == []


@pytest.mark.clause("LZ-B-10d")
def test_an_application_undecided_over_the_month_end_owes_nothing_and_can_be_granted():
    """The time the chain takes is the office's."""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-03-20")
    given.swept("2026-04-06 00:01")
    assert periods(case.lead) == []
    for by in (here.staff, here.deputy):
        closure_decide(closure=closure, approve=True, by=by, at=given.at("2026-04-08"))
    assert fresh(case).state == "completed"
    assert fresh(case).done_at == given.at("2026-03-20")


@pytest.mark.clause("LZ-B-10d")
@pytest.mark.parametrize(
    ("refused_on", "expected"),
    [("2026-04-02", ["2026-04"]), ("2026-04-08", [])],
    ids=["5日前退回", "5日后退回"],
)
def test_sent_back_to_work_it_owes_the_month_only_if_the_day_has_not_passed(refused_on, expected):
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-03-20")
    closure_decide(
        closure=closure, approve=False, opinion="尚未通水", by=here.staff, at=given.at(refused_on)
    )
    given.swept("2026-04-08 12:00")
    assert periods(case.lead) == expected
    given.swept("2026-05-01 00:01")
    assert periods(case.lead) == [*expected, "2026-05"]


@pytest.mark.clause("LZ-B-10d", "LZ-A-10.4")
@pytest.mark.parametrize("withdrawn", [True, False], ids=["自行撤回", "被退回"])
def test_what_fell_due_while_the_office_judged_is_not_owed_unless_the_unit_withdrew(withdrawn):
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, due_on=date(2026, 12, 30))
    sent(here, case, "initial_report", "2026-03-05", finished=True)
    sent(here, case, "verified_report", "2026-03-30")
    given.swept("2026-04-01 00:01")
    closure = given.applied(here, case, when="2026-04-02")
    assert given.swept("2026-04-06 00:01").findings == 0
    if withdrawn:
        closure_withdraw(closure=closure, by=here.water_liaison, at=given.at("2026-04-08"))
    else:
        closure_decide(
            closure=closure, approve=False, opinion="未通水", by=here.staff,
            at=given.at("2026-04-08"),
        )  # fmt: skip
    assert given.swept("2026-04-08 12:00").findings == int(withdrawn)
    sent(here, fresh(case), "follow_up_report", "2026-04-09")
    duty = case.lead.duties.get(obligation__period="2026-04")
    assert (duty.fulfilled_at is not None) is withdrawn
    assert duty.clock.state == "stopped"


@pytest.mark.clause("LZ-B-10d")
def test_a_co_unit_that_reported_done_owes_no_progress_and_its_acceptance_is_not_hindered():
    here = given.place("lanzhou-2018")
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.in_progress(here, parties=parties)
    co_unit = case.parties[1]
    given.report(here, co_unit, "initial_report", when="2026-03-05", finished=True)
    assignment_report_done(
        assignment=co_unit, result="完成", by=here.finance_liaison, at=given.at("2026-03-20")
    )
    given.swept("2026-04-06 00:01")
    assert (periods(case.lead), periods(co_unit)) == (["2026-04"], [])
    assignment_return_for_rework(
        assignment=co_unit, reason="缺凭证", by=here.head, at=given.at("2026-04-10")
    )
    given.swept("2026-04-10 12:00")
    assert periods(co_unit) == []
    assignment_report_done(
        assignment=co_unit, result="完成", by=here.finance_liaison, at=given.at("2026-04-11")
    )
    assignment_accept(assignment=co_unit, by=here.head, at=given.at("2026-04-12"))


@pytest.mark.clause("LZ-B-10d")
def test_a_week_late_the_month_is_opened_and_what_was_reported_meanwhile_counts():
    here = given.place("lanzhou-2018")
    silent = given.in_progress(here, due_on=date(2026, 12, 30))
    spoke = given.in_progress(here, due_on=date(2026, 12, 30))
    for case in (silent, spoke):
        sent(here, case, "initial_report", "2026-03-05", finished=True)
    row = sent(here, spoke, "follow_up_report", "2026-04-03")
    result = given.swept("2026-04-12 09:00")
    assert (result.duties, result.findings) == (2, 1)
    assert spoke.lead.duties.get(obligation__period="2026-04").fulfilled_by == row
    finding = OverdueFinding.objects.get()
    assert finding.clock == silent.lead.duties.get(obligation__period="2026-04").clock


@pytest.mark.clause("LZ-B-10d")
def test_a_pause_over_the_whole_end_of_a_month_leaves_no_month_out():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, due_on=date(2026, 12, 30))
    sent(here, case, "initial_report", "2026-03-05", finished=True)
    given.swept("2026-05-02 09:00")
    assert periods(case.lead) == ["2026-04", "2026-05"]


def test_a_pack_without_monthly_duties_costs_no_look_at_its_matters(django_assert_num_queries):
    here = given.place()
    given.in_progress(here)
    assert [version.pack.name for version in RulePackVersion.objects.all()] == ["changzhi-2022"]
    with django_assert_num_queries(1):  # the pack versions
        assert duties_open(on=date(2026, 4, 1), at=given.at("2026-04-01")) == 0


@pytest.mark.clause("LZ-A-2")
@pytest.mark.parametrize("pack", ["lanzhou-2018", "anshan-2015"])
def test_neither_finished_nor_reported_at_the_due_time_is_two_findings(pack):
    """办理办结工作事项,并反馈结果的行为。"""
    here = given.place(pack)
    case = given.in_progress(here, due_on=date(2026, 3, 6), due_basis="designated",
                             due_citation="批示", assigner=here.posts["deputy"])  # fmt: skip
    given.swept("2026-03-07 00:00")
    found = case.clock.findings.order_by("kind").values_list("kind", flat=True)
    assert list(found) == [0, 4]


@pytest.mark.clause("AS-3.2a", "LZ-A-2")
@pytest.mark.parametrize(
    ("reported", "kinds"),
    [("2026-10-13 23:59", [0, 2]), ("2026-10-14 00:00", [0, 2, 4])],
    ids=["按时报告、迟交办结", "迟报"],
)
def test_finishing_counts_only_when_it_is_reported_in_time(reported, kinds):
    """承办单位要按时办结并报告。"""
    here = given.place("anshan-2015")
    case = given.in_progress(here, when="2026-09-30")
    sent(here, case, "verified_report", reported, content="10月12日已修复。", finished=True)
    case = given.completed(here, case, applied_on="2026-10-15")
    found = case.clock.findings.order_by("kind").values_list("kind", flat=True)
    assert list(found) == kinds
    row = Feedback.objects.get()
    assert (row.submitted_at, case.done_at) == (given.at(reported), given.at("2026-10-15"))


def test_before_signing_nothing_is_reported_and_after_the_end_neither():
    here = given.place()
    case = given.assigned(here)
    assert refused(here, case.lead, kind="initial_report") == {"__all__": ["请先签收再反馈。"]}
    assignment_acknowledge(assignment=case.lead, by=here.water_liaison, at=given.at("2026-03-03"))
    case = given.completed(here, fresh(case), applied_on="2026-03-10")
    with pytest.raises(RuleViolation, match="承办已完成，不再接收反馈"):
        given.report(here, case.lead, "initial_report", when="2026-03-11")


def test_a_draft_is_its_units_alone_and_a_draft_of_another_part_cannot_be_slipped_in():
    here = given.place()
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.in_progress(here, parties=parties)
    lead, co_unit = case.parties
    words = Words(kind="initial_report", content="进展")
    draft = feedback_draft(
        assignment=lead, words=words, by=here.water_liaison, at=given.at("2026-03-05")
    )
    changed = Words(kind="initial_report", content="改了")
    for by in (here.finance_liaison, here.secretary):
        with pytest.raises(PermissionDenied):
            feedback_draft(assignment=lead, words=changed, feedback=draft, by=by,
                           at=given.at("2026-03-05"))  # fmt: skip
        with pytest.raises(PermissionDenied):
            feedback_discard(feedback=draft, by=by)
    with pytest.raises(PermissionDenied):
        feedback_draft(assignment=co_unit, words=changed, feedback=draft,
                       by=here.finance_liaison, at=given.at("2026-03-05"))  # fmt: skip
    assert fresh(draft).content == "进展"
    kept = feedback_draft(assignment=lead, words=changed, feedback=draft, by=here.water_head,
                          at=given.at("2026-03-05"), expect=draft.version)  # fmt: skip
    with pytest.raises(StaleVersion):
        feedback_draft(assignment=lead, words=words, feedback=draft, by=here.water_liaison,
                       at=given.at("2026-03-05"), expect=draft.version)  # fmt: skip
    feedback_submit(feedback=kept, by=here.water_liaison, at=given.at("2026-03-05"))
    with pytest.raises(RuleViolation, match="已报送，不能再修改"):
        feedback_draft(assignment=lead, words=words, feedback=draft, by=here.water_liaison,
                       at=given.at("2026-03-05"))  # fmt: skip
    with pytest.raises(RuleViolation, match="已报送，不能删除"):
        feedback_discard(feedback=draft, by=here.water_liaison)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"kind": "initial_report", "content": "长" * 5001}, "content"),
        ({"kind": "initial_report", "content": "进展", "expected_person": "长" * 61},
         "expected_person"),
    ],
    ids=["类别", "内容过长", "责任人过长"],
)  # fmt: skip
def test_words_that_do_not_fit_are_refused_beside_their_field(words, field):
    here = given.place()
    case = given.in_progress(here)
    with pytest.raises(RuleViolation) as refusal:
        feedback_send(
            assignment=case.lead, words=Words(**words), by=here.water_liaison,
            at=given.at("2026-03-05"),
        )  # fmt: skip
    assert set(refusal.value.reasons) == {field}
    assert not Feedback.objects.exists()


def test_a_report_is_accepted_or_returned_with_a_reason_by_the_supervisor():
    here = given.place()
    case = given.in_progress(here)
    first = sent(here, case, "initial_report", "2026-03-05")
    with pytest.raises(RuleViolation) as refusal:
        feedback_return(feedback=first, reply=" ", by=here.secretary, at=given.at("2026-03-06"))
    assert refusal.value.reasons == {"reply": ["请写明退回理由。"]}
    with pytest.raises(PermissionDenied):
        feedback_accept(feedback=first, by=here.secretary2, at=given.at("2026-03-06"))
    feedback_return(feedback=first, reply="缺数据", by=here.secretary, at=given.at("2026-03-06"))
    assert (fresh(first).state, fresh(first).content) == ("returned", "已完成管网改造8公里。")
    assert Message.objects.get(template="feedback_returned").recipient_id == (
        here.posts["water_liaison"].user_id
    )
    second = sent(here, case, "initial_report", "2026-03-07")
    accepted = feedback_accept(feedback=second, by=here.secretary, at=given.at("2026-03-08"))
    assert (accepted.state, accepted.replied_at) == ("accepted", given.at("2026-03-08"))


def test_nothing_is_left_open_by_duties_of_a_matter_that_is_done():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.completed(here, case, applied_on="2026-03-20")
    running = FeedbackDuty.objects.filter(obligation__clock__state="running")
    assert not running.exists()
