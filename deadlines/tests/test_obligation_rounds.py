"""What is owed in every period: opened once, for whom, by which day."""

import logging
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from deadlines.models import Clock, ClockEvent, NextAlert, Obligation
from deadlines.services import clock_replay
from deadlines.services import obligation_rounds as rounds
from deadlines.services.obligation_entries import obligation_report
from deadlines.tests import locality
from deadlines.tests.locality import at, opened, owed
from duban.ledger.errors import RuleViolation
from duban.org.models import Office, Unit
from duban.rulepacks.models import RulePackVersion

pytestmark = pytest.mark.django_db


def due(made: locality.Place, unit: str, key: str, period: str) -> str:
    return str(owed(made, unit, key, period).clock.due_on)


@pytest.mark.clause("ZZ-3.1a", "ZZ-3.0b")
def test_every_unit_owes_one_report_by_the_25th_which_stays_on_a_holiday() -> None:
    """每月25日前……报局“马上就办”办公室。每个科室、每个单位每个月。"""
    here = locality.place()
    opened("2026-09-01T00:05")
    rows = Obligation.objects.filter(key="five_questions", period="2026-09")
    assert {row.unit.name for row in rows} == {
        "临川市住房和城乡建设局", "临川市财政局", "临川市综合处",
    }  # fmt: skip
    # 25 September 2026 is Mid-Autumn; no 顺延 is written for the 25th.
    assert due(here, "housing", "five_questions", "2026-09") == "2026-09-25"


@pytest.mark.clause("ZZ-3.1b")
@pytest.mark.parametrize(
    ("run", "period", "expected"),
    [
        ("2026-06-01T00:05", "2026-06", "2026-06-29"),
        ("2026-11-01T00:05", "2026-11", "2026-11-30"),
        ("2026-02-01T00:05", "2026-02", "2026-02-28"),
    ],
    ids=["周日顺延", "周六顺延", "调休上班的周六不顺延"],
)
def test_the_office_reports_upward_on_the_28th_or_the_next_working_day(
    run: str, period: str, expected: str
) -> None:
    """局办每月28日左右(节假日顺延)将月度工作情况报市。"""
    here = locality.place()
    opened(run)
    assert due(here, "body", "upward", period) == expected


@pytest.mark.clause("AS-1.4")
def test_every_unit_of_the_kind_owes_its_progress_once_a_quarter() -> None:
    """每季度总体工作进展情况。"""
    here = locality.place()
    for run in ("2026-07-01T00:05", "2026-08-01T00:05", "2026-09-30T23:55"):
        opened(run)
    rows = Obligation.objects.filter(key="progress", period="2026Q3")
    assert {row.unit_id for row in rows} == {here.units["housing"].pk, here.units["finance"].pk}
    assert due(here, "housing", "progress", "2026Q3") == "2026-09-30"


@pytest.mark.clause("AS-2.1b", "AS-2.1c")
def test_the_year_has_two_rounds_over_the_goals_and_one_every_quarter() -> None:
    """每年年中、年末各督查1次；对每季度总体工作进展情况进行督查。"""
    locality.place()
    for month in range(1, 13):
        opened(f"2026-{month:02}-03T08:00")
    found = {
        key: [
            (row.period, str(row.clock.due_on))
            for row in Obligation.objects.filter(key=key, period__startswith="2026").order_by("id")
        ]
        for key in ("rounds", "quarter_round")
    }
    assert found == {
        "rounds": [("2026H1", "2026-06-30"), ("2026H2", "2026-12-31")],
        "quarter_round": [
            ("2026Q1", "2026-03-31"),
            ("2026Q2", "2026-06-30"),
            ("2026Q3", "2026-09-30"),
            ("2026Q4", "2026-12-31"),
        ],
    }


@pytest.mark.clause("NT-3.1d", "NT-3.5a")
def test_campaign_papers_are_due_on_the_days_that_the_plan_names() -> None:
    """工作方案、推进表于4月30前上报；总结报告和相关表格于12月10前上报。"""
    here = locality.place()
    opened("2026-01-01T00:05")
    assert due(here, "division", "campaign_plan", "2026") == "2026-04-30"
    assert due(here, "division", "campaign_summary", "2026") == "2026-12-10"


@pytest.mark.clause("NT-3.1d")
def test_a_campaign_of_one_year_asks_for_nothing_in_another() -> None:
    locality.place(
        pack=locality.PACK.replace("    label: 作风建设主题活动", "    label: 活动\n    year: 2025")
    )
    opened("2026-01-01T00:05")
    assert not Obligation.objects.filter(key__startswith="campaign", period="2026").exists()


@pytest.mark.clause("AS-2.0a")
def test_no_plan_by_the_end_of_the_first_day_is_late() -> None:
    """督查部门每月要制定督查工作计划。"""
    here = locality.place()
    opened("2026-09-01T00:05")
    clock = owed(here, "body", "plan", "2026-09").clock
    assert clock.light_at(at("2026-09-01T23:59")) == "amber"
    assert clock.light_at(at("2026-09-02T00:00")) == "red"


@pytest.mark.clause("ZZ-3.0b")
def test_however_often_it_runs_each_is_opened_once() -> None:
    locality.place()
    first = opened("2026-09-01T00:05")
    assert first.opened > 0
    for run in ("2026-09-01T00:10", "2026-09-01T00:15", "2026-09-08T12:00"):
        assert opened(run).opened == 0
    rows = Obligation.objects.values_list("office", "unit", "key", "period")
    assert len(rows) == len(set(rows)) == first.opened


@pytest.mark.clause("ZZ-3.0b")
@pytest.mark.parametrize(
    "run", ["2026-09-08T09:00", "2026-11-01T09:00"], ids=["晚一周", "晚两个月"]
)
def test_run_late_it_leaves_no_month_out_and_the_due_day_is_the_same(run: str) -> None:
    here = locality.place()
    opened("2026-08-03T09:00")
    opened(run)
    assert due(here, "housing", "five_questions", "2026-09") == "2026-09-25"
    assert owed(here, "housing", "five_questions", run[:7])


def test_every_clock_of_a_round_equals_the_replay_of_its_own_events() -> None:
    locality.place()
    opened("2026-09-01T00:05")
    for clock in Clock.objects.all():
        assert clock_replay(clock).computation.due_at == clock.due_at
        assert ClockEvent.objects.filter(clock=clock).count() == 1
        assert NextAlert.objects.filter(clock=clock).count() == 1


def test_a_unit_owes_from_the_first_period_on_whose_first_day_it_exists() -> None:
    here = locality.place()
    Unit.objects.filter(pk=here.units["housing"].pk).update(starts_on=date(2026, 9, 2))
    Unit.objects.filter(pk=here.units["finance"].pk).update(abolished_on=date(2026, 9, 1))
    opened("2026-10-01T09:00")
    rows = Obligation.objects.filter(key="five_questions")
    found = {(row.unit_id, row.period) for row in rows if row.period in ("2026-09", "2026-10")}
    division = here.units["division"].pk
    assert found == {
        (here.units["housing"].pk, "2026-10"),
        (division, "2026-09"),
        (division, "2026-10"),
    }


def test_the_pack_in_force_on_the_first_day_of_the_period_decides() -> None:
    here = locality.place()
    changed = locality.PACK.replace("version: 1", "version: 2").replace(
        "label: 每月25日, count: 25", "label: 每月20日, count: 20"
    )
    locality.activate(here, changed, since=date(2026, 9, 15))
    opened("2026-10-01T09:00")
    assert due(here, "housing", "five_questions", "2026-09") == "2026-09-25"
    assert due(here, "housing", "five_questions", "2026-10") == "2026-10-20"
    row = owed(here, "housing", "five_questions", "2026-10")
    assert row.pack_version == RulePackVersion.objects.get(version=2)


def test_before_its_rules_are_in_force_an_office_owes_nothing() -> None:
    locality.place(since=date(2026, 9, 15))
    opened("2026-09-20T09:00")
    assert not Obligation.objects.exists()
    opened("2026-10-01T00:05")
    assert set(Obligation.objects.values_list("period", flat=True)) == {"2026-10", "2026Q4"}


def test_the_units_of_an_office_below_are_left_to_it() -> None:
    here = locality.place()
    district = Unit.objects.create(name="东区", kind="district", parent=here.units["city"])
    bureau = Unit.objects.create(name="东区住建局", kind="department", parent=district)
    Office.objects.create(
        name="东区督查室",
        root=district,
        body=bureau,
        organ="东区",
        organ_mark="东区",
        prefix="东督",
    )
    opened("2026-09-01T00:05")
    owing = Obligation.objects.filter(key="five_questions").values_list("unit", flat=True)
    assert district.pk in owing
    assert bureau.pk not in owing


def test_one_bad_unit_holds_up_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = locality.place()
    open_one, bad = rounds.obligation_open, here.units["housing"]

    def failing(**facts: object) -> Obligation:
        if facts["unit"] == bad:
            raise RuleViolation("规则缺失")
        return open_one(**facts)

    monkeypatch.setattr(rounds, "obligation_open", failing)
    with caplog.at_level(logging.ERROR):
        assert opened("2026-09-01T00:05").failed > 0
    assert "failed" in caplog.text
    owing = set(Obligation.objects.filter(key="five_questions").values_list("unit", flat=True))
    assert owing == {here.units["finance"].pk, here.units["division"].pk}
    monkeypatch.undo()
    assert opened("2026-09-01T00:10").failed == 0
    assert owed(here, "housing", "five_questions", "2026-09")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_each_once() -> None:
    locality.place()
    barrier, failures = Barrier(2), []

    def work() -> None:
        try:
            barrier.wait(10)
            opened("2026-09-01T00:05")
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    opened("2026-09-01T00:10")
    assert failures == []
    rows = list(Obligation.objects.values_list("office", "unit", "key", "period"))
    assert len(rows) == len(set(rows))
    assert Clock.objects.count() == len(rows)


class Counter:
    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


def _queries_of(run: str) -> int:
    with connection.execute_wrapper(counting := Counter()):
        opened(run)
    return counting.queries


def test_the_number_of_queries_does_not_grow_with_the_units() -> None:
    here = locality.place()
    few = _queries_of("2026-09-01T00:05")
    Unit.objects.bulk_create(
        Unit(name=f"{n}局", kind="enterprise", parent=here.units["city"],
             path=f"{here.units['city'].path}x{n}/")
        for n in range(60)
    )  # fmt: skip
    assert _queries_of("2026-10-01T00:05") <= few
    assert Obligation.objects.filter(key="five_questions", period="2026-10").count() == 63


def test_two_offices_open_their_own() -> None:
    here, there = locality.place(), locality.place("云山市", tag="y")
    opened("2026-09-01T00:05")
    for made in (here, there):
        rows = Obligation.objects.filter(office=made.office)
        assert rows.filter(unit__path__startswith=made.office.root.path).count() == rows.count() > 0


def test_a_report_of_one_unit_meets_no_other_units_obligation() -> None:
    here = locality.place()
    opened("2026-09-01T00:05")
    row = owed(here, "housing", "five_questions", "2026-09")
    obligation_report(
        obligation=row, content="九月五问", by=here.actor("housing"), at=at("2026-09-20T10:00")
    )
    assert owed(here, "housing", "five_questions", "2026-09").state == "fulfilled"
    assert owed(here, "finance", "five_questions", "2026-09").state == "open"
