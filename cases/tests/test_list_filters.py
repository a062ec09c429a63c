"""What each filter of the 台账 lets through, judged at a literal moment."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest
from django.http import QueryDict

from cases.models import Assignment, Case, NoticeKind
from cases.selectors.conditions import Filters, matters, quarter_days, quarter_of
from cases.selectors.lights import case_lights, part_lights, with_light
from cases.services.extensions import extension_request
from cases.services.feedback import Words, feedback_return, feedback_send
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.given import Place
from cases.web.filters import FilterForm
from deadlines.lights import light_of

pytestmark = pytest.mark.django_db

AT = given.at("2026-06-20 10:00")


@pytest.fixture
def here() -> Place:
    return given.place(on="2026-06-20")


def found(here: Place, by: str = "head", **asked: object) -> set[str]:
    rows = matters(Filters(**asked), actor=here.actor(by), at=AT)
    assert rows.count() == len(rows)
    return {case.title for case in rows}


@pytest.fixture
def seven(here: Place) -> Place:
    """One matter of each kind of light, as of 20 June 2026."""
    water, finance = here.units["water"], here.units["finance"]
    given.draft(here, title="拟立项的", due_on=date(2026, 9, 30), when="2026-06-01")
    given.registered(here, title="已立项的", due_on=date(2026, 9, 30), when="2026-06-01")
    given.in_progress(here, title="正常的", due_on=date(2026, 9, 30), when="2026-06-01")
    given.in_progress(here, title="临期的", due_on=date(2026, 6, 23), when="2026-06-01")
    given.in_progress(
        here,
        title="超期的",
        due_on=date(2026, 6, 10),
        when="2026-06-01",
        parties=[given.lead(finance), given.co(water, due_on=date(2026, 6, 5))],
    )
    waiting = given.in_progress(here, title="待批的", due_on=date(2026, 6, 12), when="2026-06-01")
    extension_request(
        assignment=waiting.lead,
        proposed_on=date(2026, 7, 31),
        progress="六成",
        reason="雨季停工",
        by=here.water_liaison,
        at=given.at("2026-06-11"),
    )
    done = given.in_progress(here, title="办结的", due_on=date(2026, 6, 18), when="2026-06-01")
    given.report(here, done.lead, "initial_report", when="2026-06-08")
    given.completed(here, done, applied_on="2026-06-15", decided_on="2026-06-19")
    return here


def test_each_light_has_its_own_matters(seven: Place) -> None:
    lights = ("none", "green", "amber", "red", "waiting", "done")
    assert [found(seven, light=light) for light in lights] == [
        {"拟立项的", "已立项的"},
        {"正常的"},
        {"临期的"},
        {"超期的"},
        {"待批的"},
        {"办结的"},
    ]


def test_every_matter_has_exactly_one_light(seven: Place) -> None:
    lights = case_lights(AT)
    for case in Case.objects.all():
        held = [name for name, rule in lights.items() if Case.objects.filter(rule, pk=case.pk)]
        assert len(held) == 1, case.title


def test_the_light_in_sql_is_the_light_of_the_clock(seven: Place) -> None:
    for case in with_light(Case.objects.filter(clock__isnull=False), AT).select_related("clock"):
        clock = case.clock
        told = light_of(
            running=clock.state == "running", warn_at=clock.warn_at, due_at=clock.due_at, at=AT
        )
        assert {"waiting": "red", "done": "off"}.get(case.light, case.light) == told


def test_the_light_turns_at_the_first_instant_after_the_last_day(seven: Place) -> None:
    late = matters(Filters(light="red"), actor=seven.head, at=given.at("2026-06-24 00:00"))
    assert "临期的" in {case.title for case in late}
    before = matters(Filters(light="red"), actor=seven.head, at=given.at("2026-06-23 23:59"))
    assert "临期的" not in {case.title for case in before}


def test_states_and_groups_of_states(seven: Place) -> None:
    assert found(seven, state="draft") == {"拟立项的"}
    assert found(seven, state="under_way") == {"正常的", "临期的", "超期的", "待批的"}
    assert found(seven, state="done") == {"办结的"}
    assert "办结的" not in found(seven, state="unfinished")


def test_due_range_is_by_the_last_day_and_both_ends_count(seven: Place) -> None:
    assert found(seven, due_from=date(2026, 6, 10), due_to=date(2026, 6, 12)) == {
        "超期的",
        "待批的",
    }
    assert found(seven, due_from=date(2026, 9, 30), state="draft") == {"拟立项的"}
    assert found(seven, due_to=date(2026, 6, 9)) == set()


def test_timeliness_tells_the_three_numbers_apart(here: Place) -> None:
    """Three numbers, never one: by the original date, by the extended date, overdue."""
    for title, due, applied in (
        ("按期", "2026-06-18", "2026-06-15"),
        ("超期", "2026-06-12", "2026-06-15"),
    ):
        case = given.in_progress(
            here, title=title, when="2026-06-01", due_on=date.fromisoformat(due)
        )
        given.report(here, case.lead, "initial_report", when="2026-06-08")
        given.completed(
            here, case, applied_on=applied, decided_on="2026-06-16", explanation="连续降雨停工。"
        )
    assert found(here, timeliness="by_original") == {"按期"}
    assert found(here, timeliness="finished_late") == {"超期"}
    assert found(here, timeliness="by_extended") == set()


def test_lead_unit_and_any_unit_differ(seven: Place) -> None:
    water, finance = seven.units["water"].pk, seven.units["finance"].pk
    assert found(seven, lead=finance) == {"超期的"}
    assert "超期的" in found(seven, unit=water)
    assert "超期的" not in found(seven, lead=water)


def test_conditions_on_a_part_are_met_by_one_and_the_same_part(here: Place) -> None:
    water, finance = here.units["water"], here.units["finance"]
    case = given.assigned(
        here,
        when="2026-06-01",
        due_on=date(2026, 9, 30),
        parties=[given.lead(water), given.co(finance)],
    )
    from cases.services.assignments import assignment_acknowledge

    assignment_acknowledge(assignment=case.lead, by=here.water_liaison, at=given.at("2026-06-02"))
    assert found(here, part="delivered", unit=finance.pk) == {case.title}
    assert found(here, part="delivered", unit=water.pk) == set()


def test_a_co_unit_in_time_is_not_late_with_its_lead(seven: Place) -> None:
    assert found(seven, by="water_liaison", part_light="red") == {"超期的"}
    assert found(seven, by="finance_liaison", part_light="red") == {"超期的"}
    lights = part_lights(given.at("2026-06-08"))
    late = Assignment.objects.filter(lights["red"]).values_list("unit__short_name", flat=True)
    assert list(late) == ["市水利局"]


def test_waiting_approval_by_kind(seven: Place) -> None:
    assert found(seven, waiting="extension") == {"待批的"}
    assert found(seven, waiting="any") == {"待批的"}
    assert found(seven, waiting="closure") == set()
    holders = [
        name
        for name in ("secretary", "head", "deputy", "chief")
        if found(seven, by=name, waiting="me")
    ]
    assert holders == ["secretary"]


@pytest.mark.clause("CZ-1.2")
def test_source_filter_returns_only_that_source(here: Place) -> None:
    """CZ-1.2: 八类来源均可登记，台账可按来源查看。"""
    sources = list(given.draft(here).pack.case_sources)
    assert len(sources) == 8
    for source in sources:
        given.draft(here, title=f"来源{source}", source=source)
    for source in sources[1:]:
        expected = {f"来源{source}"} | ({"城区老旧供水管网改造"} if source == "meeting" else set())
        assert found(here, source=source) == expected


def test_assigned_by_a_leader(here: Place) -> None:
    post = here.posts["deputy"]
    given.draft(here, title="市领导交办", assigner=post)
    given.draft(here, title="科室自行立项")
    assert found(here, assigner="any") == {"市领导交办"}
    assert found(here, assigner=str(post.pk)) == {"市领导交办"}
    assert found(here, assigner=str(here.posts["chief"].pk)) == set()


def test_reports_that_wait_or_came_back(here: Place) -> None:
    case = given.in_progress(here, when="2026-06-01", due_on=date(2026, 9, 30))
    row = feedback_send(
        assignment=case.lead,
        by=here.water_liaison,
        at=given.at("2026-06-10"),
        words=Words(kind="difficulty_report", content="受阻。", problem="征迁", proposal="请协调"),
    )
    assert found(here, feedback="difficulty") == {case.title}
    assert found(here, feedback="returned") == set()
    feedback_return(feedback=row, reply="请写明户数", by=here.secretary, at=given.at("2026-06-11"))
    assert found(here, feedback="difficulty") == set()
    assert found(here, feedback="returned") == {case.title}
    given.report(here, case.lead, "initial_report", when="2026-06-12")
    assert found(here, feedback="returned") == set()


def test_an_unanswered_notice(here: Place) -> None:
    case = given.in_progress(here, when="2026-06-01", due_on=date(2026, 9, 30))
    notice_issue(
        assignment=case.lead,
        kind=NoticeKind.URGE,
        content="请抓紧。",
        by=here.secretary,
        at=given.at("2026-06-10"),
    )
    assert found(here, notice="unanswered") == {case.title}
    assert found(here, by="finance_liaison", notice="unanswered") == set()


def test_words_are_found_in_number_title_and_unit(here: Place) -> None:
    given.registered(here, due_on=date(2026, 9, 30), when="2026-06-01")
    for text in ("管网", "水利", "长平市水利局", "[2026]1号", "管网 水利"):
        assert found(here, q=text), text
    for text in ("管网 财政", "%", "_", "'--"):
        assert not found(here, q=text), text


def test_quarters() -> None:
    assert quarter_days("2026Q1") == (date(2026, 1, 1), date(2026, 3, 31))
    assert quarter_days("2026Q4") == (date(2026, 10, 1), date(2026, 12, 31))
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 12)] == [
        "2026Q1",
        "2026Q1",
        "2026Q2",
        "2026Q4",
    ]
    for wrong in ("2026", "2026Q5", "Q1", "abcdQ1", "2026q1", "02026Q1"):
        with pytest.raises(ValueError, match="no such quarter"):
            quarter_days(wrong)


def test_completion_quarter_ends_at_midnight_in_shanghai(seven: Place) -> None:
    assert found(seven, quarter="2026Q2") == {"办结的"}
    assert found(seven, quarter="2026Q3") == set()


def test_a_wrong_value_is_left_out_and_named(here: Place) -> None:
    data = QueryDict("state=under_way&due_from=2026-13-01&grade=zz&quarter=2026Q9&lead=x&batch=1")
    form = FilterForm(data, actor=here.head, at=AT)
    asked = {name: value for name, value in asdict(form.asked).items() if value}
    assert asked == {"state": "under_way"}
    assert len(form.mistakes) == 5
    assert any(text.startswith("办结期限自：") for text in form.mistakes)


def test_a_range_that_ends_before_it_starts_is_named(here: Place) -> None:
    data = QueryDict("due_from=2026-06-10&due_to=2026-06-01")
    assert FilterForm(data, actor=here.head, at=AT).mistakes == [
        "办结期限至：办结期限的止日早于起日。"
    ]
