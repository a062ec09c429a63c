"""Clocks of before the narrow rows are armed at their first threshold, or not at all."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

migration = import_module("deadlines.migrations.0003_armed_clocks")

THRESHOLDS = '[["before_3", "2026-10-15T00:00:00+08:00", "提醒"]]'


@pytest.mark.django_db
def test_a_clock_that_was_armed_begins_with_its_first_threshold_and_no_other_is_armed() -> None:
    later, json = "2026-10-20 16:00:00+00:00", "jsonb"
    if connection.vendor == "sqlite":
        later, json = "2026-10-20 16:00:00", "text"
    with connection.cursor() as cursor:
        # They stand before the tables of the same name while this transaction lasts.
        cursor.execute(
            "CREATE TEMPORARY TABLE deadlines_clock "
            f"(id bigint, thresholds {json}, next_alert_at timestamptz)"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE deadlines_nextalert "
            "(clock_id bigint, at timestamptz, passed smallint)"
        )
        cursor.executemany(
            "INSERT INTO deadlines_clock VALUES (%s, %s, %s)",
            [(1, THRESHOLDS, later), (2, THRESHOLDS, None), (3, "[]", None)],
        )
        migration.arm(None, SimpleNamespace(connection=connection, execute=cursor.execute))
        cursor.execute(
            "SELECT clock_id, CAST(at AS text), passed FROM deadlines_nextalert ORDER BY clock_id"
        )
        rows = [(number, at and at[:19], passed) for number, at, passed in cursor.fetchall()]
        cursor.execute("DROP TABLE deadlines_nextalert")
        cursor.execute("DROP TABLE deadlines_clock")
    assert rows == [(1, "2026-10-14 16:00:00", 0), (2, None, 0), (3, None, 0)]
