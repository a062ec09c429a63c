"""Months, quarters, half-years and years."""

from datetime import date

import pytest

from deadlines.periods import parse_period, period_name, period_of, periods_begun


@pytest.mark.parametrize(
    ("repeats", "on", "text", "first", "last"),
    [
        ("monthly", date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarterly", date(2026, 9, 30), "2026Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("half_yearly", date(2026, 7, 1), "2026H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("yearly", date(2026, 12, 31), "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_lies_in_one_period(
    repeats: str, on: date, text: str, first: date, last: date
) -> None:
    period = period_of(repeats, on)
    assert (period.text, period.first, period.last) == (text, first, last)
    assert on in period
    assert parse_period(text) == period


@pytest.mark.parametrize(
    ("repeats", "on", "texts"),
    [
        ("monthly", date(2026, 3, 1), ["2026-01", "2026-02", "2026-03"]),
        ("monthly", date(2026, 3, 31), ["2026-02", "2026-03"]),
        ("quarterly", date(2026, 8, 31), ["2026Q3"]),
        ("quarterly", date(2026, 8, 31).replace(month=7), ["2026Q3"]),
        ("yearly", date(2026, 2, 1), ["2026"]),
    ],
    ids=["两个月以内开始的", "更早的不再补", "当季", "季初当月", "当年"],
)
def test_periods_begun_within_two_months_are_looked_at_as_well(
    repeats: str, on: date, texts: list[str]
) -> None:
    assert [period.text for period in periods_begun(repeats, on)] == texts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-09", "2026年9月"),
        ("2026Q3", "2026年第三季度"),
        ("2026H1", "2026年上半年"),
        ("2026", "2026年"),
        ("首次", "首次"),
    ],
)
def test_a_period_is_named_as_people_say_it(text: str, name: str) -> None:
    assert period_name(text) == name


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "2026Q5", "", "二〇二六", "2026-09-01"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"所属期|month"):
        parse_period(text)
