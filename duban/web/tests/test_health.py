"""Monitors learn whether the work is done; the administrator, what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client

from duban.org.models import User
from duban.web import health
from duban.web.tests.given import Office, person

SignIn = Callable[[User], Client]
AT = datetime(2026, 9, 18, 2, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_heartbeat() -> None:
    cache.delete(health.HEARTBEAT)


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(0), "ok"),
        (timedelta(minutes=15), "ok"),
        (timedelta(minutes=15, seconds=1), "fail"),
        (timedelta(minutes=-5), "ok"),
    ],
    ids=["刚刚", "十五分整", "超过十五分", "时钟回拨"],
)
def test_the_age_of_the_heartbeat(age: timedelta, state: str) -> None:
    health.record_heartbeat(at=AT - age)
    assert health.heartbeat(at=AT).state == state


def test_no_heartbeat_is_forgiven_while_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_started", health.time.monotonic())
    assert health.heartbeat(at=AT).state == "warn"
    monkeypatch.setattr(health, "_started", health.time.monotonic() - 901)
    assert health.heartbeat(at=AT).state == "fail"


@pytest.mark.parametrize(("free", "state"), [(10**8, "fail"), (10**9, "warn"), (10**10, "ok")])
def test_the_disk(monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: usage)
    assert health.disk().state == state


def test_a_dead_broker_fails_quickly_and_says_what_to_do(settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/none.sock"
    check = health.broker()
    assert check.state == "fail"
    assert "REDIS_URL" in check.advice


def test_a_dead_database_fails(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DatabaseError("secret host")

    with monkeypatch.context() as patch:  # undone before the test database is rolled back
        patch.setattr(connection, "cursor", broken)
        check = health.database()
    assert check.state == "fail"
    assert "secret" not in check.text


def fine(*, at: datetime) -> list[health.Check]:
    return [
        health.Check("database", "数据库", "ok", "PostgreSQL"),
        health.Check("pdf", "PDF 文书", "warn", "不能生成", "apt-get install libpango-1.0-0"),
    ]


def broken(*, at: datetime) -> list[health.Check]:
    return [
        *fine(at=at),
        health.Check("beat", "定时任务", "fail", "已停 40 分钟", "检查 beat", 40.0),
    ]


def test_monitors_get_200_or_503(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "checks", fine)
    assert client.get("/healthz").status_code == 200
    monkeypatch.setattr(health, "checks", broken)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "fail",
        "checks": {
            "database": {"state": "ok", "value": None},
            "pdf": {"state": "warn", "value": None},
            "beat": {"state": "fail", "value": 40.0},
        },
    }


def test_the_page_is_the_system_administrators(
    signed_in: SignIn, office: Office, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "checks", broken)
    assert signed_in(staff).get("/health/").status_code == 403
    admin = person("xitong", "赵强", office.body, "system_admin")
    html = signed_in(admin).get("/health/").content.decode()
    assert "apt-get install libpango-1.0-0" in html
    assert "已停 40 分钟" in html


@pytest.mark.servers
def test_on_real_servers_everything_answers(db: None) -> None:
    health.record_heartbeat(at=AT)
    states = {check.key: check.state for check in health.checks(at=AT)}
    assert (states["database"], states["broker"], states["beat"]) == ("ok", "ok", "ok")
