"""The tree of units: paths, moves, names, abolition."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from duban.org.models import Office, Unit, UnitAlias
from duban.org.models.unit import UnitKind
from duban.org.selectors import unit_named
from duban.org.tests import given

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def names(units: object) -> set[str]:
    return {unit.name for unit in units}


def test_a_path_names_every_unit_above():
    city = given.city()
    assert city.government.path == f"/{city.government.pk}/"
    assert city.finance.path == f"/{city.government.pk}/{city.finance.pk}/"


def test_what_lies_below_includes_the_unit_itself():
    city = given.city()
    school = given.unit("东湖区教育局", under=city.district)
    assert names(Unit.objects.below(city.district)) == {"长宁市东湖区人民政府", "东湖区教育局"}
    assert school in Unit.objects.below(city.government)
    assert city.finance not in Unit.objects.below(city.district)


def test_a_number_that_begins_like_another_is_not_below_it():
    """Paths end in a slash: unit 1 is no ancestor of unit 11."""
    first = given.unit("甲市", kind=UnitKind.GOVERNMENT)
    other = Unit.objects.create(pk=first.pk * 10 + 1, name="乙市", kind="government")
    assert other not in Unit.objects.below(first)


def test_a_move_takes_everything_below_along():
    city = given.city()
    bureau = given.unit("东湖区交通局", under=city.district)
    team = given.unit("执法大队", under=bureau, kind=UnitKind.AFFILIATED)

    bureau = Unit.objects.get(pk=bureau.pk)
    bureau.parent = city.transport
    bureau.save()

    team.refresh_from_db()
    assert team.path == f"{city.transport.path}{bureau.pk}/{team.pk}/"
    assert team in Unit.objects.below(city.transport)
    assert team not in Unit.objects.below(city.district)


def test_a_move_looks_at_where_the_parent_is_now():
    """Somebody moved the parent after this row was read together with it."""
    city = given.city()
    bureau = given.unit("东湖区交通局", under=city.district)
    seen = Unit.objects.select_related("parent").get(pk=bureau.pk)
    assert seen.parent.path == city.district.path
    moved = Unit.objects.get(pk=city.district.pk)
    moved.parent = city.transport
    moved.save()

    seen.name = "东湖区交通运输局"
    seen.save()

    stored = Unit.objects.get(pk=bureau.pk)
    assert stored.path == f"{city.transport.path}{city.district.pk}/{bureau.pk}/"


def test_a_unit_cannot_come_under_itself():
    city = given.city()
    below = given.unit("东湖区交通局", under=city.district)
    city.district.parent = below
    with pytest.raises(ValidationError, match="不能是本单位或其下级单位"):
        city.district.full_clean()
    city.district.parent = city.district
    with pytest.raises(ValidationError, match="不能是本单位或其下级单位"):
        city.district.full_clean()


def test_two_living_units_of_a_name_do_not_stand_side_by_side():
    city = given.city()
    with pytest.raises(IntegrityError), transaction.atomic():
        given.unit("长宁市财政局", under=city.government)
    city.finance.abolished_on = date(2025, 6, 1)
    city.finance.save()
    assert given.unit("长宁市财政局", under=city.government).pk != city.finance.pk


@pytest.mark.parametrize(
    ("on", "active"),
    [
        pytest.param(date(2014, 12, 31), False, id="设立前"),
        pytest.param(date(2015, 1, 1), True, id="设立当日"),
        pytest.param(date(2026, 3, 31), True, id="撤销前一日"),
        pytest.param(date(2026, 4, 1), False, id="撤销当日"),
    ],
)
def test_an_abolished_unit_is_active_until_the_day_before(on, active):
    city = given.city()
    city.transport.abolished_on = date(2026, 4, 1)
    city.transport.save()
    assert city.transport.is_active(on=on) is active
    assert Unit.objects.active(on=on).filter(pk=city.transport.pk).exists() is active


def test_a_unit_is_not_abolished_before_it_was_set_up():
    city = given.city()
    city.transport.abolished_on = date(2014, 1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        city.transport.save()


@pytest.mark.parametrize("written", ["长宁市财政局", "市财政局", "财政局（国资委）", " 市财政局 "])
def test_a_unit_is_found_by_full_name_short_name_and_alias(written):
    city = given.city()
    UnitAlias.objects.create(unit=city.finance, name="财政局（国资委）")
    UnitAlias.objects.create(unit=city.finance, name="国资局")
    assert unit_named(written, office=city.office) == [city.finance]


@pytest.mark.parametrize("written", ["财政", "财政局", "长宁市", "", "市财政局、市交通局"])
def test_a_name_that_is_not_quite_right_is_not_guessed(written):
    assert unit_named(written, office=given.city().office) == []


def test_a_name_finds_only_units_of_the_offices_own_tree():
    here, elsewhere = given.city("长宁市"), given.city("临江市")
    assert unit_named("市财政局", office=here.office) == [here.finance]
    assert unit_named("市财政局", office=elsewhere.office) == [elsewhere.finance]
    assert unit_named("临江市财政局", office=here.office) == []


def test_a_name_borne_by_two_units_gives_both():
    city = given.city()
    UnitAlias.objects.create(unit=city.transport, name="市财政局")
    assert set(unit_named("市财政局", office=city.office)) == {city.finance, city.transport}


@pytest.mark.clause("LZ-A-3", "LZ-B-3")
def test_the_types_of_unit_that_the_regulations_name():
    named = {
        "县（市、区）政府", "政府工作部门", "派驻机构", "直属事业单位", "部门管理单位", "市属企业",
        "开发区管委会", "科室", "所属单位",
    }  # fmt: skip
    assert named <= set(UnitKind.labels)


def test_an_office_reads_those_of_the_levels_below_and_not_above():
    city = given.city()
    below = Office.objects.create(
        name="东湖区政府督查室",
        root=city.district,
        body=given.unit("东湖区督查室", under=city.district, kind=UnitKind.SECTION),
        organ="东湖区人民政府办公室",
        organ_mark="东湖区人民政府办公室文件",
        prefix="东政督",
    )
    elsewhere = given.city("临江市")
    assert set(Office.objects.at_or_below(city.office)) == {city.office, below}
    assert set(Office.objects.at_or_below(below)) == {below}
    assert elsewhere.office not in Office.objects.at_or_below(city.office)
