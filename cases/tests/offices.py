"""Offices below the city's: a district's and a bureau's."""

from __future__ import annotations

from cases.tests import given
from cases.tests.given import Place
from duban.org.models import Office, Unit


def district_place(here: Place) -> Place:
    """A district with a 督查室 of its own below the city's."""
    hall = Unit.objects.create(
        name="城东区人民政府办公室", kind="office", parent=here.units["district"]
    )
    bureau = Unit.objects.create(
        name="城东区水务局", kind="department", parent=here.units["district"]
    )
    office = Office.objects.create(
        name="城东区人民政府督查室",
        root=here.units["district"],
        body=hall,
        organ="城东区人民政府办公室",
        organ_mark="城东区人民政府办公室文件",
        prefix="东政督",
    )
    here.units |= {"east_hall": hall, "east_bureau": bureau}
    for key, role in (
        ("east_staff", "office_staff"),
        ("east_head", "office_head"),
        ("east_second_head", "office_head"),
        ("east_chief_head", "chief_leader"),
    ):
        given.post(here, key, "east_hall", role, "干部", "宋佳", office=office)
    given.post(here, "east_bureau_liaison", "east_bureau", "liaison", "联络员", "江平")
    by = (here.east_head, here.east_second_head)
    given.activate(office, "anshan-2015", by=by, at=given.at("2018-01-02"))
    return Place(office, here.on, here.units, here.posts, "anshan-2015")


def bureau_place() -> Place:
    """A bureau with an office of its own, below the city."""
    here = given.place()
    bureau = here.units["housing"]
    inner = Unit.objects.create(name="督查科", kind="section", parent=bureau)
    yard = Unit.objects.create(name="长平市市政工程处", kind="affiliated", parent=bureau)
    office = Office(
        name="长平市住房和城乡建设局督查科",
        root=bureau,
        body=inner,
        organ="长平市住房和城乡建设局",
        organ_mark="长平市住房和城乡建设局文件",
        prefix="长建督",
    )
    office.full_clean()
    office.save()
    here.units |= {"inner": inner, "yard": yard}
    for key in ("inner_head", "inner_head2"):
        given.post(here, key, "inner", "office_head", "科长", "孙明", office=office)
    given.post(here, "inner_staff", "inner", "office_staff", "科员", "沈杰", office=office)
    given.post(here, "yard_liaison", "yard", "liaison", "联络员", "钱进")
    given.post(here, "inner_chief_head", "housing", "chief_leader", "局长", "周全", office=office)
    by = (here.inner_head, here.inner_head2)
    given.activate(office, "anshan-2015", by=by, at=given.at("2018-01-02"))
    return Place(office, here.on, here.units, here.posts, "anshan-2015")
