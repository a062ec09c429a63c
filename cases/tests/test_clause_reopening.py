"""重新办理: a new cycle with new clocks; what the last one ended in stays on record."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Case, CaseCycle
from cases.services.turns import reopening_request
from cases.tests import given
from deadlines.models import Clock, OverdueFinding
from duban.ledger.errors import RuleViolation
from duban.ledger.models import AppendOnlyError

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def concluded(here):
    """Due 2026-06-30, done 2026-06-20 with grade 落实较好, struck off."""
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.in_progress(here, parties=parties)
    case = given.completed(here, case, applied_on="2026-06-20", decided_on="2026-06-24")
    return given.struck_off(here, case, when="2026-06-26")


@pytest.mark.clause("CZ-2.6e")
def test_a_closed_matter_goes_into_a_new_cycle_to_a_new_day():
    """视情开展“回头看”“再检查”。"""
    here = given.place()
    case = concluded(here)
    first = case.clock
    case = given.reopened(here, case, when="2026-07-15", due_on=date(2026, 8, 31))
    assert (case.state, case.cycle, case.grade, case.result) == ("in_progress", 2, "", "")
    assert (case.done_at, case.completed_at, case.closed_at) == (None, None, None)
    clock = case.clock
    assert (clock.cycle, clock.state, str(clock.due_on)) == (2, "running", "2026-08-31")
    assert case.lead.clock == clock
    assert (case.lead.state, case.lead.result, case.lead.reported_done_at) == (
        "acknowledged", "", None,
    )  # fmt: skip
    assert (fresh(first).state, fresh(first).cycle) == ("stopped", 1)


@pytest.mark.clause("CZ-2.6e")
def test_the_first_verdict_stays_and_cannot_be_changed():
    here = given.place()
    case = concluded(here)
    done, completed, closed = case.done_at, case.completed_at, case.closed_at
    grade, result = case.grade, case.result
    given.reopened(here, case, when="2026-07-15", due_on=date(2026, 8, 31))
    kept = CaseCycle.objects.get()
    assert (kept.cycle, kept.done_at, kept.completed_at, kept.closed_at) == (
        1, done, completed, closed,
    )  # fmt: skip
    assert (kept.grade, kept.result, kept.clock) == (grade, result, case.clock)
    assert kept.parts[0]["unit"] == "市水利局"
    assert kept.parts[0]["state"] == "accepted"
    with pytest.raises(AppendOnlyError):
        CaseCycle.objects.update(grade="excellent")


def test_co_units_take_it_up_again_only_where_chosen():
    here = given.place()
    case = concluded(here)
    other = concluded(here)
    given.reopened(here, case, when="2026-07-15", due_on=date(2026, 8, 31))
    part = next(party for party in fresh(case).parties if not party.is_lead)
    assert (part.state, part.clock.state) == ("accepted", "stopped")
    chosen = next(party for party in other.parties if not party.is_lead)
    given.reopened(here, other, when="2026-07-15", due_on=date(2026, 8, 31), parts=[chosen.pk])
    part = fresh(chosen)
    assert (part.state, part.clock.cycle, str(part.clock.due_on)) == (
        "acknowledged", 2, "2026-08-31",
    )  # fmt: skip


def test_without_a_day_the_limit_of_the_matter_itself_counts_anew():
    here = given.place("anshan-2015")
    case = given.in_progress(here, when="2026-09-01")
    case = given.completed(here, case, applied_on="2026-09-07")
    kind = case.clock.kind
    case = given.reopened(here, case, when="2026-09-14")
    fresh_limit = given.in_progress(here, when="2026-09-14").clock
    assert (case.clock.kind, case.clock.due_on) == (kind, fresh_limit.due_on)


def test_it_is_finished_again_and_judged_by_the_new_day():
    here = given.place()
    case = concluded(here)
    case = given.reopened(here, case, when="2026-07-15", due_on=date(2026, 8, 31))
    case = given.completed(here, case, applied_on="2026-08-20")
    assert (case.state, case.cycle, case.done_at) == ("completed", 2, given.at("2026-08-20"))
    assert not OverdueFinding.objects.exists()
    case = given.reopened(here, case, when="2026-09-02", due_on=date(2026, 9, 30))
    assert list(CaseCycle.objects.order_by("cycle").values_list("cycle", flat=True)) == [1, 2]
    assert Clock.objects.filter(case_id=case.pk, kind="due_date", cycle=3).count() == 1


def test_the_new_cycle_has_its_own_extensions():
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.decided(
        here, given.asked(here, case, until="2026-08-31", when="2026-06-01"), when="2026-06-02"
    )
    case = given.completed(here, fresh(case), applied_on="2026-07-01")
    case = given.reopened(here, case, when="2026-07-15", due_on=date(2026, 9, 30))
    asked = given.asked(here, case, until="2026-10-30", when="2026-08-03")
    assert asked.state == "submitted"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2026, 7, 15)}, "due_on"),
        ({"due_on": date(2137, 1, 1)}, "due_on"),
    ],
    ids=["无理由", "无期限", "当天", "过远"],
)
def test_the_request_says_what_was_found_and_until_when(words, field):
    here = given.place()
    case = concluded(here)
    values = {"reason": "有3公里未通水。", "due_on": date(2026, 8, 31)} | words
    with pytest.raises(RuleViolation) as refusal:
        reopening_request(case=case, by=here.secretary, at=given.at("2026-07-15"), **values)
    assert set(refusal.value.reasons) == {field}


def test_the_office_alone_proposes_it_and_only_of_what_was_concluded():
    here = given.place()
    case = concluded(here)
    with pytest.raises(PermissionDenied):
        reopening_request(
            case=case, reason="x", due_on=date(2026, 8, 31), by=here.water_liaison,
            at=given.at("2026-07-15"),
        )  # fmt: skip
    running = given.in_progress(here)
    with pytest.raises(RuleViolation, match="当前状态为“承办中”"):
        reopening_request(
            case=running, reason="x", due_on=date(2026, 8, 31), by=here.secretary,
            at=given.at("2026-07-15"),
        )  # fmt: skip


def test_a_decision_after_the_proposed_day_sends_it_back():
    here = given.place()
    case = concluded(here)
    turn = reopening_request(
        case=case, reason="有3公里未通水。", due_on=date(2026, 8, 31), by=here.secretary,
        at=given.at("2026-07-15"),
    )  # fmt: skip
    with pytest.raises(RuleViolation, match="已过，请退回后重新提出"):
        given.turned(here, turn, when="2026-08-31")
    assert (fresh(turn).state, fresh(case).state) == ("submitted", "closed")
    given.turned(here, turn, when="2026-08-31", approve=False)
    assert (Case.objects.get(pk=case.pk).cycle, fresh(turn).state) == (1, "refused")
