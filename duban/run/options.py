"""What `make run` is told, and the environment it hands to the processes it starts."""

import hashlib
import os
import socket
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = "DUBAN_RUN_OF"  # in the environment of every process that belongs to one installation
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# sun_path holds 108 bytes with the closing zero.
SOCKET_PATH_LIMIT = 107


class CannotRun(Exception):
    """Why it does not start, in a sentence for the person at the terminal."""


@dataclass(frozen=True)
class Options:
    """One installation: where it lives and what of it is embedded."""

    var: Path
    host: str
    port: int
    demo: bool
    embedded_broker: bool
    single_worker: bool
    concurrency: int
    web_workers: int

    @property
    def address(self) -> str:
        shown = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"

    @property
    def state(self) -> Path:
        return self.var / "run"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def socket(self) -> Path:
        """The broker's socket: in var/, or in a private directory when that path is too long."""
        here = self.state / "redis.sock"
        if len(os.fsencode(here)) <= SOCKET_PATH_LIMIT:
            return here
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"duban-{os.geteuid()}-{name}" / "redis.sock"


def read_options(environ: Mapping[str, str]) -> Options:
    """Raises CannotRun on values that make no sense together."""
    # A database that somebody names is somebody's: no demo goes into it unasked.
    usual = "0" if environ.get("DATABASE_URL") else "1"
    demo = (environ.get("DUBAN_DEMO") or usual).lower() in ("1", "true", "yes", "on")
    host = environ.get("HOST") or "127.0.0.1"
    if demo and host not in LOOPBACK:
        # Its passwords are printed on the screen and in README.
        raise CannotRun(f"演示数据的口令是公开的，只能在本机访问，不能监听 {host}。")
    embedded = not environ.get("REDIS_URL")
    return Options(
        var=Path(environ.get("DUBAN_VAR") or ROOT / "var").resolve(),
        host=host,
        port=_number(environ, "PORT", 8000, 1, 65535),
        demo=demo,
        embedded_broker=embedded,
        single_worker=embedded,
        concurrency=_number(environ, "DUBAN_WORKER_CONCURRENCY", 2, 1, 64),
        web_workers=_number(environ, "DUBAN_WEB_WORKERS", 2, 1, 64),
    )


def child_environment(
    options: Options, environ: Mapping[str, str], redis_url: str
) -> dict[str, str]:
    """The environment of every process: the caller's, with what the embedded parts decide."""
    decided = {
        MARK: str(options.var),
        "DJANGO_SETTINGS_MODULE": "duban.settings",
        "DUBAN_VAR": str(options.var),
        "DUBAN_DEMO": "1" if options.demo else "0",
        "DUBAN_SINGLE_WORKER": "1" if options.single_worker else "0",
        "REDIS_URL": redis_url,
        "PYTHONUNBUFFERED": "1",
    }
    defaults = {"DUBAN_BASE_URL": options.address.rstrip("/")}
    return defaults | dict(environ) | decided


def check_port(options: Options) -> None:
    """Raises CannotRun when somebody else listens there, or nobody may."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as refused:
            raise CannotRun(
                f"{options.host}:{options.port} 不能使用（{refused.strerror}）。"
                f"换一个端口：make run PORT={options.port + 1 if options.port < 65535 else 8000}"
            ) from refused


def make_directories(options: Options) -> None:
    """Raises CannotRun when the socket's directory is somebody else's."""
    for directory in (options.state, options.logs):
        directory.mkdir(parents=True, exist_ok=True)
    private = options.socket.parent
    if private != options.state:
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise CannotRun(f"目录 {private} 不归当前用户独有，请删除后重试。")


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise CannotRun(f"{name}={text} 不对：应为 {low} 到 {high} 的整数。")
    return int(text)
