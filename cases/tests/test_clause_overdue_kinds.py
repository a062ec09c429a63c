"""The six kinds of LZ-A-10 on one matter, counted once; and a limit given in days (LZ-A-7a)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from cases.domain.drafts import completeness
from cases.models import Case
from cases.selectors.conditions import Filters, matters
from cases.services.assignments import assignment_acknowledge
from cases.services.cases import case_submit
from cases.services.finding_acts import finding_add, finding_clear, kinds_by_hand
from cases.services.objections import objection_raise, objection_reject
from cases.tests import given
from deadlines.models import OverdueFinding
from duban.ledger.errors import RecordedRefusal, RuleViolation
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return given.place("lanzhou-2018")


def kinds(case):
    rows = OverdueFinding.objects.filter(clock__case_id=case.pk)
    return sorted(set(rows.values_list("kind", flat=True)))


def with_all_six(made):
    """Refused without reason, never reported, asked late, finished late, and one more by hand."""
    case = given.assigned(made)
    row, by = case.lead, given.supervisor(made, case)
    objection_raise(
        assignment=row, reason="不属我局。", by=made.water_liaison, at=given.at("2026-03-03")
    )
    objection_reject(assignment=row, answer="不成立。", by=by, at=given.at("2026-03-04"))
    assignment_acknowledge(assignment=row, by=made.water_liaison, at=given.at("2026-03-05"))
    given.swept("2026-07-01 09:00")
    with pytest.raises(RecordedRefusal):
        given.asked(made, case, until="2026-08-31", when="2026-07-01")
    finding_add(
        assignment=row,
        kind="other",
        reason="未按要求的程序办理。",
        by=by,
        at=given.at("2026-07-02"),
    )
    return given.completed(made, case, applied_on="2026-07-03")


@pytest.mark.clause("LZ-A-10.0", "LZ-A-10.1", "LZ-A-10.2", "LZ-A-10.3", "LZ-A-10.4", "LZ-A-10.5")
def test_one_matter_carries_all_six_kinds_and_is_one_overdue_matter(here):
    case = with_all_six(here)
    assert kinds(case) == [0, 1, 2, 3, 4, 5]
    late = OverdueFinding.objects.get(clock=case.clock, kind=2)
    assert late.days_late == 3
    rows = matters(Filters(finding="any"), actor=here.staff, at=given.at("2026-07-04"))
    assert [row.pk for row in rows] == [case.pk]


@pytest.mark.clause("LZ-A-10.5")
def test_the_fifth_kind_needs_a_reason_and_the_supervising_section(here):
    """其他违反限时办结要求的。"""
    row = given.in_progress(here).lead
    by, when = given.supervisor(here, row.case), {"at": given.at("2026-03-05")}
    with pytest.raises(RuleViolation) as refusal:
        finding_add(assignment=row, kind="other", reason=" ", by=by, **when)
    assert refusal.value.reasons == {"reason": ["请写明具体情形。"]}
    with pytest.raises(PermissionDenied):
        finding_add(assignment=row, kind="other", reason="x", by=here.water_liaison, **when)
    # Kinds that arise by themselves are nobody's to write.
    with pytest.raises(RuleViolation, match="不能认定"):
        finding_add(assignment=row, kind="unfinished", reason="x", by=by, **when)
    assert set(kinds_by_hand(row, at=when["at"])) == {"other"}
    assert not OverdueFinding.objects.exists()


@pytest.mark.clause("LZ-A-10.0")
def test_an_accepted_reason_clears_the_finding_and_leaves_it_on_record(here):
    """无正当理由超过……时限未能办结的,属超时办结。"""
    case = given.in_progress(here)
    given.swept("2026-07-01 09:00")
    finding = OverdueFinding.objects.get(clock=case.clock, kind=0)
    words = {"case": case, "reason": "洪水冲毁施工便道。", "at": given.at("2026-07-02")}
    for nobody in (here.water_liaison, here.staff, given.supervisor(here, case)):
        if nobody.has("office_head"):
            continue
        with pytest.raises(PermissionDenied):
            finding_clear(finding=finding, by=nobody, **words)
    finding_clear(finding=finding, by=here.head, **words)
    finding = OverdueFinding.objects.get(pk=finding.pk)
    assert finding.cleared_reason == "洪水冲毁施工便道。"
    entry = LedgerEntry.objects.get(action="finding_clear")
    assert (entry.actor_name, entry.note) == ("高远", "洪水冲毁施工便道。")
    given.swept("2026-07-03 09:00")
    assert OverdueFinding.objects.filter(clock=case.clock, kind=0).count() == 1
    rows = matters(Filters(finding="unfinished"), actor=here.staff, at=given.at("2026-07-04"))
    assert not rows.exists()


@pytest.mark.clause("LZ-A-10.0")
def test_the_reason_itself_must_be_said(here):
    case = given.in_progress(here)
    given.swept("2026-07-01 09:00")
    finding = OverdueFinding.objects.get(clock=case.clock, kind=0)
    with pytest.raises(RuleViolation) as refusal:
        finding_clear(
            finding=finding, case=case, reason=" ", by=here.head, at=given.at("2026-07-02")
        )
    assert set(refusal.value.reasons) == {"reason"}


COUNTED = {"due_on": None, "due_count": 5}


@pytest.mark.clause("LZ-A-7a", "LZ-A-7b")
@pytest.mark.parametrize(
    ("unit", "due"),
    [("calendar_day", date(2026, 2, 16)), ("working_day", date(2026, 2, 25))],
    ids=["自然日", "工作日"],
)
def test_a_limit_given_in_days_counts_from_the_day_after_delivery(here, unit, due):
    """限时办结的时限以日计算,从收到相关文件、材料或指令的次日起计算。"""
    case = given.in_progress(
        here, when="2026-02-11", basis_on=date(2026, 2, 10), due_unit=unit, **COUNTED
    )
    assert case.clock.due_on == due
    assert case.due_on is None


@pytest.mark.clause("LZ-A-7a")
def test_days_counted_as_the_regulation_counts_cite_it(here):
    case = given.in_progress(here, due_unit="calendar_day", **COUNTED)
    assert case.clock.explained.clause == "LZ-A-7a"


@pytest.mark.clause("LZ-A-7a")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_count": 5, "due_unit": ""}, "due_unit"),
        ({"due_count": 0, "due_unit": "calendar_day"}, "due_count"),
        ({"due_count": 5000, "due_unit": "calendar_day"}, "due_count"),
        ({"due_count": 5, "due_unit": "calendar_day", "due_on": date(2026, 6, 30)}, "due_count"),
    ],
    ids=["无单位", "零日", "过多", "又有日期"],
)
def test_a_number_of_days_that_cannot_be_counted_is_refused(here, changes, field):
    with pytest.raises(RuleViolation) as refusal:
        given.draft(here, **({"due_on": None} | changes))
    assert set(refusal.value.reasons) == {field}
    assert not Case.objects.exists()


@pytest.mark.clause("LZ-A-6.1", "LZ-A-6.2")
@pytest.mark.parametrize("basis", ["statutory", "designated"])
def test_a_number_of_days_wants_its_proof_as_a_date_does(here, basis):
    case = given.draft(here, due_unit="calendar_day", due_basis=basis, due_citation="", **COUNTED)
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    assert set(refusal.value.reasons) == {"due_citation"}


@pytest.mark.clause("LZ-A-6.1", "LZ-A-6.2")
def test_designated_without_assigner_and_document_is_refused(here):
    facts = given.facts(due_basis="designated", due_citation="", source="provincial")
    pack = given.draft(here).pack
    assert completeness(facts, [given.lead(here.units["water"])], pack=pack)["due_citation"] == [
        "指定时间须写明作出指定的领导或机关和文件。"
    ]
