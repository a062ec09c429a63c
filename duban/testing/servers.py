"""`python -m duban.testing.servers COMMAND …`: runs a command on a throw-away PostgreSQL and Redis.

Exit status is the command's. Where a server cannot be had: 1 if REQUIRE_SERVERS=1, else 0 with a
message that says what was skipped and what to install.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from types import FrameType

from duban.testing.broker import TemporaryRedis
from duban.testing.postgres import ServerMissing, TemporaryPostgres


def required() -> bool:
    return os.environ.get("REQUIRE_SERVERS") == "1"


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # so that the servers are stopped on the way out


def run_with_servers(command: list[str]) -> int:
    """Exit status of `command`, run with DATABASE_URL and REDIS_URL of servers of its own."""
    with ExitStack() as stack:
        postgres = stack.enter_context(TemporaryPostgres())
        redis = stack.enter_context(TemporaryRedis())
        print(f"PostgreSQL：{postgres.bin}（{postgres.started_in:.1f} 秒就绪）", flush=True)
        print(f"Redis：{redis.bin}", flush=True)
        environment = os.environ | {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        return subprocess.run(command, env=environment, check=False).returncode


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, _leave)
    try:
        return run_with_servers(command)
    except ServerMissing as missing:
        print(f"{'失败' if required() else '跳过'}：{missing}", flush=True)
        return 1 if required() else 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
