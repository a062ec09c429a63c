"""The throw-away servers: real, reachable, private, and gone afterwards."""

import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from duban.testing import postgres, servers
from duban.testing.broker import TemporaryRedis
from duban.testing.postgres import ServerMissing, TemporaryPostgres


def test_a_postgres_of_our_own_speaks_utf8_and_leaves_nothing() -> None:
    try:
        with TemporaryPostgres() as server:
            directory = server.directory
            connection = psycopg2.connect(host=str(directory), user="postgres", dbname="postgres")
            with connection.cursor() as cursor:
                cursor.execute("SELECT length('督办'), current_setting('listen_addresses')")
                assert cursor.fetchone() == (2, "")
            connection.close()
    except ServerMissing as missing:
        if servers.required():
            raise
        pytest.skip(str(missing))

    assert not directory.exists()


def test_a_redis_of_our_own_answers_and_leaves_nothing() -> None:
    try:
        with TemporaryRedis() as server:
            client = redis.Redis(unix_socket_path=str(server.directory / "redis.sock"))
            assert client.ping()
    except ServerMissing as missing:
        if servers.required():
            raise
        pytest.skip(str(missing))

    assert not server.directory.exists()


@pytest.mark.parametrize(("required", "status", "word"), [("1", 1, "失败"), ("0", 0, "跳过")])
def test_a_missing_server_is_said_aloud(
    required: str,
    status: int,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REQUIRE_SERVERS", required)
    monkeypatch.setattr(postgres, "binary_directories", lambda: iter([Path("/nonexistent")]))

    assert servers.main([sys.executable, "-c", ""]) == status
    assert f"{word}：没有 PostgreSQL 程序" in capsys.readouterr().out
