"""The whole embedded installation: started, every process killed once, stopped, started again."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from duban.run import broker, processes
from duban.run.options import ROOT

# Once, beside the other tests on real servers; it brings its own.
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
LEADERS = {
    "broker": "--unixsocket",
    "worker": "celery -A duban worker",
    "beat": "celery -A duban beat",
    "web": "gunicorn",
}


class Installation:
    """One `python -m duban.run` over a var/ of its own, without the demo."""

    def __init__(self, var: Path) -> None:
        self.var = var
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        ours = ("DUBAN_", "DATABASE_URL", "REDIS_URL", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "DUBAN_VAR": str(self.var),
            "DUBAN_DEMO": "0",
            "PORT": str(self.port),
            # Compressing some thousand files is not what is tested here.
            "DUBAN_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }

    def start(self) -> None:
        with (self.var.parent / "said").open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "duban.run"],
                cwd=ROOT,
                env=self.environment(),
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        process = self.process
        broker.wait_until(
            lambda: "已启动" in self.said() or process.poll() is not None, seconds=120, every=0.2
        )
        assert "已启动" in self.said(), self.said()

    def stop(self, number: int = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)

    def said(self) -> str:
        return (self.var.parent / "said").read_text(encoding="utf-8")

    def leader(self, name: str) -> int | None:
        """The first process of that service: it leads a group of its own."""
        for pid in processes.marked(self.var):
            if os.getpgid(pid) != pid:
                continue
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if LEADERS[name] in command:
                return pid
        return None

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5).close()
        except urllib.error.HTTPError as answer:
            return answer.code < 500
        except OSError:
            return False
        return True


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "var")
    made.var.mkdir()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop(signal.SIGTERM)
    processes.kill_leftovers(made.var)


def test_the_whole_survives_its_accidents(installation: Installation) -> None:
    """One story, because each start costs seconds: kills, a second start, stop, a worse kill."""
    installation.start()
    for name in LEADERS:
        a_killed_process_is_back(installation, name)
    a_second_start_says_where_the_first_is(installation)
    key = (installation.var / "secret_key").read_text()
    it_stops_and_leaves_nothing_behind(installation, signal.SIGINT)

    installation.start()
    installation.stop(signal.SIGKILL)
    installation.start()

    assert installation.answers()
    assert (installation.var / "secret_key").read_text() == key
    it_stops_and_leaves_nothing_behind(installation, signal.SIGTERM)


def a_killed_process_is_back(running: Installation, name: str) -> None:
    before = running.leader(name)
    assert before is not None
    os.kill(before, signal.SIGKILL)

    back = broker.wait_until(lambda: running.leader(name) not in (None, before), seconds=30)

    assert back, running.said()
    assert "意外退出（信号 9）" in running.said()
    assert broker.wait_until(running.answers, seconds=40), name


def a_second_start_says_where_the_first_is(running: Installation) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "duban.run"],
        cwd=ROOT,
        env=running.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert second.returncode == 1
    assert re.search(rf"已在运行：http://127\.0\.0\.1:{running.port}/（进程 \d+）", second.stderr)
    assert running.answers()


def it_stops_and_leaves_nothing_behind(running: Installation, number: int) -> None:
    assert running.stop(number) == 0

    assert list(processes.marked(running.var)) == []
    assert not running.answers()
    assert (running.var / "secret_key").stat().st_mode & 0o077 == 0
