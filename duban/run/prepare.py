"""`python -m duban.run.prepare`: everything that has to be there before the services start.

What it tells goes to standard error; standard output is what the supervisor shows at the end.
"""

import hashlib
import sys
from pathlib import Path

import django


def static_fingerprint() -> str:
    """Changes when a static file comes, goes or changes."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> None:
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    print("正在整理静态文件……", file=sys.stderr, flush=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("正在建立或升级数据库……", file=sys.stderr, flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import BaseCommand, call_command

    BaseCommand(stdout=sys.stderr).check()  # a warning is shown, an error stops the start
    migrate()
    collect_static()
    if settings.DUBAN_DEMO:
        print("正在核对演示数据……", file=sys.stderr, flush=True)
        call_command("duban_demo", stdout=sys.stderr)
        call_command("duban_demo", accounts=True)


if __name__ == "__main__":
    main()
