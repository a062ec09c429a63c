"""How an obligation is met, waived, reminded of and found overdue, and who may see it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from deadlines.calendars import known_calendar
from deadlines.models import Obligation, ObligationEntry, ObligationReminder, OverdueFinding
from deadlines.obligation_selectors import missing_papers
from deadlines.office_hours import in_office_hours
from deadlines.services import sweep
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligation_sweep import obligations_sweep
from deadlines.services.obligations import obligation_waive
from deadlines.tests import locality
from deadlines.tests.locality import Place, at, opened, owed
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import AppendOnlyError, LedgerEntry
from duban.notify.models import Message
from duban.org.models import Unit
from duban.org.selectors import actor_for

pytestmark = pytest.mark.django_db


def report(
    made: Place, row: Obligation, when: str, *, by: str = "housing", **facts: object
) -> Obligation:
    values = {"content": "本期五问情况。", **facts}
    return obligation_report(obligation=row, by=made.actor(by), at=at(when), **values)


def swept(when: str) -> None:
    sweep(at(when))
    obligations_sweep(at=at(when))


def fresh(row: Obligation) -> Obligation:
    return Obligation.objects.select_related("clock").get(pk=row.pk)


@pytest.mark.clause("ZZ-3.1a")
def test_a_report_on_the_last_day_is_in_time_and_stops_the_clock() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    report(here, row, "2026-09-25T23:59")
    row = fresh(row)
    assert (row.state, row.clock.state) == ("fulfilled", "stopped")
    assert not row.clock.is_late(at("2026-10-01T09:00"))
    assert not OverdueFinding.objects.exists()
    entry = LedgerEntry.objects.get(subject_type="deadlines.obligation", action="fulfil")
    assert (entry.label, entry.clause, entry.unit_name) == (
        "完成报送", "LC-3", "临川市住房和城乡建设局",
    )  # fmt: skip


@pytest.mark.clause("NT-3.1d")
@pytest.mark.parametrize("was_swept", [True, False], ids=["到期已扫描", "扫描停了"])
def test_a_day_late_is_late_and_found_so_whether_or_not_the_sweep_came_by(was_swept: bool) -> None:
    """于4月30前上报: 5月1日报送为迟报。"""
    here = locality.place()
    opened("2026-01-01T00:05")
    row = owed(here, "division", "campaign_plan", "2026")
    if was_swept:
        swept("2026-05-01T00:05")
    report(here, row, "2026-05-01T08:00", by="division")
    row = fresh(row)
    assert row.state == "fulfilled"
    assert row.clock.is_late(at("2026-05-02T08:00"))
    finding = OverdueFinding.objects.get(clock=row.clock)
    assert (finding.kind, finding.days_late) == (4, 1)


@pytest.mark.clause("NT-3.5a")
def test_with_a_form_missing_the_submission_is_incomplete_and_says_which() -> None:
    """总结报告和相关表格于12月10前上报。"""
    here = locality.place()
    opened("2026-01-01T00:05")
    row = owed(here, "division", "campaign_summary", "2026")
    for paper in ("总结报告", "附件五", "附件五"):
        report(here, row, "2026-12-08T09:00", by="division", paper=paper)
    assert fresh(row).state == "open"
    assert missing_papers(row, list(row.entries.all())) == ["附件四"]
    with pytest.raises(RuleViolation) as refusal:
        report(here, row, "2026-12-09T09:00", by="division", paper="附件六")
    assert refusal.value.reasons == {"paper": ["请选择所报的材料。"]}
    report(here, row, "2026-12-10T09:00", by="division", paper="附件四")
    assert fresh(row).state == "fulfilled"
    assert not fresh(row).clock.is_late(at("2026-12-11T00:00"))


def visits(made: Place, row: Obligation, days: range) -> None:
    for day in days:
        report(
            made, row, f"2026-09-{day:02}T17:00", by="staff", content="现场督查",
            on=date(2026, 9, day),
        )  # fmt: skip


@pytest.mark.clause("AS-2.0b")
def test_fourteen_days_on_site_are_red_and_fifteen_are_enough() -> None:
    """每月现场督查时间不少于15天。"""
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "body", "onsite", "2026-09")
    visits(here, row, range(1, 15))
    report(here, row, "2026-09-14T18:00", by="staff", content="同日第二次", on=date(2026, 9, 14))
    assert fresh(row).state == "open"
    assert fresh(row).clock.light_at(at("2026-10-01T00:00")) == "red"
    visits(here, row, range(15, 16))
    assert fresh(row).state == "fulfilled"
    assert fresh(row).clock.light_at(at("2026-10-01T00:00")) == "off"


@pytest.mark.clause("AS-2.0b")
def test_a_visit_made_in_the_month_and_registered_after_it_counts_on_its_day() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "body", "onsite", "2026-09")
    visits(here, row, range(1, 15))
    with pytest.raises(RuleViolation, match="日期须在2026年9月之内"):
        report(here, row, "2026-10-02T09:00", by="staff", on=date(2026, 10, 1))
    report(here, row, "2026-10-02T09:00", by="staff", on=date(2026, 9, 30))
    row = fresh(row)
    assert (row.state, row.clock.is_late(at("2026-10-02T09:00"))) == ("fulfilled", False)


def test_a_paper_that_came_in_time_and_was_registered_later_was_not_late() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    swept("2026-09-26T00:05")
    assert OverdueFinding.objects.standing().filter(clock=row.clock).count() == 1
    report(here, row, "2026-09-27T09:00", by="staff", on=date(2026, 9, 24))
    assert not fresh(row).clock.is_late(at("2026-09-28T00:00"))
    assert not OverdueFinding.objects.standing().filter(clock=row.clock).exists()
    assert OverdueFinding.objects.get(clock=row.clock).cleared_reason


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"content": "  "}, "content"),
        ({"content": "长" * 5001}, "content"),
        ({"on": date(2026, 9, 21)}, "on"),
        ({"on": date(2026, 9, 19)}, "on"),
    ],
    ids=["空", "过长", "以后的日期", "单位倒填"],
)
def test_what_cannot_be_is_refused_beside_its_field(facts: dict, field: str) -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    with pytest.raises(RuleViolation) as refusal:
        report(here, row, "2026-09-20T09:00", **facts)
    assert set(refusal.value.reasons) == {field}
    assert not ObligationEntry.objects.exists()


def test_nobody_reports_for_another_unit() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    with pytest.raises(PermissionDenied):
        report(here, row, "2026-09-20T09:00", by="finance")
    there = locality.place("云山市", tag="y")
    with pytest.raises(PermissionDenied):
        report(there, row, "2026-09-20T09:00", by="staff")


@pytest.mark.clause("ZZ-1.1a", "ZZ-1.5a")
def test_more_meetings_than_asked_for_are_kept() -> None:
    here = locality.place()
    opened("2026-01-01T00:05")
    row = owed(here, "body", "office_meeting", "2026")
    for day in ("2026-03-05", "2026-09-03", "2026-11-05"):
        report(here, row, f"{day}T17:00", by="staff", content="办公室会议")
    assert (fresh(row).state, row.entries.count()) == ("fulfilled", 3)


def test_entries_are_neither_changed_nor_deleted() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    report(here, owed(here, "housing", "five_questions", "2026-09"), "2026-09-20T09:00")
    entry = ObligationEntry.objects.get()
    for act in (entry.save, entry.delete, ObligationEntry.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            act()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE deadlines_obligationentry SET content = '改'")


def test_a_waiver_needs_a_reason_stops_the_clock_and_is_told() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    with pytest.raises(RuleViolation) as refusal:
        obligation_waive(
            obligation=row, reason=" ", by=here.actor("staff"), at=at("2026-09-10T09:00")
        )
    assert refusal.value.reasons == {"reason": ["请写明豁免理由。"]}
    with pytest.raises(PermissionDenied):
        obligation_waive(
            obligation=row, reason="机构改革", by=here.actor("housing"), at=at("2026-09-10T09:00")
        )
    obligation_waive(
        obligation=row, reason="机构改革期间", by=here.actor("staff"), at=at("2026-09-10T09:00")
    )
    row = fresh(row)
    assert (row.state, row.reason, row.clock.state) == ("waived", "机构改革期间", "stopped")
    entry = LedgerEntry.objects.get(subject_type="deadlines.obligation", action="waive")
    assert (entry.note, entry.changes["state"]) == ("机构改革期间", ["open", "waived"])
    told = Message.objects.get(template="obligation_waived")
    assert told.recipient_id == here.posts["housing"].user_id
    swept("2026-09-30T09:00")
    assert not OverdueFinding.objects.filter(clock=row.clock).exists()
    with pytest.raises(RuleViolation, match="已豁免，不再登记"):
        report(here, row, "2026-09-30T10:00")


def test_who_saw_another_state_is_told_so() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    seen = row.version
    report(here, row, "2026-09-20T09:00")
    with pytest.raises(StaleVersion):
        obligation_waive(
            obligation=row, reason="不需", by=here.actor("staff"), at=at("2026-09-21T09:00"),
            expect=seen,
        )  # fmt: skip


def test_each_alert_reaches_the_liaison_once_and_in_office_hours() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    for when in ("2026-09-25T00:05", "2026-09-25T00:10", "2026-09-26T00:05", "2026-10-20T00:05"):
        swept(when)
    told = Message.objects.filter(
        template="obligation_reminder", url=f"/obligations/{row.pk}/"
    ).order_by("id")
    assert {message.recipient_id for message in told} == {here.posts["housing"].user_id}
    assert len({message.event for message in told}) == told.count() >= 2
    calendar = known_calendar(at("2026-09-25T00:05"))
    assert all(in_office_hours(message.created_at, calendar) for message in told)
    handled = ObligationReminder.objects.values_list("alert", flat=True)
    assert len(handled) == len(set(handled))


def test_the_offices_own_reach_its_staff() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    swept("2026-09-02T09:00")
    told = Message.objects.filter(subject__contains="督查工作计划")
    assert {message.recipient_id for message in told} == {
        here.posts["staff"].user_id, here.posts["head"].user_id,
    }  # fmt: skip


def test_a_unit_never_sees_what_another_owes_and_two_offices_never_meet() -> None:
    here, there = locality.place(), locality.place("云山市", tag="y")
    opened("2026-09-01T00:05")
    seen = Obligation.objects.visible_to(here.actor("housing"))
    assert set(seen.values_list("unit", flat=True)) == {here.units["housing"].pk}
    for made in (here, there):
        seen = Obligation.objects.visible_to(made.actor("staff"))
        assert set(seen.values_list("office", flat=True)) == {made.office.pk}
        assert seen.filter(scope="office").exists()
        assert seen.filter(scope="unit").exists()
    assert not Obligation.objects.visible_to(here.actor("security")).exists()
    assert not Obligation.objects.visible_to(None).exists()


def test_a_section_reports_for_itself() -> None:
    here = locality.place()
    section = Unit.objects.create(name="秘书科", kind="section", parent=here.units["city"])
    here.units["section"] = section
    locality.post(here, "secretary", "section", "section_staff", "", here.office)
    opened("2026-09-01T00:05")
    row = owed(here, "section", "five_questions", "2026-09")
    by = actor_for(here.posts["secretary"], on=date(2026, 9, 20))
    obligation_report(obligation=row, content="本科室五问", by=by, at=at("2026-09-20T09:00"))
    assert fresh(row).state == "fulfilled"
