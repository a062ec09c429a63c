"""更正收到日期: the part, and what it owes from its delivery on, count from the real receipt."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Assignment, FeedbackDuty
from cases.services.assignments import assignment_register_receipt
from cases.services.receipts import assignment_correct_receipt, receipt_corrected_preview
from cases.tests import given
from deadlines.services import clock_replay
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def on_paper(here, *, received: str, **facts):
    """Assigned 2026-09-01; the paper's receipt registered as of that day."""
    parties = [given.lead(here.units["water"], paper=True)]
    case = given.assigned(here, when="2026-09-01", parties=parties, **facts)
    part = case.parties[0]
    assignment_register_receipt(
        assignment=part, received_on=date.fromisoformat(received), by=here.staff,
        at=given.at("2026-09-10"),
    )  # fmt: skip
    return fresh(part)


def correct(here, part, day, *, by="staff", reason="送达回证记载为9月3日", when="2026-09-11"):
    return assignment_correct_receipt(
        assignment=part, received_on=date.fromisoformat(day), reason=reason,
        by=here.actor(by), at=given.at(when),
    )  # fmt: skip


@pytest.mark.clause("CZ-3.1c", "LZ-A-7b")
def test_a_registered_receipt_is_corrected_and_the_limit_counts_from_it():
    """自收到之日的次日起算：登记的收到日期有误的，按实际收到日期重新计算。"""
    here = given.place("anshan-2015")
    part = on_paper(here, received="2026-09-01")
    right = on_paper(here, received="2026-09-03")
    seen = receipt_corrected_preview(
        assignment=part, received_on=date(2026, 9, 3), reason="有误", at=given.at("2026-09-11")
    )
    row = correct(here, part, "2026-09-03")
    assert fresh(part).clock.due_at == right.clock.due_at == seen.computation.due_at
    assert row.delivered_at == right.delivered_at
    entry = LedgerEntry.objects.get(action="correct_receipt")
    assert (entry.label, entry.note) == ("更正收到日期", "送达回证记载为9月3日")
    assert Message.objects.filter(template="receipt_corrected").exists()


def test_what_is_owed_from_the_delivery_on_is_corrected_too():
    here = given.place("lanzhou-2018")
    until = date(2026, 10, 30)
    part = on_paper(here, received="2026-09-01", due_on=until)
    right = on_paper(here, received="2026-09-03", due_on=until)
    correct(here, part, "2026-09-03")
    for duty in FeedbackDuty.objects.filter(assignment=part):
        twin = FeedbackDuty.objects.get(assignment=right, obligation__key=duty.obligation.key)
        assert duty.clock.due_at == twin.clock.due_at
        assert clock_replay(duty.clock).computation == duty.clock.explained
    assert FeedbackDuty.objects.filter(assignment=part).exists()


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        ("2026-09-12", "有误", "received_on"),
        ("2026-08-31", "有误", "received_on"),
        ("2026-09-01", "有误", "received_on"),
        ("2026-09-03", " ", "reason"),
    ],
    ids=["晚于今天", "早于交办", "与登记相同", "无理由"],
)
def test_a_correction_that_cannot_be(day, reason, field):
    here = given.place("anshan-2015")
    part = on_paper(here, received="2026-09-01")
    before = part.clock.due_at
    with pytest.raises(RuleViolation) as refusal:
        correct(here, part, day, reason=reason)
    assert set(refusal.value.reasons) == {field}
    assert fresh(part).clock.due_at == before


def test_the_unit_itself_corrects_nothing_and_what_is_finished_stays():
    here = given.place("anshan-2015")
    part = on_paper(here, received="2026-09-01")
    with pytest.raises(PermissionDenied):
        correct(here, part, "2026-09-03", by="water_liaison")
    undelivered = given.assigned(
        here, when="2026-09-01", parties=[given.lead(here.units["water"], paper=True)]
    )
    with pytest.raises(RuleViolation, match="没有可更正的收到日期"):
        correct(here, undelivered.parties[0], "2026-09-03")
    assert Assignment.objects.filter(clock__isnull=True).count() == 1
