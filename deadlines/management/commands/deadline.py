"""`deadline explain`: how one due day comes about, or, with `--batch`, many of them."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from deadlines.batch import BatchError, answers, check_question, explain, result
from deadlines.calendar import CalendarError
from deadlines.computation import Computation
from deadlines.limits import ROLLS, UNITS, LimitError
from deadlines.moments import MomentError
from deadlines.sheet import sheet_text
from deadlines.shipped import shipped_limit
from duban.rulepacks.loader import PackError


class Command(BaseCommand):
    help = "期限计算：按规则包（或直接给出的期限）计算到期日并逐日说明；不使用数据库。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        command = actions.add_parser("explain", help="计算一个期限，或用 --batch 逐行计算")
        command.add_argument("--pack", help="规则包名称，如 lanzhou-2018")
        command.add_argument("--rule", help="时限名称，如 first_feedback")
        command.add_argument("--unit", choices=list(UNITS), help="直接给出期限时的单位")
        command.add_argument("--count", type=int, help="直接给出期限时的数目")
        command.add_argument("--roll", choices=list(ROLLS), help="遇节假日是否顺延（默认不顺延）")
        command.add_argument("--start", help="收到的日期或时间，如 2026-09-18T10:00")
        command.add_argument("--calendar-as-of", help="按当日已公布的放假安排计算，如 2020-01-23")
        command.add_argument("--batch", metavar="FILE", help="每行一个JSON对象；- 为标准输入")
        command.add_argument("--json", action="store_true", help="输出JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"]:
            self._batch(options)
        else:
            self._one(options)

    def _one(self, options: dict[str, Any]) -> None:
        names = ("pack", "rule", "unit", "count", "roll", "start", "calendar_as_of")
        question = {name: options[name] for name in names if options[name] is not None}
        try:
            check_question(question)
            computation = explain(question, shipped_limit, with_days=True)
        except (BatchError, MomentError, LimitError, CalendarError, PackError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_full(computation), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(sheet_text(computation))

    def _batch(self, options: dict[str, Any]) -> None:
        if clash := [name for name in ("pack", "rule", "unit", "count", "start") if options[name]]:
            raise CommandError(f"--batch 不能与 --{clash[0]} 同用")
        try:
            with _opened(options["batch"]) as stream:
                for line in answers(stream, shipped_limit):
                    self.stdout.write(line)
        except PackError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"无法读取{options['batch']}：{error.strerror}") from error


def _full(computation: Computation) -> dict[str, Any]:
    return (
        result(computation)
        | {
            key: value
            for key, value in computation.to_json().items()
            if key not in {"clause", "first_day", "counted_days", "rolled", "provisional", "days"}
        }
        | {
            "days": [
                {
                    "date": line.date.isoformat(),
                    "counted": line.counted,
                    "n": line.n,
                    "reason": line.reason,
                }
                for line in computation.days
            ]
        }
    )


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with open(name, "rb") as stream:
            yield stream
