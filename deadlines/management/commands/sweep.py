"""`sweep [--at MOMENT]`: one deadline sweep, as beat runs it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deadlines.moments import MomentError, day_start, parse_start
from deadlines.services import sweep


class Command(BaseCommand):
    help = "时限巡检一次：为越过提醒时点的时钟生成提醒。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", help="按该时刻巡检，如 2026-09-18T10:00（默认现在）")
        parser.add_argument("--json", action="store_true", help="输出JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        result = sweep(_moment(options["at"]))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(result)))
        else:
            self.stdout.write(
                f"巡检时钟{result.clocks}个，生成提醒{result.alerts}条，失败{result.failed}个"
            )


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        found = parse_start(text)
    except MomentError as error:
        raise CommandError(str(error)) from error
    return found if isinstance(found, datetime) else day_start(found)
