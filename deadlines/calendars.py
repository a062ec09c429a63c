"""Which calendar holds: the shipped notices and, over them, the confirmed changes on record.

A version names its parts, so that it means the same days for ever: the day of the newest shipped
notice, then the number of each confirmed change, as in `2025-11-04+12+15`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.moments import day_of
from duban.ledger.errors import WHOLE, RuleViolation


def known_calendar(at: datetime, *, office_id: int | None = None) -> WorkingCalendar:
    """The calendar as announced by the day of `at`, with the office's own days where one is named.

    Raises RuleViolation before the first notice on record.
    """
    with _said():
        return WorkingCalendar.load(day_of(at))


def calendar_of(version: str) -> WorkingCalendar:
    """The calendar that a version names, whatever has been announced since."""
    return WorkingCalendar.load(date.fromisoformat(version))


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except CalendarError as error:
        raise RuleViolation({WHOLE: [str(error)]}) from error
