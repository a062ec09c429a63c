"""`manage.py rulepack check | load | show` (DESIGN 7)."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from duban.ledger.models import LedgerEntry
from duban.rulepacks.loader import PACKS, shipped_names
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.tests import test_sixth_locality

SIXTH = str(test_sixth_locality.FILE)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rulepack", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", [*shipped_names(), SIXTH])
def test_check_and_show_need_no_database(name):
    """pytest-django refuses any query here, because the test does not ask for a database."""
    assert "合格" in run("check", name)
    assert "例子全部相符" in run("check", name)
    assert run("show", name).startswith("规则包 ")


def test_show_prints_the_fixed_ids_of_the_limits():
    text = run("show", "anshan-2015")
    for rule in ("urgent_limit", "normal_limit", "difficult_limit", "revisit_window"):
        assert f"  {rule}　" in text
    assert "  first_feedback　首次反馈时限　5个工作日（不顺延）　LZ-B-10b" in run(
        "show", "lanzhou-2018"
    )


def test_show_marks_local_decisions_and_where_a_value_comes_from():
    text = run("show", "changzhi-2022")
    assert "【规定未作规定，由本地决定】" in text
    assert "本地决定：规定只列五个等级，未定分值" in text
    assert "（继承自 base）" in text
    assert "（改写 base）" in text
    assert text.index("【CZ-1.1】") < text.index("【CZ-3.6b】") < text.index("【《民法典》")


def test_show_prints_json_for_machines():
    data = json.loads(run("show", "lanzhou-2018", "--json"))
    assert data["limits"]["first_feedback"]["count"] == 5
    assert data["limits"]["first_feedback"]["clause"] == "LZ-B-10b"
    values = {value["path"]: value for value in data["values"]}
    assert values["extension"]["replaces"] == "base"
    assert values["documents.case"]["standing"] == "继承自 base"
    assert values["extension"]["local_decision"]


def test_check_names_what_is_wrong_and_fails(tmp_path):
    path = tmp_path / "broken.yaml"
    text = (PACKS / "anshan-2015.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("    count: 3\n", "    count: 三\n"), encoding="utf-8")
    with pytest.raises(
        CommandError, match=r"broken\.yaml:\d+：limits\.urgent_limit\.count：应为整数"
    ):
        run("check", str(path))


def test_check_runs_the_worked_examples(tmp_path):
    path = tmp_path / "wrong.yaml"
    text = (PACKS / "anshan-2015.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("    count: 3\n", "    count: 4\n"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"limits\.urgent_limit.*AS-3\.2b"):
        run("check", str(path))


@pytest.mark.parametrize("name", ["nowhere", "nowhere.yaml", str(Path(__file__).parent)])
def test_a_name_that_is_not_there_is_refused(name):
    with pytest.raises(CommandError, match="没有"):
        run("show", name)


@pytest.mark.django_db
def test_load_stores_one_version_and_says_that_activation_is_apart():
    assert "启用须由两人办理" in run("load", "changzhi-2022")
    run("load", "changzhi-2022")

    row = RulePackVersion.objects.get(name="changzhi-2022")
    assert row.pack.grades["excellent"].label == "落实好"
    assert LedgerEntry.objects.filter(action="pack_load").count() == 1


@pytest.mark.django_db
def test_load_by_somebody_who_may_not_is_refused():
    with pytest.raises(CommandError, match="没有登录名为 nobody 的在用账号"):
        run("load", "changzhi-2022", "--by", "nobody")
    assert not RulePackVersion.objects.exists()
