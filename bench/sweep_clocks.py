"""The sweep over a million open clocks, with the plain SQL beside it in the same run.

python -m bench.sweep_clocks [CLOCKS]                                  SQLite, a file of its own
python -m duban.testing.servers python -m bench.sweep_clocks [CLOCKS]  PostgreSQL
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

RUNS = 5
TEMPLATES = 50  # clocks opened by the services; every other one is a copy of one of them
CROSSING = 10  # of the templates: a fifth


def main(clocks: int, directory: str) -> None:
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(directory) / 'bench.sqlite3'}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "duban.settings"
    os.environ["DUBAN_VAR"] = directory
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    moment = fill(clocks)
    say(f"{connection.vendor} clocks={clocks} filled_in={time.perf_counter() - began:.0f}s")
    nothing_due(moment)
    a_fifth_crosses(moment)


def fill(clocks: int) -> datetime:
    """Answers the moment at which a fifth of them crosses its first threshold."""
    from django.db import connection

    from deadlines.models import Clock
    from deadlines.tests import given

    crossing = [given.clock(start="2026-09-30T10:00") for _ in range(CROSSING)]
    for _ in range(TEMPLATES - CROSSING):
        given.clock(start="2026-12-01T10:00")
    first = crossing[0].next_alert.at
    copied = [f.column for f in Clock._meta.concrete_fields if f.name not in {"id", "case_id"}]
    names = ", ".join(copied)
    numbers = {
        "postgresql": "SELECT generate_series(1, %s) AS n",
        "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT %s) "
        "SELECT n FROM s",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO deadlines_clock ({names}, case_id) "
            f"SELECT {', '.join('t.' + name for name in copied)}, t.id "
            f"FROM ({numbers}) AS numbers CROSS JOIN deadlines_clock t "
            "WHERE t.case_id IS NULL ORDER BY numbers.n, t.id",
            [(clocks - TEMPLATES) // TEMPLATES],
        )
        cursor.execute(
            "INSERT INTO deadlines_nextalert (clock_id, at, passed) SELECT c.id, n.at, 0 FROM deadlines_clock "
            "c JOIN deadlines_nextalert n ON n.clock_id = c.case_id ORDER BY c.id"
        )
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return first


def nothing_due(moment: datetime) -> None:
    from django.db import connection

    from deadlines.services import sweep

    at = moment - timedelta(seconds=1)

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT at, clock_id FROM deadlines_nextalert WHERE at <= %s",
                [connection.ops.adapt_datetimefield_value(at)],
            )
            assert cursor.fetchall() == []

    floor, swept = best(plain), best(lambda: sweep(at))
    say(f"none due: sweep={swept * 1000:.1f}ms floor={floor * 1000:.1f}ms allowed=floor+50ms")


def a_fifth_crosses(moment: datetime) -> None:
    from django.db import connection

    from deadlines.models import Alert, NextAlert
    from deadlines.services import sweep

    times: list[float] = []
    before = forget_peak()
    for _ in range(RUNS):
        Alert.objects.all()._raw_delete(Alert.objects.db)
        NextAlert.objects.filter(clock__in=_crossing(moment)).update(at=moment, passed=0)
        _tidy()
        began = time.perf_counter()
        result = sweep(moment)
        times.append(time.perf_counter() - began)
    assert result.alerts == Alert.objects.count() == result.clocks
    grown = peak() - before
    with connection.cursor() as cursor:
        floors = [_plain_insert(cursor) for _ in range(RUNS)]
    say(
        f"crossing={result.alerts} sweep={spread(times)} floor={spread(floors)} "
        f"times={min(times) / min(floors):.1f} allowed=4 memory_grew={grown}MB"
    )


def _crossing(moment: datetime) -> object:
    from deadlines.models import Clock

    # The day of the sweep is the day of the first threshold of these.
    return Clock.objects.filter(started_at__lt=moment).values("pk")


def _plain_insert(cursor: object) -> float:
    """Seconds to insert the rows that the sweep has written into a table like theirs:
    the same indexes and the same foreign key."""
    from django.db import connection

    from deadlines.models import Alert

    run = cursor.execute  # type: ignore[attr-defined]
    run("DROP TABLE IF EXISTS bench_alert")
    if connection.vendor == "postgresql":
        run("CREATE TABLE bench_alert (LIKE deadlines_alert INCLUDING ALL)")
        run(
            "ALTER TABLE bench_alert ADD FOREIGN KEY (clock_id) REFERENCES deadlines_clock (id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
    else:
        run("SELECT sql FROM sqlite_master WHERE name = 'deadlines_alert'")
        created = cursor.fetchone()[0]  # type: ignore[attr-defined]
        run(created.replace('"deadlines_alert"', "bench_alert", 1))
        run("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'deadlines_alert' AND sql > ''")
        for name, sql in [row for row in cursor.fetchall() if "INDEX" in row[1]]:  # type: ignore[attr-defined]
            run(sql.replace(name, f"bench_{name}").replace('"deadlines_alert"', "bench_alert"))
    names = ", ".join(field.column for field in Alert._meta.concrete_fields)
    _tidy()
    began = time.perf_counter()
    run(f"INSERT INTO bench_alert ({names}) SELECT {names} FROM deadlines_alert ORDER BY id")
    return time.perf_counter() - began


def _tidy() -> None:
    """What an earlier run left to do must not be paid for by the next."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM deadlines_alert, deadlines_nextalert, deadlines_clock")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()


def best(act: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)


def spread(times: list[float]) -> str:
    return f"{min(times):.2f}s(worst {max(times):.2f}s)"


def peak() -> int:
    """MB at most since the last `forget_peak`; Linux keeps it in /proc."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as own:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, own)
