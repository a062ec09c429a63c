"""One-time keys: a repeated click gets the first answer (DESIGN 3.3)."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from duban.ledger.errors import RuleViolation
from duban.ledger.models import OnceKey
from duban.ledger.once import once
from duban.org.actor import Actor
from duban.org.models import Unit
from duban.org.tests import given

KEY = "5f0c2a"


def person(name: str = "周敏") -> Actor:
    return Actor.without_post(given.user(name))


def found(name: str = "新设单位") -> dict[str, int]:
    return {"id": Unit.objects.create(name=name, kind="department").pk}


@pytest.mark.django_db
def test_the_same_key_gets_the_first_answer_and_changes_nothing():
    by = person()
    first = once(KEY, by=by, act=found)
    assert once(KEY, by=by, act=found) == first
    assert Unit.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_that_is_empty_is_an_answer_too():
    by, calls = person(), []
    for _ in range(2):
        once(KEY, by=by, act=lambda: calls.append(1) or {})
    assert calls == [1]


@pytest.mark.django_db
def test_another_person_with_the_same_key_acts_for_himself():
    once(KEY, by=person("周敏"), act=lambda: found("甲"))
    once(KEY, by=person("赵刚"), act=lambda: found("乙"))
    assert Unit.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_act_leaves_no_key_so_that_it_can_be_mended():
    by = person()

    def refused() -> dict[str, int]:
        found()
        raise RuleViolation("期限早于今天")

    with pytest.raises(RuleViolation):
        once(KEY, by=by, act=refused)
    assert not OnceKey.objects.exists()
    assert not Unit.objects.exists()
    assert once(KEY, by=by, act=found)["id"]


@pytest.mark.django_db
def test_a_conflict_inside_the_act_is_not_mistaken_for_a_second_click():
    by = person()

    def conflicting() -> dict[str, int]:
        raise IntegrityError("other constraint")

    with pytest.raises(IntegrityError, match="other constraint"):
        once(KEY, by=by, act=conflicting)


@pytest.mark.django_db
def test_without_a_key_nothing_is_remembered():
    by = person()
    for name in ("甲", "乙"):
        once("", by=by, act=lambda name=name: found(name))
    assert Unit.objects.count() == 2
    assert not OnceKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_act_once_and_get_one_answer():
    by, start, answers = person(), Barrier(2), []

    def click() -> None:
        try:
            start.wait(timeout=10)
            answers.append(once(KEY, by=by, act=found))
        finally:
            connection.close()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert Unit.objects.count() == 1
