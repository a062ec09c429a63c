"""Starts the services in order, keeps them up, and ends them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from duban.run import broker, processes, services
from duban.run.options import ROOT, CannotRun, Options, child_environment
from duban.run.service import Service

WATCH_EVERY = 0.25
TRIM_EVERY = 60.0


class Supervisor:
    """One run of one installation. `say` writes a line for the person at the terminal."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options = options
        self.say = say
        self.environment = child_environment(
            options,
            os.environ,
            broker.url(options.socket) if options.embedded_broker else os.environ["REDIS_URL"],
        )
        self.services: list[Service] = []
        self._stopping = threading.Event()
        self._once: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Until a signal ends it. Raises CannotRun when it cannot get that far."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        begun = time.monotonic()
        try:
            if processes.kill_leftovers(self.options.var):
                self.say("已清理上次异常退出留下的进程。")
            self._start_broker()
            shown = self._prepare()
            self._start_rest()
            if not self._stopping.is_set():
                self.say(f"已启动（{time.monotonic() - begun:.1f} 秒）：{self.options.address}")
                self.say(shown)
                self.say(f"日志在 {self.options.logs}，按 Ctrl-C 停止。")
            self._watch()
        finally:
            self._stop()

    def _start_broker(self) -> None:
        if not self.options.embedded_broker:
            return
        service = services.broker_service(self.options, self.environment)
        self._add(service)
        up = broker.wait_until(
            lambda: broker.answers(self.options.socket) or self._gone(service), seconds=30
        )
        if not up or self._gone(service):
            raise CannotRun(f"{service.label}没有启动：\n{service.last_lines()}")

    def _prepare(self) -> str:
        """Database, static files and demo data; what to show when everything is up."""
        self._once = subprocess.Popen(
            [sys.executable, "-m", "duban.run.prepare"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=processes.end_with_parent,
        )
        shown, _ = self._once.communicate()
        status, self._once = self._once.returncode, None
        if status and not self._stopping.is_set():
            raise CannotRun("准备数据库或演示数据失败，原因见上。")
        return shown.strip()

    def _start_rest(self) -> None:
        if self._stopping.is_set():
            return
        for make in (services.web_service, services.worker_service, services.beat_service):
            self._add(make(self.options, self.environment))
        web = self.services[-3]
        broker.wait_until(
            lambda: self._web_answers() or self._gone(web) or self._stopping.is_set(), seconds=60
        )
        if not self._stopping.is_set() and not self._web_answers():
            raise CannotRun(f"{web.label}没有启动：\n{web.last_lines()}")

    def _watch(self) -> None:
        trim_at = time.monotonic()
        while not self._stopping.wait(WATCH_EVERY):
            now = time.monotonic()
            for service in self.services:
                if told := service.watch(now):
                    self.say(told)
            if now >= trim_at:
                trim_at = now + TRIM_EVERY
                for service in self.services:
                    service.trim_log()

    def _stop(self) -> None:
        if self.services:
            self.say("正在停止……")
        # The broker last and alone: the others still hand back what they hold.
        for service in self.services[1:] if self.options.embedded_broker else self.services:
            service.ask_to_stop()
        while self.services:
            self.services.pop().stop()
        processes.kill_leftovers(self.options.var)
        if self.options.socket.parent != self.options.state:
            with suppress(OSError):
                self.options.socket.unlink(missing_ok=True)
                self.options.socket.parent.rmdir()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self._once is not None:
            processes.kill_group(self._once.pid)
        if self._stopping.is_set():  # asked twice: no more waiting
            for service in self.services:
                if service.process is not None:
                    processes.kill_group(service.process.pid)
        self._stopping.set()

    def _add(self, service: Service) -> None:
        self.services.append(service)
        service.start()

    def _gone(self, service: Service) -> bool:
        return service.process is None or service.process.poll() is not None

    def _web_answers(self) -> bool:
        request = urllib.request.Request(f"{self.options.address}healthz", method="GET")
        try:
            with urllib.request.urlopen(request, timeout=20):
                return True
        except urllib.error.HTTPError:
            return True  # it answers; what ails it is on the page
        except (urllib.error.URLError, OSError):
            return False
