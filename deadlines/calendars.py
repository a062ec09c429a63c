"""Which calendar holds: the shipped notices and, over them, the confirmed changes on record.

A version names its parts, so that it means the same days for ever: the day of the newest shipped
notice, then the number of each confirmed change, as in `2025-11-04+12+15`. Numbers are given at
confirmation, so a longer list is always the newer one.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from threading import Lock
from typing import Final

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.confirmed import Confirmed, Index, fresh_index, held, index, offices_over
from deadlines.moments import day_of
from deadlines.notices import shipped_notices
from duban.ledger.errors import WHOLE, RuleViolation

MOST_KEPT: Final = 64

_kept: OrderedDict[tuple[str, ...], WorkingCalendar] = OrderedDict()
_lock = Lock()


def known_calendar(at: datetime, *, office_id: int | None = None) -> WorkingCalendar:
    """The calendar as announced by the day of `at` and changed by that moment, with the own days of
    the office, and of those over it, where one is named.

    Raises RuleViolation before the first notice on record.
    """
    with _said():
        shipped = WorkingCalendar.load(day_of(at))
        changes = changes_known(at, office_id=office_id)
        return _kept_or_built(shipped.version, changes) if changes else shipped


def changes_known(at: datetime, *, office_id: int | None = None) -> list[Confirmed]:
    """The confirmed changes that bind the office at that moment, or the whole country."""
    found: Index = index()
    if not found.changes:
        return []
    over = offices_over(office_id, found) if office_id is not None else frozenset()
    return [
        change
        for change in found.changes
        if change.confirmed_at <= at and (change.office_id is None or change.office_id in over)
    ]


def calendar_of(version: str) -> WorkingCalendar:
    """The calendar that a version names, whatever has been announced since.

    Raises CalendarError for a version that this installation has never had.
    """
    shipped, numbers = parts_of(version)
    if not numbers:
        return WorkingCalendar.load(date.fromisoformat(shipped))
    changes = held().numbered(numbers) or fresh_index().numbered(numbers)
    if changes is None:
        raise CalendarError(f"没有{version}这一版工作日历")
    return _kept_or_built(shipped, changes)


def is_working_day(on: date) -> bool:
    """Whether that day is worked nationally, by everything announced and confirmed so far."""
    changes = [change for change in index().changes if change.office_id is None]
    newest = WorkingCalendar.load(None)
    calendar = _kept_or_built(newest.version, changes) if changes else newest
    return calendar.is_working(on)


def parts_of(version: str) -> tuple[str, tuple[int, ...]]:
    shipped, *numbers = version.split("+")
    return shipped, tuple(int(number) for number in numbers)


def built(shipped: str, changes: Sequence[Confirmed]) -> WorkingCalendar:
    """The notices shipped by that day, then national changes by the day of their making public,
    then local ones by number.
    """
    notices = [n for n in shipped_notices() if n.decided_on.isoformat() <= shipped]
    notices += [change.notice for change in changes if change.office_id is None]
    local = [change.notice for change in changes if change.office_id is not None]
    version = "+".join([shipped, *(str(change.number) for change in changes)])
    return WorkingCalendar(notices, local=local, version=version)


def _kept_or_built(shipped: str, changes: Sequence[Confirmed]) -> WorkingCalendar:
    # By seals, not by numbers: a database put back from a copy numbers anew.
    key = (shipped, *(change.seal for change in changes))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    calendar = built(shipped, changes)
    with _lock:
        _kept[key] = calendar
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return calendar


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except CalendarError as error:
        raise RuleViolation({WHOLE: [str(error)]}) from error
