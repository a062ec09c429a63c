"""The workflow as literal sets: any change to it shows here, in one difference."""

import pytest

from cases.models import (
    Agreement,
    Assignment,
    Case,
    ClosureRequest,
    Escalation,
    Extension,
    Feedback,
    HandlingPlan,
    Notice,
    Turn,
)
from duban.approvals.models import ApprovalStep

TABLE = {
    Case: {
        ("submit", "draft", "pending_approval"),
        ("approve", "pending_approval", "registered"),
        ("return_to_draft", "pending_approval", "draft"),
        ("revise", "pending_approval", "draft"),
        ("revise", "registered", "draft"),
        ("assign", "registered", "assigned"),
        ("start", "assigned", "in_progress"),
        ("complete", "in_progress", "completed"),
        ("strike_off", "completed", "closed"),
        ("suspend", "in_progress", "suspended"),
        ("resume", "suspended", "in_progress"),
        ("terminate", "assigned", "terminated"),
        ("terminate", "in_progress", "terminated"),
        ("terminate", "suspended", "terminated"),
        ("reopen", "completed", "in_progress"),
        ("reopen", "closed", "in_progress"),
    },
    Assignment: {
        ("deliver", "issued", "delivered"),
        ("acknowledge", "delivered", "acknowledged"),
        ("report_done", "acknowledged", "reported_done"),
        ("apply_for_closure", "acknowledged", "reported_done"),
        ("accept", "reported_done", "accepted"),
        ("accept_with_closure", "reported_done", "accepted"),
        ("return_for_rework", "reported_done", "acknowledged"),
        ("take_back", "reported_done", "acknowledged"),
        ("waive", "issued", "waived"),
        ("waive", "delivered", "waived"),
        ("waive", "acknowledged", "waived"),
        ("raise_objection", "delivered", "objected"),
        ("reject_objection", "objected", "delivered"),
        ("uphold_objection", "objected", "waived"),
        ("end_with_case", "issued", "ended"),
        ("end_with_case", "delivered", "ended"),
        ("end_with_case", "objected", "ended"),
        ("end_with_case", "acknowledged", "ended"),
        ("end_with_case", "reported_done", "ended"),
        ("take_up_again", "accepted", "acknowledged"),
        ("take_up_again", "waived", "acknowledged"),
    },
    Feedback: {
        ("submit", "draft", "submitted"),
        ("accept", "submitted", "accepted"),
        ("send_back", "submitted", "returned"),
    },
    Extension: {
        ("review", "submitted", "in_review"),
        ("counter", "submitted", "counter_proposed"),
        ("counter", "in_review", "counter_proposed"),
        ("accept_counter", "counter_proposed", "in_review"),
        ("accept_last_counter", "counter_proposed", "granted"),
        ("decline_counter", "counter_proposed", "refused"),
        ("grant", "submitted", "granted"),
        ("grant", "in_review", "granted"),
        ("refuse", "submitted", "refused"),
        ("refuse", "in_review", "refused"),
        ("refuse", "counter_proposed", "refused"),
        ("withdraw", "submitted", "withdrawn"),
        ("withdraw", "in_review", "withdrawn"),
        ("withdraw", "counter_proposed", "withdrawn"),
    },
    ClosureRequest: {
        ("submit", "draft", "submitted"),
        ("review", "submitted", "in_review"),
        ("grant", "submitted", "granted"),
        ("grant", "in_review", "granted"),
        ("refuse", "submitted", "refused"),
        ("refuse", "in_review", "refused"),
        ("withdraw", "submitted", "withdrawn"),
        ("withdraw", "in_review", "withdrawn"),
    },
    Notice: {
        ("issue", "draft", "issued"),
        ("receipt", "issued", "receipted"),
        ("give_reply", "issued", "replied"),
        ("give_reply", "receipted", "replied"),
        ("settle", "issued", "settled"),
        ("settle", "receipted", "settled"),
        ("settle", "replied", "settled"),
    },
    Agreement: {
        ("counter", "submitted", "counter_proposed"),
        ("accept_counter", "counter_proposed", "submitted"),
        ("accept_last_counter", "counter_proposed", "granted"),
        ("decline_counter", "counter_proposed", "refused"),
        ("grant", "submitted", "granted"),
        ("refuse", "submitted", "refused"),
        ("refuse", "counter_proposed", "refused"),
        ("withdraw", "submitted", "withdrawn"),
        ("withdraw", "counter_proposed", "withdrawn"),
    },
    HandlingPlan: {
        ("submit", "owed", "submitted"),
        ("submit", "returned", "submitted"),
        ("report_up", "submitted", "reported"),
        ("send_back", "submitted", "returned"),
        ("take_effect", "reported", "effective"),
        ("refuse_above", "reported", "returned"),
    },
    Turn: {
        ("review", "submitted", "in_review"),
        ("grant", "submitted", "granted"),
        ("grant", "in_review", "granted"),
        ("refuse", "submitted", "refused"),
        ("refuse", "in_review", "refused"),
        ("withdraw", "submitted", "withdrawn"),
        ("withdraw", "in_review", "withdrawn"),
        ("end", "granted", "ended"),
        ("close", "granted", "ended"),
    },
    Escalation: {
        ("propose", "waiting", "proposed"),
        ("take", "waiting", "taken"),
        ("take", "proposed", "taken"),
        ("submit", "waiting", "in_review"),
        ("submit", "proposed", "in_review"),
        ("grant", "in_review", "taken"),
        ("refuse", "in_review", "refused"),
        ("hand_over", "proposed", "taken"),
        ("dismiss", "proposed", "dismissed"),
        ("dismiss", "in_review", "dismissed"),
        ("lapse", "waiting", "lapsed"),
        ("lapse", "proposed", "lapsed"),
        ("lapse", "in_review", "lapsed"),
        ("supersede", "waiting", "superseded"),
        ("supersede", "proposed", "superseded"),
    },
    ApprovalStep: {
        ("approve", "pending", "approved"),
        ("refuse", "pending", "refused"),
    },
}


@pytest.mark.clause("AS-3.1a")
@pytest.mark.parametrize("model", TABLE, ids=lambda model: model.__name__)
def test_the_machine_is_exactly_this(model):
    found = {(r.name, str(r.source), str(r.target)) for r in model().transitions()}
    assert found == TABLE[model]


@pytest.mark.parametrize("model", TABLE, ids=lambda model: model.__name__)
def test_every_transition_has_a_permission_and_a_step(model):
    for rule in model().transitions():
        assert rule.permission is not None, rule.name
        assert rule.custom["step"], rule.name
