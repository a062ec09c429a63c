"""`clocks export FILE` and `clocks verify`: every clock against an independent computation."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deadlines.services.verification import clocks_verify
from deadlines.verifier import clockcheck
from deadlines.verifier.export import export_lines


class Command(BaseCommand):
    help = "期限复核：用独立编写的程序重算每个时钟，或导出时钟供离线复核。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        command = actions.add_parser("export", help="导出全部时钟及其经过（JSON 行），- 为标准输出")
        command.add_argument("file")
        command.add_argument("--checker", metavar="FILE", help="同时写出复核程序（只需要 Python）")
        actions.add_parser("verify", help="立即复核，结果记入系统状态页；有不一致的退出码为 1")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "verify":
            self._verify()
        else:
            self._export(options["file"], options["checker"])

    def _verify(self) -> None:
        run = clocks_verify()
        for difference in run.differences:
            self.stdout.write(difference)
        self.stdout.write(f"复核时钟{run.checked}个，不一致{run.differing}个。")
        if run.differing:
            sys.exit(1)

    def _export(self, name: str, checker: str | None) -> None:
        try:
            if checker:
                Path(checker).write_text(Path(clockcheck.__file__).read_text("utf-8"), "utf-8")
            if name == "-":
                self._write(self.stdout)
            else:
                with open(name, "w", encoding="utf-8") as stream:
                    self._write(stream)
        except OSError as error:
            raise CommandError(f"无法写入{name}：{error.strerror}") from error

    def _write(self, stream: Any) -> None:
        for line in export_lines():
            stream.write(line + "\n")
