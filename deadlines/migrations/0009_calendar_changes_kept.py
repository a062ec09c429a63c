"""The days of a change never change, and nothing is altered once it is decided; previews, moves and
reviews only grow. On both databases, for what goes round the model.

On SQLite a later change of one of these tables builds it anew and drops them: make them again.
"""

from django.db import migrations

CHANGE = "deadlines_calendarchange"
GROWING = ("deadlines_calendarpreview", "deadlines_calendarmove", "deadlines_findingreview")
REFUSAL = "calendar changes are append-only"
FACTS = (
    "office_id",
    "year",
    "title",
    "document_no",
    "decided_on",
    "source",
    "text",
    "whole",
    "days_off",
    "workdays",
    "adopts",
    "proposed_by_id",
    "proposed_at",
)
TABLES = (CHANGE, *GROWING)


def _altered(differs: str) -> str:
    facts = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in FACTS)
    return f"OLD.state <> 'proposed' OR {facts}"


def _sqlite() -> list[str]:
    abort = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    found = [
        f"CREATE TRIGGER {CHANGE}_no_update BEFORE UPDATE ON {CHANGE} "
        f"WHEN {_altered('IS NOT')} {abort}"
    ]
    found += [f"CREATE TRIGGER {t}_no_update BEFORE UPDATE ON {t} {abort}" for t in GROWING]
    for table in TABLES:
        found.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {abort}")
        # INSERT OR REPLACE deletes without firing delete triggers.
        found.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {abort}"
        )
    return found


def _postgresql() -> list[str]:
    refuse = "FOR EACH ROW EXECUTE FUNCTION deadlines_refuse_calendar()"
    found = [
        "CREATE FUNCTION deadlines_refuse_calendar() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        f"CREATE TRIGGER {CHANGE}_kept BEFORE UPDATE ON {CHANGE} FOR EACH ROW "
        f"WHEN ({_altered('IS DISTINCT FROM')}) EXECUTE FUNCTION deadlines_refuse_calendar()",
        f"CREATE TRIGGER {CHANGE}_stays BEFORE DELETE ON {CHANGE} {refuse}",
    ]
    found += [f"CREATE TRIGGER {t}_kept BEFORE UPDATE OR DELETE ON {t} {refuse}" for t in GROWING]
    found += [
        f"CREATE TRIGGER {t}_no_truncate BEFORE TRUNCATE ON {t} "
        "FOR EACH STATEMENT EXECUTE FUNCTION deadlines_refuse_calendar()"
        for t in TABLES
    ]
    return found


def _sqlite_reverse() -> list[str]:
    return [
        f"DROP TRIGGER {t}_no_{verb}" for t in TABLES for verb in ("update", "delete", "replace")
    ]


def _postgresql_reverse() -> list[str]:
    found = [f"DROP TRIGGER {CHANGE}_stays ON {CHANGE}"]
    found += [f"DROP TRIGGER {t}_{what} ON {t}" for t in TABLES for what in ("kept", "no_truncate")]
    return [*found, "DROP FUNCTION deadlines_refuse_calendar()"]


def _run(schema_editor, sqlite: list[str], postgresql: list[str]) -> None:
    statements = {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


def close(apps, schema_editor) -> None:
    _run(schema_editor, _sqlite(), _postgresql())


def reopen(apps, schema_editor) -> None:
    _run(schema_editor, _sqlite_reverse(), _postgresql_reverse())


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0008_calendar_changes")]
    operations = [migrations.RunPython(close, reopen)]
