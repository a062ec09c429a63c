"""约定时间: the unit proposes, the assigner confirms; until then no date, and none is missed."""

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Agreement, Case, Reminder
from cases.services.agreements import (
    agreement_answer,
    agreement_bars,
    agreement_counter,
    agreement_decide,
    agreement_propose,
    agreement_withdraw,
)
from cases.services.cases import case_submit
from cases.services.extensions import extension_bars
from cases.tests import agreeing, given
from deadlines.models import OverdueFinding
from duban.documents.models import OfficialDocument
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return given.place("lanzhou-2018")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.clause("LZ-A-6.3a")
def test_a_matter_on_an_agreed_date_is_assigned_without_one_and_its_clock_runs_to_the_proposal(
    here,
):
    """由承办主体根据事项的轻重缓急……主动报告办结时限和推进计划。"""
    case = agreeing.undated(here)
    assert (case.state, case.due_on) == ("in_progress", None)
    assert (case.clock.kind, case.clock.label) == ("agreement", "报告办结时限")
    assert case.clock.due_on == agreeing.PROPOSE_BY
    assert case.lead.is_to_agree


@pytest.mark.clause("LZ-A-6.1", "LZ-A-6.2", "LZ-A-6.3a")
@pytest.mark.parametrize("basis", ["statutory", "designated"])
def test_only_an_agreed_basis_may_leave_the_date_open(here, basis):
    case = given.draft(here, due_on=None, due_basis=basis, due_citation="")
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    assert refusal.value.reasons["due_on"] == ["请填写办结期限。"]


@pytest.mark.clause("LZ-A-6.3a")
def test_without_a_proposal_the_unit_is_reminded_and_no_overdue_is_found(here):
    agreeing.undated(here)
    given.swept("2026-03-10 10:00")
    told = Message.objects.filter(template="deadline_reminder")
    assert told.filter(recipient__username="water_liaison").exists()
    given.swept("2026-05-10 10:00")
    assert not OverdueFinding.objects.filter(kind__in=[0, 2, 3]).exists()


@pytest.mark.clause("LZ-A-6.3a")
def test_the_plan_is_required_and_the_date_lies_ahead(here):
    case = agreeing.undated(here)
    with pytest.raises(RuleViolation) as refusal:
        agreeing.proposed(here, case, day="2026-03-03", plan=" ")
    assert refusal.value.reasons == {
        "plan": ["请填写推进计划。"],
        "proposed_on": ["办结时限不能早于今天（2026-03-04）。"],
    }
    assert not Agreement.objects.exists()


@pytest.mark.clause("LZ-A-6.3a")
def test_the_date_is_set_only_when_the_assigner_confirms_it(here):
    """按约定时限推进落实。"""
    case = agreeing.undated(here)
    agreement = agreeing.proposed(here, case)
    assert fresh(case).lead.is_to_agree
    case = agreeing.confirmed(here, agreement)
    assert case.clock.due_on == date(2026, 6, 30)
    assert (case.clock.kind, case.clock.label) == ("due_date", "办结期限")
    assert case.clock.explained.clause == "LZ-A-6.3a"
    # An agreed date is a first date: whoever keeps it is not late and was not extended.
    assert not case.clock.is_extended
    assert case.lead.clock == case.clock
    agreement = fresh(agreement)
    assert (agreement.state, agreement.agreed_on) == ("granted", date(2026, 6, 30))
    assert (agreement.clock.due_on, agreement.clock.state) == (agreeing.PROPOSE_BY, "stopped")
    entry = LedgerEntry.objects.get(action="agree_date")
    assert entry.changes == {"due_on": [None, "2026-06-30"]}


@pytest.mark.clause("LZ-A-6.3a", "LZ-A-10.0")
def test_what_was_agreed_is_overdue_when_it_passes(here):
    case = agreeing.confirmed(here, agreeing.proposed(here, agreeing.undated(here)))
    given.swept("2026-07-01 10:00")
    found = OverdueFinding.objects.filter(clock=case.clock)
    assert sorted(found.values_list("kind", flat=True)) == [0, 4]


@pytest.mark.clause("LZ-A-6.3a")
def test_another_date_named_by_the_assigner_holds_once_the_unit_takes_it(here):
    case = agreeing.undated(here)
    agreement = agreeing.proposed(here, case)
    by = given.supervisor(here, case)
    when = {"at": given.at("2026-03-05")}
    agreement = agreement_counter(
        agreement=agreement, counter_on=date(2026, 5, 29), opinion="汛期前须通水。", by=by, **when
    )
    assert agreement.state == "counter_proposed"
    assert fresh(case).lead.is_to_agree
    agreement_answer(agreement=agreement, accept=True, by=here.water_liaison, **when)
    assert fresh(case).clock.due_on == date(2026, 5, 29)


@pytest.mark.clause("LZ-A-6.3a")
@pytest.mark.parametrize("end", ["declined", "refused", "withdrawn"])
def test_no_agreement_leaves_the_matter_to_be_agreed_and_the_unit_may_propose_again(here, end):
    case = agreeing.undated(here)
    agreement = agreeing.proposed(here, case)
    by, when = given.supervisor(here, case), {"at": given.at("2026-03-05")}
    if end == "declined":
        agreement = agreement_counter(
            agreement=agreement, counter_on=date(2026, 5, 29), opinion="提前。", by=by, **when
        )
        agreement_answer(agreement=agreement, accept=False, by=here.water_liaison, **when)
    elif end == "refused":
        agreement_decide(agreement=agreement, approve=False, opinion="太晚。", by=by, **when)
    else:
        agreement_withdraw(agreement=agreement, by=here.water_liaison, **when)
    assert fresh(case).lead.is_to_agree
    assert agreement_bars(fresh(case).lead, at=given.at("2026-03-05")) == {}
    again = agreeing.proposed(here, fresh(case), day="2026-05-20", when="2026-03-06")
    assert agreeing.confirmed(here, again, when="2026-03-06").clock.due_on == date(2026, 5, 20)


@pytest.mark.clause("LZ-A-6.3a")
def test_a_date_that_passed_on_the_desk_is_not_confirmed(here):
    agreement = agreeing.proposed(here, agreeing.undated(here), day="2026-03-20")
    with pytest.raises(RuleViolation, match="2026-03-20"):
        agreeing.confirmed(here, agreement, when="2026-03-23")
    assert fresh(agreement).state == "submitted"


@pytest.mark.clause("LZ-A-6.3a")
def test_only_the_lead_proposes_and_no_extension_is_asked_of_a_date_that_is_not(here):
    case = agreeing.undated(here)
    with pytest.raises(PermissionDenied):
        agreement_propose(
            assignment=case.lead,
            plan="x",
            proposed_on=date(2026, 6, 30),
            by=here.finance_liaison,
            at=given.at("2026-03-04"),
        )
    reasons = extension_bars(case.lead, at=given.at("2026-03-04"))
    assert reasons == {"__all__": ["本事项尚未约定办结时限，请先报告办结时限。"]}


@pytest.mark.clause("LZ-A-6.3a")
def test_a_timely_proposal_that_waits_for_the_office_is_not_pressed(here):
    case = agreeing.undated(here)
    agreeing.proposed(here, case)
    given.swept("2026-03-10 10:00")
    held_back = Reminder.objects.filter(alert__clock=case.clock)
    assert "申请待批" in set(held_back.values_list("why_not", flat=True))
    assert not held_back.filter(sent=True).exists()


@pytest.mark.clause("LZ-A-6.3a")
def test_finishing_before_a_date_was_agreed_misses_none(here):
    case = agreeing.undated(here)
    case = given.completed(here, case, applied_on="2026-04-01")
    assert case.state == "completed"
    assert not OverdueFinding.objects.filter(kind__in=[0, 2]).exists()


def test_a_pack_without_the_procedure_asks_for_a_date():
    here = given.place("changzhi-2022")
    case = given.draft(here, due_on=None, due_basis="designated", due_citation="")
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    assert "due_on" in refusal.value.reasons
    assert Case.objects.get().state == "draft"


def said_on_paper(case):
    documents = OfficialDocument.objects.filter(case_id=case.pk, kind="registration_notice")
    return json.dumps(documents.latest("pk").content, ensure_ascii=False)


@pytest.mark.clause("LZ-A-6.3a")
@pytest.mark.parametrize("paper", [False, True], ids=["系统送达", "书面送达"])
def test_the_notice_asks_for_a_date_and_names_none(here, paper):
    parties = [given.lead(here.units["water"], paper=paper)]
    case = given.assigned(here, parties=parties, **agreeing.UNDATED)
    text = said_on_paper(case)
    assert "报告办结时限和推进计划" in text
    assert "前（含当日）办结" not in text


@pytest.mark.clause("LZ-A-7a")
def test_the_notice_on_paper_gives_the_days_as_they_are_counted(here):
    case = given.assigned(
        here,
        parties=[given.lead(here.units["water"], paper=True)],
        due_on=None,
        due_count=30,
        due_unit="calendar_day",
    )
    assert "请自收到本通知之次日起30个自然日内办结" in said_on_paper(case)
