"""`bulletin --office O --period 2026Q3 [--out DIR]`: drafts the quarterly bulletin as docx + PDF."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.org.models import Office
from duban.org.selectors import system_actor
from reports.domain.periods import PeriodError, Quarter
from reports.files import file_of
from reports.models import Bulletin
from reports.services.drafting import bulletin_draft


class Command(BaseCommand):
    help = "起草季度通报（已有的不重复起草），并输出docx和PDF。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--office", required=True, help="督查机构的名称或编号")
        parser.add_argument("--period", required=True, help="季度，如 2026Q3")
        parser.add_argument("--out", default=".", help="文件存放目录（默认当前目录）")
        parser.add_argument("--json", action="store_true", help="输出JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        office = _office(options["office"])
        try:
            bulletin = bulletin_draft(
                office=office,
                period=str(Quarter.parse(options["period"])),
                by=system_actor(office),
                at=at,
            )
        except (PeriodError, RuleViolation) as error:
            raise CommandError(str(error)) from error
        files = [self._write(bulletin, form, Path(options["out"]), at) for form in ("docx", "pdf")]
        self._show(bulletin, [str(path) for path in files if path], as_json=options["json"])

    def _write(self, bulletin: Bulletin, form: str, folder: Path, at: datetime) -> Path | None:
        """Without Pango there is no PDF; the docx is written all the same."""
        try:
            data, name = file_of(bulletin, form, at=at)
        except RuleViolation as error:
            self.stderr.write(str(error))
            return None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with data, (folder / name).open("wb") as target:
                target.write(data.read())
        except OSError as error:
            raise CommandError(f"不能写入{folder}：{error.strerror}") from error
        return folder / name

    def _show(self, bulletin: Bulletin, files: list[str], *, as_json: bool) -> None:
        totals = bulletin.figures.totals
        if as_json:
            answer = {
                "id": bulletin.pk,
                "office": bulletin.office.name,
                "period": bulletin.period,
                "state": bulletin.state,
                "issue": bulletin.issue,
                "totals": totals.model_dump(),
                "units": [
                    {"unit": u.full_name, "rank": u.rank, "score": u.score_text, "scored": u.scored}
                    for u in bulletin.figures.units
                ],
                "files": files,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"{bulletin}（{bulletin.get_state_display()}）{bulletin.issue}")
        self.stdout.write(
            f"承办{totals.total}件，办结{totals.done}件：按原期限{totals.by_original}件，"
            f"按延长期限{totals.by_extended}件，超期{totals.overdue}件；未办结{totals.not_done}件"
        )
        for path in files:
            self.stdout.write(path)


def _office(text: str) -> Office:
    rows = (
        Office.objects.filter(pk=int(text))
        if text.isdecimal()
        else Office.objects.filter(name=text)
    )
    if found := rows.first():
        return found
    names = "、".join(Office.objects.values_list("name", flat=True))
    raise CommandError(f"没有督查机构“{text}”（有：{names or '尚未设置'}）")
