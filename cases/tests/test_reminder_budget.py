"""减负: how much one person is reminded in a week, said before more is sent (DESIGN 3.5)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Notice, NoticeKind
from cases.services.budget import load_of, loads_of
from cases.services.notices import notice_issue
from cases.tests import given, ladder_given
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message

pytestmark = pytest.mark.django_db

OTHER_UNITS = ("housing", "finance")


def sent(here, case, kind="urge", *, when, **more):
    return notice_issue(
        assignment=case.lead, kind=NoticeKind(kind), content="请抓紧办理。", by=here.secretary,
        at=given.at(when), **more,
    )  # fmt: skip


def mails(here):
    rows = Message.objects.filter(
        template="notice_issued", recipient_id=here.posts["water_liaison"].user_id
    )
    return [row.deliver_after is not None for row in rows.order_by("pk")]


def test_beyond_the_budget_a_reminder_needs_a_reason_and_waits_for_the_digest():
    here = ladder_given.place(without_ladder=True, per_week=2)
    cases = [given.in_progress(here) for _ in range(3)]
    for case in cases[:2]:
        sent(here, case, when="2026-06-17 10:00")
    with pytest.raises(RuleViolation) as refused:
        sent(here, cases[2], when="2026-06-18 10:00")
    assert refused.value.reasons == {
        "over_reason": [
            "市水利局联络员张小明本周已收到提醒2条，上限2条，已到上限，再发只列入每日摘要，"
            "不另发邮件。确需再发的，请写明理由。"
        ]
    }
    assert Notice.objects.count() == 2
    sent(here, cases[2], when="2026-06-18 10:00", over_reason="省里明日检查。")
    assert mails(here) == [True, True, False]
    entry = LedgerEntry.objects.filter(action="issue", case_id=cases[2].pk).order_by("pk")
    assert any("超过提醒上限仍发送的理由：省里明日检查。" in row.note for row in entry)


def test_the_week_is_from_monday_to_sunday():
    here = ladder_given.place(without_ladder=True, per_week=1)
    first, second, third = (given.in_progress(here) for _ in range(3))
    sent(here, first, when="2026-06-14 10:00")  # 周日
    sent(here, second, when="2026-06-15 10:00")  # 周一
    assert load_of(third.lead, at=given.at("2026-06-21 23:59")).is_full
    assert not load_of(third.lead, at=given.at("2026-06-22 00:00")).is_full


def test_an_order_is_no_reminder():
    here = ladder_given.place(without_ladder=True, per_week=1)
    first, second = given.in_progress(here), given.in_progress(here)
    sent(here, first, "early_warning", when="2026-06-17 10:00")
    sent(here, first, "supervision", when="2026-06-17 11:00")
    assert load_of(second.lead, at=given.at("2026-06-17 12:00")).text.endswith(
        "已收到提醒1条，上限1条"
    )
    assert mails(here) == [True, True]


def test_the_reminders_of_the_clock_count_as_well():
    here = ladder_given.place(without_ladder=True, per_week=5, reminders=True)
    case = given.in_progress(here)
    given.swept("2026-06-25 09:00")
    assert load_of(case.lead, at=given.at("2026-06-25 10:00")).people == (("联络员", "张小明", 1),)


def test_a_pack_without_a_budget_limits_nobody():
    here = ladder_given.place(without_ladder=True)
    case = given.in_progress(here)
    assert load_of(case.lead, at=given.at("2026-06-17")) is None
    sent(here, case, when="2026-06-17 10:00")
    assert mails(here) == [True]


def test_many_units_are_asked_about_in_two_queries():
    here = ladder_given.place(without_ladder=True, per_week=3)
    parts = [
        given.in_progress(here, parties=[given.lead(here.units[unit])]).lead
        for unit in ("water", *OTHER_UNITS)
    ]
    for part in parts:
        assert part.unit.label
        assert part.pack.budget
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = loads_of(parts, at=given.at("2026-06-17"))
    assert len(queries) == 2
    assert [load.people[0][2] for load in found.values()] == [0, 0, 0]
