"""What is not lawful from a state is refused there with a reason, whoever asks."""

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Assignment, Case, ClosureRequest, Extension, Feedback, Notice, Turn
from cases.services.assignments import (
    assignment_accept,
    assignment_accept_with_closure,
    assignment_acknowledge,
    assignment_deliver,
    assignment_report_done,
    assignment_return_for_rework,
    assignment_take_back,
    assignment_waive,
)
from cases.services.cases import case_assign, case_strike_off, case_submit
from cases.services.closures import closure_submit, closure_withdraw
from cases.services.extensions import extension_answer, extension_withdraw
from cases.services.feedback import feedback_accept, feedback_return, feedback_submit
from cases.services.notices import notice_receipt, notice_reply, notice_settle
from cases.services.turns import suspension_request, turn_withdraw
from cases.tests import given
from cases.tests.test_transition_table import TABLE
from duban.ledger.errors import RuleViolation
from duban.ledger.transition import is_ever_theirs, reasons_against

AT = given.at("2026-04-01")


THEIRS_OF = [Case, Assignment, Feedback, Extension, ClosureRequest, Notice, Turn]


def sources(model, name):
    return {source for found, source, _ in TABLE[model] if found == name}


@pytest.fixture
def rows(db):
    """One row of every machine in one matter."""
    here = given.place()
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    given.report(here, case.lead, "initial_report", when="2026-03-05")
    extension = given.asked(here, case, until="2026-08-31", when="2026-03-06")
    extension_withdraw(extension=extension, by=here.water_liaison, at=given.at("2026-03-07"))
    given.noticed(here, case.lead, "urge", when="2026-03-09")
    turn = suspension_request(
        case=case, reason="等待批复。", by=here.water_liaison, at=given.at("2026-03-09")
    )
    turn_withdraw(turn=turn, by=here.water_liaison, at=given.at("2026-03-09 10:00"))
    closure = given.applied(here, case, when="2026-03-10")
    found = {
        Case: Case.objects.get(pk=case.pk),
        Assignment: Assignment.objects.get(case=case, kind="lead"),
        Feedback: Feedback.objects.get(),
        Extension: Extension.objects.get(),
        ClosureRequest: closure,
        Notice: Notice.objects.get(),
        Turn: Turn.objects.get(),
    }
    return here, found


@pytest.mark.parametrize("model", THEIRS_OF, ids=lambda model: model.__name__)
def test_each_act_is_refused_from_every_other_state_and_says_the_state(rows, model):
    row = rows[1][model]
    labels = dict(model._meta.get_field("state").choices)
    for name in {name for name, _, _ in TABLE[model]}:
        for state in labels.keys() - sources(model, name):
            row.__dict__["state"] = state  # only here: a state that no service led to
            (reason,) = reasons_against(row, name)["__all__"]
            assert reason.startswith(f"当前状态为“{labels[state]}”，不能办理“"), (name, state)


# Who may ever do what in a matter led by the water bureau and supervised by 秘书一科.
THEIRS = {
    Case: {
        "submit": {"secretary", "staff", "head"},
        "approve": {"chief"},
        "return_to_draft": {"chief"},
        "revise": {"secretary", "staff", "head"},
        "assign": {"secretary", "staff", "head"},
        "start": {
            "secretary", "staff", "head",
            "water_liaison", "water_head", "finance_liaison", "finance_head",
        },
        "complete": {"secretary", "deputy"},
        "strike_off": {"secretary", "staff", "head"},
        "suspend": {"secretary", "deputy"},
        "resume": {"secretary", "staff", "head"},
        "terminate": {"secretary", "deputy"},
        "reopen": {"secretary", "deputy"},
    },
    Assignment: {
        "deliver": {"secretary", "staff", "head"},
        "acknowledge": {"water_liaison", "water_head"},
        "report_done": {"water_liaison", "water_head"},
        "apply_for_closure": {"water_liaison", "water_head"},
        "accept": set(),
        "accept_with_closure": {"secretary", "deputy"},
        "return_for_rework": set(),
        "take_back": {"secretary", "deputy", "water_liaison", "water_head"},
        "waive": set(),
        "raise_objection": {"water_liaison", "water_head"},
        "reject_objection": {"secretary", "staff", "head"},
        "uphold_objection": {"secretary", "staff", "head"},
        "end_with_case": {"secretary", "deputy"},
        "take_up_again": {"secretary", "deputy"},
    },
    Feedback: {
        "submit": {"water_liaison", "water_head"},
        "accept": {"secretary", "staff", "head"},
        "send_back": {"secretary", "staff", "head"},
    },
    Extension: {
        "review": {"secretary", "deputy"},
        "counter": {"secretary", "deputy"},
        "accept_counter": {"water_liaison", "water_head"},
        "accept_last_counter": {"water_liaison", "water_head"},
        "decline_counter": {"water_liaison", "water_head"},
        "grant": {"secretary", "deputy"},
        "refuse": {"secretary", "deputy"},
        "withdraw": {"water_liaison", "water_head"},
    },
    ClosureRequest: {
        "submit": {"water_liaison", "water_head"},
        "review": {"secretary", "deputy"},
        "grant": {"secretary", "deputy"},
        "refuse": {"secretary", "deputy"},
        "withdraw": {"water_liaison", "water_head"},
    },
    Notice: {
        "issue": {"secretary", "staff", "head"},
        "receipt": {"water_liaison", "water_head"},
        "give_reply": {"water_liaison", "water_head"},
        "settle": {"secretary", "staff", "head"},
    },
    Turn: {
        "review": {"secretary", "deputy"},
        "grant": {"secretary", "deputy"},
        "refuse": {"secretary", "deputy"},
        "withdraw": {"water_liaison", "water_head"},
        "end": {"secretary", "staff", "head"},
        "close": {"secretary", "deputy"},
    },
}  # fmt: skip


@pytest.mark.clause("CZ-3.6a", "CZ-3.1a")
def test_each_act_is_exactly_these_peoples(rows):
    here, found = rows
    for model, acts in THEIRS.items():
        assert set(acts) == {name for name, _, _ in TABLE[model]}
        for name, expected in acts.items():
            theirs = {
                key for key in here.posts if is_ever_theirs(found[model], name, here.actor(key))
            }
            assert theirs == expected, f"{model.__name__}.{name}"


@pytest.mark.clause("CZ-3.2d")
def test_a_co_units_part_is_accepted_returned_and_waived_by_the_supervisor_only(rows):
    here, found = rows
    co_unit = found[Case].parties[1]
    for name in ("accept", "return_for_rework", "waive"):
        theirs = {key for key in here.posts if is_ever_theirs(co_unit, name, here.actor(key))}
        assert theirs == {"secretary", "staff", "head"}
    for name in ("accept_with_closure", "take_back", "apply_for_closure"):
        assert not any(is_ever_theirs(co_unit, name, here.actor(key)) for key in here.posts)


def test_the_same_people_of_another_city_may_do_nothing(rows):
    _, found = rows
    there = given.place(name="远山市", tag="y")
    for model, acts in THEIRS.items():
        for name in acts:
            assert not any(
                is_ever_theirs(found[model], name, there.actor(key)) for key in there.posts
            ), f"{model.__name__}.{name}"


def test_the_leads_part_cannot_be_accepted_or_returned_round_its_application(rows):
    """Otherwise the application would stay open with nothing left to decide."""
    here, found = rows
    lead = found[Assignment]
    for by in (here.secretary, here.head, here.water_liaison):
        with pytest.raises(PermissionDenied):
            assignment_accept(assignment=lead, by=by, at=AT)
        with pytest.raises(PermissionDenied):
            assignment_return_for_rework(assignment=lead, reason="请补充", by=by, at=AT)


CALLS = [
    lambda here, f: case_submit(case=f[Case], by=here.secretary, at=AT),
    lambda here, f: case_assign(case=f[Case], by=here.secretary, at=AT),
    lambda here, f: case_strike_off(case=f[Case], confirmed=[], by=here.secretary, at=AT),
    lambda here, f: assignment_deliver(assignment=f[Assignment], by=here.secretary, at=AT),
    lambda here, f: assignment_acknowledge(assignment=f[Assignment], by=here.water_liaison, at=AT),
    lambda here, f: assignment_report_done(
        assignment=f[Assignment], result="完成", by=here.water_liaison, at=AT
    ),
    lambda here, f: assignment_accept(
        assignment=f[Case].parties[1], by=here.secretary, at=AT
    ),
    lambda here, f: assignment_return_for_rework(
        assignment=f[Case].parties[1], reason="请补充", by=here.secretary, at=AT
    ),
    lambda here, f: assignment_waive(
        assignment=f[Case].parties[1], reason="不再需要", by=here.secretary, at=AT
    ),
    lambda here, f: feedback_submit(feedback=f[Feedback], by=here.water_liaison, at=AT),
    lambda here, f: closure_submit(closure=f[ClosureRequest], by=here.water_liaison, at=AT),
    lambda here, f: extension_withdraw(extension=f[Extension], by=here.water_liaison, at=AT),
    lambda here, f: extension_answer(
        extension=f[Extension], accept=True, by=here.water_liaison, at=AT
    ),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__code__.co_names[0])
def test_a_step_out_of_order_is_refused_in_chinese_and_changes_nothing(rows, call):
    here, found = rows
    before = {model: row.version for model, row in found.items()}
    with pytest.raises(RuleViolation) as refusal:
        call(here, found)
    assert refusal.value.texts
    assert all("。" in text or "当前状态" in text for text in refusal.value.texts)
    after = {model: model.objects.get(pk=row.pk).version for model, row in found.items()}
    assert after == before


def test_what_is_settled_once_is_not_settled_again(rows):
    here, found = rows
    feedback, notice = found[Feedback], found[Notice]
    feedback_accept(feedback=feedback, by=here.secretary, at=AT)
    with pytest.raises(RuleViolation, match="已采纳"):
        feedback_return(feedback=feedback, reply="有误", by=here.secretary, at=AT)
    notice_receipt(notice=notice, by=here.water_liaison, at=AT)
    notice_reply(notice=notice, reply="已办。", by=here.water_liaison, at=AT)
    notice_settle(notice=notice, by=here.secretary, at=AT)
    with pytest.raises(RuleViolation, match="已了结"):
        notice_reply(notice=notice, reply="再报。", by=here.water_liaison, at=AT)
    closure_withdraw(closure=found[ClosureRequest], by=here.water_liaison, at=AT)
    with pytest.raises(RuleViolation, match="已撤回"):
        closure_withdraw(closure=found[ClosureRequest], by=here.water_liaison, at=AT)


def test_a_blank_reason_is_no_reason(rows):
    here, found = rows
    co_unit = found[Case].parties[1]
    with pytest.raises(RuleViolation) as refusal:
        assignment_waive(assignment=co_unit, reason="  ", by=here.secretary, at=AT)
    assert refusal.value.reasons == {"reason": ["请写明免予完成的理由。"]}
    with pytest.raises(RuleViolation) as refusal:
        assignment_return_for_rework(assignment=co_unit, reason="", by=here.secretary, at=AT)
    assert refusal.value.reasons == {"reason": ["请写明退回理由。"]}


def test_the_lead_alone_takes_back_and_the_chain_alone_concludes(rows):
    here, found = rows
    lead = found[Assignment]
    with pytest.raises(PermissionDenied):
        assignment_take_back(
            assignment=lead, reason="退", by=here.finance_liaison, at=AT, withdrawn=False
        )
    with pytest.raises(PermissionDenied):
        assignment_accept_with_closure(assignment=lead, by=here.water_liaison, at=AT)
