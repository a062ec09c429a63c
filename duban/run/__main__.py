"""`python -m duban.run`, called by `make run`."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from duban.run.options import CannotRun, Options, check_port, make_directories, read_options
from duban.run.supervisor import Supervisor


@contextmanager
def only_one(options: Options) -> Iterator[None]:
    """Raises CannotRun while another supervisor holds the same var/."""
    with (options.state / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            lock.seek(0)
            raise CannotRun(f"已在运行：{lock.read().strip()}") from held
        lock.truncate(0)
        lock.write(f"{options.address}（进程 {os.getpid()}）")
        lock.flush()
        yield


def say(line: str) -> None:
    if line:
        print(line, flush=True)


def main() -> int:
    try:
        options = read_options(os.environ)
        make_directories(options)
        with only_one(options):
            check_port(options)
            Supervisor(options, say).run()
    except CannotRun as reason:
        print(f"无法启动：{reason}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
