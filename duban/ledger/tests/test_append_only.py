"""The ledger only grows: by the model, by querysets, and by raw SQL, on both databases."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from duban.ledger.models import AppendOnlyError, LedgerEntry
from duban.ledger.record import record, request_id
from duban.ledger.tests.conftest import AT, load
from duban.org.models import Unit
from duban.org.selectors import system_actor

TABLE = LedgerEntry._meta.db_table
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="只在 SQLite 上")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="只在 PostgreSQL 上")


@pytest.fixture
def entry(db: None) -> LedgerEntry:
    subject = Unit.objects.create(name="长宁市财政局", kind="department")
    row = record(subject, "rename", label="更名", by=system_actor(), at=AT)
    connection.check_constraints()  # PostgreSQL refuses to truncate while checks are pending
    return row


def stored(entry: LedgerEntry) -> tuple[int, str]:
    return LedgerEntry.objects.count(), LedgerEntry.objects.get(pk=entry.pk).label


@pytest.mark.parametrize(
    "act",
    [
        lambda entry: entry.save(),
        lambda entry: entry.save(update_fields=["label"]),
        lambda entry: entry.delete(),
        lambda entry: LedgerEntry.objects.update(label="改"),
        lambda entry: LedgerEntry.objects.filter(pk=entry.pk).update(label="改"),
        lambda entry: LedgerEntry.objects.all().delete(),
        lambda entry: LedgerEntry.objects.bulk_update([entry], ["label"]),
    ],
)
def test_the_model_refuses(entry, act):
    entry.label = "改"
    with pytest.raises(AppendOnlyError):
        act(entry)
    assert stored(entry) == (1, "更名")


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET label = '改'",
        f"UPDATE {TABLE} SET note = note",
        f"DELETE FROM {TABLE}",
        f"DELETE FROM {TABLE} WHERE id > 0",
        pytest.param(f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE}", marks=on_sqlite),
        pytest.param(f"TRUNCATE {TABLE}", marks=on_postgresql),
        pytest.param(f"TRUNCATE {TABLE} CASCADE", marks=on_postgresql),
    ],
)
def test_the_database_refuses(entry, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert stored(entry) == (1, "更名")


def test_an_upsert_is_refused(entry):
    entry.label = "改"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["id"], update_fields=["label"]
        )
    assert stored(entry) == (1, "更名")


def test_an_entry_carries_the_id_of_the_request(db):
    token = request_id.set("r-20260302-1")
    try:
        subject = Unit.objects.create(name="长宁市教育局", kind="department")
        entry = record(subject, "rename", label="更名", by=system_actor(), at=AT)
    finally:
        request_id.reset(token)
    assert entry.request_id == "r-20260302-1"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rulepacks_rulepackversion SET document = '{}'",
        "DELETE FROM rulepacks_rulepackversion",
        pytest.param(
            "INSERT OR REPLACE INTO rulepacks_rulepackversion "
            "SELECT id + 1, name, version, title, effective_on, '{}', inherited, overridden, "
            "source, sha256, loaded_at, loaded_by_id FROM rulepacks_rulepackversion",
            marks=on_sqlite,
        ),
        pytest.param("TRUNCATE rulepacks_rulepackversion CASCADE", marks=on_postgresql),
    ],
)
def test_a_loaded_rule_pack_is_closed_to_raw_sql(db, statement):
    version = load()
    connection.check_constraints()
    with (
        pytest.raises(DatabaseError, match=r"never changes|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    version.refresh_from_db()
    assert version.pack.name == "changzhi-2022"
