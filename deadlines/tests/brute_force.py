"""A second way to count, for comparison: walks one day at a time and knows nothing of the
product's calendar, rules or types.
"""

import calendar as month_lengths
from collections.abc import Collection
from datetime import date, timedelta

import chinese_calendar


def works(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def last_day(unit: str, count: int, roll: str, received: date) -> tuple[date, bool]:
    """The last day and whether it rolled, inside 2018-2026."""
    cursor = received
    if unit == "working_day":
        while count:
            cursor += timedelta(1)
            count -= works(cursor)
    elif unit == "calendar_day":
        for _ in range(count):
            cursor += timedelta(1)
    elif unit == "day_of_month":
        cursor += timedelta(1)
        while cursor.day != min(count, month_lengths.monthrange(cursor.year, cursor.month)[1]):
            cursor += timedelta(1)
    else:
        year, month = received.year, received.month
        for _ in range(count):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day = received.day
        while day > month_lengths.monthrange(year, month)[1]:
            day -= 1
        cursor = date(year, month, day)
    nominal = cursor
    while roll == "forward" and not works(cursor):
        cursor += timedelta(1)
    return cursor, cursor != nominal


def last_day_around(
    unit: str, count: int, roll: str, received: date, off: Collection[date]
) -> date:
    """The last day where the days of `off` are not counted, as the text of the rule has it: counted
    limits pass over them, a day fixed by date moves on one day for each.
    """
    cursor = received
    if unit in {"working_day", "calendar_day"}:
        while count:
            cursor += timedelta(1)
            count -= cursor not in off and (unit == "calendar_day" or works(cursor))
    else:
        fixed, _ = last_day(unit, count, "none", received)
        waits = 0
        while cursor < fixed or waits:
            cursor += timedelta(1)
            if cursor > fixed:
                waits -= 1
            if cursor in off:
                waits += 1
    while roll == "forward" and not works(cursor):
        cursor += timedelta(1)
    return cursor


def working_days_among(days: Collection[date]) -> int:
    return sum(works(day) for day in days)
