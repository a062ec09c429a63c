from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from duban.demo.backend import PASSWORD
from duban.demo.build import build, is_built
from duban.demo.world import accounts


class Command(BaseCommand):
    help = "载入演示数据（只载入一次）；--accounts 列出演示账号。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="演示日期，默认今天")
        parser.add_argument("--accounts", action="store_true", help="只列出演示账号")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._accounts()
            return
        if not settings.DUBAN_DEMO:
            raise CommandError("演示数据只能在演示模式（DUBAN_DEMO=1）下载入。")
        if is_built():
            self.stdout.write("演示数据已在，未作改动。")
            return
        self.stdout.write("正在生成演示数据，约需一分钟……")
        count = build(options["as_of"] or timezone.localdate())
        self.stdout.write(f"演示数据已载入：{count} 件事项。")

    def _accounts(self) -> None:
        self.stdout.write(f"演示账号（密码均为 {PASSWORD}，只能在本机使用）：")
        for login, who, what in accounts():
            self.stdout.write(f"  {login:<14} {who}：{what}")
