"""Named places at which a soak run kills the process; otherwise passing one costs a comparison."""

import os
import signal
from pathlib import Path
from typing import Final

_FILE: Final = os.environ.get("DUBAN_FAULT_FILE", "")


def passing(point: str) -> None:
    """Kill the whole process group, as a power cut would, if this point is the armed one.

    The file holds `point n`: the n-th passing dies, and the file is gone before it does.
    """
    if _FILE:
        _die_if_armed(point)


def _die_if_armed(point: str) -> None:
    path = Path(_FILE)
    try:
        armed, count = path.read_text(encoding="ascii").split()
    except (FileNotFoundError, ValueError):
        return
    if armed != point:
        return
    if int(count) > 1:
        path.write_text(f"{armed} {int(count) - 1}", encoding="ascii")
        return
    path.unlink(missing_ok=True)
    os.killpg(os.getpgid(0), signal.SIGKILL)
