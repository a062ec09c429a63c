"""Scores, ranks and the three numbers, without a database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.periods import PeriodError, Quarter
from reports.domain.scores import (
    Grade,
    Matter,
    Outcome,
    UnitScore,
    counts,
    days_late,
    is_on_hand,
    mean,
    outcome,
    scored_matters,
    unit_scores,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q2 = Quarter(2026, 2)
GRADES = {
    points: Grade(f"g{points}", f"等级{points}", Decimal(points), "CZ-4.1.0")
    for points in (100, 85, 70, 50, 0)
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def matter(
    *,
    unit: int = 1,
    assigned: str = "2026-04-08 09:00",
    original: str | None = "2026-06-01 00:00",
    due: str | None = None,
    done: str | None = None,
    completed: str | None = None,
    points: int | None = None,
    waiting: bool = False,
    case_id: int = 1,
) -> Matter:
    original_due = at(original) if original else None
    return Matter(
        case_id=case_id,
        number=f"长政督〔2026〕{case_id}号",
        title="供水管网改造",
        unit_id=unit,
        assigned_at=at(assigned),
        original_due_at=original_due,
        due_at=at(due) if due else original_due,
        done_at=at(done) if done else None,
        completed_at=at(completed or done) if completed or done else None,
        grade=GRADES[points] if points is not None else None,
        is_waiting=waiting,
    )


# --- Quarters ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026q2", date(2026, 4, 1), date(2026, 6, 30)),
        (" 2026Q3 ", date(2026, 7, 1), date(2026, 9, 30)),
        ("2024Q4", date(2024, 10, 1), date(2024, 12, 31)),
    ],
)
def test_a_quarter_has_both_its_ends(text, first, last):
    quarter = Quarter.parse(text)
    assert (quarter.first, quarter.last) == (first, last)
    assert quarter.previous.following == quarter
    assert Quarter.holding(first) == Quarter.holding(last) == quarter


@pytest.mark.parametrize("text", ["", "2026", "2026Q5", "2026Q0", "2017Q4", "2026 Q1", "x" * 99])
def test_what_is_no_quarter_is_refused_with_a_sentence(text):
    with pytest.raises(PeriodError, match="季度应写作“2026Q3”的形式"):
        Quarter.parse(text)


def test_a_quarter_is_counted_in_shanghai_days():
    assert Q2.starts_at.isoformat() == "2026-04-01T00:00:00+08:00"
    assert Q2.ends_at.isoformat() == "2026-07-01T00:00:00+08:00"


# --- Three numbers ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"done": "2026-05-31 23:59"}, Outcome.BY_ORIGINAL),
        ({"done": "2026-06-01 00:00"}, Outcome.OVERDUE),
        ({"done": "2026-06-01 00:00", "due": "2026-06-20 00:00"}, Outcome.BY_EXTENDED),
        ({"done": "2026-05-31 12:00", "due": "2026-06-20 00:00"}, Outcome.BY_ORIGINAL),
        ({"done": "2026-06-20 00:00", "due": "2026-06-20 00:00"}, Outcome.OVERDUE),
        # The chain's time is the office's: applied in time, granted late.
        ({"done": "2026-05-31 12:00", "completed": "2026-06-29 12:00"}, Outcome.BY_ORIGINAL),
        # Granted in the next quarter: not 办结 in this one.
        ({"done": "2026-05-31 12:00", "completed": "2026-07-01 00:00"}, Outcome.OPEN_WAITING),
        ({"done": "2026-06-20 12:00", "completed": "2026-07-01 00:00"}, Outcome.OPEN_OVERDUE),
        ({}, Outcome.OPEN_OVERDUE),
        ({"waiting": True}, Outcome.OPEN_WAITING),
        ({"original": "2026-07-01 00:00"}, Outcome.OPEN_OVERDUE),
        ({"original": "2026-07-02 00:00"}, Outcome.OPEN),
        ({"original": None}, Outcome.OPEN),
    ],
    ids=lambda value: "-".join(value) or "未办结" if isinstance(value, dict) else str(value),
)
def test_each_matter_falls_under_exactly_one_outcome(facts, expected):
    assert outcome(matter(**facts), Q2) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"done": "2026-06-01 08:00"}, 1),
        ({"done": "2026-06-10 08:00"}, 10),
        ({"done": "2026-05-31 08:00"}, 0),
        ({}, 30),
        ({"original": "2026-07-01 00:00"}, 0),
    ],
)
def test_days_late_are_calendar_days_after_the_last_day(facts, expected):
    assert days_late(matter(**facts), Q2) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"assigned": "2026-06-30 23:59"}, True),
        ({"assigned": "2026-07-01 00:00"}, False),
        ({"assigned": "2026-01-05 09:00", "done": "2026-03-31 23:59"}, False),
        ({"assigned": "2026-01-05 09:00", "done": "2026-04-01 00:00"}, True),
    ],
)
def test_on_hand_means_assigned_before_the_end_and_not_finished_before_the_start(facts, expected):
    assert is_on_hand(matter(**facts), Q2) is expected


def test_counts_tell_new_matters_from_carried_ones_and_add_up():
    found = counts(
        [
            matter(assigned="2026-03-31 23:59"),
            matter(assigned="2026-04-01 00:00", done="2026-05-01 09:00"),
            matter(done="2026-06-02 09:00", due="2026-06-10 00:00"),
            matter(assigned="2026-07-01 00:00"),
        ],
        Q2,
    )
    assert (found.total, found.new, found.carried) == (3, 2, 1)
    assert (found.by_original, found.by_extended, found.overdue, found.done) == (1, 1, 0, 2)
    assert (found.open_overdue, found.not_done) == (1, 1)


# --- Scores and ranks -------------------------------------------------------------------------
def done(unit: int, *points: int) -> list[Matter]:
    return [matter(unit=unit, done="2026-05-20 09:00", points=value) for value in points]


@pytest.mark.clause("CZ-4.2a")
def test_ties_share_a_rank_and_the_next_one_is_passed_over():
    """按季度通报办理单位评分排名情况: 1, 1, 3."""
    rows = unit_scores(
        [*done(3, 50, 50, 50), *done(1, 85, 70, 70), *done(2, 70, 85, 70)], Q2, min_matters=3
    )
    assert [(row.unit_id, row.rank, str(row.score)) for row in rows] == [
        (1, 1, "75.00"),
        (2, 1, "75.00"),
        (3, 3, "50.00"),
    ]


@pytest.mark.clause("CZ-4.2a")
def test_a_unit_with_too_few_matters_has_a_score_and_no_rank():
    rows = unit_scores([*done(1, 70, 70, 70), *done(2, 100, 100)], Q2, min_matters=3)
    assert rows == [
        UnitScore(1, 3, Decimal("70.00"), 1),
        UnitScore(2, 2, Decimal("100.00"), None),
    ]


def test_the_best_unit_without_rank_moves_nobody_down():
    rows = unit_scores([*done(1, 50, 50, 50), *done(2, 100)], Q2, min_matters=3)
    assert rows[0].rank == 1


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ((85, 70, 70), "75.00"),
        ((100, 85, 85), "90.00"),
        ((100, 100, 70), "90.00"),
        ((85, 85, 70), "80.00"),
        ((50, 50, 100), "66.67"),
        ((0, 0, 50), "16.67"),
    ],
)
def test_a_score_is_the_mean_rounded_half_up_to_two_digits(points, expected):
    assert str(mean([Decimal(value) for value in points])) == expected


def test_half_a_hundredth_goes_up():
    assert mean([Decimal("70.005")]) == Decimal("70.01")
    assert mean([Decimal("0.005"), Decimal(0)]) == Decimal("0.00")
    assert mean([Decimal("0.01"), Decimal(0)]) == Decimal("0.01")


def test_equal_print_is_equal_rank():
    """66.664 and 66.666… are told apart by nobody who reads two digits; 66.66 and 66.67 are."""
    low = [Grade("a", "甲", Decimal("66.666"), ""), Grade("b", "乙", Decimal("66.671"), "")]
    rows = unit_scores(
        [
            Matter(**{**_plain(done(unit, 70)[0]), "grade": grade})
            for unit, grade in enumerate(low, start=1)
        ],
        Q2,
        min_matters=1,
    )
    assert [(str(row.score), row.rank) for row in rows] == [("66.67", 1), ("66.67", 1)]


def _plain(row: Matter) -> dict[str, object]:
    return {name: getattr(row, name) for name in Matter.__dataclass_fields__}


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        ({"done": "2026-04-01 00:00"}, True),
        ({"done": "2026-06-30 23:59"}, True),
        ({"done": "2026-03-31 23:59", "assigned": "2026-03-01 09:00"}, False),
        ({"done": "2026-06-30 12:00", "completed": "2026-07-01 00:00"}, False),
        (
            {
                "done": "2026-03-31 12:00",
                "completed": "2026-04-01 00:00",
                "assigned": "2026-03-01 09:00",
            },
            True,
        ),
        ({}, False),
    ],
)
def test_a_matter_is_scored_in_the_quarter_in_which_it_is_granted(facts, counted):
    assert bool(scored_matters([matter(points=70, **facts)], Q2)) is counted


def test_a_matter_whose_pack_has_no_grades_does_not_move_a_score():
    rows = unit_scores([*done(1, 85), matter(done="2026-05-20 09:00")], Q2, min_matters=1)
    assert rows == [UnitScore(1, 1, Decimal("85.00"), 1)]


def test_nothing_graded_is_nothing_ranked():
    assert unit_scores([], Q2, min_matters=3) == []
    assert unit_scores([matter(points=70)], Q2, min_matters=1) == []


# --- Against a brute force written another way --------------------------------------------------
moments = st.integers(-60 * 24, 200 * 24).map(lambda h: at("2026-04-01 00:00") + timedelta(hours=h))


@st.composite
def any_matter(draw: st.DrawFn) -> Matter:
    assigned = draw(moments)
    original = assigned + timedelta(days=draw(st.integers(1, 90)))
    due = original + timedelta(days=draw(st.sampled_from([0, 0, 0, 7, 40])))
    done_at = completed = None
    if draw(st.booleans()):
        done_at = assigned + timedelta(hours=draw(st.integers(1, 120 * 24)))
        completed = done_at + timedelta(hours=draw(st.integers(0, 40 * 24)))
    return Matter(
        case_id=draw(st.integers(1, 10**6)),
        number="",
        title="",
        unit_id=draw(st.integers(1, 5)),
        assigned_at=assigned,
        original_due_at=original,
        due_at=due,
        done_at=done_at,
        completed_at=completed,
        is_waiting=draw(st.booleans()),
        grade=GRADES[draw(st.sampled_from(sorted(GRADES)))] if draw(st.booleans()) else None,
    )


@given(st.lists(any_matter(), max_size=40))
def test_the_parts_sum_to_the_whole(matters):
    whole = counts(matters, Q2)
    assert whole.total == whole.done + whole.not_done == whole.carried + whole.new
    units = [counts([m for m in matters if m.unit_id == unit], Q2) for unit in range(1, 6)]
    for name in (*type(whole).__dataclass_fields__, "total", "done", "not_done"):
        assert sum(getattr(part, name) for part in units) == getattr(whole, name)


@given(st.lists(any_matter(), max_size=60), st.integers(1, 5))
def test_scores_and_ranks_equal_a_brute_force(matters, min_matters):
    """Recomputed with whole numbers and by comparing every unit with every other one."""
    first, after = date(2026, 4, 1), date(2026, 7, 1)
    sums: dict[int, list[int]] = {}
    for row in matters:
        if row.grade is None or row.completed_at is None:
            continue
        if row.assigned_at >= at("2026-07-01 00:00"):
            continue
        on = row.completed_at.astimezone(SHANGHAI).date()
        if first <= on < after:
            sums.setdefault(row.unit_id, []).append(int(row.grade.points))
    expected = {}
    for unit, values in sums.items():
        # Hundredths, half up, in integers: (200·sum + n) // 2n.
        hundredths = (200 * sum(values) + len(values)) // (2 * len(values))
        expected[unit] = (len(values), Fraction(hundredths, 100))
    rows = unit_scores(matters, Q2, min_matters=min_matters)
    assert {row.unit_id: (row.scored, Fraction(row.score)) for row in rows} == expected
    for row in rows:
        if row.scored < min_matters:
            assert row.rank is None
            continue
        ahead = [
            other
            for other, (n, score) in expected.items()
            if n >= min_matters and score > Fraction(row.score)
        ]
        assert row.rank == len(ahead) + 1
    ranks = [row.rank for row in rows if row.rank is not None]
    assert ranks == sorted(ranks)


@given(st.lists(any_matter(), max_size=30), st.randoms())
def test_the_order_in_which_matters_are_read_moves_nothing(matters, random):
    shuffled = matters.copy()
    random.shuffle(shuffled)
    assert unit_scores(shuffled, Q2, min_matters=2) == unit_scores(matters, Q2, min_matters=2)
    assert counts(shuffled, Q2) == counts(matters, Q2)
