"""The figures of a quarter equal what the ledger of matters says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from cases.models import Case
from duban.org.models import Post, User
from duban.rulepacks.selectors import active_version
from reports.compute import figures_of
from reports.domain.figures import Figures
from reports.domain.periods import Quarter
from reports.facts import on_hand
from reports.tests import given
from reports.tests.given import Place, at

Q2 = Quarter(2026, 2)
pytestmark = pytest.mark.django_db


def figures(made: Place, quarter: Quarter = Q2, when: str = "2026-07-01") -> Figures:
    version = active_version(made.office, on=quarter.last)
    assert version is not None
    return figures_of(made.office, quarter, version=version, at=at(when))


@pytest.mark.clause("CZ-4.2a")
def test_the_ranking_equals_a_recomputation_from_the_matters(quarter: Place):
    """按季度通报办理单位评分排名情况: recomputed here from the rows alone."""
    points = {"excellent": 100, "good": 85, "basic": 70, "weak": 50, "poor": 0}
    by_unit: dict[int, list[int]] = {}
    for case in Case.objects.done_between(Q2.first, Q2.last):
        by_unit.setdefault(case.lead_unit_id, []).append(points[case.grade])
    found = figures(quarter)
    assert {u.unit_id: u.scored for u in found.units} == {
        unit: len(values) for unit, values in by_unit.items()
    }
    for unit in found.units:
        values = by_unit[unit.unit_id]
        assert abs(unit.score - Decimal(sum(values)) / len(values)) <= Decimal("0.005")
    ranks = [(u.name, u.rank, u.score_text) for u in (*found.ranked, *found.unranked)]
    assert ranks == [
        ("市住建局", 1, "75.00"),
        ("市水利局", 1, "75.00"),
        ("市财政局", 3, "65.00"),
        ("城东区政府", None, "50.00"),
    ]


@pytest.mark.clause("CZ-4.2a")
def test_every_line_behind_a_score_is_there_with_grade_points_and_clause(quarter: Place):
    found = figures(quarter)
    water = quarter.units["water"]
    lines = [line for line in found.lines_of(water.pk) if line.points is not None]
    assert sorted((line.grade, line.points_text, line.clause) for line in lines) == [
        ("基本落实", "70", "CZ-4.1.3"),
        ("基本落实", "70", "CZ-4.1.3"),
        ("落实较好", "85", "CZ-4.1.2"),
    ]
    case = Case.objects.get(pk=lines[0].case_id)
    assert (lines[0].number, lines[0].title) == (case.number, case.title)
    assert (lines[0].assigned_on, lines[0].done_on) == (date(2026, 4, 1), date(2026, 6, 2))


@pytest.mark.clause("ZZ-8.1a")
def test_the_counts_equal_the_filters_of_the_ledger(quarter: Place):
    """每季度对全系统……事项……办理情况进行通报."""
    totals = figures(quarter).totals
    office = Case.objects.filter(office=quarter.office)
    assert totals.done == office.done_between(Q2.first, Q2.last).count()
    assert totals.not_done == office.under_way().count()
    assert totals.total == on_hand(quarter.office, Q2).count() == len(figures(quarter).lines)


def test_three_numbers_are_kept_apart(quarter: Place):
    """Decision 4: an extension granted in time does not become the original date."""
    totals = figures(quarter).totals
    assert (totals.by_original, totals.by_extended, totals.overdue) == (9, 1, 1)
    assert (totals.open, totals.open_overdue, totals.open_waiting) == (1, 1, 0)
    assert (totals.extensions, totals.extended_matters) == (1, 1)


def test_the_extended_matter_shows_both_dates(quarter: Place):
    line = next(line for line in figures(quarter).lines if line.is_extended)
    assert (line.original_due_on, line.due_on) == (date(2026, 5, 15), date(2026, 6, 30))
    assert line.situation == "按延长期限办结"


def test_overdue_matters_are_named_with_their_days(quarter: Place):
    found = {line.title: line.situation for line in figures(quarter).overdue_lines}
    assert found == {"城东区老旧小区改造": "超期7天办结", "背街小巷整治": "超期15天未办结"}


@pytest.mark.clause("ZZ-8.1b")
def test_the_head_is_the_one_in_office_on_the_last_day(quarter: Place):
    """对违反规定的单位和单位主要负责人: changed later, the head of that day is still named."""
    district = quarter.units["district"]
    Post.objects.filter(unit=district, role="unit_head").update(ends_on=date(2026, 6, 30))
    new = User.objects.create_user("newhead", "duban-2026", name="钱新任")
    Post.objects.create(
        user=new, unit=district, role="unit_head", title="区长", starts_on=date(2026, 7, 1)
    )
    unit = figures(quarter, when="2026-07-15").unit(district.pk)
    assert unit is not None
    assert unit.head == "赵建国"


def test_what_happens_after_the_quarter_moves_nothing_in_it(quarter: Place):
    """Drafted late, the figures are those of the last day at 24:00."""
    before = figures(quarter)
    case = Case.objects.get(title="背街小巷整治")
    given.completed(
        quarter, case, applied_on="2026-07-08", grade="weak", explanation="施工受阻，已作说明。"
    )
    after = figures(quarter, when="2026-07-20")
    assert after.same_facts(before)


def test_a_request_made_in_time_and_undecided_is_no_finding(here: Place):
    """While a timely request is undecided no overdue finding is written (shown 待批)."""
    case = given.matter(here, due="2026-06-12")
    given.asked(here, case, to="2026-08-31", when="2026-06-10")
    totals = figures(here).totals
    assert (totals.open_waiting, totals.open_overdue) == (1, 0)


def test_a_quarter_without_matters_has_zeros_and_no_ranks(here: Place):
    found = figures(here)
    assert (found.totals.total, found.units, found.lines) == (0, (), ())


@pytest.mark.clause("LZ-A-14c")
def test_a_pack_without_grades_counts_and_does_not_rank(db: None):
    """定期对事项办理结果进行统计汇总: Lanzhou has no grades."""
    made = given.place("lanzhou-2018", name="兰山市", tag="ls")
    given.matter(made, "water", due="2026-06-12")
    found = figures(made)
    assert found.scoring is None
    assert found.totals.open_overdue == 1
    assert [(u.score, u.rank) for u in found.units] == [(None, None)]


def test_two_localities_never_meet(quarter: Place):
    other = given.place(name="临川市", tag="lc")
    assert figures(other).totals.total == 0


def test_figures_come_back_from_storage_as_they_were(quarter: Place):
    found = figures(quarter)
    assert Figures.model_validate(found.model_dump(mode="json")) == found


def test_the_number_of_queries_does_not_grow_with_the_matters(
    quarter: Place, django_assert_max_num_queries: DjangoAssertNumQueries
):
    version = active_version(quarter.office, on=Q2.last)
    assert version is not None
    version.pack  # noqa: B018 - parsed once for the process
    with django_assert_max_num_queries(10):
        figures_of(quarter.office, Q2, version=version, at=at("2026-07-01"))
