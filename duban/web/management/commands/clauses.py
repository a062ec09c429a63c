from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from duban.web.clauses import Clause, register

STATES = {"done": "已实现", "planned": "计划中", "no_function": "无需功能"}


class Command(BaseCommand):
    help = "列出全部条款：由哪些测试证明，哪些尚未实现，哪些无需功能及理由。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        clauses = list(register().values())
        if options["json"]:
            rows = [asdict(clause) for clause in clauses]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for clause in clauses:
            self.stdout.write(_line(clause))
        counted = Counter(clause.status for clause in clauses)
        summary = "，".join(f"{label} {counted[state]} 条" for state, label in STATES.items())
        self.stdout.write(f"共 {len(clauses)} 条：{summary}。")


def _line(clause: Clause) -> str:
    proof = {
        "done": f"{len(clause.tests)} 个测试：{'、'.join(clause.tests)}",
        "no_function": clause.reason,
    }.get(clause.status, "尚无测试" if not clause.tests else f"部分：{'、'.join(clause.tests)}")
    return f"{clause.id:<10} {STATES[clause.status]}  {clause.title}  {proof}"
