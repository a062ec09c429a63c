"""`python -m duban.testing.suite`, called by `make test`: all tests, on everything they run on.

Once on SQLite, once on PostgreSQL and Redis, ten kills on either, then in a browser. Arguments go
to each pytest.
"""

import os
import sys

from duban.testing.browser import chromium
from duban.testing.servers import required
from duban.testing.stages import Stage, run_stages


def stages(arguments: list[str]) -> list[Stage]:
    pytest = [sys.executable, "-m", "pytest", "-q", "--durations=15", *arguments]
    parallel = ["-n", os.environ.get("TEST_PROCESSES", "2")]
    on_servers = [sys.executable, "-m", "duban.testing.servers"]
    return [
        Stage("SQLite", [*pytest, *parallel, "-m", "not browser and not servers"]),
        Stage("PostgreSQL + Redis", [*on_servers, *pytest, *parallel, "-m", "not browser"]),
        Stage(
            "中断与恢复",
            [sys.executable, "-m", "duban.testing.soak", "--kills", os.environ.get("KILLS", "10")],
        ),
        Stage(
            "浏览器",
            [*pytest, "-m", "browser"],
            skip="" if chromium() else "没有 Chromium：apt-get install chromium",
        ),
    ]


if __name__ == "__main__":
    # The suites are set up by their own stage, never by what the caller's shell points to.
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    sys.exit(run_stages(stages(sys.argv[1:]), skipping_fails=required()))
