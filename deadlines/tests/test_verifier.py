"""The second computation: it agrees on every case, finds what was tampered with, and runs alone."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from bench.verifier_cases import compare
from deadlines.limits import PlainLimit
from deadlines.models import Clock, VerificationRun
from deadlines.services import (
    clock_correct_receipt,
    clock_extend,
    clock_pause,
    clock_redate,
    clock_reopen,
    clock_restart,
    clock_resume,
    clock_stop,
)
from deadlines.services.verification import clocks_verify, latest_verification
from deadlines.tests import given
from deadlines.tests.given import moment
from deadlines.verifier import clockcheck
from deadlines.verifier.export import export_lines
from deadlines.web.verification import verification
from duban.notify.models import Message
from duban.org.models import Post, User

AT = moment("2026-11-20T03:10")


def lived() -> dict[str, Clock]:
    """One clock for every kind of event, and for every kind of limit."""
    by = given.actor()
    clocks = {unit: given.clock(limit=PlainLimit(2, unit)) for unit in ("month", "month_end")}
    clocks["yearly"] = given.clock(limit=PlainLimit(30, "day_of_year", month=11))
    clocks["paper"] = given.clock(start=date(2026, 9, 29), limit=PlainLimit(9, "calendar_day"))
    clocks["named"] = given.clock(
        due_on=date(2026, 10, 30), at_time=moment("2026-10-30T17:30").time()
    )
    for name in ("extended", "redated", "stopped", "reopened", "corrected", "restarted", "paused"):
        clocks[name] = given.clock(limit=PlainLimit(10, "working_day", roll="forward"))
    clocks["resumed"] = given.clock(limit=PlainLimit(1, "month", roll="forward"))
    at = moment("2026-10-12T09:00")
    clock_extend(clock=clocks["extended"], due_on=date(2026, 11, 6), by=by, at=at)
    clock_redate(clock=clocks["redated"], due_on=date(2026, 10, 16), by=by, at=at, reason="约定")
    clock_stop(clock=clocks["stopped"], at=at)
    clock_stop(clock=clocks["reopened"], at=at)
    clock_reopen(clock=clocks["reopened"], at=at + timedelta(days=1))
    clock_correct_receipt(
        clock=clocks["corrected"], start=date(2026, 9, 28), by=by, at=at, reason="登记有误"
    )
    clock_restart(clock=clocks["restarted"], start=at, by=by, at=at, reason="重新交办")
    for name in ("paused", "resumed"):
        clock_pause(clock=clocks[name], by=by, at=at, reason="等待上级批复")
    clock_resume(clock=clocks["resumed"], by=by, at=at + timedelta(days=6))
    return clocks


def check(lines: list[str]) -> tuple[clockcheck.Checker, list[str]]:
    checker = clockcheck.Checker()
    return checker, [text for line in lines for text in checker.take(line)]


def test_thousands_of_random_cases_agree() -> None:
    """100,000 of them in bench/verifier_cases.py."""
    outcome = compare(3000, seed=7)
    assert outcome.differing == []
    assert outcome.agreed == 3000
    assert min(outcome.kinds.values()) > 100, "every event and every unit is among them"


@pytest.mark.django_db
def test_every_kind_of_event_is_derived_from_the_export() -> None:
    clocks = lived()
    checker, found = check(list(export_lines()))
    assert found == []
    assert checker.checked == len(clocks)


TAMPERED = {
    "到期时间": ("extended", "due_at", "2026-11-07 16:00:00"),
    "原到期时间": ("redated", "original_due_at", "2026-10-21 16:00:00"),
    "起算时间": ("corrected", "started_at", "2026-09-28 16:00:00"),
    "预警时间": ("month", "warn_at", "2026-11-20 16:00:00"),
    "停止时间": ("stopped", "stopped_at", "2026-10-11 01:00:00"),
    "缓办开始时间": ("paused", "paused_at", "2026-10-10 01:00:00"),
    "是否暂定": ("paper", "provisional", True),
    "提醒时点": ("named", "thresholds", "[]"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("said", TAMPERED)
def test_a_row_changed_by_sql_is_found(said: str) -> None:
    clock, (name, column, value) = lived(), TAMPERED[said]
    if isinstance(value, str) and value.startswith("20"):
        value = moment(value.replace(" ", "T")) + timedelta(hours=8)
        value = connection.ops.adapt_datetimefield_value(value)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE deadlines_clock SET {column} = %s WHERE id = %s", [value, clock[name].pk]
        )
    _, found = check(list(export_lines()))
    assert len(found) == 1
    assert found[0].startswith(f"时钟{clock[name].pk}：{said}应为")


@pytest.mark.django_db
def test_a_stop_that_no_event_knows_is_found() -> None:
    clock = given.clock()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deadlines_clock SET state = 'stopped', stopped_at = due_at WHERE id = %s",
            [clock.pk],
        )
    _, found = check(list(export_lines()))
    assert [text.split("所存")[0] for text in found] == [
        f"时钟{clock.pk}：状态应为running，",
        f"时钟{clock.pk}：停止时间应为无，",
    ]


@pytest.mark.django_db
def test_it_runs_alone_on_an_export_with_only_python(tmp_path: Path) -> None:
    clocks = lived()
    export, program = tmp_path / "clocks.jsonl", tmp_path / "clockcheck.py"
    call_command("clocks", "export", str(export), "--checker", str(program))

    def run() -> subprocess.CompletedProcess[str]:
        # -I -S: neither this directory nor installed packages can be imported.
        command = [sys.executable, "-I", "-S", str(program), str(export)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={"PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    fine = run()
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout == f"复核时钟{len(clocks)}个：一致{len(clocks)}个，不一致0个。\n"
    lines = export.read_text("utf-8").splitlines()
    last = json.loads(lines[-1])
    last["stored"]["state"] = "stopped"
    export.write_text("\n".join([*lines[:-1], json.dumps(last), "不是JSON"]), "utf-8")
    wrong = run()
    assert wrong.returncode == 1
    assert f"时钟{last['clock']}：状态应为" in wrong.stdout
    assert "时钟？：不能复核" in wrong.stdout


def test_the_program_is_short_and_knows_nothing_of_the_system() -> None:
    text = Path(clockcheck.__file__).read_text("utf-8")
    assert len(text.splitlines()) < 300
    assert not [
        line for line in text.splitlines() if line.startswith(("from deadlines", "from django"))
    ]


@pytest.mark.django_db
def test_a_night_without_differences_is_kept() -> None:
    given.clock()
    run = clocks_verify(at=AT)
    assert (run.checked, run.differing, run.differences) == (1, 0, [])
    assert latest_verification() == run
    assert run.finished_at is not None
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_difference_is_kept_and_the_system_administrator_is_told() -> None:
    clock, admin = given.clock(), User.objects.create(username="xitong", name="赵强")
    Post.objects.create(
        user=admin, unit=given.office().body, role="system_admin", starts_on=date(2026, 1, 1)
    )
    Clock.objects.filter(pk=clock.pk).update(due_at=moment("2026-12-01T00:00"))
    run = clocks_verify(at=AT)
    assert run.differing == 1
    assert f"时钟{clock.pk}：到期时间应为2026-10-21T00:00:00+08:00" in run.differences[0]
    told = Message.objects.get(recipient=admin)
    assert told.subject == "期限复核：1个时钟与独立重算的结果不一致"
    assert run.differences[0] in told.body


@pytest.mark.django_db
def test_the_command_lists_differences_and_fails() -> None:
    clock, out = given.clock(), StringIO()
    Clock.objects.filter(pk=clock.pk).update(warn_at=moment("2026-10-01T00:00"))
    with pytest.raises(SystemExit) as left:
        call_command("clocks", "verify", stdout=out)
    assert left.value.code == 1
    assert f"时钟{clock.pk}：预警时间应为" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "state"),
    [(timedelta(hours=1), "ok"), (timedelta(days=2), "ok"), (timedelta(days=2, minutes=1), "fail")],
    ids=["当日", "两天整", "超过两天"],
)
def test_the_state_page_is_red_when_no_verification_is_recent(after: timedelta, state: str) -> None:
    given.clock()
    VerificationRun.objects.create(started_at=AT, finished_at=AT, checked=1)
    line = verification(at=AT + after)
    assert line.state == state
    assert "2026-11-20 03:10复核时钟1个，全部一致" in line.text


@pytest.mark.django_db
def test_the_state_page_is_red_when_something_differs() -> None:
    clock = given.clock()
    Clock.objects.filter(pk=clock.pk).update(provisional=True)
    clocks_verify(at=AT)
    line = verification(at=AT + timedelta(hours=5))
    assert line.state == "fail"
    assert "1个不一致" in line.text
    assert f"时钟{clock.pk}：是否暂定应为否，所存为是" in line.text


@pytest.mark.django_db
def test_a_run_that_was_killed_is_not_taken_for_one_that_came_to_its_end() -> None:
    VerificationRun.objects.create(started_at=AT)
    assert latest_verification() is None
    assert verification(at=AT).text == "尚无时钟，每日凌晨复核"
