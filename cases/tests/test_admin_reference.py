"""Reference data is edited within the own tree, and every edit is on record."""

import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from cases.tests import given
from cases.tests.admin_pages import signed_in
from duban.ledger.models import LedgerEntry
from duban.org.models import Delegation, Post, Unit, UnitAlias, User
from duban.rulepacks.models import Activation

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-02 10:00"), tick=False):
        made = given.place()
        given.post(
            made, "sysadmin", "hall", "system_admin", "系统管理员", "赵强", office=made.office
        )
        yield made


def last() -> LedgerEntry:
    return LedgerEntry.objects.latest("id")


def unit_form(unit: Unit, **changes: object) -> dict[str, object]:
    values = {
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "parent": unit.parent_id or "",
        "order": unit.order,
        "starts_on": "",
        "abolished_on": "",
        "aliases-TOTAL_FORMS": 0,
        "aliases-INITIAL_FORMS": 0,
    }
    return values | changes


def test_a_unit_is_renamed_and_the_change_is_on_record(here: given.Place):
    unit = here.units["water"]
    url = reverse("admin:org_unit_change", args=[unit.pk])
    answer = signed_in(here, "head").post(url, unit_form(unit, short_name="市水务局"))
    assert answer.status_code == 302
    entry = last()
    assert (entry.action, entry.label, entry.office_id) == ("change", "修改单位", here.office.pk)
    assert entry.changes == {"short_name": ["市水利局", "市水务局"]}
    assert (entry.actor_name, entry.post_title) == ("高远", "主任")


def test_saving_without_a_change_leaves_no_entry(here: given.Place):
    unit, before = here.units["water"], LedgerEntry.objects.count()
    signed_in(here, "head").post(reverse("admin:org_unit_change", args=[unit.pk]), unit_form(unit))
    assert LedgerEntry.objects.count() == before


def test_an_alias_comes_and_goes_on_record(here: given.Place):
    unit = here.units["water"]
    url = reverse("admin:org_unit_change", args=[unit.pk])
    client = signed_in(here, "head")
    client.post(url, unit_form(unit, **{"aliases-TOTAL_FORMS": 1, "aliases-0-name": "水务局"}))
    assert (last().action, last().changes["name"]) == ("add", [None, "水务局"])
    alias = UnitAlias.objects.get()
    client.post(
        url,
        unit_form(
            unit,
            **{
                "aliases-TOTAL_FORMS": 1,
                "aliases-INITIAL_FORMS": 1,
                "aliases-0-id": alias.pk,
                "aliases-0-unit": unit.pk,
                "aliases-0-name": "水务局",
                "aliases-0-DELETE": "on",
            },
        ),
    )
    assert (last().action, last().changes["name"]) == ("delete", ["水务局", None])
    assert not UnitAlias.objects.exists()


def test_a_unit_elsewhere_is_neither_changed_nor_made_a_parent(here: given.Place):
    there = given.place(name="安宁市", tag="安")
    client, foreign = signed_in(here, "head"), there.units["water"]
    url = reverse("admin:org_unit_change", args=[foreign.pk])
    assert client.post(url, unit_form(foreign, name="改名")).status_code == 302
    mine = here.units["water"]
    answer = client.post(
        reverse("admin:org_unit_change", args=[mine.pk]), unit_form(mine, parent=foreign.pk)
    )
    assert answer.status_code == 200
    assert Unit.objects.get(pk=foreign.pk).name == "安宁市水利局"
    assert Unit.objects.get(pk=mine.pk).parent_id == mine.parent_id


def post_form(**changes: object) -> dict[str, object]:
    return {
        "title": "联络员",
        "role": "liaison",
        "starts_on": "2026-03-02",
        "ends_on": "",
        "office": "",
        "secretary_section": "",
    } | changes


def test_the_head_appoints_a_liaison_but_no_leader_and_no_administrator(here: given.Place):
    person = given.user("xinren", "孙新")
    client, url = signed_in(here, "head"), reverse("admin:org_post_add")
    base = {"user": person.pk, "unit": here.units["water"].pk}
    for role in ("chief_leader", "security_admin", "office_head"):
        answer = client.post(url, post_form(**base, role=role, office=here.office.pk))
        assert answer.status_code == 200, role
    assert client.post(url, post_form(**base)).status_code == 302
    assert Post.objects.get(user=person).role == "liaison"
    assert last().label == "新增任职"


def test_nobody_gives_a_post_to_oneself_or_changes_the_own(here: given.Place):
    head = here.posts["head"]
    client = signed_in(here, "head")
    mine = post_form(user=head.user_id, unit=here.units["water"].pk)
    assert client.post(reverse("admin:org_post_add"), mine).status_code == 200
    url = reverse("admin:org_post_change", args=[head.pk])
    assert client.post(url, {"title": "市长", "starts_on": "2018-01-01"}).status_code == 403
    guard = here.posts["security"]
    own = post_form(
        user=guard.user_id, unit=here.units["water"].pk, role="office_head", office=here.office.pk
    )
    assert signed_in(here, "security").post(reverse("admin:org_post_add"), own).status_code == 200
    assert Post.objects.filter(user=guard.user).count() == 1


def test_one_account_cannot_hold_two_administrators(here: given.Place):
    person = here.posts["sysadmin"].user
    answer = signed_in(here, "security").post(
        reverse("admin:org_post_add"),
        post_form(user=person.pk, unit=here.units["hall"].pk, role="audit_admin", title="审计"),
    )
    assert "不得由同一账号兼任" in answer.content.decode()


def test_an_ended_post_keeps_its_person_unit_and_role(here: given.Place):
    """AS-4.1b: who was head on that day stays answerable."""
    post = here.posts["water_head"]
    url = reverse("admin:org_post_change", args=[post.pk])
    signed_in(here, "head").post(
        url,
        post_form(
            user=here.posts["staff"].user_id,
            unit=here.units["finance"].pk,
            role="handler",
            title="局长",
            starts_on="2018-01-01",
            ends_on="2026-02-28",
        ),
    )
    fresh = Post.objects.get(pk=post.pk)
    assert (fresh.user_id, fresh.unit_id, fresh.role) == (post.user_id, post.unit_id, "unit_head")
    assert fresh.ends_on == date(2026, 2, 28)


def test_an_account_is_made_with_a_first_password_that_must_be_changed(here: given.Place):
    client, url = signed_in(here, "sysadmin"), reverse("admin:org_user_add")
    words = {"username": "sunxin", "name": "孙新", "phone": "", "email": ""}
    weak = client.post(url, {**words, "password": "12345678"})
    assert weak.status_code == 200
    assert not User.objects.filter(username="sunxin").exists()
    client.post(url, {**words, "password": "Changping-2026"})
    user = User.objects.get(username="sunxin")
    assert user.must_change_password
    assert user.check_password("Changping-2026")
    assert not any(name == "password" for name in last().changes)
    assert "Changping" not in str(last().changes)


def test_a_password_is_reset_by_the_system_administrator_only(here: given.Place):
    user = here.posts["water_liaison"].user
    url = reverse("admin:org_user_change", args=[user.pk]).replace("change/", "password/")
    assert signed_in(here, "head").get(url).status_code == 403
    assert signed_in(here, "security").post(url, {"password": "x"}).status_code == 403
    client = signed_in(here, "sysadmin")
    assert client.post(url, {"password": "123"}).status_code == 409
    assert client.post(url, {"password": "Changping-2026"}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.must_change_password, user.check_password("Changping-2026")) == (True, True)
    assert last().action == "password_reset"


def test_a_delegation_is_entered_and_only_shortened(here: given.Place):
    client = signed_in(here, "head")
    soon = timezone.now() + timedelta(days=1)
    words = {
        "post": here.posts["deputy"].pk,
        "delegate": here.posts["secretary"].user_id,
        "starts_at_0": soon.date(),
        "starts_at_1": "09:00",
        "ends_at_0": soon.date(),
        "ends_at_1": "18:00",
        "reason": "出差",
    }
    assert client.post(reverse("admin:org_delegation_add"), words).status_code == 302
    row = Delegation.objects.get()
    own = {**words, "delegate": here.posts["head"].user_id}
    assert client.post(reverse("admin:org_delegation_add"), own).status_code == 200
    client.post(
        reverse("admin:org_delegation_change", args=[row.pk]), {**own, "ends_at_1": "12:00"}
    )
    fresh = Delegation.objects.get()
    assert (fresh.delegate_id, timezone.localtime(fresh.ends_at).hour) == (row.delegate_id, 12)


def test_a_rule_pack_comes_into_force_by_two_people(here: given.Place):
    version = Activation.objects.get().pack_version
    tomorrow = timezone.localdate() + timedelta(days=1)
    words = {"office": here.office.pk, "pack_version": version.pk, "active_from": tomorrow}
    propose = reverse("admin:rulepacks_activation_propose")
    assert signed_in(here, "security").post(propose, words).status_code == 403
    client = signed_in(here, "head")
    past = client.post(propose, {**words, "active_from": "2020-01-01"})
    assert "启用日期不能早于今天" in past.content.decode()
    assert client.post(propose, words).status_code == 302
    row = Activation.objects.get(confirmed_at=None)
    confirm = reverse("admin:rulepacks_activation_confirm", args=[row.pk])
    assert "提出人不能确认自己提出的启用" in client.post(confirm, {}).content.decode()
    assert signed_in(here, "security").post(confirm, {}).status_code == 302
    assert Activation.objects.get(pk=row.pk).confirmed_by == here.posts["security"].user


@pytest.mark.clause("AS-4.3b")
def test_the_list_of_liaisons_comes_out_with_those_who_named_none(here: given.Place):
    """“市政府各部门要明确承担督查职责的机构……明确督查工作联络员”"""
    Post.objects.filter(pk=here.posts["district_liaison"].pk).update(ends_on=date(2026, 1, 31))
    User.objects.filter(pk=here.posts["water_liaison"].user_id).update(phone="0355-123456")
    response = signed_in(here, "secretary").get(reverse("admin:org_post_export_liaisons"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    rows = {row[1]: row for row in book.get_sheet_by_index(0).to_python()}
    assert rows["长平市水利局"][3:6] == ["张小明", "联络员", "0355-123456"]
    assert rows["长平市城东区人民政府"][8] == "尚未明确联络员"
    assert "秘书一科" not in rows
    assert last().action == "export_liaisons"
    assert (
        signed_in(here, "security").get(reverse("admin:org_post_export_liaisons")).status_code
        == 403
    )
