"""Who sees and does what in the admin; the acting post decides, row by row."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from cases.models import Case
from cases.tests import given
from cases.tests.admin_pages import client_of, signed_in
from duban.ledger.models import LedgerEntry
from duban.org.models import Post

pytestmark = pytest.mark.django_db

ACTS = {
    "cases_agreement",
    "cases_escalation",
    "cases_turn",
    "deadlines_calendarchange",
    "deadlines_obligation",
}
HEAD = ACTS | {
    "cases_case",
    "deadlines_clock",
    "deadlines_overduefinding",
    "documents_officialdocument",
    "org_unit",
    "org_user",
    "org_post",
    "org_office",
    "org_portfolio",
    "org_delegation",
    "org_standingbody",
    "org_evaluationlist",
    "rulepacks_rulepackversion",
    "rulepacks_activation",
    "ledger_ledgerentry",
}
SEEN = {
    "head": HEAD,
    "staff": HEAD - {"org_user"},
    "secretary": ACTS
    | {
        "cases_case",
        "org_unit",
        "org_post",
        "org_office",
        "org_portfolio",
        "org_standingbody",
        "org_evaluationlist",
        "rulepacks_rulepackversion",
        "rulepacks_activation",
    },
    # Accounts and units, no content of matters, no ledger.
    "sysadmin": {
        "org_unit",
        "org_user",
        "org_post",
        "org_office",
        "org_standingbody",
        "org_evaluationlist",
        "rulepacks_rulepackversion",
        "rulepacks_activation",
    },
    "security": {
        "org_user",
        "org_post",
        "org_office",
        "org_portfolio",
        "org_delegation",
        "rulepacks_rulepackversion",
        "rulepacks_activation",
        "web_apitoken",
        "axes_accessattempt",
    },
    "auditor": {"ledger_ledgerentry"},
}
ADDED = {
    "head": {
        "org_unit",
        "org_post",
        "org_portfolio",
        "org_delegation",
        "org_standingbody",
        "org_evaluationlist",
    },
    "staff": set(),
    "secretary": set(),
    "sysadmin": {"org_unit", "org_user", "org_office", "org_standingbody", "org_evaluationlist"},
    "security": {"org_post", "org_portfolio", "org_delegation"},
    "auditor": set(),
}


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-02 10:00"), tick=False):
        made = given.place()
        for key, role in (("sysadmin", "system_admin"), ("auditor", "audit_admin")):
            given.post(made, key, "hall", role, "管理员", "赵强", office=made.office)
        yield made


def names() -> list[str]:
    own = {"cases", "deadlines", "documents", "org", "rulepacks", "ledger", "web", "axes"}
    labels = (m._meta for m in admin.site._registry)
    return [f"{m.app_label}_{m.model_name}" for m in labels if m.app_label in own]


@pytest.mark.parametrize("key", SEEN)
def test_each_role_reaches_its_lists_and_no_other(here: given.Place, key: str):
    client = signed_in(here, key)
    seen = {n for n in names() if client.get(reverse(f"admin:{n}_changelist")).status_code == 200}
    added = {n for n in names() if client.get(reverse(f"admin:{n}_add")).status_code == 200}
    assert (seen, added) == (SEEN[key], ADDED[key])


def test_nothing_is_ever_deleted_from_a_list(here: given.Place):
    client = signed_in(here, "head")
    unit = here.units["water"]
    assert client.post(reverse("admin:org_unit_delete", args=[unit.pk])).status_code == 403
    client.post(
        reverse("admin:org_unit_changelist"),
        {"action": "delete_selected", "_selected_action": unit.pk, "post": "yes"},
    )
    unit.refresh_from_db()
    assert unit.pk


def test_a_matter_is_neither_added_nor_changed_nor_deleted_by_a_form(here: given.Place):
    case = given.draft(here)
    client = signed_in(here, "head")
    page = reverse("admin:cases_case_change", args=[case.pk])
    assert client.get(reverse("admin:cases_case_add")).status_code == 403
    assert client.post(page, {"title": "改", "state": "closed"}).status_code == 403
    assert client.post(reverse("admin:cases_case_delete", args=[case.pk])).status_code == 403
    fresh = Case.objects.get()
    assert (fresh.title, fresh.state) == (case.title, "draft")


def test_another_section_and_another_locality_find_nothing(here: given.Place):
    there = given.place(name="安宁市", tag="安")
    case = given.draft(here)
    page = reverse("admin:cases_case_change", args=[case.pk])
    for made, key, known in (
        (here, "secretary", True),
        (here, "secretary2", False),
        (there, "head", False),
        (there, "secretary", False),
    ):
        client = signed_in(made, key)
        assert (client.get(page).status_code == 200) is known
        listed = client.get(reverse("admin:cases_case_changelist")).content.decode()
        assert (case.title in listed) is known
        assert (client.get(page.replace("change/", "assign/")).status_code == 200) is False


@pytest.mark.parametrize(
    "step", ["submit", "assign", "urge", "warn", "supervise", "feedback", "strike-off", "page"]
)
def test_a_step_of_a_matter_one_may_not_see_is_refused(here: given.Place, step: str):
    """Actions on an office's matter from elsewhere: absent, and refused when called."""
    there = given.place(name="安宁市", tag="安")
    case = given.assigned(here)
    url = reverse("admin:cases_case_change", args=[case.pk]).replace("change/", f"{step}/")
    for method in ("get", "post"):
        response = getattr(signed_in(there, "head"), method)(url)
        assert response.status_code in (302, 403)
        assert "/cases/" not in response.headers.get("Location", "").replace("/admin/cases", "")
    assert Case.objects.get().version == case.version


def test_the_auditor_and_the_office_read_the_ledger_of_their_own_office(here: given.Place):
    there = given.place(name="安宁市", tag="安")
    given.draft(there, title="安宁的事项")
    mine = given.draft(here)
    for key in ("auditor", "head"):
        response = signed_in(here, key).get(reverse("admin:ledger_ledgerentry_changelist"))
        offices = {row.office_id for row in response.context["cl"].result_list}
        assert offices == {here.office.pk}
    foreign = LedgerEntry.objects.filter(office=there.office).last()
    url = reverse("admin:ledger_ledgerentry_change", args=[foreign.pk])
    assert signed_in(here, "auditor").get(url).status_code == 302
    assert mine.pk


def test_search_of_the_admin_finds_only_the_own_lists(here: given.Place):
    found = signed_in(here, "auditor").get(reverse("admin:search"), {"s": "督办"})
    assert "cases/case" not in found.content.decode()


def test_autocomplete_offers_only_the_own_tree(here: given.Place):
    there = given.place(name="安宁市", tag="安")
    asked = {"app_label": "org", "model_name": "post", "field_name": "unit", "term": "水利局"}
    answer = signed_in(here, "head").get(reverse("admin:autocomplete"), asked).json()
    assert [row["text"] for row in answer["results"]] == ["长平市水利局"]
    assert there.units["water"].name == "安宁市水利局"


def test_the_second_post_counts_only_when_it_is_acted_in(here: given.Place):
    """Rights are judged for the acting post, never for the union of a person's posts."""
    post = here.posts["water_liaison"]
    second = Post.objects.create(
        user=post.user,
        unit=here.units["body"],
        office=here.office,
        role="office_staff",
        title="科员",
        starts_on=given.SINCE,
    )
    client = client_of(post)
    assert client.get(reverse("admin:index")).status_code == 302
    client.post(reverse("acting"), {"acting": f"p{second.pk}"})
    assert client.get(reverse("admin:index")).status_code == 200
