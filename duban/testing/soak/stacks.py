"""Two installations to torment: SQLite with the embedded broker, PostgreSQL with Redis."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import redis

from duban.testing.broker import TemporaryRedis
from duban.testing.postgres import TemporaryPostgres


class Database(Protocol):
    def url(self, name: str) -> str: ...
    def restart(self) -> None: ...


class SqliteFiles:
    """Nothing to restart: a file has no server."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def url(self, name: str) -> str:
        return f"sqlite:///{self._directory / name}.sqlite3"

    def restart(self) -> None:
        return


class PostgresDatabases:
    def __init__(self, server: TemporaryPostgres) -> None:
        self._server = server

    def url(self, name: str) -> str:
        self._server.create(name)
        return self._server.url.replace("///postgres?", f"///{name}?")

    def restart(self) -> None:
        self._server.restart()


@dataclass
class Installation:
    """One application: its environment, its broker, its worker."""

    name: str
    environment: dict[str, str]
    broker: TemporaryRedis
    database: Database
    directory: Path
    _worker: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start_worker(self) -> None:
        """A real worker in a process group of its own, which a kill takes as a whole."""
        with (self.directory / "worker.log").open("ab") as log:
            self._worker = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "duban", "worker"),
                    *("--concurrency", "2", "--without-gossip", "--without-mingle"),
                    *("--loglevel", "WARNING"),
                ],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def worker_lives(self) -> bool:
        return self._worker is not None and self._worker.poll() is None

    def kill_worker(self) -> None:
        if self._worker is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._worker.pid, signal.SIGKILL)
        self._worker.wait()

    def is_idle(self) -> bool:
        """Nothing queued and nothing taken: what a worker took counts until it is done."""
        client = redis.Redis(unix_socket_path=str(self.broker.socket), socket_timeout=5)
        try:
            return not client.llen("celery") and not client.hlen("unacked")
        except redis.RedisError:
            return False
        finally:
            client.close()

    def run(self, *command: str, database: str = "") -> None:
        """A program of the project to its end, on this installation's database or another."""
        environment = self.environment | ({"DATABASE_URL": database} if database else {})
        subprocess.run([sys.executable, *command], env=environment, check=True)


@contextmanager
def embedded() -> Iterator[Installation]:
    with _directory() as directory, TemporaryRedis(durable=True) as queue:
        files = SqliteFiles(directory)
        yield from _installed("内置环境", directory, queue, files)


@contextmanager
def servers() -> Iterator[Installation]:
    with (
        _directory() as directory,
        TemporaryRedis(durable=True) as queue,
        TemporaryPostgres() as postgres,
    ):
        yield from _installed("PostgreSQL + Redis", directory, queue, PostgresDatabases(postgres))


def _installed(
    name: str, directory: Path, queue: TemporaryRedis, database: Database
) -> Iterator[Installation]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")}
    environment |= {
        "DATABASE_URL": database.url("soak"),
        "REDIS_URL": queue.url,
        "DUBAN_VAR": str(directory),
        "DUBAN_SECRET_KEY": "only-for-soak-runs-" + "0123456789" * 4,
        "DUBAN_SINGLE_WORKER": "1",
        "DUBAN_FAULT_FILE": str(directory / "fault"),
        "EMAIL_URL": "dummymail://",
        "DJANGO_SETTINGS_MODULE": "duban.settings",
    }
    found = Installation(name, environment, queue, database, directory)
    try:
        yield found
    finally:
        found.kill_worker()


@contextmanager
def _directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="dubansoak", dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


STACKS = {"embedded": embedded, "servers": servers}
