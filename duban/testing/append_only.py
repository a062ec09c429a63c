"""Tests that commit are cleaned by a flush, which the append-only tables refuse: lift it there.

Only the flush after such a test runs without triggers; the tests themselves always meet them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connections
from django.test import TransactionTestCase

GUARDED = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
"""


@contextmanager
def triggers_lifted(connection: Any) -> Iterator[None]:
    lift = {"sqlite": _lifted_on_sqlite, "postgresql": _lifted_on_postgresql}
    with lift[connection.vendor](connection):
        yield


@contextmanager
def _lifted_on_sqlite(connection: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _, statement in triggers:
                cursor.execute(statement)


@contextmanager
def _lifted_on_postgresql(connection: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture(scope="session", autouse=True)
def flush_lifts_triggers() -> Iterator[None]:
    flush = TransactionTestCase._fixture_teardown

    def teardown(test: TransactionTestCase) -> None:
        with ExitStack() as stack:
            for alias in test._databases_names(include_mirrors=False):
                stack.enter_context(triggers_lifted(connections[alias]))
            flush(test)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
