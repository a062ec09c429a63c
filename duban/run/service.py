"""One supervised service: restarted when it ends, later and later while it keeps failing."""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from duban.run import processes

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_AFTER = 60.0  # seconds up after which earlier failures are forgotten
LOG_LIMIT = 20 * 1024 * 1024


@dataclass
class Service:
    """`label` is shown to people; `stop_seconds` is how long it may finish what it has begun."""

    name: str
    label: str
    command: list[str]
    environment: dict[str, str]
    logs: Path
    stop_seconds: float = 15.0
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    _asked: bool = False
    _begun: float = 0.0
    _not_before: float = 0.0
    _log: Path = field(init=False)

    def __post_init__(self) -> None:
        self._log = self.logs / f"{self.name}.log"

    def start(self) -> None:
        self._begun = time.monotonic()
        self._asked = False
        self.process = processes.start(self.command, self.environment, self._log)

    def watch(self, now: float) -> str | None:
        """Restarts it if it has ended and its delay is over; what to tell, if anything."""
        if self.process is None:
            if now >= self._not_before:
                self.start()
            return None
        status = self.process.poll()
        if status is None:
            if self.failures and now - self._begun >= STEADY_AFTER:
                self.failures = 0
            return None
        # Its children may outlive it and would work beside the new one.
        processes.kill_group(self.process.pid)
        self.process = None
        self.failures += 1
        delay = min(FIRST_DELAY * 2 ** (self.failures - 1), LONGEST_DELAY)
        self._not_before = now + delay
        return (
            f"{self.label}意外退出（{_spoken(status)}），{delay:g} 秒后重新启动。日志：{self._log}"
        )

    def ask_to_stop(self) -> None:
        """Once: to some programs a second request means "drop everything"."""
        if self.process is not None and not self._asked:
            self._asked = True
            self.process.terminate()

    def stop(self) -> None:
        self.ask_to_stop()
        if self.process is not None:
            processes.wait_or_kill(self.process, self.stop_seconds)
            self.process = None

    def trim_log(self) -> None:
        """Keeps one older part; the process goes on appending to the same file."""
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.with_suffix(".log.1").write_bytes(self._log.read_bytes())
            self._log.open("wb").close()

    def last_lines(self, count: int = 8) -> str:
        if not self._log.exists():
            return ""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - 8192))
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-count:])


def _spoken(status: int) -> str:
    return f"信号 {-status}" if status < 0 else f"退出码 {status}"
