"""What a pack rests on stands on its page: basis documents, dates, and the clause of each value."""

import html
from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from cases.models import Case
from cases.tests import given
from cases.tests.pages import signed_in
from cases.tests.web_given import text_of
from duban.ledger.packs import activation_confirm, activation_propose
from duban.rulepacks.loader import PACKS, load_shipped_pack
from duban.rulepacks.models import RulePackVersion

pytestmark = pytest.mark.django_db

AT = given.at("2026-03-02 10:00")


def page_of(pack: str) -> str:
    with time_machine.travel(AT, tick=False):
        here = given.place(pack)
        row = RulePackVersion.objects.get(name=pack)
        return html.unescape(text_of(signed_in(here, "head").get(reverse("rule", args=[row.pk]))))


@pytest.mark.clause("ZZ-0.1")
def test_the_page_names_the_document_and_the_clause_of_every_value():
    """“株路发〔2016〕154号……2016年12月30日”"""
    page = page_of("zhuzhou-highway-2016")
    for words in ("株路发〔2016〕154号", "株洲市公路管理局", "2016年12月30日"):
        assert words in page
    own = load_shipped_pack("zhuzhou-highway-2016")
    clauses = {value.clause for _, value in own.pack.cited() if value.clause.startswith("ZZ-")}
    assert len(clauses) > 10
    assert not [clause for clause in clauses if clause not in page]


@pytest.mark.clause("CZ-0")
def test_the_upper_document_of_changzhi_is_shown():
    """“根据……实施意见》(晋政办发〔2021〕95号),制定了……实施细则”"""
    assert "晋政办发〔2021〕95号" in page_of("changzhi-2022")


@pytest.mark.clause("AS-0")
def test_the_three_upper_documents_of_anshan_are_shown():
    """“根据《国务院办公厅关于进一步加强政府督促检查工作的意见》……精神,经市政府同意”"""
    page = page_of("anshan-2015")
    for number in ("国办发〔2014〕42号", "辽政发〔2015〕1号", "辽政发〔2015〕2号"):
        assert number in page


@pytest.mark.clause("LZ-0", "LZ-C-10")
def test_the_meeting_the_trial_status_and_the_day_of_effect_of_lanzhou_are_shown():
    """“已经2018年9月27日市政府第49次常务会议审议通过”“自颁布之日起施行”"""
    page = page_of("lanzhou-2018")
    for words in ("2018年9月27日市政府第49次常务会议审议通过", "试行", "2018年10月10日"):
        assert words in page


@pytest.mark.clause("LZ-C-10", "LZ-A-15")
def test_a_matter_keeps_the_version_it_was_registered_by():
    here = given.place("lanzhou-2018")
    old = given.registered(here)
    given.activate(
        here.office,
        "changzhi-2022",
        by=(here.head, here.security),
        at=given.at("2026-03-03"),
        since=given.localdate(given.at("2026-03-04")),
    )
    here.pack = "changzhi-2022"
    new = given.registered(here, when="2026-03-05")
    assert [Case.objects.get(pk=c.pk).pack_version.name for c in (old, new)] == [
        "lanzhou-2018",
        "changzhi-2022",
    ]


def in_seven_days(here, *, when):
    """An ordinary matter of the 13710 pack, without a date of its own."""
    return given.assigned(
        here, when=when, urgency="ordinary", due_on=None, due_basis="", due_citation=""
    )


@pytest.mark.clause("CZ-5.1b")
def test_the_13710_pack_is_there_and_an_office_changes_its_days(tmp_path):
    """“对照《关于进一步用好“13710”督办系统的相关规定》”: the rules themselves are not in the seed."""
    here = given.place("shanxi-13710")
    assert in_seven_days(here, when="2026-03-02").clock.due_on == date(2026, 3, 9)
    text = (PACKS / "shanxi-13710.yaml").read_text(encoding="utf-8")
    edited = text.replace("\nversion: 1\n", "\nversion: 2\n").replace(
        """    count: 7
    unit: calendar_day
    local_decision: 一般事项原则上7日内落实；未说工作日，按自然日计算，不顺延
    examples:
      - {start: 2026-09-30, due: 2026-10-07}
      - {start: 2026-03-02, due: 2026-03-09}
""",
        """    count: 7
    unit: working_day
    local_decision: 本市规定一般事项7个工作日内落实
    examples:
      - {start: 2026-03-02, due: 2026-03-11}
""",
    )
    file = tmp_path / "shanxi-13710.yaml"
    file.write_text(edited, encoding="utf-8")
    with time_machine.travel(given.at("2026-03-09"), tick=False):
        call_command("rulepack", "load", str(file))
    version = RulePackVersion.objects.get(name="shanxi-13710", version=2)
    proposed = activation_propose(
        office=here.office,
        pack_version=version,
        active_from=date(2026, 4, 1),
        by=here.head,
        at=given.at("2026-03-10"),
    )
    activation_confirm(activation=proposed, by=here.security, at=given.at("2026-03-11"))
    assert in_seven_days(here, when="2026-03-31").clock.due_on == date(2026, 4, 7)
    assert in_seven_days(here, when="2026-04-01").clock.due_on == date(2026, 4, 13)
