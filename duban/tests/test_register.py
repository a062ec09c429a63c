"""The register of clauses tells the truth about the tests."""

from __future__ import annotations

import io
import json
from collections import Counter

from django.core.management import call_command

from duban.web.clauses import marks, register

SEEDS = {"ZZ": 71, "NT": 52, "CZ": 70, "AS": 43, "LZ": 82}


def test_every_clause_of_the_five_regulations_is_in_the_register_once() -> None:
    found = Counter(clause_id.split("-")[0] for clause_id in register())
    assert found == SEEDS


def test_what_is_called_done_is_proved_by_a_test() -> None:
    unproved = [c.id for c in register().values() if c.status == "done" and not c.tests]
    assert unproved == []


def test_what_needs_no_function_says_why() -> None:
    assert [c.id for c in register().values() if c.status == "no_function" and not c.reason] == []


def test_no_test_names_a_clause_that_does_not_exist() -> None:
    known = register().keys()
    assert {i for _, ids in marks() for i in ids} - known == set()


def test_the_command_lists_them_for_machines_too() -> None:
    out = io.StringIO()
    call_command("clauses", "--json", stdout=out)
    assert len(json.loads(out.getvalue())) == sum(SEEDS.values())
