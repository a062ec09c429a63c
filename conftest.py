"""What every test of the project may rely on. The environment: duban/testing/environment.py."""

from typing import Any

import pytest

from duban.testing.append_only import flush_lifts_triggers  # noqa: F401
from duban.testing.browser import chromium, launch_arguments
from duban.testing.servers import required


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests that need what is not here skip with the reason, or fail under REQUIRE_SERVERS=1."""
    if item.get_closest_marker("servers") and (reason := _no_servers()):
        _skip_or_fail(reason)
    if item.get_closest_marker("browser") and chromium() is None:
        _skip_or_fail("没有 Chromium：apt-get install chromium")


def _no_servers() -> str:
    from django.conf import settings

    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    if on_postgres and settings.REDIS_URL:
        return ""
    return "需要 PostgreSQL 与 Redis：python -m duban.testing.servers pytest …"


def _skip_or_fail(reason: str) -> None:
    if required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **launch_arguments()}
