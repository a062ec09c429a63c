"""办结、五级评价、销号: who applies, who decides, what a grade asks for, what is checked at the end."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case, ClosureRequest
from cases.services.assignments import (
    assignment_accept,
    assignment_report_done,
    assignment_waive,
)
from cases.services.attachments import attachment_add
from cases.services.cases import case_assign, case_strike_off
from cases.services.closures import (
    closure_decide,
    closure_draft,
    closure_submit,
    closure_withdraw,
    grade_suggestion,
)
from cases.services.notices import notice_reply
from cases.tests import given
from deadlines.models import OverdueFinding
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def decide(closure, by, when="2026-06-12", *, approve=True, **words):
    return closure_decide(closure=closure, approve=approve, by=by, at=given.at(when), **words)


def refusal_of(closure, by, **words):
    with pytest.raises(RuleViolation) as refusal:
        decide(closure, by, **words)
    return refusal.value.reasons


def with_co(here, **co):
    return [given.lead(here.units["water"]), given.co(here.units["finance"], **co)]


def pdf(name="批示.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")


@pytest.mark.clause("CZ-3.6a")
def test_only_the_lead_unit_applies():
    """由牵头单位提出办结申请。"""
    here = given.place()
    case = given.in_progress(here, parties=with_co(here))
    for key in ("finance_liaison", "finance_head", "secretary", "deputy", "chief"):
        with pytest.raises(PermissionDenied):
            closure_draft(case=case, result="完成", by=here.actor(key), at=given.at("2026-06-10"))
    draft = closure_draft(
        case=case, result="完成", by=here.water_liaison, at=given.at("2026-06-10")
    )
    with pytest.raises(PermissionDenied):
        closure_submit(closure=draft, by=here.finance_liaison, at=given.at("2026-06-10"))


def test_there_is_one_draft_that_both_colleagues_edit_and_an_empty_one_is_not_submitted():
    here = given.place()
    case = given.in_progress(here)
    draft = closure_draft(case=case, result="", by=here.water_liaison, at=given.at("2026-06-10"))
    with pytest.raises(RuleViolation) as refusal:
        closure_submit(closure=draft, by=here.water_liaison, at=given.at("2026-06-10"))
    assert refusal.value.reasons == {"result": ["请填写办理结果。"]}
    same = closure_draft(
        case=case, result="通水", by=here.water_head, at=given.at("2026-06-10"),
        expect=draft.version,
    )  # fmt: skip
    assert same.pk == draft.pk
    with pytest.raises(StaleVersion):
        closure_draft(
            case=case, result="旧的", by=here.water_liaison, at=given.at("2026-06-10"),
            expect=draft.version,
        )  # fmt: skip
    with pytest.raises(RuleViolation) as refusal:
        closure_draft(
            case=case, result="长" * 5001, by=here.water_liaison, at=given.at("2026-06-10")
        )
    assert refusal.value.reasons == {"result": ["最多5000字，现有5001字。"]}
    assert ClosureRequest.objects.get().result == "通水"


def test_it_waits_for_every_co_unit_to_be_accepted_or_waived():
    here = given.place()
    case = given.in_progress(
        here, parties=[*with_co(here), given.co(here.units["housing"], duty="配合道路开挖")]
    )
    finance, housing = case.parties[1:]
    draft = closure_draft(
        case=case, result="通水", by=here.water_liaison, at=given.at("2026-06-10")
    )

    def submit():
        return closure_submit(closure=draft, by=here.water_liaison, at=given.at("2026-06-10"))

    with pytest.raises(RuleViolation, match="协办单位尚未完成或免予完成：市财政局、市住建局。"):
        submit()
    assignment_report_done(
        assignment=finance, result="到位", by=here.finance_liaison, at=given.at("2026-06-09")
    )
    with pytest.raises(RuleViolation, match="市财政局、市住建局"):
        submit()
    assignment_accept(assignment=finance, by=here.secretary, at=given.at("2026-06-09"))
    assignment_waive(
        assignment=housing, reason="未涉及道路", by=here.secretary, at=given.at("2026-06-09")
    )
    assert submit().state == "submitted"
    assert fresh(case.lead).state == "reported_done"


@pytest.mark.clause("CZ-3.6b", "CZ-4.1.0")
def test_section_then_leader_each_with_one_of_five_grades():
    """由市政府对应科室进行初审并报分管领导,按照5个评价等级提出办结意见。"""
    here = given.place()
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")
    labels = [grade.label for grade in case.pack.grades.values()]
    assert labels == ["落实好", "落实较好", "基本落实", "落实不力", "落实较差"]
    assert all(grade.criteria for grade in case.pack.grades.values())
    asked = {"grade": ["请提出评价等级：落实好、落实较好、基本落实、落实不力、落实较差。"]}
    assert refusal_of(closure, here.secretary) == asked
    assert refusal_of(closure, here.secretary, grade="perfect") == asked
    with pytest.raises(RuleViolation, match="前一环节“科室初审”尚未审批"):
        decide(closure, here.deputy, grade="good")
    reviewed = decide(closure, here.secretary, grade="good", opinion="属实")
    assert (reviewed.state, fresh(case).state) == ("in_review", "in_progress")
    assert refusal_of(closure, here.deputy) == asked
    decide(closure, here.deputy, grade="basic", opinion="同意")
    case = fresh(case)
    assert (case.state, case.grade_label) == ("completed", "基本落实")
    grades = [step.data["grade"] for step in closure.chain.steps.order_by("order")]
    assert grades == ["good", "basic"]


@pytest.mark.clause("CZ-3.6c")
@pytest.mark.parametrize("importance", ["key", "major"])
def test_a_weighty_matter_closes_with_the_chief_leader_only(importance):
    """市政府交办的重点事项、重大任务,需报经市政府主要领导审定办结。"""
    here = given.place()
    case = given.in_progress(here, importance=importance)
    closure = given.applied(here, case, when="2026-06-10")
    decide(closure, here.secretary, grade="basic")
    decide(closure, here.deputy, grade="basic")
    assert fresh(case).state == "in_progress"
    with pytest.raises(RuleViolation, match="已由.*审批"):  # noqa: RUF043
        decide(closure, here.deputy, grade="basic")
    decide(closure, here.chief, grade="good")
    assert (fresh(case).state, fresh(case).grade) == ("completed", "good")


@pytest.mark.clause("CZ-3.6d")
@pytest.mark.parametrize("refuser", ["section", "deputy"])
def test_a_refusal_sends_it_back_to_work_with_the_reason_and_the_clock_untouched(refuser):
    """对不予办结事项……继续跟进督办。"""
    here = given.place()
    case = given.in_progress(here)
    before = case.clock
    closure = given.applied(here, case, when="2026-06-10")
    if refuser == "deputy":
        decide(closure, here.secretary, grade="good")
    by = here.deputy if refuser == "deputy" else here.secretary
    assert set(refusal_of(closure, by, approve=False)) == {"opinion"}
    opinion = "尚有2公里未通水。" + "请逐段核实。" * 100
    decide(closure, by, approve=False, opinion=opinion)
    closure, case = fresh(closure), fresh(case)
    assert (closure.state, closure.decision, case.state) == ("refused", opinion, "in_progress")
    lead = case.lead
    assert (lead.state, lead.reported_done_at) == ("acknowledged", None)
    clock = fresh(before)
    assert (clock.state, clock.due_at, clock.started_at) == (
        "running", before.due_at, before.started_at,
    )  # fmt: skip
    assert clock.events.count() == 1
    told = Message.objects.get(template="assignment_returned")
    assert told.recipient_id == here.posts["water_liaison"].user_id
    entry = LedgerEntry.objects.get(subject_type="cases.closurerequest", action="refuse")
    assert (entry.clause, entry.note) == ("CZ-3.6d", opinion)
    # And again, on a new request.
    given.completed(here, case, applied_on="2026-06-20")
    assert fresh(case).done_at == given.at("2026-06-20")


def test_done_is_the_moment_of_the_application_that_was_granted():
    """DESIGN 4: the time the chain takes is the office's."""
    here = given.place()
    case = given.in_progress(here)
    case = given.completed(here, case, applied_on="2026-06-30 23:59", decided_on="2026-08-01")
    assert (case.done_at, case.completed_at) == (
        given.at("2026-06-30 23:59"), given.at("2026-08-01 09:01"),
    )  # fmt: skip
    assert case.clock.stopped_at == case.done_at
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("LZ-A-10.2")
def test_applied_for_on_the_next_day_is_finished_late_by_one():
    """超过规定、指定或约定时限办结的。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.report(here, case.lead, "initial_report", when="2026-03-05", finished=True)
    given.completed(here, case, applied_on="2026-07-01 00:00")
    found = OverdueFinding.objects.filter(clock=case.clock).order_by("kind")
    assert list(found.values_list("kind", "days_late")) == [(0, 1), (2, 1)]


def test_an_application_is_withdrawn_by_its_unit_until_it_is_decided():
    here = given.place()
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")
    decide(closure, here.secretary, grade="basic")
    with pytest.raises(PermissionDenied):
        closure_withdraw(closure=closure, by=here.secretary, at=given.at("2026-06-12"))
    closure_withdraw(closure=closure, by=here.water_liaison, at=given.at("2026-06-12"))
    assert (fresh(closure).state, fresh(case.lead).state) == ("withdrawn", "acknowledged")
    with pytest.raises(RuleViolation, match="该办结申请已撤回，不能再审批。"):
        decide(closure, here.deputy, grade="basic")
    given.completed(here, fresh(case), applied_on="2026-06-20")


# Grades (CZ-4.1).
@pytest.mark.clause("CZ-4.1.1")
def test_the_best_grade_needs_its_evidence():
    """受到国家部委书面表扬和省委、省政府、市委、市政府主要领导批示肯定。"""
    here = given.place()
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")
    found = refusal_of(closure, here.secretary, grade="excellent")
    assert found == {
        "grade": [
            "评为“落实好”须先上传国家部委书面表扬或省、市主要领导批示肯定作为佐证（CZ-4.1.1）。"
        ]
    }
    attachment_add(case=case, upload=pdf(), closure=closure, by=here.water_liaison,
                   at=given.at("2026-06-11"))  # fmt: skip
    assert refusal_of(closure, here.secretary, grade="excellent") == found
    with pytest.raises(RuleViolation) as refusal:
        attachment_add(case=case, upload=pdf(), closure=closure, evidence_kind="hearsay",
                       by=here.water_liaison, at=given.at("2026-06-11"))  # fmt: skip
    assert set(refusal.value.reasons) == {"evidence_kind"}
    attachment_add(case=case, upload=pdf(), closure=closure, evidence_kind="leader_instruction",
                   by=here.water_liaison, at=given.at("2026-06-11"))  # fmt: skip
    assert decide(closure, here.secretary, grade="excellent").state == "in_review"


def test_evidence_is_put_on_ones_own_request_only():
    here = given.place()
    case, other = given.in_progress(here, parties=with_co(here)), given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")
    at = given.at("2026-06-11")
    for by, of in (
        (here.finance_liaison, case), (here.water_liaison, other), (here.secretary, other),
        (here.secretary2, case),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            attachment_add(case=of, upload=pdf(), closure=closure, by=by, at=at)
    assert not closure.attachments.exists()


@pytest.mark.clause("CZ-4.1.2")
def test_finishing_before_the_last_day_suggests_the_second_grade():
    """提前按要求完成工作任务的。"""
    here = given.place()
    early = given.applied(here, given.in_progress(here), when="2026-06-28")
    suggestion = grade_suggestion(early)
    assert suggestion.grade == "good"
    assert suggestion.reasons == (
        "在规定期限前完成，早于期限一日以上", "符合“落实较好”的标准（CZ-4.1.2）",
    )  # fmt: skip


@pytest.mark.clause("CZ-4.1.3")
def test_finishing_on_the_last_day_suggests_the_third():
    here = given.place()
    assert grade_suggestion(
        given.applied(here, given.in_progress(here), when="2026-06-30 23:59")
    ).grade == "basic"  # fmt: skip


@pytest.mark.clause("CZ-4.1.3")
def test_a_late_matter_gets_the_third_grade_only_with_an_explanation_the_leaders_accept():
    """因客观原因……所作解释说明经相关程序确认或市政府领导批准认同的。"""
    here = given.place()
    case = given.in_progress(here)
    bare = given.applied(here, case, when="2026-07-01")
    assert refusal_of(bare, here.secretary, when="2026-07-02", grade="basic") == {
        "grade": ["超期事项评为“基本落实”，须由承办单位说明客观原因并经批准认同（CZ-4.1.3）。"]
    }
    closure_withdraw(closure=bare, by=here.water_liaison, at=given.at("2026-07-02"))
    explained = given.applied(
        here, fresh(case), when="2026-07-03", explanation="连续暴雨，管沟积水"
    )
    assert grade_suggestion(explained).grade == "basic"
    decide(explained, here.secretary, when="2026-07-04", grade="basic", opinion="情况属实")
    decide(explained, here.deputy, when="2026-07-05", grade="basic", opinion="认同")
    step = explained.chain.steps.get(role="deputy_leader")
    assert (fresh(case).grade, step.opinion) == ("basic", "认同")


@pytest.mark.clause("CZ-4.1.4")
@pytest.mark.parametrize("kind", ["urge", "supervision"])
def test_overdue_and_urged_suggests_the_fourth(kind):
    """经催办后仍未办理或办理不力的 · 经督查督办后仍未按要求完成的。"""
    here = given.place()
    case = given.in_progress(here)
    given.report(here, case.lead, "initial_report", when="2026-06-01")
    if kind == "supervision":
        given.noticed(here, case.lead, "early_warning", when="2026-06-20")
    given.noticed(here, case.lead, kind, when="2026-06-22")
    closure = given.applied(here, case, when="2026-07-01", explanation="忙")
    suggestion = grade_suggestion(closure)
    assert suggestion.grade == "weak"
    pressed = {"urge": "催办1次、督办0次", "supervision": "催办0次、督办1次"}[kind]
    assert suggestion.reasons[0] == f"超过期限，其间{pressed}"


@pytest.mark.clause("CZ-4.1.5")
def test_overdue_urged_and_never_reported_suggests_the_fifth():
    """工作进度严重滞后且不及时报告,无正当理由的。"""
    here = given.place()
    case = given.in_progress(here)
    given.noticed(here, case.lead, "urge", when="2026-06-22")
    closure = given.applied(here, case, when="2026-07-01")
    assert grade_suggestion(closure).grade == "poor"


@pytest.mark.clause("CZ-4.1.5")
def test_the_worst_grade_needs_one_of_four_reasons():
    here = given.place()
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-07-01")
    assert list(case.pack.grades["poor"].reasons) == [
        "no_progress", "ministry_criticism", "leader_criticism", "falsification",
    ]  # fmt: skip
    for reason in ("", "态度不好"):
        found = refusal_of(closure, here.secretary, grade="poor", grade_reason=reason)
        assert set(found) == {"grade_reason"}
    decide(closure, here.secretary, grade="poor", grade_reason="falsification")
    decide(closure, here.deputy, grade="poor", grade_reason="no_progress")
    assert fresh(case).grade_reason == "进度严重滞后且不及时报告"


def test_a_link_that_grades_nothing_takes_no_grade_along():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")
    decide(closure, here.staff, grade="excellent", grade_reason="好")
    decide(closure, here.deputy, grade="excellent")
    assert (fresh(case).state, fresh(case).grade, fresh(case).grade_reason) == ("completed", "", "")


def test_anshans_office_head_closes_and_does_not_when_recused():
    here = given.place("anshan-2015")
    case = given.in_progress(here, when="2026-09-30")
    closure = given.applied(here, case, when="2026-10-10")
    with pytest.raises(PermissionDenied):
        decide(closure, here.staff, when="2026-10-11")
    decide(closure, here.head, when="2026-10-11")
    assert fresh(case).state == "completed"


# CZ-1.1: results and answers; AS-3.1a: the closed loop.
@pytest.mark.clause("CZ-1.1")
@pytest.mark.parametrize("assigner", ["deputy", None])
def test_no_matter_ends_without_a_result_and_an_answer_to_the_assigner(assigner):
    """确保件件有结果、事事有回音。"""
    here = given.place()
    post = here.posts[assigner] if assigner else None
    case = given.in_progress(here, assigner=post)
    case = given.completed(here, case, applied_on="2026-06-10", grade="good")
    told = Message.objects.get(template="case_completed")
    assert told.recipient_id == (post or here.posts["secretary"]).user_id
    assert case.result in told.body
    unit = Message.objects.get(template="closure_decided")
    assert "评价等级：落实较好。" in unit.body
    Case.objects.filter(pk=case.pk).update(state="completed")
    with pytest.raises(Exception, match="completed_case_has_a_result"):
        Case.objects.filter(pk=case.pk).update(result="")


@pytest.mark.clause("LZ-B-7b")
def test_striking_off_compares_task_and_result_item_by_item():
    """坚持挂牌跟踪、对账销号。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, parties=with_co(here))
    given.report(here, case.parties[1], "initial_report", when="2026-03-05", finished=True)
    case = given.completed(here, case, applied_on="2026-06-10")
    lead, co_unit = case.parties
    strike = {"case": case, "by": here.head, "at": given.at("2026-06-15")}
    for confirmed, name in (([], "市水利局、市财政局"), ([lead.pk, 999], "市财政局")):
        with pytest.raises(RuleViolation) as refusal:
            case_strike_off(confirmed=confirmed, **strike)
        text = f"请逐项核对任务与结果：{name}尚未确认。"
        assert refusal.value.reasons == {"confirmed": [text]}
    with pytest.raises(PermissionDenied):
        case_strike_off(confirmed=[lead.pk, co_unit.pk], **(strike | {"by": here.secretary}))
    closed = case_strike_off(confirmed=[lead.pk, co_unit.pk, 999], **strike)
    assert (closed.state, closed.closed_at) == ("closed", given.at("2026-06-15"))
    entry = LedgerEntry.objects.get(action="strike_off")
    assert (entry.clause, entry.changes["confirmed"]) == ("LZ-B-7b", [None, [lead.pk, co_unit.pk]])


@pytest.mark.clause("AS-3.1a")
@pytest.mark.parametrize("pack", ["changzhi-2022", "anshan-2015", "lanzhou-2018"])
def test_the_whole_life_leaves_an_entry_for_every_change_of_state(pack):
    """实现督办事项的工作闭合。"""
    here = given.place(pack)
    case = given.in_progress(here, due_on=date(2026, 6, 30), due_basis="designated",
                             due_citation="批示", assigner=here.posts["deputy"])  # fmt: skip
    case = given.completed(here, case, applied_on="2026-06-10")
    case = given.struck_off(here, case, when="2026-06-15")
    entries = LedgerEntry.objects.filter(case_id=case.pk).order_by("id")
    assert list(entries.filter(subject_type="cases.case").values_list("action", flat=True)) == [
        "draft", "submit", "approve", "assign", "start", "complete", "strike_off",
    ]  # fmt: skip
    assert list(
        entries.filter(subject_type="cases.assignment").values_list("action", flat=True)
    ) == ["deliver", "acknowledge", "apply_for_closure", "accept_with_closure"]
    for entry in entries.exclude(action__in=["draft", "issue", "attach"]):
        assert entry.label
        assert entry.pack_version_id == case.pack_version_id
    # The states follow one another without a gap, up to the stored one.
    steps = [entry.changes["state"] for entry in entries.filter(subject_type="cases.case")]
    assert [after for _, after in steps][-1] == case.state
    assert all(steps[i][1] == steps[i + 1][0] for i in range(len(steps) - 1))


def test_a_finished_matter_takes_no_more_steps():
    here = given.place()
    case = given.in_progress(here)
    notice = given.noticed(here, case.lead, "urge", when="2026-06-01")
    case = given.completed(here, case, applied_on="2026-06-10")
    assert fresh(notice).clock.state == "stopped"
    for step in (
        lambda: case_assign(case=case, by=here.secretary, at=given.at("2026-06-16")),
        lambda: closure_draft(
            case=case, result="再", by=here.water_liaison, at=given.at("2026-06-16")
        ),
        lambda: given.asked(here, case, until="2026-08-31", when="2026-06-16"),
        lambda: given.noticed(here, case.lead, "urge", when="2026-06-16"),
        lambda: attachment_add(
            case=case, upload=pdf(), by=here.water_liaison, at=given.at("2026-06-16")
        ),
    ):
        with pytest.raises(RuleViolation):
            step()
    # A reply that comes late is still taken.
    replied = notice_reply(
        notice=notice, reply="已办结。", by=here.water_liaison, at=given.at("2026-06-16")
    )
    assert replied.state == "replied"
