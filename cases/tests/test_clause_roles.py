"""Who supervises, who carries out, who only reads."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cases.api.urls import router
from cases.models import Assignment, Case
from cases.services.cases import case_assign, case_draft, case_submit
from cases.services.extensions import extension_withdraw
from cases.tests import given
from cases.tests.offices import bureau_place, district_place
from cases.tests.pages import signed_in, titles
from cases.tests.web_given import sign_in
from cases.web.urls import urlpatterns
from duban.ledger.models import LedgerEntry
from duban.org.models import Unit
from duban.org.models.unit import UnitKind

pytestmark = pytest.mark.django_db

AT = given.at("2026-03-16 10:00")


@pytest.fixture(autouse=True)
def _on_that_day():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def here():
    return given.place()


@pytest.fixture
def watched(here):
    """A matter with one row of everything that can be written about, and somebody who only reads."""
    given.post(here, "watcher", "hall", "discipline", "纪检监察组长", "任远", office=here.office)
    case = given.in_progress(here, when="2026-03-02")
    given.report(here, case.lead, "initial_report", when="2026-03-03")
    extension = given.asked(here, case, until="2026-08-31", when="2026-03-04")
    extension_withdraw(extension=extension, by=here.water_liaison, at=given.at("2026-03-05"))
    given.noticed(here, case.lead, "urge", when="2026-03-06")
    given.applied(here, case, when="2026-03-09")
    return Case.objects.get(pk=case.pk)


# Somebody's own arrangement of a list is not a matter, and an exported list is read.
OWN = {"view_create", "view_default", "view_delete", "export"}
PAGES = sorted({route.name for route in urlpatterns} - OWN)


def _filled(name, case):
    """The address with the key of a row that is there: every kind has one whose key is small."""
    route = next(route for route in urlpatterns if route.name == name)
    known = {"pk": case.pk, "kind": "urge", "form": "docx", "name": "name"}
    wanted = route.pattern.converters
    return reverse(f"cases:{name}", kwargs={key: known.get(key, 1) for key in wanted})


@pytest.mark.clause("NT-4.1")
def test_discipline_reads_the_matters_of_its_office(here, watched):
    """“各纪检监察组织要加强组织协调和监督检查”"""
    client = signed_in(here, "watcher")
    assert titles(client.get(reverse("cases:list") + "?all=1")) == [watched.title]
    page = client.get(reverse("cases:detail", args=[watched.pk]))
    assert page.status_code == 200
    assert not page.context["actions"]
    assert not page.context["later"]
    assert page.context["upload"] is None
    elsewhere = given.place(name="远山市", tag="y")
    foreign = given.assigned(elsewhere)
    assert client.get(reverse("cases:detail", args=[foreign.pk])).status_code == 404


@pytest.mark.clause("NT-4.1")
def test_discipline_writes_through_no_page(here, watched):
    client = signed_in(here, "watcher")
    before = LedgerEntry.objects.count()
    rows = {model: list(model.objects.order_by("pk").values()) for model in (Case, Assignment)}
    for name in PAGES:
        answer = client.post(_filled(name, watched), {"once": f"key-{name}"})
        assert answer.status_code in (403, 404, 405), name
    assert len(PAGES) > 40
    assert LedgerEntry.objects.count() == before
    for model, held in rows.items():
        assert list(model.objects.order_by("pk").values()) == held


@pytest.mark.clause("NT-4.1")
def test_discipline_writes_through_no_resource_of_the_interface(here, watched):
    client, before = signed_in(here, "watcher"), LedgerEntry.objects.count()
    tried = 0
    for prefix, view, _ in router.registry:
        lists = [f"/api/v1/{prefix}/", *_extra(prefix, view, detail=False)]
        details = [f"/api/v1/{prefix}/{watched.pk}/", *_extra(prefix, view, detail=True)]
        for url in (*lists, *details):
            for verb in ("post", "put", "patch", "delete"):
                answer = getattr(client, verb)(url, {}, content_type="application/json")
                assert answer.status_code in (400, 403, 404, 405), (verb, url)
                tried += 1
    assert tried > 100
    assert LedgerEntry.objects.count() == before


def _extra(prefix, view, *, detail):
    pk = f"{1}/" if detail else ""
    return [
        f"/api/v1/{prefix}/{pk}{action.url_path}/"
        for action in view.get_extra_actions()
        if action.detail == detail
    ]


@pytest.mark.clause("CZ-2.2a")
def test_a_section_sees_what_it_supervises_and_a_department_what_it_carries_out(here):
    """“政府统一领导、政府办各科室督查督办、职能部门抓落实”"""
    units = here.units
    given.assigned(here, title="一科督办水利局办", parties=[given.lead(units["water"])])
    given.assigned(
        here, title="二科督办财政局办", by="secretary2", parties=[given.lead(units["finance"])]
    )
    seen = {
        name: set(titles(signed_in(here, name).get(reverse("cases:list") + "?all=1")))
        for name in ("secretary", "secretary2", "water_liaison", "finance_liaison", "chief")
    }
    assert seen == {
        "secretary": {"一科督办水利局办"},
        "secretary2": {"二科督办财政局办"},
        "water_liaison": {"一科督办水利局办"},
        "finance_liaison": {"二科督办财政局办"},
        "chief": {"一科督办水利局办", "二科督办财政局办"},
    }


@pytest.fixture
def district(here):
    return district_place(here)


@pytest.mark.clause("CZ-2.2c")
def test_a_district_keeps_its_own_matters_and_the_city_reads_them_without_a_hand_in_them(
    here, district
):
    """“各县区、各部门要根据职责要求,对本地区、本部门抓落实的情况进行检查督办”"""
    case = given.in_progress(
        district, by="east_staff", parties=[given.lead(here.units["east_bureau"])]
    )
    assert case.number.startswith("东政督")
    city = signed_in(here, "staff")
    assert titles(city.get(reverse("cases:list") + "?all=1")) == [case.title]
    page = sign_in(here, "staff").get("detail", case.pk)
    assert page.status_code == 200
    assert not page.context["actions"]
    assert not page.context["later"]
    for name in ("notice", "strike_off", "edit"):
        args = [case.lead.pk, "urge"] if name == "notice" else [case.pk]
        assert city.post(reverse(f"cases:{name}", args=args), {}).status_code in (403, 404), name
    own = given.assigned(here, title="市里的一件")
    assert not Case.objects.visible_to(district.east_staff).filter(pk=own.pk).exists()


@pytest.mark.clause("LZ-B-5")
def test_the_supervision_office_runs_the_process_from_draft_to_strike_off():
    """“由市政府督查室牵头组织实施”"""
    here = given.place("lanzhou-2018")
    case = given.in_progress(here, by="staff", when="2026-03-02")
    assert case.supervisor == here.office.body
    case = given.completed(here, case, applied_on="2026-03-10")
    done = given.struck_off(here, case, when="2026-03-11")
    assert done.state == "closed"
    entries = LedgerEntry.objects.filter(case_id=case.pk, action__in=["assign", "strike_off"])
    assert set(entries.values_list("unit_name", flat=True)) == {"督查室"}


@pytest.mark.clause("LZ-B-5")
@pytest.mark.parametrize("by", ["water_liaison", "water_head", "deputy", "chief"])
def test_nobody_else_drafts_submits_or_assigns(here, by):
    actor = here.actor(by)
    with pytest.raises(PermissionDenied):
        case_draft(
            office=here.office,
            facts=given.facts(),
            parties=[given.lead(here.units["water"])],
            by=actor,
            at=AT,
        )
    with pytest.raises(PermissionDenied):
        case_submit(case=given.draft(here), by=actor, at=AT)
    with pytest.raises(PermissionDenied):
        case_assign(case=given.registered(here), by=actor, at=AT)


@pytest.mark.clause("ZZ-0.2", "LZ-C-3")
@pytest.mark.parametrize("kind", [UnitKind.SECTION, UnitKind.AFFILIATED])
def test_sections_and_affiliated_units_of_a_bureau_are_both_responsible_units(kind):
    """“各科室、所属各单位”"""
    place = bureau_place()
    unit = Unit.objects.create(name="安全管理机构", kind=kind, parent=place.units["housing"])
    place.units["safety"] = unit
    given.post(place, "safety_liaison", "safety", "liaison", "联络员", "白雪")
    page = sign_in(place, "inner_staff").get("create").content.decode()
    assert 'value="安全管理机构"' in page
    case = given.in_progress(place, by="inner_staff", parties=[given.lead(unit)])
    assert case.lead.unit == unit
    assert list(Case.objects.visible_to(place.safety_liaison)) == [case]
