"""Who sees which matter: role by relation, the same through the query, the list, the sheet, the
search and the numbers of the workbench. An interface that forgets fails here.
"""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import time_machine

from cases.models import Assignment, Case, Feedback
from cases.selectors.overview import lights_by_unit
from cases.services.feedback import Words, feedback_draft
from cases.tests import given
from cases.tests.given import Place
from cases.tests.pages import signed_in, titles
from cases.web.search import search_cases
from duban.org.models import Office, Post, Unit

pytestmark = pytest.mark.django_db

# Relations of a matter to the water bureau, section one, the deputy in charge of water.
DRAFT, READY, SENT, OTHERS, FOREIGN, BELOW, LED = (
    "本科室拟立项",
    "本科室已立项未交办",
    "市水利局牵头",
    "市财政局牵头、市水利局协办",
    "外市的",
    "下级的",
    "二科的、市财政局牵头",
)
ALL_HERE = {DRAFT, READY, SENT, OTHERS, LED}

MATRIX: dict[str, set[str]] = {
    # the office: everything of its own, and read-only what is below it
    "staff": {*ALL_HERE, BELOW},
    "head": {*ALL_HERE, BELOW},
    "chief": {*ALL_HERE, BELOW},
    "secgen": {*ALL_HERE, BELOW},
    # a section: what it supervises
    "secretary": {DRAFT, READY, SENT, OTHERS},
    "secretary2": {LED},
    # a deputy: the units in charge, lead or co-, once it concerns them; and what they assigned
    "deputy": {DRAFT, READY, SENT, OTHERS},
    "deputy2": {OTHERS, LED},
    # a unit: what was delivered to it, whoever assigned it
    "water_liaison": {SENT, OTHERS},
    "water_head": {SENT, OTHERS},
    "finance_liaison": {OTHERS, LED},
    "finance_head": {OTHERS, LED},
    "housing_liaison": set(),
    "district_head": set(),
    # the security administrator reads no matters
    "security": set(),
}
READERS = [role for role in MATRIX if role != "security"]


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(given.at("2026-06-18 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> Place:
    place = given.place(on="2026-06-18")
    water, finance = place.units["water"], place.units["finance"]
    later = {"due_on": date(2026, 9, 30), "when": "2026-06-01"}
    given.draft(place, title=DRAFT, **later)
    given.registered(place, title=READY, **later)
    given.assigned(place, title=SENT, **later)
    given.assigned(place, title=OTHERS, parties=[given.lead(finance), given.co(water)], **later)
    given.assigned(place, title=LED, by="secretary2", parties=[given.lead(finance)], **later)
    abroad = given.place(name="安平市", tag="an", on="2026-06-18")
    given.assigned(abroad, title=FOREIGN, **later)
    _below(place, later)
    return place


def _below(place: Place, later: dict[str, object]) -> None:
    """A district with an office of its own under the city."""
    district = place.units["district"]
    body = Unit.objects.create(name="区督查室", kind="section", parent=district)
    bureau = Unit.objects.create(name="区水务局", kind="department", parent=district)
    office = Office.objects.create(
        name="城东区督查室",
        root=district,
        body=body,
        organ="城东区人民政府办公室",
        organ_mark="城东区人民政府办公室文件",
        prefix="东政督",
    )
    lower = Place(office, place.on, {"body": body, "water": bureau}, {})
    for key, unit, role in (
        ("staff", body, "office_staff"),
        ("head", body, "office_head"),
        ("security", body, "security_admin"),
        ("chief", district, "chief_leader"),
        ("water_liaison", bureau, "liaison"),
    ):
        lower.posts[key] = Post.objects.create(
            user=given.user(f"d{key}", f"区{key}"),
            unit=unit,
            role=role,
            title="区",
            office=None if role == "liaison" else office,
            starts_on=given.SINCE,
        )
    given.activate(
        office, "changzhi-2022", by=(lower.head, lower.security), at=given.at("2018-01-02")
    )
    given.draft(lower, title=BELOW, by="staff", **later)


def test_the_query_shows_exactly_the_matrix(here: Place) -> None:
    for role, expected in MATRIX.items():
        seen = Case.objects.visible_to(here.actor(role))
        assert {case.title for case in seen} == expected, role
        assert seen.count() == len(expected), role


def test_search_shows_nothing_else(here: Place) -> None:
    for role, expected in MATRIX.items():
        for title in {*ALL_HERE, FOREIGN, BELOW}:
            found = {hit.title for hit in search_cases(here.actor(role), title, 50)}
            assert (title in found) is (title in expected), (role, title)


def test_the_list_shows_the_same(here: Place) -> None:
    for role in READERS:
        page = signed_in(here, role).get("/cases/?all=1")
        assert set(titles(page)) == MATRIX[role], role
        assert page.context["total"] == len(MATRIX[role]), role


def test_the_sheet_shows_the_same(here: Place) -> None:
    for role in READERS:
        answer = signed_in(here, role).post("/cases/export/?col=title")
        if not MATRIX[role]:
            assert answer.status_code == 302, role
            continue
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        rows = {row[0] for row in sheet.iter_rows(min_row=4, values_only=True)}
        assert rows == MATRIX[role], role


def test_the_matter_s_page_is_there_or_is_not(here: Place) -> None:
    for role, expected in MATRIX.items():
        client = signed_in(here, role)
        for case in Case.objects.all():
            status = client.get(f"/cases/{case.pk}/").status_code
            assert status == (200 if case.title in expected else 404), (role, case.title)


def test_numbers_count_only_what_is_seen(here: Place) -> None:
    for role in ("deputy", "deputy2", "chief", "secretary", "head"):
        units = lights_by_unit(here.actor(role), at=given.at("2026-06-18"))
        assert sum(unit.total for unit in units) == len(MATRIX[role] & {SENT, OTHERS, LED}), role


def test_a_filter_never_widens_what_is_seen(here: Place) -> None:
    client = signed_in(here, "water_liaison")
    finance = here.units["finance"].pk
    for query in (
        f"unit={finance}",
        f"lead={finance}",
        "state=draft",
        "waiting=any",
        f"part=delivered&unit={finance}",
        "q=市财政局",
    ):
        assert set(titles(client.get(f"/cases/?{query}"))) <= MATRIX["water_liaison"], query


def test_a_unit_asks_about_its_own_part_only(here: Place) -> None:
    """Whether the co-unit has signed is not the other unit's business to filter by."""
    from cases.services.assignments import assignment_acknowledge

    case = Case.objects.get(title=OTHERS)
    own = next(part for part in case.parties if part.unit_id == here.units["water"].pk)
    assignment_acknowledge(assignment=own, by=here.water_liaison, at=given.at("2026-06-17"))
    assert titles(signed_in(here, "water_liaison").get("/cases/?part=delivered")) == [SENT]
    assert OTHERS in titles(signed_in(here, "finance_liaison").get("/cases/?part=delivered"))


@pytest.mark.clause("CZ-3.2d")
def test_a_co_unit_reads_its_own_reports_the_lead_all(here: Place) -> None:
    case = Case.objects.get(title=OTHERS)
    for party in case.parties:
        from cases.services.assignments import assignment_acknowledge

        by = here.actor(given.liaison(here, party.unit))
        assignment_acknowledge(assignment=party, by=by, at=given.at("2026-06-02"))
        given.report(
            here, party, "initial_report", when="2026-06-03", content=f"{party.unit.label}的进展"
        )
    feedback_draft(
        assignment=case.lead,
        words=Words("follow_up_report", "还没写完"),
        by=here.finance_liaison,
        at=given.at("2026-06-04"),
    )

    def read(role: str) -> set[str]:
        return {row.content for row in Feedback.objects.visible_to(here.actor(role))}

    both = {"市财政局的进展", "市水利局的进展"}
    assert read("water_liaison") == {"市水利局的进展"}
    assert read("finance_liaison") == {*both, "还没写完"}
    assert read("secretary") == read("head") == read("deputy") == both
    assert read("housing_liaison") == set()
    query = "/cases/?col=latest&q=协办"
    assert "市财政局的进展" not in signed_in(here, "water_liaison").get(query).content.decode()
    assert "市财政局的进展" in signed_in(here, "secretary").get(query).content.decode()


def test_before_delivery_a_unit_knows_nothing_of_its_part(here: Place) -> None:
    undelivered = Assignment.objects.filter(state="issued")
    assert undelivered.exists()
    assert not Assignment.objects.visible_to(here.water_liaison).filter(state="issued").exists()


def test_who_holds_no_post_sees_nothing(here: Place) -> None:
    from duban.org.actor import Actor

    assert not Case.objects.visible_to(None).exists()
    assert not Case.objects.visible_to(Actor.without_post(here.posts["head"].user)).exists()
