"""Every screen of the admin that staff reach is in Chinese."""

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.tests import given
from cases.tests.admin_pages import admin_urls, client_of, signed_in, words_of
from deadlines.models import Clock
from duban.documents.models import OfficialDocument
from duban.ledger.models import LedgerEntry
from duban.org.models import Portfolio
from duban.rulepacks.models import Activation, RulePackVersion

pytestmark = pytest.mark.django_db

# Names of file types, of keys, of packs and of people's accounts are what they are.
NAMES = {"Excel", "xlsx", "csv", "Word", "docx", "esc", "changzhi"}


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-02 10:00"), tick=False):
        made = given.place()
        given.in_progress(
            made, parties=[given.lead(made.units["water"]), given.co(made.units["finance"])]
        )
        for key, role in (("sysadmin", "system_admin"), ("auditor", "audit_admin")):
            given.post(made, key, "hall", role, "管理员", "管理员", "", office=made.office)
        yield made


@pytest.mark.parametrize("key", ["head", "sysadmin", "security", "auditor"])
def test_no_page_has_english_left_on_it(here: given.Place, key: str):
    client = signed_in(here, key)
    names = {post.user.username for post in here.posts.values()}
    reached, left = 0, {}
    for url in [*admin_urls(), *_rows(here)]:
        response = client.get(url)
        assert response.status_code in (200, 302, 403, 404), url
        if response.status_code == 200:
            reached += 1
            words = words_of(response.content.decode()) - NAMES
            if words := {w for w in words if not any(w in name for name in names)}:
                left[url] = words
    assert left == {}
    assert reached >= {"head": 25, "auditor": 3}.get(key, 4)


def test_a_search_without_results_speaks_chinese(here: given.Place):
    client = signed_in(here, "head")
    for name in ("cases_case", "org_unit", "deadlines_clock"):
        response = client.get(reverse(f"admin:{name}_changelist"), {"q": "没有这样的内容"})
        assert not words_of(response.content.decode()) - NAMES


def test_a_refused_form_speaks_chinese(here: given.Place):
    response = signed_in(here, "head").post(
        reverse("admin:org_unit_add"), {"aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0}
    )
    html = response.content.decode()
    assert "必填" in html
    assert not words_of(html) - NAMES


def test_who_does_not_work_in_the_admin_stays_outside(here: given.Place):
    for key in ("water_liaison", "deputy", "chief"):
        assert client_of(here.posts[key]).get(reverse("admin:index")).status_code in (302, 403)
        response = client_of(here.posts[key]).get(reverse("admin:index"), follow=True)
        assert response.status_code == 403


def test_there_is_one_sign_in_and_one_password_page(here: given.Place, client):
    response = client.get(reverse("admin:cases_case_changelist"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/login/?next=")
    page = signed_in(here, "head").get(reverse("admin:password_change"))
    assert page.url == reverse("password_change")


def _rows(made: given.Place) -> list[str]:
    """The page of one row of each kind, and every page of a matter."""
    case = Case.objects.get()
    pages = ["submit", "assign", "urge", "warn", "supervise", "feedback", "strike-off"]
    base = reverse("admin:cases_case_change", args=[case.pk])
    found = [base.replace("change/", f"{page}/") for page in pages]
    found += [reverse("admin:cases_case_import"), base]
    for name, row in (
        ("org_unit", made.units["water"]),
        ("org_post", made.posts["water_liaison"]),
        ("org_user", made.posts["water_liaison"].user),
        ("org_office", made.office),
        ("org_portfolio", Portfolio.objects.first()),
        ("rulepacks_activation", Activation.objects.first()),
        ("rulepacks_rulepackversion", RulePackVersion.objects.first()),
        ("ledger_ledgerentry", LedgerEntry.objects.last()),
        ("documents_officialdocument", OfficialDocument.objects.first()),
        ("deadlines_clock", Clock.objects.first()),
    ):
        found.append(reverse(f"admin:{name}_change", args=[row.pk]))
    return found
