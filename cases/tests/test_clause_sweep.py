"""What follows when a clock crosses a threshold: once, late, at the minute, and never in vain."""

from datetime import date, timedelta

import pytest
from django.db import connection

from cases.models import Case, Reminder
from cases.services import alerts, duties, findings
from cases.services.alerts import Consumed, consume_alerts
from cases.services.assignments import assignment_report_done
from cases.services.closures import closure_decide
from cases.services.extensions import extension_counter, extension_withdraw
from cases.tests import given
from deadlines.models import Alert, OverdueFinding
from deadlines.services import sweep
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


def reminders(template="deadline_reminder"):
    rows = Message.objects.filter(template=template).order_by("id")
    return [(row.subject.partition("：")[0], str(given.localdate(row.created_at))) for row in rows]


def kinds(case):
    rows = OverdueFinding.objects.filter(clock__case_id=case.pk).order_by("kind")
    return list(rows.values_list("kind", flat=True))


@pytest.mark.clause("LZ-A-14b")
def test_a_running_clock_sends_exactly_the_configured_reminders():
    """对工作进展情况进行实时督促检查和告知提醒。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, due_on=date(2026, 6, 30))
    given.report(here, case.lead, "initial_report", when="2026-03-02 10:00", finished=True)
    at = given.at("2026-06-20")
    while at < given.at("2026-07-20"):
        sweep(at)
        consume_alerts(at=at)
        at += timedelta(hours=6)
    liaison, head = here.posts["water_liaison"].user_id, here.posts["water_head"].user_id
    of_the_matter = Message.objects.filter(body__contains="办结期限").order_by("id")
    sent = of_the_matter.filter(template="deadline_reminder")
    assert [
        (m.subject.partition("：")[0], str(given.localdate(m.created_at)), m.recipient_id)
        for m in sent
    ] == [
        ("到期前三日提醒", "2026-06-25", liaison),
        ("到期前一日提醒", "2026-06-29", liaison),
        ("当日到期提醒", "2026-06-30", liaison),
        ("超时提醒", "2026-07-01", liaison),
        ("超时五日提醒", "2026-07-07", liaison),
        ("超时五日提醒", "2026-07-07", head),
    ]
    # The office hears of it once, on the day.
    passed = of_the_matter.filter(template="deadline_passed")
    assert [(m.recipient_id, str(given.localdate(m.created_at))) for m in passed] == [
        (here.posts["staff"].user_id, "2026-07-01"),
        (here.posts["head"].user_id, "2026-07-01"),
    ]


def test_run_twice_sends_once():
    here = given.place()
    given.in_progress(here)
    assert given.swept("2026-06-25 00:00") == Consumed(reminders=1)
    assert given.swept("2026-06-25 00:00") == Consumed()
    assert (
        Reminder.objects.count()
        == Message.objects.filter(template="deadline_reminder").count()
        == 1
    )


def test_run_a_week_late_it_catches_up_with_the_last_and_finds_what_is_overdue():
    here = given.place()
    case = given.in_progress(here)
    result = given.swept("2026-07-08 09:00")
    assert (result.reminders, result.findings) == (1, 1)
    assert reminders() == [("逾期五日提醒", "2026-07-08")] * 2  # the liaison and the head
    assert Reminder.objects.filter(sent=False, why_not="已被后一级取代").count() == 5
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.days_late) == (0, 8)
    assert finding.due_at == case.clock.due_at


@pytest.mark.clause("LZ-A-10.0")
def test_the_boundary_minute_is_overdue_and_the_one_before_is_not():
    """超过规定、指定或约定时限未能办结的,属超时办结。"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.report(here, case.lead, "initial_report", when="2026-03-02 10:00", finished=True)
    given.swept("2026-06-30 23:59")
    assert 0 not in kinds(case)
    given.swept("2026-07-01 00:00")
    assert 0 in kinds(case)


@pytest.mark.clause("LZ-A-10.0")
def test_an_accepted_reason_clears_the_finding_and_it_is_not_written_again():
    from deadlines.services import overdue_clear

    here = given.place("lanzhou-2018")
    case = given.in_progress(here)
    given.report(here, case.lead, "initial_report", when="2026-03-02 10:00", finished=True)
    given.swept("2026-07-01 00:00")
    finding = OverdueFinding.objects.get(kind=0)
    overdue_clear(finding=finding, reason="等待省里批复", by=here.deputy, at=given.at("2026-07-02"))
    given.swept("2026-07-08 09:00")
    assert not OverdueFinding.objects.standing().filter(kind=0).exists()


def test_one_bad_alert_stops_nobody_and_is_tried_again(monkeypatch, caplog):
    here = given.place()
    bad, good = given.in_progress(here), given.in_progress(here)
    send = alerts.tell_unit

    def failing(assignment, *args, **kwargs):
        if assignment.case_id == bad.pk:
            raise ValueError("模板有误")
        send(assignment, *args, **kwargs)

    monkeypatch.setattr(alerts, "tell_unit", failing)
    sweep(given.at("2026-06-25 00:00"))
    result = consume_alerts(at=given.at("2026-06-25 00:01"))
    assert (result.reminders, result.failed) == (1, 1)
    assert "could not be handled" in caplog.text
    assert list(Reminder.objects.values_list("alert__clock__case_id", flat=True)) == [good.pk]
    monkeypatch.undo()
    assert consume_alerts(at=given.at("2026-06-25 00:06")).reminders == 1


def test_one_bad_row_stops_no_other_finding_and_no_other_duty(monkeypatch, caplog):
    here = given.place("lanzhou-2018")
    bad, good = (given.in_progress(here, due_on=date(2026, 4, 30)) for _ in range(2))
    record, open_clock = findings.overdue_record, duties.obligation_open

    def failing_record(*, clock, **facts):
        if clock.case_id == bad.pk:
            raise LookupError("规则缺失")
        return record(clock=clock, **facts)

    def failing_open(*, case_id, **facts):
        if case_id == bad.pk:
            raise LookupError("规则缺失")
        return open_clock(case_id=case_id, **facts)

    monkeypatch.setattr(findings, "overdue_record", failing_record)
    monkeypatch.setattr(duties, "obligation_open", failing_open)
    given.swept("2026-05-01 00:00")
    assert (kinds(bad), kinds(good)) == ([], [0, 4, 4, 4])
    assert "could not be written" in caplog.text
    monkeypatch.undo()
    given.swept("2026-05-01 00:05")
    assert kinds(bad) == [0, 4, 4, 4]


def test_concluded_meanwhile_means_nothing_is_sent_or_found():
    here = given.place()
    case = given.in_progress(here)
    sweep(given.at("2026-06-25 00:00"))
    given.completed(here, case, applied_on="2026-06-25 00:01")
    assert consume_alerts(at=given.at("2026-06-25 00:02")) == Consumed()
    assert Reminder.objects.get().why_not == "时限已停止或已延期"
    assert given.swept("2026-07-08 09:00") == Consumed()


def test_a_unit_that_has_not_signed_is_found_overdue_as_well():
    here = given.place()
    case = given.assigned(here)
    given.swept("2026-07-01 00:00")
    assert kinds(case) == [0]


# 待批: a timely request suspends the finding.
def test_a_timely_request_for_extension_suspends_and_its_refusal_finds_as_of_the_old_moment():
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-30 23:59")
    assert given.swept("2026-07-03 09:00").findings == 0
    assert Reminder.objects.filter(why_not="申请待批").exists()
    assert not Message.objects.filter(template="deadline_passed").exists()
    given.decided(here, extension, when="2026-07-06", approve=False)
    assert given.swept("2026-07-06 09:05").findings == 1
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.due_at) == (0, given.at("2026-07-01 00:00"))


def test_a_withdrawn_request_suspends_nothing_any_more():
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-30 23:59")
    given.swept("2026-07-01 00:00")
    extension_withdraw(extension=extension, by=here.water_liaison, at=given.at("2026-07-02"))
    given.swept("2026-07-02 09:05")
    assert kinds(case) == [0]


def test_another_date_waiting_for_its_answer_suspends_too():
    here = given.place()
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    extension_counter(
        extension=extension, counter_on=date(2026, 7, 31), opinion="一个月足够", by=here.secretary,
        at=given.at("2026-06-29"),
    )  # fmt: skip
    given.swept("2026-07-01 00:00")
    assert kinds(case) == []


def test_a_timely_application_suspends_and_its_refusal_finds_as_of_the_old_moment():
    here = given.place()
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-30 23:59")
    assert given.swept("2026-07-03 09:00").findings == 0
    closure_decide(
        closure=closure, approve=False, opinion="未通水", by=here.secretary,
        at=given.at("2026-07-06"),
    )  # fmt: skip
    given.swept("2026-07-06 09:05")
    finding = OverdueFinding.objects.get()
    assert (finding.kind, finding.due_at) == (0, given.at("2026-07-01 00:00"))


def test_an_application_after_the_limit_suspends_nothing():
    here = given.place()
    case = given.in_progress(here)
    given.applied(here, case, when="2026-07-01 00:00")
    given.swept("2026-07-01 00:05")
    assert kinds(case) == [0]


def test_a_co_unit_that_reported_in_time_waits_for_its_acceptance_in_peace():
    here = given.place()
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    case = given.in_progress(here, parties=parties)
    assignment_report_done(
        assignment=case.parties[1], result="到位", by=here.finance_liaison,
        at=given.at("2026-06-30"),
    )  # fmt: skip
    given.swept("2026-07-01 00:00")
    assert list(OverdueFinding.objects.values_list("clock_id", flat=True)) == [case.clock_id]


@pytest.mark.clause("CZ-3.5c")
def test_the_new_due_moment_arms_every_reminder_again():
    here = given.place()
    case = given.in_progress(here)
    given.swept("2026-06-25 00:00")
    given.decided(
        here, given.asked(here, case, until="2026-08-31", when="2026-06-26"), when="2026-06-29"
    )
    given.swept("2026-06-30 00:00")
    given.swept("2026-07-01 00:00")
    assert reminders() == [("到期前三日提醒", "2026-06-25")]
    assert kinds(case) == []
    given.swept("2026-08-26 00:00")
    assert reminders()[1:] == [("到期前三日提醒", "2026-08-26")]
    given.swept("2026-09-01 00:00")
    assert kinds(case) == [0]
    assert Alert.objects.filter(clock=case.clock, level="before_3").count() == 2


# Messages leave in office hours.
@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-07-01 00:01", "2026-07-01 08:30"),
        ("2026-07-01 12:30", "2026-07-01 14:30"),
        ("2026-07-01 15:00", "2026-07-01 15:00"),
        ("2026-07-03 18:00", "2026-07-06 08:30"),
        ("2026-09-30 20:00", "2026-10-08 08:30"),
        ("2026-10-09 18:00", "2026-10-10 08:30"),
    ],
    ids=["夜间", "午休", "上班时", "周末", "国庆", "调休上班"],
)
def test_a_reminder_arrives_and_its_mail_leaves_in_office_hours_only(at, leaves):
    here = given.place()
    given.in_progress(here)
    given.swept(at)
    message = Message.objects.get(template="deadline_passed")
    assert (message.created_at, message.deliver_after) == (given.at(leaves), given.at(leaves))
    received = Message.objects.of(message.recipient_id, at=given.at(at))
    assert received.filter(pk=message.pk).exists() == (at == leaves)


def test_a_round_over_many_matters_needs_no_more_queries_to_find_nothing():
    """What is handled is not looked at again."""
    here = given.place()
    for _ in range(3):
        given.in_progress(here)
    given.swept("2026-07-08 09:00")
    with connection.execute_wrapper(counting := Counter()):
        consume_alerts(at=given.at("2026-07-08 09:05"))
    assert counting.queries == 8


class Counter:
    def __init__(self):
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


def test_the_states_of_matters_are_untouched_by_any_sweep():
    here = given.place()
    case = given.in_progress(here)
    given.swept("2026-07-08 09:00")
    assert Case.objects.get(pk=case.pk).version == case.version
