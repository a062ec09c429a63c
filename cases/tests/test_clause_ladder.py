"""The ladder: what the clock brings to whose desk, once, and what people make of it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Escalation, Notice, Reminder
from cases.services.alerts import consume_alerts
from cases.services.closures import closure_withdraw
from cases.services.escalations import (
    escalation_decide,
    escalation_dismiss,
    escalation_hand_over,
    escalation_take,
)
from cases.services.notices import notice_issue, notice_reply
from cases.tests import given, ladder_given
from cases.tests.ladder_given import LADDER, lived, once, proposed, rows, rung, taken
from deadlines.services import sweep
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.ledger.transition import transition
from duban.notify.models import Message

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.clause("LZ-A-14b")
def test_the_clock_brings_exactly_the_configured_rungs_once_each():
    """对工作进展情况进行实时督促检查和告知提醒。"""
    here = ladder_given.place()
    case = given.in_progress(here)
    lived("2026-06-20", "2026-07-20")
    found = Escalation.objects.order_by("pk")
    assert [(r.rung, r.state, str(given.localdate(r.raised_at))) for r in found] == [
        ("urge", "superseded", "2026-07-03"),
        ("warn", "proposed", "2026-07-07"),
        ("supervise", "waiting", "2026-07-09"),
    ]
    told = Message.objects.filter(template="deadline_reminder", subject__startswith="逾期再提醒")
    assert list(told.values_list("recipient", flat=True)) == [here.posts["water_liaison"].user_id]
    heads = Message.objects.filter(template="escalation_told")
    assert list(heads.values_list("recipient", flat=True)) == [here.posts["water_head"].user_id]
    assert rows(case) == [(r.rung, r.state) for r in found]


@pytest.mark.clause("CZ-3.4e")
def test_the_notice_waits_for_the_warning_and_comes_the_working_day_after():
    """提出预警，并下达书面督办通知书，督促整改落实。"""
    here = ladder_given.place()
    case = given.in_progress(here)
    lived("2026-07-01", "2026-07-10 09:00")
    taken(here, case.lead, "warn", when="2026-07-10 10:00")
    once(given.at("2026-07-10 10:05"))
    assert rows(case)[-1] == ("supervise", "waiting")
    once(given.at("2026-07-13 08:35"))
    taken(here, case.lead, "supervise", when="2026-07-13 10:00")
    notice = Notice.objects.get(kind="supervision")
    assert case.escalations.get(rung="supervise").notice == notice
    assert notice.document.number_text
    assert str(notice.clock.due_on) == "2026-07-20"


@pytest.mark.parametrize("when", ["2026-07-09 09:00", "2026-08-20 09:00"], ids=["当日", "停摆后"])
def test_after_a_pause_of_the_sweep_only_the_highest_is_put(when):
    ladder = {k: r for k, r in LADDER.items() if k in ("urge", "warn")}
    here = ladder_given.place(ladder)
    case = given.in_progress(here)
    once(given.at(when))
    once(given.at(when))
    assert rows(case) == [("urge", "superseded"), ("warn", "proposed")]
    assert case.escalations.get(rung="urge").outcome == "已到后一级“预警”"


def test_what_is_automatic_goes_out_in_office_hours_with_the_next_number():
    here = ladder_given.place({"urge": rung("催办", "urge", 1, automatic=True)})
    case = given.in_progress(here, due_on=date(2026, 9, 29))
    once(given.at("2026-09-30 00:10"))
    assert rows(case) == [("urge", "waiting")]
    assert not Notice.objects.exists()
    once(given.at("2026-09-30 08:35"))
    notice = Notice.objects.get()
    assert rows(case) == [("urge", "taken")]
    assert (notice.created_by.name, notice.document.number_text) == ("系统", "长政督催〔2026〕1号")
    assert "已超期1天" in notice.content
    assert Message.objects.filter(template="notice_issued").count() == 1


def test_before_a_holiday_nothing_goes_out_until_the_office_opens():
    here = ladder_given.place({"urge": rung("催办", "urge", 0, automatic=True)})
    case = given.in_progress(here, due_on=date(2026, 10, 1))
    lived("2026-10-01 00:05", "2026-10-07 23:00")
    assert rows(case) == [("urge", "waiting")]
    once(given.at("2026-10-08 08:30"))
    assert rows(case) == [("urge", "taken")]


def test_killed_between_two_steps_nothing_happens_twice(monkeypatch):
    here = ladder_given.place({"urge": rung("催办", "urge", 1, automatic=True)})
    case = given.in_progress(here)
    sweep(given.at("2026-07-01 09:00"))
    from cases.services import alerts, escalations

    monkeypatch.setattr(alerts, "escalations_advance", lambda at: 0)
    consume_alerts(at=given.at("2026-07-01 09:01"))
    assert rows(case) == [("urge", "waiting")]
    monkeypatch.undo()

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(escalations, "tell_of_rung", dies)
    with pytest.raises(KeyboardInterrupt):
        consume_alerts(at=given.at("2026-07-01 09:06"))
    assert (rows(case), Notice.objects.count()) == ([("urge", "waiting")], 0)
    monkeypatch.undo()
    for minute in ("11", "16", "21"):
        consume_alerts(at=given.at(f"2026-07-01 09:{minute}"))
    assert (rows(case), Notice.objects.count()) == ([("urge", "taken")], 1)


def test_what_was_sent_by_hand_meanwhile_is_not_sent_again():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row = proposed(case.lead, "urge")
    given.noticed(here, case.lead, "urge", when="2026-07-02 10:00")
    with pytest.raises(RuleViolation, match="已于2026-07-02发出催办单，无需再采取本级措施"):
        escalation_take(
            escalation=row, content="请办。", by=here.secretary, at=given.at("2026-07-02 10:01")
        )
    once(given.at("2026-07-02 10:05"))
    assert rows(case) == [("urge", "lapsed")]


def test_an_application_in_time_holds_the_ladder_and_its_refusal_lets_it_go_on():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-30 17:00")
    lived("2026-07-01 00:05", "2026-07-03 09:00")
    assert rows(case) == [("urge", "waiting")]
    given.decided(here, extension, when="2026-07-03 10:00", approve=False)
    once(given.at("2026-07-03 10:05"))
    assert rows(case) == [("urge", "proposed")]


def test_an_extension_arms_the_ladder_for_the_new_day():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-30 17:00")
    once(given.at("2026-07-01 09:00"))
    given.decided(here, extension, when="2026-07-02 10:00")
    once(given.at("2026-07-02 10:05"))
    assert rows(case) == [("urge", "lapsed")]
    once(given.at("2026-09-01 09:00"))
    assert rows(case) == [("urge", "lapsed"), ("urge", "proposed")]


def test_done_meanwhile_means_nothing_more():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    closure = given.applied(here, case, when="2026-07-01 10:00")
    row = case.escalations.get()
    with pytest.raises(RuleViolation, match="正在审核"):
        escalation_take(
            escalation=row, content="请办。", by=here.secretary, at=given.at("2026-07-01 10:01")
        )
    closure_withdraw(closure=closure, by=here.water_liaison, at=given.at("2026-07-01 11:00"))
    given.completed(here, case, applied_on="2026-07-01 12:00", explanation="汛期停工。")
    once(given.at("2026-07-02 10:05"))
    assert rows(case) == [("urge", "lapsed")]


def test_while_the_matter_is_suspended_nobody_is_pressed():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case, later = given.in_progress(here), given.in_progress(here, due_on=date(2026, 7, 3))
    once(given.at("2026-07-01 09:00"))
    for matter in (case, later):
        given.suspended(here, matter, when="2026-07-02 09:00")
    lived("2026-07-02 12:00", "2026-07-10 09:00", hours=24)
    assert (rows(case), rows(later)) == ([("urge", "proposed")], [])
    with pytest.raises(RuleViolation, match="缓办"):
        escalation_take(
            escalation=proposed(case.lead, "urge"), content="请办。", by=here.secretary,
            at=given.at("2026-07-10 10:00"),
        )  # fmt: skip


def test_a_terminated_matter_asks_for_nothing_more():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    given.terminated(here, case, when="2026-07-01 10:00")
    once(given.at("2026-07-02 09:00"))
    assert rows(case) == [("urge", "lapsed")]


def supervised(here, case):
    """预警 and 督办通知书 are out, the latter on 13 July, to be answered by 20 July."""
    lived("2026-07-07 00:05", "2026-07-07 09:00")
    taken(here, case.lead, "warn", when="2026-07-07 10:00")
    once(given.at("2026-07-09 08:35"))
    taken(here, case.lead, "supervise", when="2026-07-13 10:00")
    return Notice.objects.get(kind="supervision")


@pytest.mark.clause("CZ-3.4c")
def test_the_office_takes_over_with_the_consent_of_the_chief_leader_only():
    """督办未果、完成不力的经市政府主要领导同意后，由督查室立项督办。"""
    here = ladder_given.place()
    case = given.in_progress(here)
    supervised(here, case)
    once(given.at("2026-07-22 09:00"))
    row = proposed(case.lead, "take_over")
    with pytest.raises(RuleViolation, match="须先报经规定的领导同意"):  # noqa: SIM117
        with transition(row, "take", by=here.secretary, at=given.at("2026-07-22 10:00")):
            pass
    escalation_take(
        escalation=row, content="多次督办未果。", by=here.secretary, at=given.at("2026-07-22 10:00")
    )
    assert (fresh(row).state, fresh(case).supervisor) == ("in_review", here.units["section"])
    with pytest.raises(PermissionDenied):
        escalation_decide(
            escalation=row, approve=True, by=here.secretary2, at=given.at("2026-07-22 11:00")
        )
    escalation_decide(escalation=row, approve=True, by=here.chief, at=given.at("2026-07-23 09:00"))
    after = fresh(case)
    assert (after.supervisor, after.importance) == (here.units["body"], case.importance)
    assert (fresh(row).state, fresh(row).supervisor_before) == ("taken", here.units["section"])
    entry = LedgerEntry.objects.get(action="take_over")
    assert entry.clause == "CZ-3.4c"
    assert entry.changes["supervisor_id"] == [here.units["section"].pk, here.units["body"].pk]
    told = Message.objects.filter(template="supervision_taken_over")
    assert set(told.values_list("recipient", flat=True)) == {
        here.posts[key].user_id for key in ("secretary", "staff", "head", "water_liaison")
    }
    with pytest.raises(PermissionDenied):
        notice_issue(
            assignment=after.lead,
            kind="urge",
            content="请办。",
            by=here.secretary,
            at=given.at("2026-07-24"),
        )


def test_refused_by_the_chief_leader_the_section_keeps_it_and_reads_why():
    here = ladder_given.place()
    case = given.in_progress(here)
    supervised(here, case)
    once(given.at("2026-07-22 09:00"))
    row = proposed(case.lead, "take_over")
    escalation_take(
        escalation=row, content="督办未果。", by=here.secretary, at=given.at("2026-07-22 10:00")
    )
    escalation_decide(
        escalation=row, approve=False, opinion="再给一周。", by=here.chief,
        at=given.at("2026-07-23 09:00"),
    )  # fmt: skip
    assert (fresh(row).state, fresh(row).outcome) == ("refused", "再给一周。")
    assert fresh(case).supervisor == here.units["section"]
    assert "再给一周。" in Message.objects.get(template="escalation_refused").body


def test_an_answer_in_time_ends_what_would_follow_from_silence():
    here = ladder_given.place()
    case = given.in_progress(here)
    notice = supervised(here, case)
    notice_reply(
        notice=notice, reply="已整改。", by=here.water_liaison, at=given.at("2026-07-20 16:00")
    )
    lived("2026-07-21", "2026-08-10")
    assert not case.escalations.filter(rung__in=["take_over", "propose"]).exists()


@pytest.mark.clause("LZ-B-17b")
def test_a_report_not_sent_brings_a_drafted_notice_and_a_proposal_to_talk():
    """未按转办通知要求上报落实情况的，制发督办通知，并提醒和约谈办理单位直接责任人。"""
    cited = {
        "clause": "LZ-B-17b",
        "quote": "对未按转办通知要求上报落实情况的,制发督办通知,并提醒和约谈办理单位直接责任人",
    }
    here = ladder_given.place(
        {
            "supervise": rung("制发督办通知", "supervise", 1, clock="report", cited=cited),
            "talk": rung("约谈直接责任人建议", "propose", 1, clock="report", cited=cited),
        },
        pack="lanzhou-2018",
    )
    case = given.in_progress(here)
    lived("2026-03-02", "2026-03-10 09:00")
    assert rows(case) == [("supervise", "proposed"), ("talk", "proposed")]
    grounds = case.escalations.get(rung="talk").grounds
    assert "已超期1天" in grounds
    assert "送达以来未报送反馈" in grounds
    taken(here, case.lead, "supervise", when="2026-03-10 10:00", by="head")
    assert Notice.objects.get().kind == "supervision"


def test_a_proposal_is_the_offices_to_dismiss_or_to_hand_on():
    here = ladder_given.place()
    case = given.in_progress(here)
    supervised(here, case)
    once(given.at("2026-07-27 09:00"))
    row = proposed(case.lead, "propose")
    assert "督办通知书" in row.grounds
    assert "逾期7天未回复" in row.grounds
    told = Message.objects.filter(template="escalation_told", body__contains="督办通知书（")
    assert list(told.values_list("recipient", flat=True)) == [here.posts["head"].user_id]
    sent = {"to": "市纪委监委", "on": date(2026, 7, 28), "at": given.at("2026-07-28 10:00")}
    with pytest.raises(PermissionDenied):
        escalation_hand_over(escalation=row, by=here.secretary, **sent)
    with pytest.raises(PermissionDenied):
        escalation_dismiss(
            escalation=row, reason="不必", by=here.secretary, at=given.at("2026-07-28")
        )
    with pytest.raises(RuleViolation) as refused:
        escalation_hand_over(
            escalation=row, by=here.staff, **(sent | {"to": " ", "on": date(2026, 7, 29)})
        )
    assert set(refused.value.reasons) == {"to", "on"}
    escalation_hand_over(escalation=row, by=here.staff, **sent)
    assert (fresh(row).state, fresh(row).handed_to) == ("taken", "市纪委监委")


def test_dismissed_with_a_reason_it_does_not_come_back():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row = proposed(case.lead, "urge")
    with pytest.raises(RuleViolation) as refused:
        escalation_dismiss(
            escalation=row, reason=" ", by=here.secretary, at=given.at("2026-07-01 10:00")
        )
    assert set(refused.value.reasons) == {"reason"}
    escalation_dismiss(
        escalation=row, reason="已当面督促。", by=here.secretary, at=given.at("2026-07-01 10:00")
    )
    lived("2026-07-01 12:00", "2026-07-20")
    assert rows(case) == [("urge", "dismissed")]


def test_of_two_who_take_the_same_rung_one_document_goes_out():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    case = given.in_progress(here)
    once(given.at("2026-07-01 09:00"))
    row, same = proposed(case.lead, "urge"), proposed(case.lead, "urge")
    at = given.at("2026-07-01 10:00")
    escalation_take(escalation=row, content="请办。", by=here.secretary, at=at)
    with pytest.raises(RuleViolation, match="当前状态为“已实施”"):
        escalation_take(escalation=same, content="请办。", by=here.staff, at=at)
    assert Notice.objects.count() == 1


def test_only_matters_of_the_named_weight_climb_a_rung():
    here = ladder_given.place({"urge": rung("催办", "urge", 1, only_for=["key"])})
    ordinary, key = given.in_progress(here), given.in_progress(here, importance="key")
    once(given.at("2026-07-01 09:00"))
    assert (rows(ordinary), rows(key)) == ([], [("urge", "proposed")])


def test_a_unit_sees_what_was_done_and_not_what_is_weighed():
    here = ladder_given.place()
    case = given.in_progress(here)
    supervised(here, case)
    once(given.at("2026-07-27 09:00"))
    seen = Escalation.objects.visible_to(here.water_liaison).order_by("pk")
    assert [row.rung for row in seen] == ["warn", "supervise"]
    assert Escalation.objects.visible_to(here.finance_liaison).count() == 0
    assert Escalation.objects.visible_to(here.staff).count() == 5


def test_a_pack_without_a_ladder_works_as_before():
    here = ladder_given.place(without_ladder=True, reminders=True)
    case = given.in_progress(here)
    once(given.at("2026-07-20 09:00"))
    assert rows(case) == []
    assert Reminder.objects.filter(sent=True).count() == 1


def test_one_bad_part_stops_nobody(monkeypatch, caplog):
    from cases.services import ladder

    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    bad, good = given.in_progress(here), given.in_progress(here)
    facts = ladder.grounds_of

    def failing(row, **kwargs):
        if row.case_id == bad.pk:
            raise LookupError("规则缺失")
        return facts(row, **kwargs)

    monkeypatch.setattr(ladder, "grounds_of", failing)
    once(given.at("2026-07-01 09:00"))
    assert (rows(bad), rows(good)) == ([("urge", "waiting")], [("urge", "proposed")])
    assert "could not go on" in caplog.text
    monkeypatch.undo()
    once(given.at("2026-07-01 09:00") + timedelta(minutes=5))
    assert rows(bad) == [("urge", "proposed")]


def test_what_the_clock_brings_at_night_is_told_in_the_morning():
    here = ladder_given.place({"urge": rung("催办", "urge", 1)})
    given.in_progress(here)
    once(given.at("2026-07-01 00:05"))
    told = Message.objects.get(template="escalation_proposed")
    assert (told.recipient_id, told.created_at, told.deliver_after) == (
        here.posts["secretary"].user_id,
        given.at("2026-07-01 08:30"),
        None,
    )
