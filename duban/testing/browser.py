"""Which browser the browser tests drive, and how it is started."""

import os
import shutil
from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str | None:
    """The system's browser; Playwright's own download is not used."""
    told = os.environ.get("TEST_CHROMIUM")
    return told or shutil.which("chromium") or shutil.which("chromium-browser")


def launch_arguments() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS}
