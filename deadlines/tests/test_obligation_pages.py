"""The pages: the list, one obligation, the month and the year."""

from datetime import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deadlines.calendars import known_calendar
from deadlines.models import Obligation
from deadlines.month import due_items, stages, weeks_of
from deadlines.periods import parse_period
from deadlines.services.obligation_entries import obligation_report
from deadlines.tests import locality
from deadlines.tests.locality import Place, at, opened, owed
from deadlines.year import body_lines
from duban.org.models import Unit

pytestmark = pytest.mark.django_db

NOW = at("2026-09-10T10:00")


def client(made: Place, who: str) -> Client:
    found = Client()
    found.force_login(made.posts[who].user)
    return found


@pytest.fixture
def here() -> Place:
    made = locality.place()
    opened("2026-01-02T09:00")
    opened("2026-09-01T00:05")
    return made


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.clause("AS-2.1a", "CZ-2.6a", "ZZ-3.0b")
def test_a_units_list_holds_what_it_owes_with_clause_and_due_day_and_nothing_of_others(here):
    page = client(here, "housing").get("/obligations/").content.decode()
    assert "五问月报" in page
    assert "2026-09-25" in page
    assert 'title="每月25日前报"' in page
    assert "临川市财政局" not in page
    office = client(here, "staff").get("/obligations/").content.decode()
    assert "临川市财政局" in office
    assert "现场督查" in office


def test_filters_narrow_the_list_and_nonsense_is_left_out(here):
    row = owed(here, "housing", "five_questions", "2026-09")
    obligation_report(obligation=row, content="九月五问", by=here.actor("housing"), at=NOW)
    staff = client(here, "staff")
    unit = here.units["housing"].pk
    for query, number in (
        (f"state=fulfilled&unit={unit}", 1),
        ("state=open&kind=five_questions&period=2026-09", 2),
        ("state=all&kind=five_questions&due_from=2026-09-25&due_to=2026-09-25", 3),
        ("state=waived", 0),
    ):
        found = staff.get(f"/obligations/?{query}").context["page"].paginator.count
        assert found == number, query
    assert staff.get("/obligations/?state=x&unit=abc&due_from=32&page=zz").status_code == 200


def test_what_one_may_not_see_is_not_there(here):
    row = owed(here, "housing", "five_questions", "2026-09")
    there = locality.place("云山市", tag="y")
    for made, who in ((here, "finance"), (there, "staff"), (there, "housing")):
        for path in ("", "report/", "waive/"):
            assert client(made, who).get(f"/obligations/{row.pk}/{path}").status_code == 404
    assert client(here, "housing").get(f"/obligations/{row.pk}/waive/").status_code == 403
    assert Client().get(f"/obligations/{row.pk}/").status_code == 302


def test_a_unit_reports_by_the_form_and_the_page_shows_it(here):
    row = owed(here, "housing", "five_questions", "2026-09")
    unit, path = client(here, "housing"), f"/obligations/{row.pk}/report/"
    assert unit.post(path, {"content": " ", "once": "a"}).status_code == 422
    answer = unit.post(path, {"content": "九月五问情况", "once": "b", "version": row.version})
    assert (answer.status_code, answer["Location"]) == (302, f"/obligations/{row.pk}/")
    page = unit.get(f"/obligations/{row.pk}/").content.decode()
    for text in ("九月五问情况", "按期完成", "期限计算单", "2026年9月自2026年9月1日"):
        assert text in page
    unit.post(path, {"content": "九月五问情况", "once": "b", "version": row.version})
    assert row.entries.count() == 1


def test_the_office_waives_by_the_form_with_a_reason(here):
    row = owed(here, "finance", "five_questions", "2026-09")
    staff, path = client(here, "staff"), f"/obligations/{row.pk}/waive/"
    assert staff.post(path, {"reason": "", "once": "a"}).status_code == 422
    staff.post(path, {"reason": "机构改革", "once": "b", "version": row.version})
    assert Obligation.objects.get(pk=row.pk).state == "waived"
    assert staff.get(path).status_code == 409
    assert "机构改革" in client(here, "finance").get(f"/obligations/{row.pk}/").content.decode()


def _queries(path: str, made: Place, who: str) -> int:
    browser = client(made, who)
    browser.get(path)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert browser.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", ["/obligations/", "/calendar/", "/calendar/2026/"])
def test_pages_take_as_many_queries_for_many_units_as_for_few(here, path):
    few = _queries(path, here, "staff")
    city = here.units["city"]
    Unit.objects.bulk_create(
        Unit(name=f"{n}局", kind="department", parent=city, path=f"{city.path}x{n}/")
        for n in range(40)
    )
    opened("2026-09-10T09:00")
    assert Obligation.objects.filter(key="five_questions", period="2026-09").count() == 43
    assert _queries(path, here, "staff") <= few


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/calendar/?month=2026-10", 200),
        ("/calendar/?month=2027-02", 200),
        ("/calendar/?month=2026-13", 404),
        ("/calendar/?month=x", 404),
        ("/calendar/?on=2026-02-30", 404),
        ("/calendar/?month=1990-01", 404),
        ("/calendar/1999/", 404),
        ("/calendar/2030/", 200),
    ],
)
def test_the_calendar_answers_every_address(here, path, status):
    assert client(here, "housing").get(path).status_code == status


def test_the_month_shows_holidays_make_up_days_and_what_falls_due(here):
    month = parse_period("2026-09")
    items = due_items(here.actor("housing"), month.first, month.last, at=NOW)
    weeks = weeks_of(month, known_calendar(NOW), items)
    days = {day.on.day: day for week in weeks for day in week if day.inside}
    assert (days[20].mark, days[20].why) == ("班", "调休上班")
    assert (days[25].mark, days[25].why) == ("休", "中秋节假期")
    assert [item.label for item in days[25].items] == ["五问月报"]
    assert [item.label for item in days[30].items] == ["季度总体进展"]
    assert weeks[0][0].on.isoformat() == "2026-08-31"
    page = client(here, "housing").get("/calendar/?month=2027-02").content.decode()
    assert "暂定" in page


def test_the_offices_day_counts_what_still_waits(here):
    row = owed(here, "housing", "five_questions", "2026-09")
    obligation_report(obligation=row, content="九月五问", by=here.actor("housing"), at=NOW)
    month = parse_period("2026-09")
    items = due_items(here.actor("staff"), month.first, month.last, at=NOW)
    found = {item.key: (item.waiting, item.total) for day in items.values() for item in day}
    assert found["five_questions"] == (2, 3)


@pytest.mark.clause("NT-3.0")
@pytest.mark.parametrize(
    ("day", "active"),
    [
        ("2026-10-15", ["监督检查", "整改提高"]),
        ("2026-04-30", ["宣传发动"]),
        ("2026-05-01", ["排查问题", "监督检查"]),
        ("2026-11-15", ["整改提高", "总结评先"]),
        ("2026-03-31", []),
    ],
)
def test_the_stage_view_names_every_stage_that_runs_on_the_day(here, day, active):
    """监督检查(5月—10月)……整改提高(10月—11月): on 15 October both are active."""
    on = datetime.fromisoformat(day).date()
    month = parse_period(day[:7])
    found = stages(here.actor("housing"), month, on=on)
    assert [line.label for line in found if line.active] == active


@pytest.mark.clause("NT-3.0")
def test_the_calendar_page_shows_the_stages_of_the_day_that_is_marked(here):
    page = client(here, "housing").get("/calendar/?month=2026-10&on=2026-10-15").content.decode()
    assert page.count("进行中") == 2
    assert "2026年10月15日（星期四）的活动阶段" in page


def lines(made: Place, when: str) -> dict[str, tuple[str, str]]:
    found = body_lines(made.actor("staff"), 2026, at=at(when))
    return {line.label: (f"{line.done}/{line.wanted}", line.word) for line in found}


@pytest.mark.clause("ZZ-1.1a", "ZZ-1.5a", "AS-2.1b")
def test_the_year_flags_what_was_not_held(here):
    """一般1年召开1次; 一般1年召开2次; 每年年中、年末各督查1次。"""
    meeting = owed(here, "body", "office_meeting", "2026")
    obligation_report(obligation=meeting, content="第一次", by=here.actor("staff"), at=NOW)
    found = lines(here, "2026-12-31T09:00")
    assert found["领导小组会议"] == ("0/1", "本年度未召开")
    assert found["办公室会议"] == ("1/2", "尚缺1次")
    assert found["年度目标督查"] == ("0/2", "本年度未开展")
    page = client(here, "staff").get("/calendar/2026/").content.decode()
    assert "本年度未召开" in page


@pytest.mark.clause("ZZ-3.1c", "AS-2.0a")
def test_a_month_without_what_it_asks_for_is_red_from_the_day_after(here):
    (line,) = [
        line
        for line in body_lines(here.actor("staff"), 2026, at=NOW)
        if line.label == "督查工作计划"
    ]
    assert line.signal == "red"
