"""Services that end unasked come back alone; services that are ended leave nothing behind."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from duban.run import broker, processes
from duban.run.options import MARK
from duban.run.service import FIRST_DELAY, LOG_LIMIT, LONGEST_DELAY, STEADY_AFTER, Service

# A leader with one child, as celery and gunicorn are.
LEADER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(
        name="leader",
        label="示例服务",
        command=[sys.executable, "-c", LEADER],
        environment={"PATH": os.environ["PATH"], MARK: str(tmp_path)},
        logs=tmp_path,
        stop_seconds=5,
    )
    yield made
    made.stop()
    processes.kill_leftovers(tmp_path)


def pids(var: Path, count: int) -> list[int]:
    broker.wait_until(lambda: len(list(processes.marked(var))) == count, seconds=10)
    return sorted(processes.marked(var))


def test_stopping_ends_the_children_too(service: Service, tmp_path: Path) -> None:
    service.start()
    assert len(pids(tmp_path, 2)) == 2

    service.stop()

    assert pids(tmp_path, 0) == []


def test_a_killed_leader_comes_back_without_its_old_child(service: Service, tmp_path: Path) -> None:
    service.start()
    before = pids(tmp_path, 2)
    assert service.process is not None
    os.kill(service.process.pid, signal.SIGKILL)
    service.process.wait()

    told = service.watch(now=1000.0)
    assert told is not None
    assert "示例服务" in told
    assert pids(tmp_path, 0) == []
    assert service.watch(now=1000.0 + FIRST_DELAY / 2) is None
    assert service.process is None
    service.watch(now=1000.0 + FIRST_DELAY)

    after = pids(tmp_path, 2)
    assert len(after) == 2
    assert not set(before) & set(after)


def test_what_keeps_failing_is_tried_less_and_less_often(tmp_path: Path) -> None:
    failing = Service(
        "failing", "坏服务", [sys.executable, "-c", "raise SystemExit(3)"], {}, tmp_path
    )
    delays, now = [], time.monotonic()
    for _ in range(8):
        failing.start()
        assert failing.process is not None
        failing.process.wait()
        told = failing.watch(now)
        assert told is not None
        assert "退出码 3" in told
        delays.append(failing._not_before - now)

    assert delays == pytest.approx([0.5, 1, 2, 4, 8, 16, LONGEST_DELAY, LONGEST_DELAY])


def test_after_a_steady_minute_the_count_begins_anew(service: Service) -> None:
    service.start()
    service.failures = 5

    service.watch(time.monotonic() + STEADY_AFTER + 1)

    assert service.failures == 0


def test_what_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('ready', flush=True); time.sleep(600)"
    )
    environment = {MARK: str(tmp_path)}
    service = Service("deaf", "聋服务", [sys.executable, "-c", deaf], environment, tmp_path)
    service.stop_seconds = 0.2
    service.start()
    assert broker.wait_until(lambda: "ready" in service.last_lines(), seconds=10)

    service.stop()

    assert pids(tmp_path, 0) == []


def test_leftovers_of_another_installation_are_left_alone(service: Service, tmp_path: Path) -> None:
    service.start()
    assert len(pids(tmp_path, 2)) == 2

    assert processes.kill_leftovers(tmp_path / "other") == 0
    assert len(pids(tmp_path, 2)) == 2
    assert processes.kill_leftovers(tmp_path) == 2
    assert service.process is not None
    service.process.wait()
    assert pids(tmp_path, 0) == []


def test_a_log_that_has_grown_too_long_keeps_one_older_part(
    service: Service, tmp_path: Path
) -> None:
    log = tmp_path / "leader.log"
    log.write_bytes(b"x" * (LOG_LIMIT + 1))

    service.trim_log()

    assert log.stat().st_size == 0
    assert (tmp_path / "leader.log.1").stat().st_size == LOG_LIMIT + 1
