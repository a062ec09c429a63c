"""`sweep [--at MOMENT]`: one round as beat runs it: deadlines, then what follows for matters."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.services.alerts import consume_alerts
from cases.services.visit_days import visits_count
from deadlines.moments import MomentError, day_start, parse_start
from deadlines.services import sweep
from deadlines.services.obligation_sweep import obligations_sweep


class Command(BaseCommand):
    help = "时限巡检一次：生成提醒、报送义务和超时情形。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", help="按该时刻巡检，如 2026-09-18T10:00（默认现在）")
        parser.add_argument("--json", action="store_true", help="输出JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _moment(options["at"])
        swept, periodic, consumed = sweep(at), obligations_sweep(at=at), consume_alerts(at=at)
        visits = visits_count(at=at)
        failed = swept.failed + periodic.failed + consumed.failed + visits.failed
        if options["json"]:
            found = asdict(swept) | asdict(consumed) | {"failed": failed}
            found |= {f"periodic_{name}": number for name, number in asdict(periodic).items()}
            found["visits"] = visits.counted
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(
                f"巡检时钟{swept.clocks}个，越过时点{swept.alerts}个，发出提醒{consumed.reminders + periodic.reminders}条，"
                f"新增报送义务{consumed.duties + periodic.opened}项，计入现场检查{visits.counted}次，认定超时情形{consumed.findings + periodic.findings}个，失败{failed}个"
            )


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        found = parse_start(text)
    except MomentError as error:
        raise CommandError(str(error)) from error
    return found if isinstance(found, datetime) else day_start(found)
