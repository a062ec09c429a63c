from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.rulepacks.loader import shipped_names
from duban.web.setup import NewOffice, office_setup


class Command(BaseCommand):
    help = "首次设立一个督查机构：单位树的根、督查室、三员账号和规则包。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--government", required=True, help="政府或单位全称，如“长治市人民政府”"
        )
        parser.add_argument("--body", default="督查室", help="督查机构名称")
        parser.add_argument("--organ", required=True, help="发文机关，如“长治市人民政府办公室”")
        parser.add_argument("--prefix", required=True, help="机关代字，如“长政督”")
        parser.add_argument("--pack", required=True, choices=shipped_names(), help="规则包")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("government", "body", "organ", "prefix", "pack")
        try:
            made = office_setup(
                new=NewOffice(**{name: options[name] for name in names}), at=timezone.now()
            )
        except (RuleViolation, LookupError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("已设立。三员账号（一次性密码，首次登录须修改；此处只显示一次）：")
        for role, login, password in made:
            self.stdout.write(f"  {role}  {login}  {password}")
        self.stdout.write(
            "下一步：系统管理员在后台建立单位和人员，提出启用规则包；安全管理员确认。"
        )
