"""The six kinds of overdue (LZ-A-10): written once, cleared only with a reason, never lost."""

from datetime import date, timedelta

import pytest

from deadlines.services import clock_extend, overdue_clear, overdue_record
from deadlines.tests import given
from deadlines.tests.given import moment
from duban.ledger.errors import RuleViolation

pytestmark = pytest.mark.django_db


@pytest.mark.clause("LZ-A-10.2")
@pytest.mark.parametrize(
    ("at", "late"),
    [
        ("2026-10-20T23:59:59", 0),
        ("2026-10-21T00:00", 1),
        ("2026-10-21T23:59", 1),
        ("2026-10-22T00:00", 2),
    ],
)
def test_days_late_are_counted_from_the_last_day(at: str, late: int) -> None:
    """超过规定、指定或约定时限办结的。"""
    assert overdue_record(clock=given.clock(), kind=2, at=moment(at)).days_late == late


def test_a_finding_is_written_once_and_again_after_an_extension() -> None:
    clock, at = given.clock(), moment("2026-10-21T00:05")
    first = overdue_record(clock=clock, kind=0, at=at)
    assert overdue_record(clock=clock, kind=0, at=at + timedelta(days=3)) == first
    assert overdue_record(clock=clock, kind=4, at=at) != first
    extended = clock_extend(clock=clock, due_on=date(2026, 10, 30), by=given.actor(), at=at)
    again = overdue_record(clock=extended, kind=0, at=moment("2026-10-31T00:05"))
    assert again != first
    assert clock.findings.standing().count() == 3


@pytest.mark.clause("LZ-A-10.5")
def test_the_sixth_kind_needs_its_reason() -> None:
    """其他违反限时办结要求的。"""
    clock = given.clock()
    with pytest.raises(RuleViolation, match="具体情形"):
        overdue_record(clock=clock, kind=5, at=moment("2026-10-09T10:00"))
    assert (
        overdue_record(
            clock=clock, kind=5, at=moment("2026-10-09T10:00"), note="未按程序办理"
        ).days_late
        == 0
    )
    with pytest.raises(ValueError, match="unknown"):
        overdue_record(clock=clock, kind=6, at=moment("2026-10-09T10:00"))


@pytest.mark.clause("LZ-A-10.0")
def test_an_accepted_reason_clears_a_finding_and_keeps_it() -> None:
    """无正当理由超过规定、指定或约定时限未能办结的，属超时办结。"""
    finding = overdue_record(clock=given.clock(), kind=0, at=moment("2026-10-21T00:05"))
    at, by = moment("2026-10-22T09:00"), given.actor()
    with pytest.raises(RuleViolation, match="正当理由"):
        overdue_clear(finding=finding, reason="  ", by=by, at=at)
    cleared = overdue_clear(finding=finding, reason="上级暂停审批", by=by, at=at)
    assert cleared.cleared_by_id == by.user_id
    assert not finding.clock.findings.standing().exists()
    with pytest.raises(RuleViolation, match="已撤销"):
        overdue_clear(finding=finding, reason="上级暂停审批", by=by, at=at)
