"""Triggers keep a signed bulletin as it was signed, on both databases."""

from django.db import migrations

TABLE = "reports_bulletin"
FROZEN = (
    "office_id kind period pack_version_id content intro requirements scope chain_id document_id "
    "correction_of_id correction_note drafted_at computed_at signed_at"
).split()
SIGNED = "OLD.state IN ('signed', 'published', 'corrected')"
REFUSAL = "a signed bulletin is frozen"
# Django writes whole rows: what counts is whether a value moves.
MOVED = {
    operator: " OR ".join(f'OLD."{name}" {operator} NEW."{name}"' for name in FROZEN)
    for operator in ("IS NOT", "IS DISTINCT FROM")
}

SQLITE = [
    f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} "
    f"WHEN {SIGNED} AND ({MOVED['IS NOT']}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} "
    f"WHEN {SIGNED} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
]
SQLITE_REVERSE = [f"DROP TRIGGER {TABLE}_frozen", f"DROP TRIGGER {TABLE}_kept"]

POSTGRESQL = [
    "CREATE FUNCTION reports_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} FOR EACH ROW "
    f"WHEN ({SIGNED} AND ({MOVED['IS DISTINCT FROM']})) EXECUTE FUNCTION reports_refuse()",
    f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW "
    f"WHEN ({SIGNED}) EXECUTE FUNCTION reports_refuse()",
]
POSTGRESQL_REVERSE = [
    f"DROP TRIGGER {TABLE}_frozen ON {TABLE}",
    f"DROP TRIGGER {TABLE}_kept ON {TABLE}",
    "DROP FUNCTION reports_refuse()",
]


def _run(schema_editor, sqlite: list[str], postgresql: list[str]) -> None:
    statements = {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


def close(apps, schema_editor) -> None:
    _run(schema_editor, SQLITE, POSTGRESQL)


def reopen(apps, schema_editor) -> None:
    _run(schema_editor, SQLITE_REVERSE, POSTGRESQL_REVERSE)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunPython(close, reopen)]
