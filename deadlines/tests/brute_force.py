"""A second way to count, for comparison: walks one day at a time and knows nothing of the
product's calendar, rules or types.
"""

import calendar as month_lengths
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
