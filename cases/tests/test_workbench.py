"""工作台: every number equals the list it links to; every waiting thing has its line."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Feedback, NoticeKind
from cases.services.extensions import extension_counter, extension_request
from cases.services.feedback import Words, feedback_return, feedback_send
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.given import Place
from cases.tests.pages import signed_in
from deadlines.models import Clock

pytestmark = pytest.mark.django_db

ROLES = (
    "staff",
    "head",
    "secretary",
    "secretary2",
    "deputy",
    "deputy2",
    "chief",
    "secgen",
    "water_liaison",
    "water_head",
    "finance_liaison",
    "housing_head",
)


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(given.at("2026-06-18 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> Place:
    return given.place(on="2026-06-18")


@pytest.fixture
def busy(here: Place) -> Place:
    """Something of everything, for three units and two sections."""
    water, finance, housing = (here.units[key] for key in ("water", "finance", "housing"))
    later = {"due_on": date(2026, 9, 30), "when": "2026-06-01"}
    given.draft(here, title="拟立项", **later)
    given.registered(here, title="待交办", assigner=here.posts["deputy"], **later)
    given.assigned(here, title="待签收", parties=[given.lead(finance), given.co(water)], **later)
    given.in_progress(here, title="临期", due_on=date(2026, 6, 19), when="2026-06-01")
    given.in_progress(
        here,
        title="超期",
        due_on=date(2026, 6, 10),
        when="2026-06-01",
        parties=[given.lead(housing), given.co(finance)],
    )
    hard = given.in_progress(here, title="困难", by="secretary2", **later)
    feedback_send(
        assignment=hard.lead,
        by=here.water_liaison,
        at=given.at("2026-06-15"),
        words=Words(kind="difficulty_report", content="受阻。", problem="征迁", proposal="请协调"),
    )
    asked = given.in_progress(here, title="申请延期", **later)
    extension_request(
        assignment=asked.lead,
        proposed_on=date(2026, 12, 31),
        progress="六成",
        reason="雨季",
        by=here.water_liaison,
        at=given.at("2026-06-16"),
    )
    urged = given.in_progress(here, title="催办过", **later)
    notice_issue(
        assignment=urged.lead,
        kind=NoticeKind.URGE,
        content="请抓紧。",
        by=here.secretary,
        at=given.at("2026-06-17"),
    )
    done = given.in_progress(here, title="办结", **later)
    given.report(here, done.lead, "initial_report", when="2026-06-08")
    given.completed(here, done, applied_on="2026-06-12", decided_on="2026-06-15")
    applied = given.in_progress(here, title="申请办结", **later)
    given.report(here, applied.lead, "initial_report", when="2026-06-08")
    given.applied(here, applied, when="2026-06-16")
    return here


def total_at(client: Client, url: str) -> int:
    page = client.get(url)
    assert page.status_code == 200, url
    assert page.context["mistakes"] == [], url
    return page.context["total"]


@pytest.mark.clause("LZ-A-12a")
def test_every_tile_counts_the_list_it_links_to(busy: Place) -> None:
    """LZ-A-12a: 全面掌握分管领域内限时办结工作情况; the numbers equal the filtered list."""
    for role in ROLES:
        client = signed_in(busy, role)
        stats = client.get("/").context["stats"]
        assert len(stats) >= 7, role
        counted = [stat for stat in stats if stat.url.startswith("/cases/")]
        lists = [total_at(client, stat.url) for stat in counted]
        assert [stat.value for stat in counted] == lists, role
        assert all(urlsplit(stat.url).netloc == "" for stat in stats), role


def test_tiles_are_not_all_nought(busy: Place) -> None:
    stats = {stat.label: stat.value for stat in signed_in(busy, "head").get("/").context["stats"]}
    assert stats == {
        "待我审批": 0,
        "待交办": 1,
        "待签收": 1,
        "临期": 1,
        "超期": 1,
        "困难报告待处理": 1,
        "待销号": 1,
        "本季办结": 1,
        "未按时签收": 1,
    }
    unit = {s.label: s.value for s in signed_in(busy, "water_liaison").get("/").context["stats"]}
    assert unit == {
        "待签收": 1,
        "待反馈": 0,
        "待回复文书": 1,
        "反馈被退回": 0,
        "临期": 1,
        "超期": 0,
        "在办": 6,
        "本季办结": 1,
        "未按时签收": 1,
    }


@pytest.mark.clause("LZ-A-12a", "AS-4.1a")
def test_each_number_by_unit_and_light_equals_its_list(busy: Place) -> None:
    for role in ("deputy", "deputy2", "chief", "staff"):
        client = signed_in(busy, role)
        context = client.get("/").context
        for line in [*context["units"], context["whole"]]:
            where = (role, line["name"])
            assert line["total"] == total_at(client, line["url"]), where
            assert line["total"] == sum(count for _, count, _, _ in line["numbers"]), where
            for label, count, url, _ in line["numbers"]:
                assert count == total_at(client, url), (*where, label)


@pytest.mark.clause("AS-4.1a")
def test_a_deputy_sees_only_what_is_in_charge(busy: Place) -> None:
    """AS-4.1a: 副市长按照职责分工负分管责任."""
    units = {line["name"] for line in signed_in(busy, "deputy2").get("/").context["units"]}
    assert units == {"市财政局", "市住建局"}  # the second with 市财政局 as co-unit
    assert len(signed_in(busy, "chief").get("/").context["units"]) == 3


def test_bars_of_the_weeks_link_to_what_they_count(busy: Place) -> None:
    client = signed_in(busy, "head")
    bars = client.get("/").context["chart"].bars
    assert sum(bar.value for bar in bars) > 0
    assert [bar.value for bar in bars] == [total_at(client, bar.url) for bar in bars]


def test_the_band_and_the_tile_tell_the_same_number_of_approvals(busy: Place) -> None:
    for role in ("secretary", "head", "deputy", "chief", "water_head"):
        context = signed_in(busy, role).get("/").context
        tile = next(stat.value for stat in context["stats"] if stat.label == "待我审批")
        band = next(link.count for link in context["layout"].nav if link.label == "待批")
        assert tile == band
    steps = signed_in(busy, "secretary").get("/").context["stats"][0]
    assert steps.value == 2


def words(client: Client) -> list[tuple[str, str]]:
    return [(task.word, task.title) for task in client.get("/").context["tasks"].tasks]


def test_the_unit_s_desk_has_a_line_for_each_thing_to_do(busy: Place) -> None:
    assert words(signed_in(busy, "water_liaison")) == [("催办单", "催办过"), ("待签收", "待签收")]
    row = Feedback.objects.get(kind="difficulty_report")
    feedback_return(feedback=row, reply="请写明户数", by=busy.secretary2, at=given.at("2026-06-17"))
    assert ("被退回", "困难") in words(signed_in(busy, "water_liaison"))
    page = signed_in(busy, "water_liaison").get("/").content.decode()
    for url in ("acknowledge", "reply"):
        assert url in page


def test_another_date_waits_for_the_unit_s_answer(here: Place) -> None:
    case = given.in_progress(
        here, title="申请延期", due_on=date(2026, 9, 30), when="2026-06-01", importance="key"
    )
    row = extension_request(
        assignment=case.lead,
        proposed_on=date(2026, 12, 31),
        progress="六成",
        reason="雨季",
        by=here.water_liaison,
        at=given.at("2026-06-16"),
    )
    step = row.chain.current
    if not step.may_counter:
        pytest.skip("no link of this pack proposes another date")
    extension_counter(
        extension=row,
        counter_on=date(2026, 11, 30),
        opinion="年底前太晚",
        by=here.secretary,
        at=given.at("2026-06-17"),
    )
    assert ("延期另提日期", "申请延期") in words(signed_in(here, "water_liaison"))


def test_first_reports_fall_due_on_the_unit_s_desk() -> None:
    place = given.place("lanzhou-2018", name="兰州市", tag="lz", on="2026-06-18")
    case = given.in_progress(place, when="2026-06-15", due_on=date(2026, 9, 30))
    assert case.lead.duties.count() == 1
    client = signed_in(place, "water_liaison")
    assert ("待反馈", case.title) in words(client)
    stats = {stat.label: stat for stat in client.get("/").context["stats"]}
    assert stats["待反馈"].value == total_at(client, stats["待反馈"].url) == 1


def test_the_office_s_desk_puts_what_holds_others_up_first(busy: Place) -> None:
    assert words(signed_in(busy, "secretary"))[:2] == [
        ("延期审批", "申请延期"),
        ("办结审批", "申请办结"),
    ]
    assert words(signed_in(busy, "head")) == [
        ("困难报告", "困难"),
        ("待交办", "待交办"),
        ("待销号", "办结"),
    ]


def test_late_matters_of_a_leader_say_who_holds_them(busy: Place) -> None:
    late = signed_in(busy, "chief").get("/").context["late"]
    assert [(row.case.title, row.holder, row.due.remaining_text) for row in late] == [
        ("超期", "市住建局", "逾期 8 天"),
    ]


def test_number_of_queries_does_not_grow_with_the_matters(
    busy: Place,
) -> None:
    def count(role: str) -> int:
        client = signed_in(busy, role)
        client.get("/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/")
        return len(seen)

    roles = ("head", "deputy", "water_head")
    before = {role: count(role) for role in roles}
    for number in range(3):
        given.assigned(busy, title=f"又一件{number}", due_on=date(2026, 9, 30), when="2026-06-02")
        given.in_progress(busy, title=f"再一件{number}", due_on=date(2026, 6, 9), when="2026-06-02")
    assert {role: count(role) for role in roles} == before
    assert max(before.values()) <= 45


def test_a_post_without_matters_gets_a_plain_page(here: Place) -> None:
    page = signed_in(here, "security").get("/")
    assert page.status_code == 200
    assert "不办理督办事项" in page.content.decode()
    assert signed_in(here, "security").get("/cases/").status_code == 403


def test_a_weekend_names_the_next_working_day(here: Place) -> None:
    with time_machine.travel(given.at("2026-06-20 10:00"), tick=False):
        page = signed_in(here, "head").get("/").content.decode()
    assert "2026年6月20日 星期六" in page
    assert "下一工作日 6月22日" in page
    assert Clock.objects.count() == 0
