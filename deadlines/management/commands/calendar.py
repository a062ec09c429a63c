"""`calendar show YEAR`, `preview FILE`, `import FILE`: the working calendar and its governed change."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deadlines.announcement.found import AnnouncementError
from deadlines.calendar import CalendarError, Day, WorkingCalendar
from deadlines.management import calendar_files
from deadlines.moments import MomentError, day_start, parse_day, parse_start
from deadlines.sheet import long_day
from duban.ledger.errors import RuleViolation


class Command(BaseCommand):
    help = (
        "工作日历：show 列出一年的放假、调休上班和工作日天数（不使用数据库）；"
        "preview 预览一份放假安排将变动的期限；import 据以提出日历变更，由另一人确认后生效。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        command = actions.add_parser("show", help="显示一年的工作日历")
        command.add_argument("year", type=int, help="年份，如 2026")
        command.add_argument("--as-of", help="按当日已公布的安排，如 2020-01-23")
        command.add_argument("--json", action="store_true", help="输出JSON")
        for name, what in (("preview", "预览放假安排文件"), ("import", "据文件提出日历变更")):
            command = actions.add_parser(name, help=what)
            command.add_argument("file", help="JSON文件，或者写有通知原文的 .txt 文件")
            command.add_argument("--year", type=int, help="文件有多年的，写明哪一年")
            command.add_argument("--decided-on", help="公布日期；不写的，按今天公布")
            command.add_argument("--at", help="按该时刻，如 2026-04-28T09:00；不写的，按现在")
            command.add_argument("--json", action="store_true", help="输出JSON")
            if name == "import":
                command.add_argument(
                    "--by", default="", help="提出人的登录名；不写的，以系统名义提出"
                )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "show":
            self._show(options)
        else:
            self._file(options)

    def _file(self, options: dict[str, Any]) -> None:
        try:
            at = _moment(options["at"])
            decided_on = parse_day(options["decided_on"]) if options["decided_on"] else None
            found, text = calendar_files.read(options["file"], year=options["year"], at=at)
            change = calendar_files.change_of(found, decided_on, at)
            if options["action"] == "preview":
                answer = calendar_files.previewed(change, found, at)
                lines = calendar_files.preview_text(answer)
            else:
                answer = calendar_files.proposed(change, found, text, login=options["by"], at=at)
                lines = [f"已提出第{answer['change']}项日历变更，请另一人在“日历变更”中核对确认。"]
        except (AnnouncementError, CalendarError, MomentError, PermissionDenied) as error:
            raise CommandError(str(error)) from error
        except RuleViolation as error:
            raise CommandError("\n".join(error.texts)) from error
        if options["json"]:
            lines = [json.dumps(answer, ensure_ascii=False, indent=1)]
        self.stdout.write("\n".join(lines))

    def _show(self, options: dict[str, Any]) -> None:
        try:
            as_of = parse_day(options["as_of"]) if options["as_of"] else None
            calendar = WorkingCalendar.load(as_of)
            days = calendar.year(options["year"])
        except (MomentError, CalendarError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(calendar, days), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_as_text(calendar, days)))


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    start = parse_start(text)
    return start if isinstance(start, datetime) else day_start(start)


def _notices(calendar: WorkingCalendar, year: int) -> list[dict[str, str]]:
    return [
        {
            "title": notice.title,
            "document_no": notice.document_no,
            "decided_on": notice.decided_on.isoformat(),
            "source": notice.source,
        }
        for notice in calendar.notices
        if notice.year == year
        or any(day.year == year for day in (*notice.days_off, *notice.workdays))
    ]


def _as_json(calendar: WorkingCalendar, days: tuple[Day, ...]) -> dict[str, Any]:
    return {
        "year": days[0].date.year,
        "provisional": days[0].provisional,
        "calendar_version": calendar.version,
        "working_days": sum(day.working for day in days),
        "notices": _notices(calendar, days[0].date.year),
        "days": [
            {"date": day.date.isoformat(), "working": day.working, "reason": day.reason}
            for day in days
        ],
    }


def _as_text(calendar: WorkingCalendar, days: tuple[Day, ...]) -> list[str]:
    year, working = days[0].date.year, sum(day.working for day in days)
    lines = [f"{year}年工作日历" + ("（暂定：放假安排尚未公布）" if days[0].provisional else "")]
    lines += [
        f"依据：{notice['title']}（{notice['document_no']}，{notice['decided_on']}公布）"
        for notice in _notices(calendar, year)
    ]
    lines += ["", "放假："]
    lines += [f"  {text}" for text in _stretches(days)]
    lines += ["", "调休上班："]
    lines += [f"  {long_day(day.date)}" for day in days if day.reason == "调休上班"] or ["  无"]
    lines += ["", "各月工作日：" + "、".join(_months(days)), f"全年工作日：{working}天"]
    return lines


def _stretches(days: Iterable[Day]) -> list[str]:
    """One line for each run of days off that have the same name."""
    off = [day for day in days if not day.working and day.reason != "周末"]
    runs = groupby(
        enumerate(off), key=lambda pair: (pair[1].reason, pair[1].date.toordinal() - pair[0])
    )
    return [_stretch([day for _, day in run], reason) for (reason, _), run in runs]


def _stretch(run: list[Day], reason: str) -> str:
    first, last = run[0].date, run[-1].date
    if first == last:
        return f"{reason}：{long_day(first)}，1天"
    return f"{reason}：{long_day(first)}至{long_day(last)}，{len(run)}天"


def _months(days: Iterable[Day]) -> list[str]:
    def month(day: Day) -> date:
        return day.date.replace(day=1)

    return [
        f"{first.month}月{sum(day.working for day in group)}"
        for first, group in groupby(days, month)
    ]
