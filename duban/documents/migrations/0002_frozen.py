"""Triggers refuse changes of issued documents that go round the model, on both databases."""

from django.db import migrations

TABLE = "documents_officialdocument"
FROZEN = (
    "office_id kind layout series year seq number title dated_on content sha256 "
    "verification_code case_id issued_by_id issued_by_name created_at"
).split()
COLUMNS = ", ".join(f'"{name}"' for name in FROZEN)
REFUSAL = "an issued document is frozen"

SQLITE = [
    f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE OF {COLUMNS} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
]
SQLITE_REVERSE = [f"DROP TRIGGER {TABLE}_frozen"]

POSTGRESQL = [
    "CREATE FUNCTION documents_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE OF {COLUMNS} ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION documents_refuse()",
]
POSTGRESQL_REVERSE = [
    f"DROP TRIGGER {TABLE}_frozen ON {TABLE}",
    "DROP FUNCTION documents_refuse()",
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
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunPython(close, reopen)]
