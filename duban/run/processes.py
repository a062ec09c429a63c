"""Processes in groups of their own: started, ended, and found again after an accident."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from duban.run.options import MARK, ROOT

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Linux: the kernel sends SIGTERM when the supervisor dies, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Starts `command` in its own session; output is appended to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,  # safe: the supervisor has one thread
        )


def kill_group(leader: int) -> None:
    """Kills what is left of a group, also when its leader is gone."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def wait_or_kill(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Waits for the leader, then kills what is left of its group; after `seconds` the leader too."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill_group(process.pid)
    process.wait()


def marked(var: Path) -> Iterator[int]:
    """Processes of this installation, recognised by their environment (Linux)."""
    wanted = f"{MARK}={var}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        pid = int(entry.parent.name)
        if pid == os.getpid():
            continue
        try:
            variables = entry.read_bytes().split(b"\0")
        except OSError:  # ended meanwhile, or somebody else's
            continue
        if wanted in variables:
            yield pid


def kill_leftovers(var: Path, *, grace: float = 0.0) -> int:
    """Ends what an earlier run left behind; how many there were."""
    found = list(marked(var))
    for pid in found:
        _send(pid, signal.SIGTERM if grace else signal.SIGKILL)
    limit = time.monotonic() + grace + 5
    killing = time.monotonic() + grace
    while (left := list(marked(var))) and time.monotonic() < limit:
        if time.monotonic() >= killing:
            for pid in left:
                _send(pid, signal.SIGKILL)
        time.sleep(0.05)
    return len(found)


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
