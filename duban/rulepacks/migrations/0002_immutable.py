"""Triggers keep loaded versions as they are, also against raw SQL, on both databases."""

from django.db import migrations

TABLE = "rulepacks_rulepackversion"
REFUSAL = "a loaded rule pack never changes"

SQLITE = [
    f"CREATE TRIGGER {TABLE}_no_{verb} BEFORE {verb.upper()} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("update", "delete")
] + [
    # INSERT OR REPLACE deletes without firing delete triggers.
    f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id "
    "OR (name = NEW.name AND version = NEW.version)) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
]
SQLITE_REVERSE = [f"DROP TRIGGER {TABLE}_no_{verb}" for verb in ("update", "delete", "replace")]

POSTGRESQL = [
    "CREATE FUNCTION rulepacks_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"CREATE TRIGGER {TABLE}_immutable BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION rulepacks_refuse()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION rulepacks_refuse()",
]
POSTGRESQL_REVERSE = [
    f"DROP TRIGGER {TABLE}_no_truncate ON {TABLE}",
    f"DROP TRIGGER {TABLE}_immutable ON {TABLE}",
    "DROP FUNCTION rulepacks_refuse()",
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
    dependencies = [("rulepacks", "0001_initial")]
    operations = [migrations.RunPython(close, reopen)]
