"""`manage.py sweep`: one round as beat runs it."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from cases.tests import given

pytestmark = pytest.mark.django_db


@pytest.mark.clause("LZ-A-14b", "LZ-A-10.0")
def test_one_round_reminds_and_writes_what_is_overdue() -> None:
    here = given.place()
    given.in_progress(here)  # due 2026-06-30
    out = io.StringIO()
    call_command("sweep", "--at", "2026-07-01T00:00", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["clocks"], found["findings"], found["failed"]) == (1, 1, 0)
    assert found["reminders"] == 1
    again = io.StringIO()
    call_command("sweep", "--at", "2026-07-01T00:05", "--json", stdout=again)
    assert set(json.loads(again.getvalue()).values()) == {0}


def test_a_moment_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommandError, match="没有这一天"):
        call_command("sweep", "--at", "2026-02-30")
