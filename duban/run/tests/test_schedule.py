"""The table of everything that runs by itself, and the return of what a killed worker held."""

from collections.abc import Iterator

import pytest
from celery import Celery

from duban import celery_app
from duban.celery import restore_orphans
from duban.testing.broker import TemporaryRedis
from duban.testing.postgres import ServerMissing


def test_every_entry_names_a_task_that_exists() -> None:
    celery_app.loader.import_default_modules()

    named = {entry["task"] for entry in celery_app.conf.beat_schedule.values()}

    assert named - set(celery_app.tasks) == set()


def test_the_steps_of_a_round_follow_each_other() -> None:
    table = celery_app.conf.beat_schedule
    minutes = [
        table[step]["schedule"].minute for step in ("deadline-sweep", "alerts-to-cases", "messages")
    ]

    assert [sorted(step)[:2] for step in minutes] == [[0, 5], [1, 6], [2, 7]]
    assert {len(step) for step in minutes} == {12}


def test_the_hours_are_those_of_shanghai_and_the_digest_has_a_round_at_half_past_eight() -> None:
    assert celery_app.conf.timezone == "Asia/Shanghai"
    digest = celery_app.conf.beat_schedule["digest"]["schedule"]
    assert 8 in digest.hour
    assert 30 in digest.minute


@pytest.fixture
def broker_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    """The product's application on a broker of its own, holding one task nobody acknowledged."""
    try:
        with TemporaryRedis() as server:
            app = Celery("orphans", broker=server.url)
            app.conf.broker_transport_options = {"visibility_timeout": 3600}
            monkeypatch.setattr("duban.celery.app", app)
            app.send_task("deadlines.tasks.sweep")
            with app.connection_for_write() as connection:
                connection.default_channel.basic_get("celery")
                # A killed worker says no good-bye: nothing is handed back on closing.
                connection.default_channel.qos.restore_at_shutdown = False
                connection.default_channel.do_restore = False
            yield app
    except ServerMissing as missing:
        pytest.skip(str(missing))


def waiting(app: Celery) -> int:
    with app.connection_for_write() as connection:
        return int(connection.default_channel.client.llen("celery"))


def test_the_only_worker_takes_back_what_its_predecessor_held(
    broker_app: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_SINGLE_WORKER", "1")
    assert waiting(broker_app) == 0

    restore_orphans()

    assert waiting(broker_app) == 1


def test_among_several_workers_nothing_is_taken_from_another(
    broker_app: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_SINGLE_WORKER", raising=False)

    restore_orphans()

    assert waiting(broker_app) == 0
