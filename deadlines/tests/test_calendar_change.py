"""日历变更 as a governed act: two people, a preview that comes true, verdicts looked at again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from deadlines.calendars import calendar_of, known_calendar
from deadlines.models import (
    CalendarChange,
    CalendarMove,
    Clock,
    ClockEvent,
    FindingReview,
    OverdueFinding,
)
from deadlines.services import clock_replay, clock_stop, overdue_record, sweep
from deadlines.services.calendar_changes import (
    calendar_adoption_propose,
    calendar_change_confirm,
    calendar_change_withdraw,
)
from deadlines.services.calendar_plan import moves, plan_of
from deadlines.services.calendar_previews import newest_preview
from deadlines.services.calendar_runs import calendar_change_carry_out
from deadlines.tests import given
from deadlines.tests import given_calendar as here
from duban.ledger.errors import RecordedRefusal, RuleViolation
from duban.ledger.models import AppendOnlyError, LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db

FIVE_DAYS = given.PlainLimit(5, "working_day", clause="AS-3.2c")
# Of the days of May Day 2026: a longer holiday, made public in March.
LONGER = "劳动节：2026年5月1日（周五）至7日（周四）放假调休，共7天。5月9日（周六）、5月10日（周日）上班。"


@pytest.fixture
def people() -> here.People:
    return here.people()


def replayed_equals_stored() -> bool:
    return all(
        (clock.due_at, clock.original_due_at, clock.warn_at, clock.computation)
        == (
            (state := clock_replay(clock)).computation.due_at,
            state.original_due_at,
            state.warn_at,
            state.computation.to_json(),
        )
        for clock in Clock.objects.all()
    )


@pytest.mark.parametrize(
    ("start", "limit", "before", "after"),
    [
        ("2020-01-23T10:00", FIVE_DAYS, date(2020, 2, 5), date(2020, 2, 7)),
        ("2020-01-20T10:00", given.TEN_DAYS, date(2020, 2, 7), date(2020, 2, 11)),
    ],
)
def test_the_january_2020_notice_moves_what_was_running(
    people: here.People, start: str, limit: given.PlainLimit, before: date, after: date
) -> None:
    """Decided in 2019 and lengthened on 2020-01-27 by a notice that comes with the product."""
    clock = given.clock(start=start, limit=limit)
    assert (clock.due_on, clock.computation["calendar_version"]) == (before, "2019-11-21")
    change = calendar_adoption_propose(by=people.system, at=given.moment("2020-01-27T15:00"))
    assert newest_preview(change).counts["later"] == 1
    here.confirmed(change, by=people.head, at="2020-01-27T16:00")
    here.carried_out(change, at="2020-01-27T16:01")
    moved = here.stored(clock)
    assert (moved.due_on, moved.computation["calendar_version"]) == (after, "2020-01-27+1")
    assert replayed_equals_stored()


def test_the_sentence_of_january_2020_pasted_the_evening_before(people: here.People) -> None:
    clock = given.clock(start="2020-01-23T10:00", limit=FIVE_DAYS)
    change = here.proposed(here.EXTENSION, by=people.head, at="2020-01-26T20:00")
    assert list(change.days_off) == ["2020-01-31", "2020-02-01", "2020-02-02"]
    here.confirmed(change, by=people.guard, at="2020-01-26T20:10")
    here.carried_out(change, at="2020-01-26T20:11")
    moved = here.stored(clock)
    assert moved.due_on == date(2020, 2, 7)
    assert moved.computation["calendar_version"] == "2019-11-21+1"
    # The release that ships the same notice has nothing to add.
    with pytest.raises(RuleViolation, match="无需启用"):
        calendar_adoption_propose(by=people.head, at=given.moment("2020-01-28T09:00"))


def test_two_people_and_then_the_dates_move(people: here.People) -> None:
    clock = given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
    assert clock.due_on == date(2026, 5, 8)
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    assert here.stored(clock).due_on == date(2026, 5, 8)
    with pytest.raises(RuleViolation, match="另一人"):
        here.confirmed(change, by=people.head, at="2026-04-28T11:05")
    here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    here.carried_out(change, at="2026-04-28T11:11")
    moved = here.stored(clock)
    # 4-29, 4-30, 5-8, 5-9, 5-10
    assert moved.due_on == date(2026, 5, 10)
    assert moved.computation["calendar_version"] == "2025-11-04+1"
    assert replayed_equals_stored()
    event = ClockEvent.objects.filter(clock=clock).last()
    assert (event.kind, event.data) == ("calendar_changed", {"calendar": "2025-11-04+1"})


def test_the_preview_is_what_happens(people: here.People) -> None:
    for day in ("2026-04-20", "2026-04-24", "2026-04-28"):
        for limit in (FIVE_DAYS, given.TEN_DAYS, given.PlainLimit(30, "calendar_day")):
            given.clock(start=f"{day}T10:00", limit=limit, at=f"{day}T10:00")
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    plan = plan_of(change, given.moment("2026-04-28T11:00"))
    promised = [(m.clock.pk, m.due_before, m.due_after, m.late_after) for m in moves(plan)]
    counts = newest_preview(change).counts
    here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    here.carried_out(change, at="2026-04-28T11:11")
    happened = list(
        CalendarMove.objects.values_list("clock_id", "due_before", "due_after", "late_after")
    )
    assert happened == promised
    assert counts["clocks"] == len(promised) > 3
    assert {pk: due for pk, _, due, _ in promised} == {
        c.pk: c.due_at for c in Clock.objects.filter(pk__in=[row[0] for row in promised])
    }
    assert replayed_equals_stored()


def test_what_the_change_does_not_touch_gets_no_event(people: here.People) -> None:
    near = given.clock(start="2026-04-13T10:00", limit=FIVE_DAYS, at="2026-04-13T10:00")
    far = given.clock(start="2026-05-18T10:00", limit=FIVE_DAYS, at="2026-05-18T10:00")
    assert near.due_on == date(2026, 4, 20)
    change = here.proposed(LONGER, by=people.head, at="2026-04-13T11:00")
    here.confirmed(change, by=people.guard, at="2026-04-13T11:10")
    here.carried_out(change, at="2026-04-13T11:11")
    assert ClockEvent.objects.filter(kind="calendar_changed").count() == 0
    assert (near.events.count(), far.events.count()) == (1, 1)


def test_new_clocks_count_on_the_confirmed_change(people: here.People) -> None:
    change = here.proposed(LONGER, by=people.head, at="2026-04-20T11:00")
    early = given.moment("2026-04-20T11:05")
    here.confirmed(change, by=people.guard, at="2026-04-20T11:10")
    clock = given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
    assert clock.due_on == date(2026, 5, 10)
    # As it was known before the confirmation.
    assert known_calendar(early).version == "2025-11-04"
    assert calendar_of("2025-11-04").is_working(date(2026, 5, 6))
    assert not calendar_of("2025-11-04+1").is_working(date(2026, 5, 6))


def test_units_get_one_message_with_what_moved(people: here.People) -> None:
    for subject in ("管网改造", "校舍加固"):
        given.clock(
            start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00", subject=subject
        )
    change = here.proposed(LONGER, by=people.system, at="2026-04-28T11:00")
    assert set(Message.objects.values_list("recipient__name", "template")) == {
        ("高远", "calendar_change_awaits"),
        ("许安", "calendar_change_awaits"),
    }
    here.confirmed(change, by=people.head, at="2026-04-28T11:10")
    here.carried_out(change, at="2026-04-28T11:11")
    here.carried_out(change, at="2026-04-28T11:12")
    [told] = Message.objects.filter(recipient__name="王小明")
    assert "2项时限" in told.subject
    assert "管网改造（办结时限）：2026年5月8日改为2026年5月10日" in told.body
    assert "校舍加固" in told.body
    [office] = Message.objects.filter(template="calendar_change_office")
    assert (office.recipient.name, "2项" in office.body) == ("高远", True)


def test_the_ledger_names_the_change_and_every_clock_under_one_batch(people: here.People) -> None:
    clock = given.clock(
        start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00", case_id=77
    )
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    here.carried_out(change, at="2026-04-28T11:11")
    entries = LedgerEntry.objects.filter(subject_type="deadlines.calendarchange")
    assert [e.label for e in entries] == ["提出日历变更", "确认日历变更", "日历变更办理完毕"]
    own = LedgerEntry.objects.get(subject_type="deadlines.clock", subject_id=clock.pk)
    assert (own.case_id, own.batch, own.label) == (77, entries[1].batch, "工作日历调整")
    assert own.changes["due_at"][0] != own.changes["due_at"][1]


def late_finish(at: str) -> tuple[Clock, OverdueFinding]:
    """Five working days from 04-28 end on 05-08; finished at `at`."""
    clock = given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
    stopped = clock_stop(clock=clock, by=given.actor(), at=given.moment(at))
    finding = overdue_record(clock=stopped, kind=2, at=given.moment(at))
    return clock, finding


def test_a_verdict_that_no_longer_holds_is_cleared_and_stays_on_record(people: here.People) -> None:
    """Made public on 05-06, entered on 05-11: who finished on 05-10 was in time."""
    clock, finding = late_finish("2026-05-10T09:00")
    change = here.proposed(
        LONGER, by=people.head, at="2026-05-11T11:00", decided_on=date(2026, 4, 30)
    )
    assert newest_preview(change).counts["cleared"] == 1
    here.confirmed(change, by=people.guard, at="2026-05-11T11:10")
    here.carried_out(change, at="2026-05-11T11:11")
    finding.refresh_from_db()
    assert finding.cleared_at is not None
    assert "第1号日历变更" in finding.cleared_reason
    assert (finding.days_late, finding.due_at) == (2, clock.due_at)
    review = FindingReview.objects.get()
    assert (review.stands, review.days_late_before, review.days_late_after) == (False, 2, 0)
    assert not here.stored(clock).is_late(given.moment("2026-06-01T09:00"))
    assert replayed_equals_stored()


def test_a_verdict_that_still_holds_is_found_anew_with_the_days_as_they_are(
    people: here.People,
) -> None:
    _, finding = late_finish("2026-05-13T09:00")
    assert finding.days_late == 5
    change = here.proposed(
        LONGER, by=people.head, at="2026-05-14T11:00", decided_on=date(2026, 4, 30)
    )
    here.confirmed(change, by=people.guard, at="2026-05-14T11:10")
    here.carried_out(change, at="2026-05-14T11:11")
    review = FindingReview.objects.get()
    assert (review.stands, review.days_late_after) == (True, 3)
    [standing] = OverdueFinding.objects.standing()
    assert (standing.pk, standing.days_late) == (review.successor_id, 3)
    assert OverdueFinding.objects.count() == 2


def test_what_was_settled_in_time_is_left_as_it_was_judged(people: here.People) -> None:
    clock = given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
    clock_stop(clock=clock, by=given.actor(), at=given.moment("2026-04-30T10:00"))
    change = here.proposed(LONGER, by=people.head, at="2026-04-30T11:00")
    here.confirmed(change, by=people.guard, at="2026-04-30T11:10")
    here.carried_out(change, at="2026-04-30T11:11")
    assert here.stored(clock).due_on == date(2026, 5, 8)


def test_the_sweep_reminds_by_the_new_date(people: here.People) -> None:
    clock = given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    here.carried_out(change, at="2026-04-28T11:11")
    sweep(given.moment("2026-05-10T00:05"))
    assert clock.alerts.filter(level="due_today", superseded=False).count() == 1
    assert not clock.alerts.filter(level="overdue").exists()


def test_a_provisional_date_becomes_definite(people: here.People) -> None:
    """Counted in December 2026 into a year that nobody had arranged yet."""
    clock = given.clock(start="2026-12-25T10:00", limit=given.TEN_DAYS, at="2026-12-25T10:00")
    assert clock.provisional
    text = (
        "国务院办公厅关于2027年部分节假日安排的通知 国办发明电〔2026〕9号\n"
        "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n"
        "二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月20日（周六）、2月21日（周日）上班。\n"
        "三、清明节：4月3日（周六）至5日（周一）放假，共3天。\n"
        "四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。\n"
        "五、端午节：6月9日（周三）放假，共1天。\n"
        "六、中秋节：9月15日（周三）放假，共1天。\n"
        "七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。\n"
    )
    change = here.proposed(text, by=people.head, at="2026-12-28T09:00")
    assert newest_preview(change).counts["settled"] == 1
    here.confirmed(change, by=people.guard, at="2026-12-28T10:00")
    here.carried_out(change, at="2026-12-28T10:01")
    settled = here.stored(clock)
    assert (settled.provisional, settled.due_on) == (False, date(2027, 1, 11))
    assert replayed_equals_stored()


def test_local_days_bind_their_own_office_only(people: here.People) -> None:
    other = here.second_office()
    unit = other.body
    mine = given.clock(start="2026-05-18T10:00", limit=FIVE_DAYS, at="2026-05-18T10:00")
    theirs = given.clock(
        start="2026-05-18T10:00", limit=FIVE_DAYS, at="2026-05-18T10:00", office=other, unit=unit
    )
    change = here.proposed(
        "民族节日：2026年5月21日（周四）放假，共1天。",
        by=people.head,
        at="2026-05-18T11:00",
        office=given.office(),
    )
    here.confirmed(change, by=people.guard, at="2026-05-18T11:10")
    here.carried_out(change, at="2026-05-18T11:11")
    assert here.stored(mine).due_on == date(2026, 5, 26)
    assert here.stored(theirs).due_on == date(2026, 5, 25)
    at = given.moment("2026-05-18T12:00")
    assert known_calendar(at, office_id=given.office().pk).version == "2025-11-04+1"
    assert known_calendar(at, office_id=other.pk).version == "2025-11-04"
    assert known_calendar(at).version == "2025-11-04"
    # A local day announces no year.
    assert 2027 not in known_calendar(at, office_id=given.office().pk).announced_years


def test_only_heads_and_administrators_arrange_days(people: here.People) -> None:
    with pytest.raises(PermissionDenied):
        here.proposed(LONGER, by=people.liaison, at="2026-04-28T11:00")
    with pytest.raises(PermissionDenied):  # local days are the office's own business
        here.proposed(LONGER, by=people.system, at="2026-04-28T11:00", office=given.office())
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    with pytest.raises(PermissionDenied):
        here.confirmed(change, by=people.system, at="2026-04-28T11:10")


def test_a_proposal_may_be_withdrawn_and_stays(people: here.People) -> None:
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    with pytest.raises(RuleViolation, match="理由"):
        calendar_change_withdraw(change=change, reason=" ", by=people.head)
    calendar_change_withdraw(
        change=change, reason="日期有误", by=people.head, at=given.moment("2026-04-28T11:05")
    )
    with pytest.raises(RuleViolation):
        here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    assert known_calendar(given.moment("2026-04-29T09:00")).version == "2025-11-04"
    assert CalendarChange.objects.get().state == "withdrawn"


def test_an_old_preview_is_made_anew_and_the_difference_is_said(people: here.People) -> None:
    given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    given.clock(start="2026-04-28T12:00", limit=FIVE_DAYS, at="2026-04-28T12:00")
    with pytest.raises(RecordedRefusal, match="现为2件，原预览1件"):
        here.confirmed(change, by=people.guard, at="2026-04-28T14:00")
    with pytest.raises(RuleViolation, match="最新的预览"):
        calendar_change_confirm(
            change=change,
            seen=change.previews.first().pk,
            by=people.guard,
            at=given.moment("2026-04-28T14:01"),
        )
    here.confirmed(change, by=people.guard, at="2026-04-28T14:02")
    assert CalendarChange.objects.get().state == "confirmed"


def test_killed_half_way_it_goes_on_from_the_mark(
    people: here.People, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks = [
        given.clock(start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00")
        for _ in range(5)
    ]
    monkeypatch.setattr("deadlines.services.calendar_plan.BATCH", 2)
    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    run = calendar_change_carry_out(change=change, at=given.moment("2026-04-28T11:11"), most=1)
    assert (run.finished_at, CalendarMove.objects.count()) == (None, 2)
    here.carried_out(change, at="2026-04-28T11:20")
    here.carried_out(change, at="2026-04-28T11:30")
    assert CalendarMove.objects.count() == 5
    assert {here.stored(c).due_on for c in clocks} == {date(2026, 5, 10)}
    assert ClockEvent.objects.filter(kind="calendar_changed").count() == 5


def test_the_days_of_a_change_can_not_be_altered(people: here.People) -> None:
    from django.db import DatabaseError, connection, transaction

    change = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")

    def refused(statement: str, *values: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    table = "deadlines_calendarchange"
    refused(f"UPDATE {table} SET days_off = %s WHERE id = %s", "{}", change.pk)
    refused(f"DELETE FROM {table} WHERE id = %s", change.pk)
    here.confirmed(change, by=people.guard, at="2026-04-28T11:10")
    refused(f"UPDATE {table} SET closed_name = 'x' WHERE id = %s", change.pk)
    with pytest.raises(AppendOnlyError):
        change.delete()


def test_two_changes_make_a_longer_version(people: here.People) -> None:
    first = here.proposed(LONGER, by=people.head, at="2026-04-28T11:00")
    second = here.proposed(
        "端午节：2026年6月19日至22日放假调休，共4天。6月27日（周六）上班。",
        by=people.head,
        at="2026-04-28T11:01",
    )
    clock = given.clock(start="2026-06-17T10:00", limit=FIVE_DAYS, at="2026-04-28T11:02")
    here.confirmed(second, by=people.guard, at="2026-04-28T11:10")
    here.carried_out(second, at="2026-04-28T11:11")
    here.confirmed(first, by=people.guard, at="2026-04-28T11:20")
    here.carried_out(first, at="2026-04-28T11:21")
    numbers = dict(CalendarChange.objects.values_list("pk", "number"))
    # Numbers follow the confirmation, so that the newer version is the longer one.
    assert (numbers[second.pk], numbers[first.pk]) == (1, 2)
    assert known_calendar(given.moment("2026-04-28T12:00")).version == "2025-11-04+1+2"
    assert here.stored(clock).due_on == date(2026, 6, 26)
    assert replayed_equals_stored()
