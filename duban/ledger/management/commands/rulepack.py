"""`manage.py rulepack check | load | show | schema`. Only loading needs a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from duban.rulepacks import editor, examples, report
from duban.rulepacks.loader import (
    LoadedPack,
    PackError,
    load_file,
    load_shipped_pack,
    shipped_names,
)


class Command(BaseCommand):
    help = "检查、载入、查看规则包"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "check|load|show|schema"
        actions = parser.add_subparsers(dest="action", required=True, metavar=words)
        for name, text in (
            ("check", "检查规则包，并运行其中的例子"),
            ("load", "载入规则包（版本不可修改）"),
            ("show", "按条款列出规则包"),
        ):
            command = actions.add_parser(name, help=text)
            command.add_argument("pack", help="文件，或者随产品提供的规则包名称")
            if name == "load":
                command.add_argument("--by", default="", help="载入人的登录名，默认为系统")
            if name == "show":
                command.add_argument("--json", action="store_true", help="输出 JSON")
        command = actions.add_parser("schema", help="写出供编辑器使用的 JSON Schema")
        command.add_argument("--out", type=Path, help=f"文件，默认为 {editor.FILE}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "schema":
            return self._schema(options["out"] or settings.BASE_DIR / editor.FILE)
        try:
            loaded = self._read(options["pack"])
        except PackError as error:
            raise CommandError("\n".join(error.problems)) from error
        return getattr(self, f"_{options['action']}")(loaded, options)

    def _schema(self, path: Path) -> None:
        path.write_text(editor.text(), encoding="utf-8")
        self.stdout.write(f"已写出 {path.name}。")

    def _read(self, named: str) -> LoadedPack:
        if named in shipped_names():
            return load_shipped_pack(named)
        path = Path(named)
        if path.suffix or path.exists():
            return load_file(path)
        raise CommandError(f"没有名为 {named} 的规则包或者文件（有：{'、'.join(shipped_names())}）")

    def _check(self, loaded: LoadedPack, options: dict[str, Any]) -> None:
        pack = loaded.pack
        if contradicted := examples.failures(pack):
            raise CommandError("\n".join(contradicted))
        worked = sum(len(limit.examples) for limit in pack.limits.values())
        values = report.lines(loaded)
        local = sum(1 for line in values if line.local_decision)
        self.stdout.write(
            f"{pack.name} 第 {pack.version} 版：合格。{len(values)} 个值，其中 {local} 个含本地决定；"
            f"继承 {len(loaded.inherited)} 项，改写 {len(loaded.overridden)} 项；"
            f"{worked} 个例子全部相符。"
        )

    def _load(self, loaded: LoadedPack, options: dict[str, Any]) -> None:
        from duban.ledger.errors import RuleViolation
        from duban.ledger.packs import pack_load

        at = timezone.now()
        try:
            row = pack_load(loaded=loaded, by=_loader(options["by"], at), at=at)
        except RuleViolation as error:
            raise CommandError("\n".join(error.texts)) from error
        self.stdout.write(f"已载入：{row}，校验值 {row.sha256[:12]}。启用须由两人办理。")

    def _show(self, loaded: LoadedPack, options: dict[str, Any]) -> None:
        if options["json"]:
            data = report.as_data(loaded)
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1))
            return
        for line in report.as_text(loaded):
            self.stdout.write(line)


def _loader(username: str, at: Any) -> Any:
    """Who loads: the person named, in the post that may, or the system."""
    from duban.ledger.packs import PROPOSERS
    from duban.org.models import User
    from duban.org.selectors import actors_of, system_actor

    if not username:
        return system_actor()
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"没有登录名为 {username} 的在用账号")
    found = next((actor for actor in actors_of(user, at=at) if actor.has(*PROPOSERS)), None)
    if found is None:
        raise CommandError(f"{user.name} 现任岗位不能载入规则包")
    return found
