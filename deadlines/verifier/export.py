"""The clocks as `clockcheck.py` takes them: JSON lines, each calendar before the clocks that name it.

The database writes the line: one statement a batch, so that a clock and its events are of one
moment although others go on working, and so that a million of them pass through flat memory.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from django.db import connection

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.calendars import calendar_of
from deadlines.verifier.days import calendar_line

BATCH: Final = 2000
_CALENDAR: Final = re.compile(r'"calendar"\s*:\s*"([^"\\]+)"')
_MOMENTS: Final = ("started_at", "due_at", "original_due_at", "warn_at", "stopped_at", "paused_at")


def export_lines() -> Iterator[str]:
    """Every clock, in order of its number."""
    written: set[str] = set()
    for line in _clock_lines():
        for version in sorted(set(_CALENDAR.findall(line)) - written):
            written.add(version)
            if calendar := _known(version):
                yield json.dumps(calendar_line(calendar), ensure_ascii=False)
        yield line


def _known(version: str) -> WorkingCalendar | None:
    """A version that nobody knows stays out, and the clocks that name it cannot be verified."""
    try:
        return calendar_of(version)
    except (CalendarError, ValueError):
        return None


def _clock_lines() -> Iterator[str]:
    statement = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [last, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        yield from (line for _, line in rows)
        last = rows[-1][0]


def _statement(*, pairs: str, gathered: str, moment: str, json_of: str, truth: str) -> str:
    """`moment`, `json_of` and `truth` write a column of that sort into JSON."""
    stored = ["'state', c.state", f"'provisional', {truth.format('c.provisional')}"]
    stored += [f"'{name}', {moment.format('c.' + name)}" for name in _MOMENTS]
    stored += [f"'thresholds', {json_of.format('c.thresholds')}"]
    event = f"'id', e.id, 'kind', e.kind, 'at', {moment.format('e.at')}"
    events = gathered.format(f"{pairs}({event}, 'data', {json_of.format('e.data')})")
    return (
        f"SELECT c.id, CAST({pairs}('clock', c.id, 'stored', {pairs}({', '.join(stored)}),"
        f" 'events', (SELECT {events} FROM deadlines_clockevent e WHERE e.clock_id = c.id)) AS text)"
        " FROM deadlines_clock c WHERE c.id > %s ORDER BY c.id LIMIT %s"
    )


# Django stores moments in UTC, in SQLite without saying so.
_SQLITE: Final = _statement(
    pairs="json_object",
    gathered="json_group_array({})",
    moment="{0} || '+00:00'",
    json_of="json({0})",
    truth="json(CASE WHEN {0} THEN 'true' ELSE 'false' END)",
)
_POSTGRESQL: Final = _statement(
    pairs="json_build_object",
    gathered="coalesce(json_agg({}), '[]')",
    moment="to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')",
    json_of="{0}",
    truth="{0}",
)
