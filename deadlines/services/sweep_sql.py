"""The statements of the sweep, for both databases: many clocks at a time.

A row at a time is twenty times slower than the inserts themselves, so thresholds are read where
they are stored: `[level, moment, label]` in order of time. A stretch is the clocks with numbers
after `%(after)s` up to `%(to)s` that stand before the threshold at `%(moment)s` having passed
`%(passed)s` earlier ones; an alert is superseded when the next threshold has been crossed too.
"""

from typing import Final

_STRETCH: Final = (
    "n.at = %(moment)s AND n.passed = %(passed)s"
    " AND n.clock_id > %(after)s AND n.clock_id <= %(to)s AND c.state = 'running'"
)
_RAISE: Final = """
INSERT INTO deadlines_alert (clock_id, level, label, due_at, moment, raised_at, superseded)
SELECT k.clock_id, k.level, k.label, k.due_at, %(moment)s, %(at)s,
  coalesce(k.following <= %(at)s, {false})
FROM {claimed} k
WHERE true
ORDER BY k.clock_id
ON CONFLICT DO NOTHING
"""
_MOVE: Final = """
UPDATE deadlines_nextalert AS n SET at = k.following, passed = n.passed + 1
FROM {claimed} k WHERE n.clock_id = k.clock_id
"""
# Those that stand now before a threshold to come; the others come up again in the same run.
_SWEPT: Final = "SELECT count(*) FROM {claimed} k WHERE k.following IS NULL OR k.following > %(at)s"

# One statement: what another worker holds is left to it, and what is claimed cannot be stopped or
# extended before the alert stands.
POSTGRESQL: Final = f"""
WITH claimed AS MATERIALIZED (
  SELECT n.clock_id, c.due_at, c.thresholds -> %(passed)s::int ->> 0 AS level,
    c.thresholds -> %(passed)s::int ->> 2 AS label,
    (c.thresholds -> (%(passed)s::int + 1) ->> 1)::timestamptz AS following
  FROM deadlines_nextalert n JOIN deadlines_clock c ON c.id = n.clock_id
  WHERE {_STRETCH}
  FOR UPDATE OF n SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED
), raised AS ({_RAISE.format(claimed="claimed", false="false")} RETURNING 1),
moved AS ({_MOVE.format(claimed="claimed")} RETURNING 1)
SELECT ({_SWEPT.format(claimed="claimed")}), (SELECT count(*) FROM raised)
"""

# SQLite has one writer at a time, so nothing has to be claimed; the wide rows are read once. Its
# datetime() gives moments as Django stores them: UTC, whole seconds.
SQLITE_CLAIM: Final = f"""
CREATE TEMPORARY TABLE sweep_claimed AS
SELECT n.clock_id, c.due_at,
  json_extract(c.thresholds, '$[' || %(passed)s || '][0]') AS level,
  json_extract(c.thresholds, '$[' || %(passed)s || '][2]') AS label,
  datetime(json_extract(c.thresholds, '$[' || (%(passed)s + 1) || '][1]')) AS following
FROM deadlines_nextalert n JOIN deadlines_clock c ON c.id = n.clock_id
WHERE {_STRETCH}
"""
SQLITE_RAISE: Final = _RAISE.format(claimed="sweep_claimed", false="0")
SQLITE_MOVE: Final = _MOVE.format(claimed="sweep_claimed")
SQLITE_SWEPT: Final = _SWEPT.format(claimed="sweep_claimed")
SQLITE_DONE: Final = "DROP TABLE sweep_claimed"
