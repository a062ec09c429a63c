"""Global search by number, title and unit, among what the actor may see."""

from __future__ import annotations

from datetime import date

import pytest

from cases.tests import given
from cases.tests.given import Place
from cases.tests.pages import signed_in
from cases.web.search import search_cases
from duban.org.models import UnitAlias

pytestmark = pytest.mark.django_db

LATER = {"due_on": date(2026, 9, 30), "when": "2026-06-01"}


@pytest.fixture
def here() -> Place:
    return given.place(on="2026-06-18")


def hits(here: Place, by: str, text: str) -> list[str]:
    return [hit.title for hit in search_cases(here.actor(by), text, 20)]


def test_by_number_title_unit_and_alias(here: Place) -> None:
    UnitAlias.objects.create(unit=here.units["water"], name="水务局")
    given.assigned(here, title="管网改造", **LATER)
    for text in ("长政督〔2026〕1号", "[2026]1号", "(2026)1号", "管网", "市水利局", "水务"):
        assert hits(here, "head", text) == ["管网改造"], text
    assert hits(here, "head", "税务") == []


def test_the_very_number_comes_first(here: Place) -> None:
    for number in range(12):
        given.registered(here, title=f"第{number + 1}件", **LATER)
    assert hits(here, "head", "〔2026〕1号")[0] == "第1件"
    assert len(search_cases(here.head, "2026", 5)) == 5


def test_nobody_finds_what_they_may_not_see(here: Place) -> None:
    given.registered(here, title="未交办的管网", **LATER)
    given.assigned(here, title="已交办的管网", **LATER)
    assert set(hits(here, "head", "管网")) == {"未交办的管网", "已交办的管网"}
    assert hits(here, "water_liaison", "管网") == ["已交办的管网"]
    assert hits(here, "finance_liaison", "管网") == []
    assert hits(here, "secretary2", "管网") == []
    assert hits(here, "deputy2", "管网") == []
    assert hits(here, "security", "管网") == []


def test_the_page_links_to_the_matter(here: Place) -> None:
    case = given.assigned(here, title="管网改造", **LATER)
    page = signed_in(here, "water_liaison").get("/search/", {"q": "管网"}).content.decode()
    assert f'href="/cases/{case.pk}/"' in page
    assert "督办事项" in page
