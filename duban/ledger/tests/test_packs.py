"""Loading a rule pack, and putting it into force by two people."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.ledger.tests.conftest import AT, load
from duban.org.actor import Actor
from duban.org.selectors import system_actor
from duban.org.tests import given
from duban.rulepacks.loader import PACKS, LoadedPack, load_shipped_pack, load_text
from duban.rulepacks.models import Activation, ImmutableError, RulePackVersion
from duban.rulepacks.schema import Pack
from duban.rulepacks.selectors import active_version, version_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)


def changed(**replacements: str) -> LoadedPack:
    text = (PACKS / "anshan-2015.yaml").read_text(encoding="utf-8")
    for old, new in replacements.items():
        text = text.replace(old.replace("__", ": "), new)
    return load_text(text, filename="anshan-2015.yaml")


@pytest.fixture
def city() -> given.City:
    return given.city()


@pytest.fixture
def head(city: given.City) -> Actor:
    return given.actor(given.post("赵刚", city.body, "office_head", office=city.office))


@pytest.fixture
def security(city: given.City) -> Actor:
    return given.actor(given.post("钱安", city.body, "security_admin"))


def activate(city: given.City, head: Actor, security: Actor, name: str, day: date) -> Activation:
    row = activation_propose(
        office=city.office, pack_version=load(name), active_from=day, by=head, at=AT
    )
    return activation_confirm(activation=row, by=security, at=AT)


def test_a_loaded_version_gives_the_same_pack_back():
    row = load("lanzhou-2018")
    assert row.pack == load_shipped_pack("lanzhou-2018").pack
    assert row.inherited["documents.case"] == "base"
    assert row.overridden["extension"] == "base"
    assert row.loaded_at == AT


def test_the_order_of_grades_survives_the_database():
    stored = RulePackVersion.objects.get(pk=load("changzhi-2022").pk)
    assert list(stored.pack.grades) == ["excellent", "good", "basic", "weak", "poor"]


def test_the_same_content_again_is_the_same_row():
    first, again = load(), load()
    assert first.pk == again.pk
    assert LedgerEntry.objects.filter(action="pack_load").count() == 1


def test_other_content_under_a_version_that_is_taken_is_refused():
    load("anshan-2015")
    with pytest.raises(RuleViolation, match="把 version 加一") as caught:
        pack_load(loaded=changed(label__急件办结时限="label: 急件时限"), by=system_actor(), at=AT)
    assert set(caught.value.reasons) == {"version"}
    assert RulePackVersion.objects.count() == 1


def test_a_higher_version_stands_beside_the_old_one():
    old = load("anshan-2015")
    new = pack_load(loaded=changed(version__2="version: 3"), by=system_actor(), at=AT)
    assert version_of("anshan-2015") == new
    assert version_of("anshan-2015", 2) == old
    assert version_of("nowhere") is None


def test_a_version_stored_before_the_schema_grew_is_still_the_same_rules():
    """Fields that a later release adds have defaults: loading the same pack again changes nothing."""
    old = (PACKS.parent / "tests" / "packs" / "lanzhou-2018-v1.json").read_text(encoding="utf-8")
    loaded = LoadedPack(Pack.model_validate_json(old), source="")
    row = RulePackVersion.objects.create(
        name="lanzhou-2018",
        version=1,
        title=loaded.pack.title,
        effective_on=loaded.pack.effective_on,
        document=old,
        source="",
        sha256=hashlib.sha256(old.encode()).hexdigest(),
        loaded_at=AT,
    )
    assert loaded.sha256 != row.sha256
    assert pack_load(loaded=loaded, by=system_actor(), at=AT) == row


def test_a_pack_that_its_own_examples_contradict_is_not_loaded():
    wrong = changed(count__3="count: 4")
    with pytest.raises(RuleViolation, match=r"limits\.urgent_limit"):
        pack_load(loaded=wrong, by=system_actor(), at=AT)
    assert not RulePackVersion.objects.exists()


def test_ordinary_staff_do_not_load_packs(city):
    staff = given.actor(given.post("孙宁", city.body, "office_staff", office=city.office))
    with pytest.raises(PermissionDenied):
        pack_load(loaded=load_shipped_pack("anshan-2015"), by=staff, at=AT)


def test_a_loaded_version_never_changes():
    row = load()
    row.title = "改"
    for act in (row.save, row.delete, RulePackVersion.objects.all().delete):
        with pytest.raises(ImmutableError):
            act()
    with pytest.raises(ImmutableError):
        RulePackVersion.objects.update(title="改")


def test_two_people_put_a_version_into_force(city, head, security):
    row = activation_propose(
        office=city.office, pack_version=load(), active_from=DAY, by=head, at=AT
    )
    assert active_version(city.office, on=DAY) is None

    activation_confirm(activation=row, by=security, at=AT)

    assert active_version(city.office, on=DAY).name == "changzhi-2022"
    assert active_version(city.office, on=DAY - timedelta(days=1)) is None
    written = LedgerEntry.objects.filter(subject_type="rulepacks.activation").order_by("id")
    assert [(e.action, e.actor_name, e.office_id) for e in written] == [
        ("activation_propose", "赵刚", city.office.pk),
        ("activation_confirm", "钱安", city.office.pk),
    ]


def test_nobody_confirms_what_he_proposed(city, head):
    row = activation_propose(
        office=city.office, pack_version=load(), active_from=DAY, by=head, at=AT
    )
    with pytest.raises(RuleViolation, match="提出人不能确认"):
        activation_confirm(activation=row, by=head, at=AT)
    # Nor does a delegate in his name, nor he in a delegate's post.
    substitute = given.user("李代")
    with pytest.raises(RuleViolation, match="提出人不能确认"):
        activation_confirm(
            activation=row,
            at=AT,
            by=replace(head, user_id=substitute.pk, on_behalf_of_id=head.user_id),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.filter(pk=row.pk).update(confirmed_by=head.user_id, confirmed_at=AT)


def test_a_confirmation_happens_once(city, head, security):
    row = activate(city, head, security, "changzhi-2022", DAY)
    with pytest.raises(RuleViolation, match="已经确认"):
        activation_confirm(activation=row, by=security, at=AT)


@pytest.mark.parametrize(
    "role", ["office_staff", "section_staff", "unit_head", "chief_leader", "audit_admin"]
)
def test_other_roles_neither_propose_nor_confirm(city, head, role):
    office = None if role in ("audit_admin", "unit_head") else city.office
    other = given.actor(given.post("吴迪", city.section, role, office=office))
    with pytest.raises(PermissionDenied):
        activation_propose(
            office=city.office, pack_version=load(), active_from=DAY, by=other, at=AT
        )
    row = activation_propose(
        office=city.office, pack_version=load(), active_from=DAY, by=head, at=AT
    )
    with pytest.raises(PermissionDenied):
        activation_confirm(activation=row, by=other, at=AT)


def test_the_head_of_another_office_has_no_say(city, security):
    other = given.city("临江市")
    stranger = given.actor(given.post("郑和", other.body, "office_head", office=other.office))
    with pytest.raises(PermissionDenied):
        activation_propose(
            office=city.office, pack_version=load(), active_from=DAY, by=stranger, at=AT
        )


def test_only_the_first_activation_reaches_back(city, head, security):
    activate(city, head, security, "changzhi-2022", date(2020, 1, 1))
    with pytest.raises(RuleViolation, match="不能早于今天") as caught:
        activate(city, head, security, "anshan-2015", date(2026, 3, 1))
    assert set(caught.value.reasons) == {"active_from"}
    assert active_version(city.office, on=date(2026, 3, 1)).name == "changzhi-2022"


def test_a_later_activation_takes_over_from_its_day(city, head, security):
    activate(city, head, security, "changzhi-2022", date(2020, 1, 1))
    activate(city, head, security, "anshan-2015", DAY)
    assert active_version(city.office, on=date(2026, 3, 31)).name == "changzhi-2022"
    assert active_version(city.office.pk, on=DAY).name == "anshan-2015"


def test_two_packs_do_not_start_on_one_day(city, head, security):
    first, second = (
        activation_propose(
            office=city.office, pack_version=load(name), active_from=DAY, by=head, at=AT
        )
        for name in ("changzhi-2022", "anshan-2015")
    )
    activation_confirm(activation=first, by=security, at=AT)
    with pytest.raises(RuleViolation, match="已有启用的规则包"):
        activation_confirm(activation=second, by=security, at=AT)


def test_a_confirmation_that_comes_too_late_is_refused(city, head, security):
    activate(city, head, security, "changzhi-2022", date(2020, 1, 1))
    row = activation_propose(
        office=city.office, pack_version=load("anshan-2015"), active_from=DAY, by=head, at=AT
    )
    late = datetime(2026, 4, 2, 9, 0, tzinfo=AT.tzinfo)
    with pytest.raises(RuleViolation, match="不能早于今天"):
        activation_confirm(activation=row, by=security, at=late)


def test_the_common_ground_is_no_pack_to_work_by(city, head):
    with pytest.raises(RuleViolation, match="不能直接启用"):
        activation_propose(
            office=city.office, pack_version=load("base"), active_from=DAY, by=head, at=AT
        )


def test_a_version_is_not_put_into_force_before_it_was_loaded(city, head):
    version = load()
    with pytest.raises(RuleViolation, match="尚未载入"):
        activation_propose(
            office=city.office,
            pack_version=version,
            active_from=DAY,
            by=head,
            at=AT - timedelta(seconds=1),
        )
