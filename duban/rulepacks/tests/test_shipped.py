"""The packs that come with the product, held against the regulations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from duban.rulepacks import examples, report, vocabulary
from duban.rulepacks.loader import PACKS, load_file, load_shipped, load_shipped_pack, shipped_names
from duban.rulepacks.schema import Pack

DOCUMENTS = settings.BASE_DIR.parent / "shared"
SEEDS = {
    "ZZ": "000_8fff6700b0ffeaad",
    "NT": "001_b050635d74f1e091",
    "CZ": "002_2e57650318f6959e",
    "AS": "003_30e3f63ac077fe30",
    "LZ": "004_873290814ed52d4f",
}
OWN = {
    "zhuzhou-highway-2016": "ZZ-",
    "nantong-2012": "NT-",
    "changzhi-2022": "CZ-",
    "anshan-2015": "AS-",
    "lanzhou-2018": "LZ-",
}
LOCALITIES = [*OWN, "shanxi-13710"]
STATUTES = ("《政府督查工作条例》第", "《民法典》第")


def labels(values: dict) -> list[str]:
    return [value.label for value in values.values()]


def test_seven_packs_are_shipped_under_the_names_of_their_files():
    assert set(shipped_names()) == {"base", *LOCALITIES}
    assert {load_shipped(name).name for name in shipped_names()} == set(shipped_names())


@pytest.mark.parametrize("name", shipped_names())
def test_every_worked_example_comes_out(name):
    assert examples.failures(load_shipped(name)) == []


def test_a_wrong_example_is_found():
    text = (PACKS / "anshan-2015.yaml").read_text(encoding="utf-8")
    from duban.rulepacks.loader import load_text

    wrong = load_text(text.replace("due: 2026-10-13", "due: 2026-10-12"), filename="x.yaml").pack

    (line,) = examples.failures(wrong)
    assert "limits.normal_limit" in line
    assert "AS-3.2c" in line
    assert "2026-10-12" in line


@pytest.mark.parametrize("name", LOCALITIES)
def test_every_pack_in_force_names_all_that_the_product_asks_for(name):
    assert vocabulary.missing(load_shipped(name)) == []


def test_the_base_gives_every_step_chain_and_document():
    assert set(vocabulary.missing(load_shipped("base"))) == {"case_sources"}


@pytest.mark.parametrize("name", shipped_names())
def test_every_value_has_clause_and_quotation_or_a_reason_of_its_own(name):
    own = OWN.get(name)
    for path, value in load_shipped(name).cited():
        assert value.local_decision or (value.clause and value.quote), path
        if value.clause:
            assert value.clause.startswith(STATUTES) or value.clause.startswith(own or "《"), path


@pytest.mark.data
@pytest.mark.parametrize("name", OWN)
def test_every_quotation_stands_in_the_regulation_word_for_word(name):
    if not DOCUMENTS.is_dir():
        pytest.skip("没有法规原文")
    register = (DOCUMENTS / "clauses.md").read_text(encoding="utf-8")
    ids = set(re.findall(r"^\| ([A-Z]{2}-[^ |]+) \|", register, re.MULTILINE))
    checked = 0
    for path, value in load_shipped(name).cited():
        seed = SEEDS.get(value.clause[:2])
        if seed:
            text = (DOCUMENTS / "seeds" / f"{seed}.txt").read_text(encoding="utf-8")
            assert value.quote in text, f"{path}: {value.clause}"
            assert value.clause in ids, path
            checked += 1
    assert checked > 30


@pytest.mark.parametrize("name", [*OWN, "shanxi-13710"])
def test_a_pack_names_what_a_regulation_says_about_every_subject(name):
    pack = load_shipped(name)
    for section in (
        "case_sources",
        "limits",
        "due_bases",
        "duties",
        "ladder",
        "chains",
        "documents",
    ):
        assert getattr(pack, section), section
    for section in ("measures", "routes", "triggers"):
        assert getattr(pack, section), section
    decided = {measure for route in pack.routes.values() for measure in route.measures}
    proposed = {measure for trigger in pack.triggers.values() for measure in trigger.measures}
    catch_all = any(not route.measures for route in pack.routes.values())
    assert catch_all or proposed <= decided, "nobody decides on these"


@pytest.mark.clause("CZ-5.1b")
def test_what_no_seed_says_of_13710_is_a_local_decision_every_time():
    """对照《关于进一步用好“13710”督办系统的相关规定》: the rules themselves are not in the seed."""
    pack = load_shipped("shanxi-13710")
    own = load_shipped_pack("shanxi-13710").inherited
    undecided = [
        path
        for path, value in pack.cited()
        if not value.local_decision and ".".join(path.split(".")[:2]) not in own
    ]
    assert [path for path in undecided if path.split(".")[0] not in own] == []
    days = {key: (limit.count, limit.unit) for key, limit in pack.limits.items()}
    assert days["arrange_limit"] == (1, "calendar_day")
    assert days["feedback_limit"] == (3, "calendar_day")
    assert days["ordinary_limit"] == (7, "calendar_day")
    assert days["complex_limit"] == (1, "month")
    assert pack.steps["strike_off"].label == "销号清零（0）"
    assert labels(pack.grades) == ["优秀", "良好", "合格", "不合格"]


@pytest.mark.parametrize("name", ["lanzhou-2018"])
def test_a_version_stored_by_an_earlier_release_is_still_a_pack(name):
    """What was loaded with version 1 of the schema stays readable, without the later sections."""
    stored = (Path(__file__).parent / "packs" / f"{name}-v1.json").read_text(encoding="utf-8")
    pack = Pack.model_validate_json(stored)
    assert pack.version == 1
    assert pack.budget is None
    assert not pack.ladder
    assert not pack.measures
    assert "termination" not in pack.chains
    assert pack.duties["monthly_progress"].scope == "part"
    assert pack.limits["first_feedback"].count == 5


@pytest.mark.parametrize("name", shipped_names())
def test_a_pack_survives_json_and_keeps_its_order(name):
    loaded = load_shipped_pack(name)
    again = Pack.model_validate_json(loaded.text)

    assert again == loaded.pack
    assert list(again.grades) == list(loaded.pack.grades)
    assert Pack.model_validate(loaded.document) == loaded.pack
    assert load_file(PACKS / f"{name}.yaml").sha256 == loaded.sha256


@pytest.mark.clause("ZZ-0.1", "AS-0", "CZ-0", "LZ-0")
def test_a_pack_names_the_documents_it_rests_on():
    """文号, issuer, date and, above them, what they were made under (国办发〔2014〕42号 …)."""
    zhuzhou = load_shipped("zhuzhou-highway-2016")
    assert zhuzhou.sources[0].number == "株路发〔2016〕154号"
    assert str(zhuzhou.sources[0].dated_on) == str(zhuzhou.effective_on) == "2016-12-30"
    assert upper("anshan-2015") == ["国办发〔2014〕42号", "辽政发〔2015〕1号", "辽政发〔2015〕2号"]
    assert "晋政办发〔2021〕95号" in upper("changzhi-2022")
    lanzhou = load_shipped("lanzhou-2018")
    assert (lanzhou.status, str(lanzhou.effective_on)) == ("trial", "2018-10-10")
    assert {source.note for source in lanzhou.sources} == {
        "2018年9月27日市政府第49次常务会议审议通过"
    }
    text = "\n".join(report.as_text(load_shipped_pack("lanzhou-2018")))
    assert "试行" in text
    assert "第49次常务会议审议通过" in text


def upper(name: str) -> list[str]:
    return [source.number for source in load_shipped(name).sources if source.role == "upper"]
