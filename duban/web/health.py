"""Whether the system can do its work; for monitors and, in words, for the system administrator."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils.dateparse import parse_datetime
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from duban.documents.pdf import pdf_available

HEARTBEAT = "beat:heartbeat"
# Beat sweeps every 5 minutes; two may be missed by a restart.
HEARTBEAT_LIMIT = timedelta(minutes=15)
DISK_WARN, DISK_FAIL = 2 * 1024**3, 256 * 1024**2
_started = time.monotonic()
_registered: list[Callable[..., Check]] = []


@dataclass(frozen=True)
class Check:
    """One thing that is looked at. `state`: ok, warn (works with less) or fail."""

    key: str
    title: str
    state: str
    text: str
    advice: str = ""
    value: float | None = None

    @property
    def word(self) -> str:
        return {"ok": "正常", "warn": "可用，有缺失", "fail": "异常"}[self.state]


def record_heartbeat(*, at: datetime) -> None:
    """Called by the sweep that beat starts: proves that beat, broker and worker all live."""
    cache.set(HEARTBEAT, at.isoformat(), timeout=None)


def checks(*, at: datetime) -> list[Check]:
    """All checks; none raises, none writes to the database."""
    own = [database(), broker(), heartbeat(at=at), pdf(), disk()]
    return own + [check(at=at) for check in _registered]


def register(check: Callable[..., Check]) -> None:
    """An app above adds what it looks at: called with `at`, must not raise."""
    if check not in _registered:
        _registered.append(check)


def database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        advice = "检查数据库服务是否运行、DATABASE_URL 是否正确、磁盘是否已满。"
        return Check("database", "数据库", "fail", f"连接失败（{type(error).__name__}）", advice)
    return Check(
        "database", "数据库", "ok", {"sqlite": "SQLite"}.get(connection.vendor, "PostgreSQL")
    )


def broker() -> Check:
    if not settings.REDIS_URL:
        text = "未配置 REDIS_URL，后台任务不会运行"
        return Check("broker", "任务队列", "fail", text, "用 make run 启动，或设置 REDIS_URL。")
    return _probe("broker", "任务队列", "Redis 或 Valkey 可用", _ping_broker)


def _ping_broker() -> None:
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as link:
        link.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=3)


def _probe(key: str, title: str, fine: str, act: Callable[[], None]) -> Check:
    try:
        act()
    except (OSError, KombuError) as error:
        advice = "检查 Redis 服务是否运行、REDIS_URL 是否正确；恢复后任务自动补办，不会丢失。"
        return Check(key, title, "fail", f"连接失败（{type(error).__name__}）", advice)
    return Check(key, title, "ok", fine)


def heartbeat(*, at: datetime) -> Check:
    """How long ago beat's sweep last ran; unknown is forgiven while the process is young."""
    title = "定时任务"
    advice = "检查 celery worker 与 celery beat 两个服务是否都在运行。"
    last = _last_heartbeat()
    if last is None:
        young = time.monotonic() - _started < HEARTBEAT_LIMIT.total_seconds()
        state = "warn" if young else "fail"
        return Check("beat", title, state, "尚无运行记录", advice)
    age = max(at - last, timedelta())
    minutes = round(age.total_seconds() / 60, 1)
    if age > HEARTBEAT_LIMIT:
        return Check("beat", title, "fail", f"已停 {minutes:.0f} 分钟", advice, minutes)
    return Check("beat", title, "ok", f"{minutes:.0f} 分钟前运行过", value=minutes)


def _last_heartbeat() -> datetime | None:
    try:
        kept = cache.get(HEARTBEAT)
    except (OSError, RedisError):
        return None
    return parse_datetime(kept) if isinstance(kept, str) else None


def pdf() -> Check:
    """PDF is comfort: without it docx is offered, so its absence only warns."""
    available, advice = pdf_available()
    if available:
        return Check("pdf", "PDF 文书", "ok", "可以生成")
    return Check("pdf", "PDF 文书", "warn", "不能生成，文书以 docx 提供", advice)


def disk() -> Check:
    free = shutil.disk_usage(settings.VAR_DIR).free
    text = f"剩余 {free / 1024**3:.1f} GB"
    advice = "清理或扩充 var 目录所在磁盘：附件、日志和数据库都在其中。"
    state = "fail" if free < DISK_FAIL else "warn" if free < DISK_WARN else "ok"
    gigabytes = round(free / 1024**3, 1)
    return Check("disk", "磁盘空间", state, text, "" if state == "ok" else advice, gigabytes)
