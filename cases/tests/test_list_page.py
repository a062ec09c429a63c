"""The 台账 as a page: columns, order, groups, views, addresses, number of queries."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import SavedView
from cases.tests import given
from cases.tests.given import Place
from cases.tests.pages import signed_in, titles

pytestmark = pytest.mark.django_db

# Session, user, posts, delegations, office, messages, badge: the frame of every page.
FRAME = 12
OWN = 12


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(given.at("2026-06-20 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> Place:
    return given.place(on="2026-06-20")


def draft(here: Place, title: str, **changes: object) -> None:
    given.draft(here, when="2026-06-01", title=title, **{"due_on": date(2026, 9, 30), **changes})


@pytest.mark.clause("LZ-A-14a")
def test_one_row_per_matter_with_the_columns_asked_for(here: Place) -> None:
    """LZ-A-14a: 实行表格化、台账式管理."""
    draft(here, "甲")
    client = signed_in(here, "head")
    page = client.get("/cases/")
    assert [column.key for column in page.context["columns"]] == [
        "number",
        "title",
        "state",
        "due",
        "lead",
        "holder",
        "latest",
    ]
    page = client.get("/cases/?col=source&col=due&col=nosuch")
    assert [column.key for column in page.context["columns"]] == ["title", "due", "source"]
    assert titles(page) == ["甲"]
    assert "市政府会议决定" in page.content.decode()


def test_sorting_by_a_column_head_and_back(here: Place) -> None:
    for title in ("乙", "甲", "丙"):
        draft(here, title)
    client = signed_in(here, "head")
    assert titles(client.get("/cases/")) == ["丙", "甲", "乙"]
    page = client.get("/cases/?sort=title")
    assert titles(page) == sorted(["乙", "甲", "丙"])
    assert 'aria-sort="ascending"' in page.content.decode()
    assert titles(client.get("/cases/?sort=-title")) == sorted(["乙", "甲", "丙"], reverse=True)


def test_pages_of_fifty_with_links_to_the_next(here: Place) -> None:
    for number in range(53):
        draft(here, f"事项{number}")
    client = signed_in(here, "head")
    first = client.get("/cases/?state=draft")
    keyset = first.context["keyset"]
    assert (len(titles(first)), keyset.total, keyset.previous) == (50, 53, None)
    second = client.get(f"/cases/?state=draft&cursor={keyset.next}")
    assert titles(second) == ["事项2", "事项1", "事项0"]
    assert second.context["keyset"].next is None
    assert f"state=draft&amp;cursor={second.context['keyset'].previous}" in second.content.decode()


@pytest.mark.clause("CZ-1.2")
def test_grouping_by_source_counts_each_group(here: Place) -> None:
    """CZ-1.2: the list can be grouped by source, in the order of the regulation."""
    draft(here, "会议一", source="meeting")
    draft(here, "书记", source="general_secretary")
    draft(here, "会议二", source="meeting")
    page = signed_in(here, "head").get("/cases/?group=source")
    assert [(line.title, line.count) for line in page.context["lines"] if line.heading] == [
        ("书记", 1),
        ("会议二", 2),
    ]
    assert titles(page) == ["书记", "会议二", "会议一"]


def test_due_date_says_light_days_and_what_is_pending(here: Place) -> None:
    given.in_progress(here, when="2026-06-01", due_on=date(2026, 6, 10))
    page = signed_in(here, "head").get("/cases/")
    due = next(cell.due for cell in page.context["lines"][0].cells if cell.kind == "due")
    assert (due.signal, due.last_day, due.remaining_text) == (
        "red",
        date(2026, 6, 10),
        "逾期 10 天",
    )


def test_a_date_that_rests_on_an_unannounced_year_is_marked(here: Place) -> None:
    place = given.place("anshan-2015", name="安平市", on="2026-12-25", tag="an")
    with time_machine.travel(given.at("2026-12-28 10:00"), tick=False):
        case = given.assigned(place, when="2026-12-25", urgency="difficult")
        assert case.clock.provisional
        page = signed_in(place, "head").get("/cases/")
    assert "暂定" in page.content.decode()


def test_the_form_s_empty_fields_leave_the_address(here: Place) -> None:
    client = signed_in(here, "head")
    answer = client.get("/cases/?q=&state=under_way&light=&sort=due")
    assert answer["Location"] == "/cases/?state=under_way&sort=due"
    assert client.get("/cases/?q=&state=")["Location"] == "/cases/?all=1"


def test_a_wrong_filter_is_named_and_the_rest_holds(here: Place) -> None:
    draft(here, "甲")
    page = signed_in(here, "head").get("/cases/?state=draft&due_from=2026-13-01")
    assert page.status_code == 200
    assert titles(page) == ["甲"]
    assert "办结期限自：" in page.content.decode()


def test_hostile_words_are_only_words(here: Place) -> None:
    draft(here, "<script>alert(1)</script>")
    page = signed_in(here, "head").get("/cases/", {"q": "<script>"})
    assert titles(page) == ["<script>alert(1)</script>"]
    assert "<script>alert" not in page.content.decode()
    assert signed_in(here, "head").get("/cases/", {"q": "\x00"}).status_code in (200, 302)


def test_number_of_queries_does_not_grow_with_the_rows(here: Place) -> None:
    client = signed_in(here, "secretary")
    given.in_progress(here, when="2026-06-01", due_on=date(2026, 9, 30))
    few = queries(client)
    water, finance = here.units["water"], here.units["finance"]
    for number in range(6):
        draft(
            here,
            f"拟立项{number}",
            assigner=here.posts["deputy"],
            parties=[given.lead(finance), given.co(water)],
        )
    case = given.in_progress(
        here,
        when="2026-06-02",
        due_on=date(2026, 9, 30),
        title="办结待批",
        parties=[given.lead(finance), given.co(water)],
    )
    given.report(here, case.lead, "initial_report", when="2026-06-05")
    given.applied(here, case, when="2026-06-10")
    assert queries(client) == few
    assert few <= FRAME + OWN


def queries(client: Client) -> int:
    from django.db import connection

    with CaptureQueriesContext(connection) as seen:
        assert (
            client.get("/cases/?sort=due&group=lead&col=latest&col=holder&col=lead").status_code
            == 200
        )
    return len(seen)


def test_views_are_saved_replaced_and_deleted_by_their_owner(here: Place) -> None:
    client, other = signed_in(here, "head"), signed_in(here, "staff")
    sent = {"name": "超期", "query": "light=red&sort=due&cursor=a5&evil=1"}
    assert client.post("/cases/views/", sent)["Location"] == "/cases/?light=red&sort=due"
    view = SavedView.objects.get()
    assert (view.query, view.is_default) == ("light=red&sort=due", False)
    client.post("/cases/views/", {"name": "超期", "query": "light=red"})
    assert SavedView.objects.get().query == "light=red"
    assert "超期" in client.get("/cases/").content.decode()
    assert other.post(f"/cases/views/{view.pk}/delete/").status_code == 404
    assert other.post(f"/cases/views/{view.pk}/default/").status_code == 404
    client.post(f"/cases/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_the_default_view_opens_first_and_everything_stays_reachable(here: Place) -> None:
    client = signed_in(here, "head")
    for name, query in (("甲", "light=red"), ("乙", "state=draft")):
        client.post("/cases/views/", {"name": name, "query": query, "default": "1"})
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["乙"]
    assert client.get("/cases/")["Location"] == "/cases/?state=draft"
    assert client.get("/cases/?all=1").status_code == 200
    assert signed_in(here, "staff").get("/cases/").status_code == 200
    client.post(f"/cases/views/{SavedView.objects.get(name='乙').pk}/default/")
    assert not SavedView.objects.filter(is_default=True).exists()


def test_a_view_needs_a_name_and_there_is_room_for_thirty(here: Place) -> None:
    client = signed_in(here, "head")
    for name in (" ", "长" * 41):
        client.post("/cases/views/", {"name": name, "query": "light=red"})
    assert not SavedView.objects.exists()
    user = here.posts["head"].user
    SavedView.objects.bulk_create(SavedView(user=user, name=f"v{n}", query="") for n in range(30))
    page = client.post("/cases/views/", {"name": "又一个", "query": "light=red"}, follow=True)
    assert "已有 30 个常用视图" in page.content.decode()
    assert SavedView.objects.count() == 30


def test_somebody_signed_out_is_asked_to_sign_in(here: Place) -> None:
    for path in ("/", "/cases/"):
        assert Client().get(path)["Location"].startswith("/login/")
