"""The pages of a bulletin, by the people who use them."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cases.models import Case
from duban.org.models import Office
from reports.domain.scores import Outcome
from reports.models import Bulletin
from reports.tests import given
from reports.tests.given import Place, at

pytestmark = pytest.mark.django_db
SignIn = Callable[[Place, str], Client]


@pytest.fixture(autouse=True)
def _in_july() -> object:
    with time_machine.travel(at("2026-07-06 10:00"), tick=False):
        yield


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"reports:{name}", args=args), query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_page_shows_what_the_document_says(quarter: Place, sign_in: SignIn):
    bulletin = given.published(quarter)
    text = page(sign_in(quarter, "staff"), "bulletin", bulletin.pk)
    for block in bulletin.document.typed_content().body:
        for part in filter(None, (getattr(block, "text", ""), getattr(block, "lead", ""))):
            for line in part.splitlines():
                assert line in text
    assert "2026年第1期" in text


def test_the_page_goes_on_showing_what_was_signed(quarter: Place, sign_in: SignIn):
    bulletin = given.published(quarter)
    Office.objects.filter(pk=quarter.office.pk).update(name="改名后的督查室")
    text = page(sign_in(quarter, "staff"), "bulletin", bulletin.pk)
    assert "长平市人民政府督查室督办的事项共13件" in text


def test_each_number_links_to_as_many_lines(quarter: Place, sign_in: SignIn):
    bulletin = given.published(quarter)
    client = sign_in(quarter, "staff")
    for kind in Outcome:
        text = page(client, "lines", bulletin.pk, outcome=kind)
        assert text.count('<td class="title">') == getattr(bulletin.figures.totals, kind.value)
    assert (
        client.get(reverse("reports:lines", args=[bulletin.pk]), {"outcome": "x"}).status_code
        == 404
    )


def test_lines_link_to_the_matters_that_the_reader_may_open(quarter: Place, sign_in: SignIn):
    bulletin = given.published(quarter)
    own = Case.objects.get(title="市水利局第1项任务")
    other = Case.objects.get(title="背街小巷整治")
    text = page(sign_in(quarter, "water_head"), "bulletin", bulletin.pk)
    assert other.title in text
    assert reverse("cases:detail", args=[own.pk]) in text
    assert reverse("cases:detail", args=[other.pk]) not in text


def test_a_unit_sees_every_line_behind_its_own_score(quarter: Place, sign_in: SignIn):
    bulletin = given.published(quarter)
    text = page(sign_in(quarter, "finance_head"), "unit", bulletin.pk, quarter.units["finance"].pk)
    assert "本单位得分" in text
    assert "65.00" in text
    assert "第 3（共 3 个单位参加排名）" in text
    for points in ("70 + 70 + 50 + 70", "CZ-4.1.3", "CZ-4.1.4"):
        assert points in text


def test_a_unit_without_matters_is_told_so(quarter: Place, sign_in: SignIn):
    bulletin = given.published(quarter)
    body = quarter.units["body"].pk
    assert "没有牵头承办的事项" in page(sign_in(quarter, "staff"), "unit", bulletin.pk, body)
    other = reverse("reports:unit", args=[bulletin.pk, 10**9])
    assert sign_in(quarter, "staff").get(other).status_code == 404


def test_the_whole_way_by_buttons(quarter: Place, sign_in: SignIn):
    client = sign_in(quarter, "staff")
    answer = client.post(reverse("reports:draft"), {"period": "2026Q2"})
    bulletin = Bulletin.objects.get(period="2026Q2")
    assert answer["Location"] == reverse("reports:bulletin", args=[bulletin.pk])
    texts = {"intro": "现予通报。", "requirements": "抓紧办理。\n按时报告。", "scope": "all"}
    client.post(reverse("reports:edit", args=[bulletin.pk]), {**texts, "version": 0})
    client.post(reverse("reports:submit", args=[bulletin.pk]), {"version": 1})
    for name, label in (("head", "督查机构审核"), ("secgen", "秘书长签发")):
        client = sign_in(quarter, name)
        assert reverse("reports:bulletin", args=[bulletin.pk]) in html.unescape(
            client.get(reverse("cases:approvals")).content.decode()
        )
        version = Bulletin.objects.get(pk=bulletin.pk).version
        assert f"同意（{label}）" in page(client, "bulletin", bulletin.pk)
        client.post(
            reverse("reports:decide", args=[bulletin.pk]), {"version": version, "opinion": ""}
        )
    client = sign_in(quarter, "staff")
    client.post(reverse("reports:publish", args=[bulletin.pk]))
    assert Bulletin.objects.get(pk=bulletin.pk).state == "published"
    assert "得分" in page(sign_in(quarter, "water_head"), "bulletin", bulletin.pk)


def test_a_double_click_drafts_and_submits_once(quarter: Place, sign_in: SignIn):
    client = sign_in(quarter, "staff")
    for _ in range(2):
        client.post(reverse("reports:draft"), {"period": "2026Q2", "once": "k1"})
    bulletin = Bulletin.objects.get(period="2026Q2")
    for _ in range(2):
        answer = client.post(reverse("reports:submit", args=[bulletin.pk]), {"once": "k2"})
        assert answer.status_code == 302
    assert Bulletin.objects.get(pk=bulletin.pk).version == 1


def test_a_refusal_without_opinion_stands_beside_the_field(quarter: Place, sign_in: SignIn):
    bulletin = given.submitted(quarter)
    answer = sign_in(quarter, "head").post(
        reverse("reports:decide", args=[bulletin.pk]), {"submit_as": "refuse", "opinion": ""}
    )
    assert answer.status_code == 409
    assert "不同意的，须写明意见" in answer.content.decode()
    assert Bulletin.objects.get(pk=bulletin.pk).state == "in_review"


def test_a_stale_form_shows_what_moved(quarter: Place, sign_in: SignIn):
    bulletin = given.drafted(quarter)
    client = sign_in(quarter, "staff")
    texts = {"requirements": "抓紧办理。", "scope": "all", "version": 0}
    client.post(reverse("reports:edit", args=[bulletin.pk]), {"intro": "先改的。", **texts})
    answer = client.post(
        reverse("reports:edit", args=[bulletin.pk]), {"intro": "后改的。", **texts}
    )
    assert answer.status_code == 409
    assert "先改的。" in answer.content.decode()
    assert Bulletin.objects.get(pk=bulletin.pk).intro == "先改的。"


@pytest.mark.parametrize("period", ["", "2026Q9", "2026Q3", "x'--"])
def test_a_wrong_quarter_is_refused_with_a_sentence(quarter: Place, sign_in: SignIn, period: str):
    answer = sign_in(quarter, "staff").post(reverse("reports:draft"), {"period": period})
    assert answer.status_code == 409
    assert not Bulletin.objects.exists()


def test_buttons_say_why_they_are_grey(quarter: Place, sign_in: SignIn):
    bulletin = given.submitted(quarter)
    text = page(sign_in(quarter, "staff"), "bulletin", bulletin.pk)
    assert "已送审，退回后方可修改" in text
    assert "当前状态为“审核中”，不能办理“发布通报”" in text
    text = page(sign_in(quarter, "secgen"), "bulletin", bulletin.pk)
    assert "待“督查机构审核”环节审批" in text


def test_the_reviewer_who_already_decided_stands_back(quarter: Place, sign_in: SignIn):
    bulletin = given.submitted(quarter)
    text = page(sign_in(quarter, "head"), "bulletin", bulletin.pk)
    assert 'id="decide"' in text
    given.bulletin_decide(bulletin=bulletin, approve=True, by=quarter.head, at=at("2026-07-03"))
    text = page(sign_in(quarter, "head"), "bulletin", bulletin.pk)
    assert 'id="decide"' not in text


def test_a_draft_says_when_the_ledger_has_moved_on(quarter: Place, sign_in: SignIn):
    bulletin = given.drafted(quarter)
    client = sign_in(quarter, "staff")
    assert "台账在本稿生成之后有变化" not in page(client, "bulletin", bulletin.pk)
    given.matter(quarter, "finance", when="2026-06-24", due="2026-12-31", title="补登事项")
    assert "台账在本稿生成之后有变化" in page(client, "bulletin", bulletin.pk)
    client.post(reverse("reports:recompute", args=[bulletin.pk]))
    assert "台账在本稿生成之后有变化" not in page(client, "bulletin", bulletin.pk)


def test_words_are_shown_as_typed_and_never_as_markup(quarter: Place, sign_in: SignIn):
    bulletin = given.drafted(quarter)
    given.bulletin_edit(
        bulletin=bulletin,
        intro="<script>alert(1)</script>",
        requirements="<b>抓紧</b>",
        by=quarter.staff,
        at=at("2026-07-02"),
    )
    answer = sign_in(quarter, "staff").get(reverse("reports:bulletin", args=[bulletin.pk]))
    assert b"<script>alert" not in answer.content
    assert b"&lt;b&gt;" in answer.content


def test_files_are_served_with_their_names(quarter: Place, sign_in: SignIn):
    bulletin = given.drafted(quarter)
    client = sign_in(quarter, "staff")
    for form, magic in (("docx", b"PK"), ("pdf", b"%PDF")):
        answer = client.get(reverse(f"reports:{form}", args=[bulletin.pk]))
        assert b"".join(answer.streaming_content).startswith(magic)
        assert "attachment" in answer["Content-Disposition"]


def test_the_navigation_leads_there(quarter: Place, sign_in: SignIn):
    for name in ("staff", "secgen", "water_head"):
        links = sign_in(quarter, name).get(reverse("reports:bulletins")).context["layout"].nav
        assert ("通报", True) in [(link.label, link.active) for link in links]


def test_pages_cost_few_queries_however_long(
    quarter: Place, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
):
    bulletin = given.published(quarter)
    given.drafted(quarter, period="2026Q1")
    client = sign_in(quarter, "water_head")
    with django_assert_max_num_queries(13):
        client.get(reverse("reports:bulletins"))
    with django_assert_max_num_queries(20):
        client.get(reverse("reports:bulletin", args=[bulletin.pk]))
