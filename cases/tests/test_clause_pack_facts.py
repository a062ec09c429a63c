"""What a pack rests on stands on its page: basis documents, dates, and the clause of each value."""

import html

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.tests import given
from cases.tests.pages import signed_in
from cases.tests.web_given import text_of
from duban.rulepacks.loader import load_shipped_pack
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
