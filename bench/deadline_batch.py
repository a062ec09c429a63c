"""How many lines a minute `deadline explain --batch` answers, start of the program included.

python -m bench.deadline_batch [LINES]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


def main(lines: int) -> None:
    first = date(2018, 1, 1)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as handle:
        for number in range(lines):
            asked = {
                "unit": ("working_day", "calendar_day", "month")[number % 3],
                "count": number % 30 + 1,
                "roll": ("none", "forward")[number % 2],
                "start": (first + timedelta(days=number % 3200)).isoformat(),
            }
            handle.write(json.dumps(asked) + "\n")
        handle.flush()
        command = [sys.executable, "manage.py", "deadline", "explain", "--batch", handle.name]
        began = time.perf_counter()
        answered = subprocess.run(command, cwd=BASE, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - began
    refused = sum('"error"' in line for line in answered.stdout.splitlines())
    sys.stdout.write(
        f"lines={lines} refused={refused} seconds={seconds:.1f} "
        f"per_minute={lines / seconds * 60:.0f}\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
