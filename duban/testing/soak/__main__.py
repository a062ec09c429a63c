"""`python -m duban.testing.soak [--kills N] [--seed S] [--stack embedded|servers|both]`.

Runs weeks of rounds against a worker that is killed once in every round, restarts the broker and
the database under load, and compares every fact with a run that nothing disturbed. Exit status 1
where they differ, or where something exists twice.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from celery import Celery

from duban.run.broker import wait_until
from duban.testing.postgres import ServerMissing
from duban.testing.servers import required
from duban.testing.soak.rounds import BROKER, DATABASE, ROUND, TWICE, Round, moments, plan
from duban.testing.soak.stacks import STACKS, Installation

PATIENCE = 60.0  # seconds until a task that nothing disturbs must be done
LOAD = 6  # sweeps queued at once while a server is restarted
WORLD = ("-m", "duban.testing.soak.world")


def torment(there: Installation, rounds: Sequence[Round]) -> Counter[str]:
    """Run every round with its disturbance; what befell it, counted."""
    queue = Celery(broker=there.broker.url)
    befell: Counter[str] = Counter()
    there.start_worker()
    for each in rounds:
        befell += _round(there, queue, each)
    return befell


def _round(there: Installation, queue: Celery, each: Round) -> Counter[str]:
    befell: Counter[str] = Counter()
    at = each.at.isoformat()
    if each.besides in (BROKER, DATABASE):
        _restart(there, queue, each, at)
        befell[each.besides] += 1
    for number, name in enumerate(ROUND):
        if number == each.kill.task:
            befell[_killed(there, queue, each, name, at)] += 1
        queue.send_task(name, kwargs={"at": at})
        if each.besides == TWICE:
            queue.send_task(name, kwargs={"at": at})
        _finish(there)
    befell[TWICE] += each.besides == TWICE
    return befell


def _killed(there: Installation, queue: Celery, each: Round, name: str, at: str) -> str:
    """Dies at its point if the task gets there; at the end of the task, or of the time, if not."""
    fault = there.directory / "fault"
    if each.kill.point:
        fault.write_text(f"{each.kill.point} {each.kill.nth}", encoding="ascii")
    queue.send_task(name, kwargs={"at": at})
    if each.kill.point:
        wait_until(lambda: not there.worker_lives() or there.is_idle(), seconds=PATIENCE)
    else:
        time.sleep(each.kill.after)
    fault.unlink(missing_ok=True)
    at_point = not there.worker_lives()
    there.kill_worker()
    there.start_worker()
    return f"killed at {each.kill.point}" if at_point else "killed between"


def _restart(there: Installation, queue: Celery, each: Round, at: str) -> None:
    for _ in range(LOAD):
        queue.send_task(ROUND[0], kwargs={"at": at})
    time.sleep(each.kill.after)
    if each.besides == BROKER:
        there.broker.restart()
    else:
        there.database.restart()
    _finish(there)


def _finish(there: Installation) -> None:
    """Wait until nothing is left to do; a worker that hangs is what a soak run looks for."""
    if not wait_until(there.is_idle, seconds=PATIENCE):
        raise RuntimeError(f"{there.name}：任务{PATIENCE:.0f}秒内没有做完")


def run(there: Installation, *, kills: int, seed: int) -> list[str]:
    """What is wrong after the run, a line each."""
    rounds = plan(kills=kills, seed=seed)
    listed = there.directory / "moments.json"
    listed.write_text(json.dumps(moments(rounds)), encoding="utf-8")
    calm = there.database.url("calm")
    for database in ("", calm):
        there.run("manage.py", "migrate", "--verbosity", "0", database=database)
        there.run(*WORLD, "build", database=database)
    there.run(*WORLD, "undisturbed", str(listed), database=calm)
    befell = torment(there, rounds)
    print(f"{there.name}：" + "，".join(f"{what}{n}次" for what, n in befell.most_common()))
    return _differences(_facts(there, "disturbed"), _facts(there, "calm", database=calm))


def _facts(there: Installation, name: str, database: str = "") -> dict[str, dict[str, int]]:
    path = there.directory / f"{name}.json"
    there.run(*WORLD, "facts", str(path), database=database)
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    print(
        f"{there.name}，{name}："
        + "，".join(f"{label} {len(rows)}" for label, rows in found.items())
    )
    return {label: dict(rows) for label, rows in found.items()}


def _differences(
    disturbed: dict[str, dict[str, int]], calm: dict[str, dict[str, int]]
) -> list[str]:
    lines = []
    for label, expected in calm.items():
        found = disturbed[label]
        lines += [f"{label} 缺：{row}" for row in expected.keys() - found.keys()]
        lines += [f"{label} 多：{row}" for row in found.keys() - expected.keys()]
        lines += [
            f"{label} {found[row]}次而非{count}次：{row}"
            for row, count in expected.items()
            if found.get(row, count) != count
        ]
    return lines


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--stack", choices=[*STACKS, "both"], default="both")
    asked = parser.parse_args(arguments)
    wrong = 0
    for name in STACKS if asked.stack == "both" else [asked.stack]:
        begun = time.monotonic()
        try:
            with STACKS[name]() as there:
                lines = run(there, kills=asked.kills, seed=asked.seed)
        except ServerMissing as missing:
            print(f"{'失败' if required() else '跳过'}：{missing}")
            wrong += required()
            continue
        print("\n".join(lines[:40]))
        seconds = time.monotonic() - begun
        print(f"{name}：{asked.kills}次，{len(lines)}处不符，{seconds:.0f}秒", flush=True)
        wrong += bool(lines)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
