"""事项 page: what each person sees and may press."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from cases.models import Case, NoticeKind
from cases.services.extensions import extension_request
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.web_given import buttons, sign_in, text_of
from duban.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db

MOST_QUERIES = 40


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


@pytest.fixture
def matter(here: given.Place) -> Case:
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"])]
    return given.in_progress(here, parties=parties)


def test_the_head_shows_number_state_date_and_why_it_is_this_date(here, matter):
    page = sign_in(here, "secretary").get("detail", matter.pk)
    text = text_of(page)
    assert "长政督〔2026〕1号" in text
    assert "2026-06-30" in text
    assert "为什么是这天：2026年3月2日（星期一）09:00收到" in text
    assert reverse("cases:clock", args=[matter.clock_id]) in page.content.decode()


def test_what_can_never_be_theirs_is_absent_and_what_is_not_now_says_why(here, matter):
    staff = buttons(sign_in(here, "secretary").get("detail", matter.pk))
    assert "申请延期" not in staff
    assert staff["销号"] == ("当前状态为“承办中”，不能办理“销号”。",)
    lead = buttons(sign_in(here, "water_liaison").get("detail", matter.pk))
    assert lead["申请延期"] == ()
    assert lead["申请办结"] == ("协办单位尚未完成或免予完成：市财政局。",)
    assert lead["报告无变化"] == ("首次反馈须填写进展情况，不能报“无变化”。",)
    assert "销号" not in lead
    co_unit = buttons(sign_in(here, "finance_liaison").get("detail", matter.pk))
    assert "申请延期" not in co_unit
    assert "申请办结" not in co_unit
    assert co_unit["报告完成"] == ()


def test_a_unit_signs_before_it_reports(here):
    case = given.assigned(here)
    page = sign_in(here, "water_liaison").get("detail", case.pk)
    assert buttons(page)["报送反馈"] == ("请先签收再反馈。",)
    assert reverse("cases:acknowledge", args=[case.lead.pk]) in page.content.decode()


def test_after_the_date_the_extension_button_is_grey(here, matter):
    with time_machine.travel(given.at("2026-07-01"), tick=False):
        page = sign_in(here, "water_liaison").get("detail", matter.pk)
    assert buttons(page)["申请延期"] == ("期限（2026-06-30）已过，不能再申请延期（CZ-3.5a）。",)
    assert page.context["due"].signal == "red"


def test_a_request_in_time_shows_as_waiting_and_not_as_late(here, matter):
    extension_request(
        assignment=matter.lead,
        proposed_on=date(2026, 7, 20),
        progress="已完成八成。",
        reason="汛期停工。",
        by=here.water_liaison,
        at=given.at("2026-06-30"),
    )
    with time_machine.travel(given.at("2026-07-02"), tick=False):
        due = sign_in(here, "secretary").get("detail", matter.pk).context["due"]
    assert (due.signal, due.pending) == ("amber", "延期待批")


def test_staff_act_on_each_unit_by_its_state(here, matter):
    rows = sign_in(here, "secretary").get("detail", matter.pk).context["parties"]
    lead, finance = ({a.label: tuple(a.reasons) for a in row.actions} for row in rows)
    assert "认可完成" not in lead
    assert lead["下达督办通知书"] == ("下达督办通知书前应先提出预警（CZ-3.4e）。",)
    assert finance["免予完成"] == ()
    assert finance["认可完成"] == ("当前状态为“办理中”，不能办理“认可完成”。",)


def test_a_co_unit_reads_its_own_part_only(here, matter):
    given.report(here, matter.lead, "initial_report", when="2026-03-09", content="牵头单位的进展。")
    notice_issue(
        assignment=matter.lead,
        kind=NoticeKind.URGE,
        content="请牵头单位抓紧。",
        by=here.secretary,
        at=given.at("2026-03-09"),
    )
    page = sign_in(here, "finance_liaison").get("detail", matter.pk)
    assert [row.unit for row in page.context["clocks"]] == ["市水利局", "市财政局"]
    co_unit = text_of(page)
    assert "牵头单位的进展。" not in co_unit
    assert "请牵头单位抓紧。" not in co_unit
    lead = text_of(sign_in(here, "water_liaison").get("detail", matter.pk))
    assert "牵头单位的进展。" in lead
    assert "请牵头单位抓紧。" in lead


def test_what_was_typed_is_shown_as_text(here):
    case = given.assigned(
        here, title="<script>alert(1)</script>", task="<img src=x onerror=alert(1)>"
    )
    body = sign_in(here, "secretary").get("detail", case.pk).content.decode()
    assert "<script>alert(1)" not in body
    assert "<img src=x" not in body


@pytest.mark.parametrize(
    "name", ["secretary", "water_liaison", "finance_liaison", "deputy", "chief"]
)
def test_the_number_of_queries_does_not_grow_with_the_matter(here, name):
    units = here.units
    small = given.assigned(here, parties=[given.lead(units["water"]), given.co(units["finance"])])
    large = given.in_progress(
        here,
        title="更大的一件",
        parties=[
            given.lead(units["water"]),
            *(given.co(units[key]) for key in ("finance", "housing", "district")),
        ],
    )
    for party in large.parties:
        given.report(here, party, "initial_report", when="2026-03-04")
        for kind in (NoticeKind.URGE, NoticeKind.EARLY_WARNING):
            notice_issue(
                assignment=party,
                kind=kind,
                content="请抓紧。",
                by=here.secretary,
                at=given.at("2026-03-05"),
            )
    extension_request(
        assignment=large.lead,
        proposed_on=date(2026, 7, 20),
        progress="进行中。",
        reason="汛期。",
        by=here.water_liaison,
        at=given.at("2026-03-06"),
    )
    browser = sign_in(here, name)
    counts = []
    for case in (small, large):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get("detail", case.pk).status_code == 200
        counts.append(len(queries))
    assert max(counts) <= MOST_QUERIES, counts
    assert counts[1] - counts[0] <= 4, counts


def test_reading_changes_nothing(here, matter):
    """Every address of the acting pages answers GET without an effect."""
    browser, before = sign_in(here, "secretary"), LedgerEntry.objects.count()
    patterns = get_resolver("cases.web.urls_actions").url_patterns
    for pattern in patterns:
        arguments = {"pk": matter.pk} if "pk" in str(pattern.pattern) else {}
        if "kind" in str(pattern.pattern):
            arguments["kind"] = "urge"
        status = browser.client.get(reverse(f"cases:{pattern.name}", kwargs=arguments)).status_code
        assert status in (200, 403, 404, 405, 409), pattern.name
    assert LedgerEntry.objects.count() == before


def test_history_names_people_clauses_and_what_changed(here, matter):
    page = sign_in(here, "secretary").get("detail", matter.pk)
    titles = [entry.title for entry in page.context["entries"]]
    assert "交办" in titles
    assert "签收（市财政局）" in titles
    approved = next(e for e in page.context["entries"] if e.title == "批准立项")
    assert approved.clause == "CZ-3.1a"
    assert ("状态", "待批准", "已立项") in approved.changes


def test_a_version_from_before_a_step_was_known_still_shows_the_matter(here, monkeypatch):
    case = given.registered(here)
    stored = case.pack
    known = {key: step for key, step in stored.steps.items() if key != "revise"}
    older = stored.model_copy(update={"steps": known})
    monkeypatch.setattr(Case, "pack", property(lambda _: older))
    page = sign_in(here, "secretary").get("detail", case.pk)
    assert page.status_code == 200
    assert "撤回修改" in text_of(page)
