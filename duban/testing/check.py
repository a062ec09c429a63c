"""`python -m duban.testing.check`, called by `make check`: what can be judged without running."""

import os
import sys
import tempfile
from pathlib import Path

from duban.run.options import ROOT
from duban.testing.stages import Stage, run_stages

BIN = Path(sys.executable).parent
# The parts that are plain Python; with Django's plug-in the rest would take minutes.
TYPED = [
    "duban.run",
    "duban.rulepacks.schema",
    "deadlines.calendar",
    "deadlines.rules",
    "cases.domain",
]
MYPY = ["--strict", "--allow-untyped-calls", "--ignore-missing-imports", "--follow-imports=silent"]
MYPY += [word for module in TYPED for word in ("-p", module)]


def read_environment(path: Path) -> dict[str, str]:
    """NAME=value lines, as systemd's EnvironmentFile reads them."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value.strip('"') for name, _, value in pairs}


def stages() -> list[Stage]:
    manage = [sys.executable, "manage.py"]
    production = read_environment(ROOT / "deploy" / "env.example")
    # The service's directory is not this machine's, and the checks leave no trace in any.
    production["DUBAN_VAR"] = os.environ["DUBAN_VAR"]
    return [
        Stage("ruff check", [str(BIN / "ruff"), "check", "."]),
        Stage("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
        Stage("import-linter", [str(BIN / "lint-imports"), "--no-cache"]),
        Stage("mypy", [str(BIN / "mypy"), *MYPY]),
        Stage("manage.py check", [*manage, "check", "--fail-level", "WARNING"]),
        Stage("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Stage(
            "manage.py check --deploy",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            environment=production,
        ),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="duban-check-") as scratch:
        os.environ["DUBAN_VAR"] = scratch
        sys.exit(run_stages(stages(), skipping_fails=True))
