"""pytest plugin: the environment of a test run, set before Django reads its settings.

DATABASE_URL and REDIS_URL come from `duban.testing.servers`; without them the suite runs on a
SQLite file of its own and needs no server.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

VAR = Path(tempfile.mkdtemp(prefix="duban-test-"))
OWNER = os.getpid()


def _remove_var() -> None:
    if os.getpid() == OWNER:  # not in a forked child
        shutil.rmtree(VAR, ignore_errors=True)


atexit.register(_remove_var)

for name in [name for name in os.environ if name.startswith("DUBAN_")]:
    del os.environ[name]
os.environ.update(
    {
        "DUBAN_VAR": str(VAR),
        "DUBAN_SECRET_KEY": "only-for-tests-" + "0123456789" * 5,
        "DUBAN_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "DUBAN_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "EMAIL_URL": "memorymail://",
        # Playwright keeps an event loop in the main thread; Django would refuse the ORM there.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in production: races need two connections, and two processes.
        database.setdefault("TEST", {})["NAME"] = str(VAR / "test.sqlite3")
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )
