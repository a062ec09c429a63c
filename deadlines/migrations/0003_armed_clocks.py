"""Where a clock's next alert stood on the clock itself, it moves to the narrow row of its own.

A clock is armed at its first threshold: the sweep passes over what has been raised already.
"""

from django.db import migrations

FIRST = {
    "sqlite": "datetime(json_extract(thresholds, '$[0][1]'))",
    "postgresql": "(thresholds -> 0 ->> 1)::timestamptz",
}
ARM = (
    "INSERT INTO deadlines_nextalert (clock_id, at, passed) SELECT id, "
    "CASE WHEN next_alert_at IS NULL THEN NULL ELSE {first} END, 0 FROM deadlines_clock"
)
BACK = (
    "UPDATE deadlines_clock SET next_alert_at = "
    "(SELECT at FROM deadlines_nextalert n WHERE n.clock_id = deadlines_clock.id)"
)


def arm(apps, schema_editor) -> None:
    schema_editor.execute(ARM.format(first=FIRST[schema_editor.connection.vendor]))


def disarm(apps, schema_editor) -> None:
    schema_editor.execute(BACK)
    schema_editor.execute("DELETE FROM deadlines_nextalert")


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0002_next_alert")]
    operations = [migrations.RunPython(arm, disarm)]
