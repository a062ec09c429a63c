"""Triggers refuse what goes round the model: raw SQL and other programs, on both databases.

On SQLite a later change of this table builds it anew and drops them: make them again after it.
"""

from django.db import migrations

TABLE = "deadlines_clockevent"
REFUSAL = "clock events are append-only"

SQLITE = [
    f"CREATE TRIGGER {TABLE}_no_{verb} BEFORE {verb.upper()} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("update", "delete")
] + [
    # INSERT OR REPLACE deletes without firing delete triggers.
    f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
]
SQLITE_REVERSE = [f"DROP TRIGGER {TABLE}_no_{verb}" for verb in ("update", "delete", "replace")]

POSTGRESQL = [
    "CREATE FUNCTION deadlines_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION deadlines_refuse()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION deadlines_refuse()",
]
POSTGRESQL_REVERSE = [
    f"DROP TRIGGER {TABLE}_no_truncate ON {TABLE}",
    f"DROP TRIGGER {TABLE}_append_only ON {TABLE}",
    "DROP FUNCTION deadlines_refuse()",
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
    dependencies = [("deadlines", "0004_pauses")]
    operations = [migrations.RunPython(close, reopen)]
