"""The operators' scripts, really run: what is backed up comes back, and a damaged backup does not."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from duban.run.options import ROOT

VENV = Path(sys.executable).parent.parent


def run(script: str, argument: Path, var: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = kept | {"DUBAN_VAR": str(var), "DUBAN_ENV": "/nonexistent", "VENV": str(VENV)}
    return subprocess.run(
        ["bash", str(ROOT / "deploy" / script), str(argument)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def var(tmp_path: Path) -> Path:
    made = tmp_path / "var"
    (made / "media" / "a").mkdir(parents=True)
    (made / "media" / "a" / "附件.txt").write_text("原文", encoding="utf-8")
    (made / "secret_key").write_text("k" * 60)
    with sqlite3.connect(made / "db.sqlite3") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE matter (title TEXT)")
        database.execute("INSERT INTO matter VALUES ('河道清淤')")
    database.close()
    return made


@pytest.fixture
def backup(var: Path, tmp_path: Path) -> Path:
    done = run("backup.sh", tmp_path / "backups", var)
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "backups").iterdir()
    return made


def test_what_was_there_comes_back(var: Path, backup: Path) -> None:
    with sqlite3.connect(var / "db.sqlite3") as database:
        database.execute("DELETE FROM matter")
    database.close()
    (var / "media" / "a" / "附件.txt").write_text("改坏", encoding="utf-8")

    done = run("restore.sh", backup, var)

    assert done.returncode == 0, done.stderr
    restored = sqlite3.connect(var / "db.sqlite3")
    assert restored.execute("SELECT title FROM matter").fetchall() == [("河道清淤",)]
    restored.close()
    assert (var / "media" / "a" / "附件.txt").read_text(encoding="utf-8") == "原文"
    assert (var / "secret_key").stat().st_mode & 0o777 == 0o600
    assert list(var.glob("media.before-restore-*/a/附件.txt"))


def test_a_backup_is_readable_by_its_owner_only(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in backup.iterdir())


def test_a_damaged_backup_replaces_nothing(var: Path, backup: Path) -> None:
    with (backup / "media.tar").open("ab") as damaged:
        damaged.write(b"x")

    done = run("restore.sh", backup, var)

    assert done.returncode != 0
    assert not list(var.glob("media.before-restore-*"))
