"""`transition()`, the one door (DESIGN 3.3)."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from duban.ledger.errors import WHOLE, RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.ledger.tests.conftest import AT, Scene
from duban.ledger.tests.errand import Errand
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.ledger.transition import transition as through_the_door

BATCH = UUID("00000000-0000-0000-0000-00000000000a")


def send(scene: Scene, **options: object) -> None:
    with through_the_door(scene.errand, "send", by=scene.handler, at=AT, **options) as step:
        step.run(at=step.at)


def entries() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(subject_type="ledger_tests.errand"))


def test_a_passage_changes_the_row_and_writes_one_entry(scene):
    send(scene, note="请审核", batch=BATCH)

    stored = scene.stored()
    assert (stored.state, stored.version, stored.sent_at) == ("sent", 1, AT)
    (entry,) = entries()
    assert entry.action == "send"
    assert (entry.label, entry.clause) == ("申请办结", "CZ-3.6a")
    assert (entry.office_id, entry.case_id, entry.subject_id) == (
        scene.city.office.pk,
        7,
        scene.errand.pk,
    )
    assert entry.changes["state"] == ["open", "sent"]
    assert entry.changes["sent_at"][0] is None
    assert "version" not in entry.changes
    assert (entry.note, entry.batch, entry.effective_at) == ("请审核", BATCH, AT)
    assert entry.pack_version == scene.version


def test_names_in_the_ledger_stay_when_people_move(scene):
    send(scene)
    person = scene.city.finance.posts.get().user
    person.name = "周敏敏"
    person.save()
    scene.city.finance.name = "长宁市财政和国资局"
    scene.city.finance.save()

    (entry,) = entries()
    assert (entry.actor_name, entry.unit_name) == ("周敏", "长宁市财政局")


def test_an_entry_names_for_whom_somebody_acted(scene):
    deputy = replace(
        scene.handler,
        user_id=scene.head.user_id,
        user_name="赵刚",
        on_behalf_of_id=scene.handler.user_id,
        on_behalf_of_name="周敏",
    )
    with through_the_door(scene.errand, "send", by=deputy, at=AT) as step:
        step.run()

    (entry,) = entries()
    assert (entry.actor_name, entry.on_behalf_of_name) == ("赵刚", "周敏")


def test_the_callers_object_sees_what_was_stored(scene):
    send(scene)
    assert (scene.errand.state, scene.errand.version) == ("sent", 1)
    assert not scene.errand.in_transition


def test_facts_of_the_step_stand_beside_the_changes(scene):
    with through_the_door(scene.errand, "send", by=scene.handler, at=AT) as step:
        step.facts["items"] = [0, 3]
        step.run()
    assert entries()[0].changes["items"] == [0, 3]


def test_a_transition_outside_the_door_is_refused(scene):
    with pytest.raises(RuntimeError, match="only inside transition"):
        scene.errand.send()
    assert scene.stored().state == "open"


def test_a_state_cannot_be_assigned(scene):
    with pytest.raises(AttributeError):
        scene.errand.state = "done"


def test_the_database_knows_the_states(scene):
    with pytest.raises(IntegrityError), transaction.atomic():
        Errand.objects.filter(pk=scene.errand.pk).update(state="paid")


@pytest.mark.parametrize("role", ["liaison", "office_staff", "chief_leader", "audit_admin"])
def test_what_is_never_theirs_is_denied_even_when_it_is_not_lawful_either(scene, role):
    stranger = replace(scene.handler, roles=frozenset({role}))
    scene.errand.result = ""
    scene.errand.save()

    with (
        pytest.raises(PermissionDenied),
        through_the_door(scene.errand, "send", by=stranger, at=AT) as step,
    ):
        step.run()

    assert not is_ever_theirs(scene.errand, "send", stranger)
    assert scene.stored().state == "open"
    assert entries() == []


def test_the_same_role_in_another_unit_is_denied(scene):
    elsewhere = replace(scene.handler, unit_id=scene.city.transport.pk)
    with (
        pytest.raises(PermissionDenied),
        through_the_door(scene.errand, "send", by=elsewhere, at=AT) as step,
    ):
        step.run()


def test_all_reasons_are_given_at_once_by_field_and_with_their_clause(scene):
    scene.errand.result, scene.errand.amount = "", 0
    scene.errand.save()

    with pytest.raises(RuleViolation) as caught:
        send(scene)

    assert caught.value.reasons == {
        "result": ["尚未写明办理结果（CZ-1.1）"],
        "amount": ["数量须大于零（CZ-1.1）"],
    }
    assert reasons_against(scene.errand, "send") == caught.value.reasons
    assert entries() == []


def test_a_guard_of_a_step_the_pack_does_not_name_still_gives_its_reason(scene):
    scene.errand.amount = 100
    scene.errand.save()
    assert reasons_against(scene.errand, "send") == {"amount": ["数量过大"]}


def test_an_action_out_of_order_names_the_present_state_and_the_step(scene):
    with (
        pytest.raises(RuleViolation) as caught,
        through_the_door(scene.errand, "finish", by=scene.head, at=AT) as step,
    ):
        step.run()
    assert caught.value.reasons == {WHOLE: ["当前状态为“未办”，不能办理“办结”。"]}


def test_the_second_of_two_equal_acts_is_refused(scene):
    send(scene)
    with pytest.raises(RuleViolation, match="当前状态为“已报”"):
        send(scene)
    assert len(entries()) == 1


def test_a_stale_form_is_refused(scene):
    send(scene, expect=0)
    with (
        pytest.raises(StaleVersion) as caught,
        through_the_door(scene.errand, "finish", by=scene.head, at=AT, expect=0) as step,
    ):
        step.run()
    assert (caught.value.seen, caught.value.now) == (0, 1)
    assert scene.stored().state == "sent"


def test_the_door_reads_the_row_afresh(scene):
    seen = scene.stored()
    send(scene)
    with (
        pytest.raises(RuleViolation),
        through_the_door(seen, "send", by=scene.handler, at=AT) as step,
    ):
        step.run()


def test_a_failure_inside_leaves_nothing_behind(scene):
    def fail() -> None:
        with through_the_door(scene.errand, "send", by=scene.handler, at=AT) as step:
            step.run()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert scene.stored().state == "open"
    assert scene.errand.state == "open"
    assert entries() == []


def test_a_passage_without_its_step_is_a_mistake_of_the_programmer(scene):
    with (
        pytest.raises(RuntimeError, match=r"without step\.run"),
        through_the_door(scene.errand, "send", by=scene.handler, at=AT),
    ):
        pass
    assert scene.stored().state == "open"


def test_a_value_that_does_not_validate_is_refused_beside_its_field(scene):
    def write_too_much() -> None:
        with through_the_door(scene.errand, "send", by=scene.handler, at=AT) as step:
            step.subject.result = "一" * 11
            step.run()

    with pytest.raises(RuleViolation) as caught:
        write_too_much()
    assert set(caught.value.reasons) == {"result"}
    assert scene.stored().state == "open"


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_the_same_moment_one_is_told(scene):
    """A race: both have read the row before either has written."""
    start, outcomes = Barrier(2), []

    def act() -> None:
        try:
            start.wait(timeout=10)
            with through_the_door(
                Errand.objects.get(pk=scene.errand.pk), "send", by=scene.handler, at=AT
            ) as step:
                step.run()
            outcomes.append("done")
        except RuleViolation:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(outcomes) == ["done", "told"]
    assert scene.stored().version == 1
    assert len(entries()) == 1
