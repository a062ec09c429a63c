"""The embedded broker: really started, and nothing it acknowledged is lost to a kill."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from duban.run import broker

BINARY = broker.wheel_binary() or broker.installed_binary()
pytestmark = pytest.mark.skipif(BINARY is None, reason="没有 Valkey/Redis 程序")


@contextmanager
def running(socket: Path, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    assert BINARY is not None
    process = subprocess.Popen(
        broker.command(BINARY, socket, directory, durable=True), stdout=subprocess.DEVNULL
    )
    try:
        assert broker.wait_until(lambda: broker.answers(socket), seconds=15)
        yield process
    finally:
        process.kill()
        process.wait()


def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    socket = tmp_path / "s"
    with running(socket, tmp_path) as process:
        redis.Redis(unix_socket_path=str(socket)).rpush("queue", "one", "two")
        time.sleep(1.2)  # appendfsync everysec
        process.kill()
        process.wait()
        assert not broker.answers(socket)
    with running(socket, tmp_path):
        kept = redis.Redis(unix_socket_path=str(socket)).lrange("queue", 0, -1)

    assert kept == [b"one", b"two"]


def test_it_listens_on_no_tcp_port_and_its_socket_is_private(tmp_path: Path) -> None:
    socket = tmp_path / "s"
    with running(socket, tmp_path):
        client = redis.Redis(unix_socket_path=str(socket))

        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert socket.stat().st_mode & 0o077 == 0


def test_waiting_gives_up() -> None:
    assert broker.wait_until(lambda: False, seconds=0.05, every=0.01) is False
