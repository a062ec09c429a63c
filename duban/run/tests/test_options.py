"""What the supervisor is told, and what it refuses."""

import os
import socket
from pathlib import Path

import pytest

from duban.run.options import (
    MARK,
    SOCKET_PATH_LIMIT,
    CannotRun,
    check_port,
    child_environment,
    make_directories,
    read_options,
)


def test_the_usual_run_is_a_demo_on_this_machine_only(tmp_path: Path) -> None:
    options = read_options({"DUBAN_VAR": str(tmp_path)})

    assert options.demo
    assert options.embedded_broker
    assert options.address == "http://127.0.0.1:8000/"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_a_demo_is_never_offered_to_other_machines(host: str) -> None:
    with pytest.raises(CannotRun, match="只能在本机访问"):
        read_options({"HOST": host})


def test_without_the_demo_other_machines_may_be_served(tmp_path: Path) -> None:
    options = read_options({"HOST": "0.0.0.0", "DUBAN_DEMO": "0", "DUBAN_VAR": str(tmp_path)})

    assert options.host == "0.0.0.0"


def test_no_demo_goes_unasked_into_a_named_database() -> None:
    assert not read_options({"DATABASE_URL": "postgres:///duban"}).demo
    assert read_options({"DATABASE_URL": "postgres:///duban", "DUBAN_DEMO": "1"}).demo


def test_with_a_broker_of_ones_own_other_workers_may_exist() -> None:
    options = read_options({"REDIS_URL": "redis://broker/0"})

    assert not options.embedded_broker
    assert not options.single_worker


@pytest.mark.parametrize("port", ["0", "65536", "八千", "-1", "80 80", "²"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CannotRun, match="PORT"):
        read_options({"PORT": port})


def test_a_busy_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(CannotRun, match=f"127.0.0.1:{port}.*make run PORT="):
            check_port(read_options({"PORT": str(port)}))


def test_the_socket_path_fits_however_deep_the_project_lies(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    options = read_options({"DUBAN_VAR": str(deep)})

    assert len(os.fsencode(options.socket)) <= SOCKET_PATH_LIMIT
    assert options.socket.parent != options.state
    make_directories(options)
    assert options.socket.parent.stat().st_mode & 0o777 == 0o700
    options.socket.parent.rmdir()


def test_a_socket_directory_open_to_others_is_refused(tmp_path: Path) -> None:
    options = read_options({"DUBAN_VAR": str(tmp_path / ("d" * 120))})
    options.socket.parent.mkdir(mode=0o755)
    options.socket.parent.chmod(0o755)

    try:
        with pytest.raises(CannotRun, match="不归当前用户独有"):
            make_directories(options)
    finally:
        options.socket.parent.rmdir()


def test_the_callers_environment_cannot_undo_what_was_decided(tmp_path: Path) -> None:
    options = read_options({"DUBAN_VAR": str(tmp_path)})
    environ = {"REDIS_URL": "", "DUBAN_DEMO": "", "DUBAN_BASE_URL": "https://duban.test"}

    handed = child_environment(options, environ, "redis+socket:///s")

    assert handed["REDIS_URL"] == "redis+socket:///s"
    assert handed["DUBAN_DEMO"] == "1"
    assert handed["DUBAN_BASE_URL"] == "https://duban.test"
    assert handed[MARK] == str(tmp_path)
