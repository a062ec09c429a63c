"""Standing bodies, the register of units, the evaluated objects: on their pages."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.tests import given
from cases.tests.admin_pages import signed_in as in_admin
from cases.tests.pages import signed_in
from cases.tests.web_given import text_of
from deadlines.models import Obligation
from deadlines.services.obligation_rounds import obligations_open
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from duban.org.models import (
    BodyMember,
    EvaluationList,
    EvaluationObject,
    Post,
    StandingBody,
    Unit,
    User,
)
from duban.org.registry import evaluation_units, registry_rows
from duban.rulepacks.loader import load_shipped_pack
from duban.web.bodies import body_staff_add, body_staff_end, unit_body_register

pytestmark = pytest.mark.django_db

AT = given.at("2026-03-02 10:00")


@pytest.fixture
def here():
    with time_machine.travel(AT, tick=False):
        yield given.place()


def inline(prefix, *rows, **first):
    """A change form of the admin with the rows of its only list."""
    total = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    cells = {f"{prefix}-{n}-{k}": v for n, row in enumerate(rows) for k, v in row.items()}
    return {**first, **total, **cells}


@pytest.mark.clause("ZZ-0.3")
def test_a_leading_group_and_its_office_show_who_belonged_on_a_chosen_day(here):
    """“经局……活动领导小组研究同意”"""
    client = in_admin(here, "head")
    add = reverse("admin:org_standingbody_add")
    group = inline(
        "members",
        {
            "user": here.posts["chief"].user_id,
            "role": "head",
            "title": "局长",
            "starts_on": "2026-01-01",
            "ends_on": "2026-02-28",
        },
        {
            "user": here.posts["deputy"].user_id,
            "role": "first_deputy",
            "title": "副局长",
            "starts_on": "2026-01-01",
            "ends_on": "",
        },
        {
            "user": here.posts["secgen"].user_id,
            "role": "head",
            "title": "局长",
            "starts_on": "2026-03-01",
            "ends_on": "",
        },
        office=here.office.pk,
        kind="steering_group",
        name="“马上就办、真抓实干”活动领导小组",
        established_on="2026-01-01",
    )
    assert client.post(add, group).status_code == 302
    desk = inline(
        "members",
        {
            "user": here.posts["head"].user_id,
            "role": "director",
            "starts_on": "2026-01-01",
            "ends_on": "",
        },
        office=here.office.pk,
        kind="group_office",
        name="局“马上就办”办公室",
        established_on="2026-01-01",
    )
    assert client.post(add, desk).status_code == 302
    reader = signed_in(here, "staff")
    listed = text_of(reader.get(reverse("bodies")))
    assert "领导小组办公室" in listed
    page = reverse("body", args=[StandingBody.objects.get(kind="steering_group").pk])
    earlier, later = (
        text_of(reader.get(page, {"on": day})) for day in ("2026-02-28", "2026-03-01")
    )
    assert "郑国安 组长" in earlier
    assert "方正" not in earlier
    assert "方正 组长" in later
    assert "郑国安" not in later
    assert "林涛 第一副组长" in later
    assert LedgerEntry.objects.filter(label="新增机构成员").count() == 4


def test_nobody_belongs_twice_at_one_time(here):
    body = StandingBody.objects.create(
        office=here.office, kind="task_force", name="专班", established_on=date(2026, 1, 1)
    )
    person = here.posts["chief"].user
    BodyMember.objects.create(body=body, user=person, role="head", starts_on=date(2026, 1, 1))
    again = BodyMember(body=body, user=person, role="member", starts_on=date(2026, 2, 1))
    with pytest.raises(Exception, match="已是本机构成员"):
        again.full_clean()


@pytest.mark.clause("CZ-5.3a", "AS-4.3b")
def test_a_unit_registers_its_body_and_those_without_one_are_listed(here):
    """“明确承担督促检查抓落实职责的机构”"""
    unit = signed_in(here, "water_head")
    assert "尚未明确" in text_of(unit.get(reverse("own_unit")))
    named = unit.post(reverse("own_body"), {"name": "局督查科", "once": "k1"})
    assert named.status_code == 302
    added = unit.post(
        reverse("own_staff"),
        {"post": here.posts["water_liaison"].pk, "role": "director", "once": "k2"},
    )
    assert added.status_code == 302
    assert "张小明" in text_of(unit.get(reverse("own_unit")))
    office = signed_in(here, "staff")
    rows = {row.unit.label: row for row in registry_rows(here.office, on=date(2026, 3, 2))}
    assert (rows["市水利局"].body.name, "body" in rows["市财政局"].gaps) == ("局督查科", True)
    page = text_of(office.get(reverse("registry"), {"gap": "body"}))
    assert "长平市财政局" in page
    assert "长平市水利局" not in page
    assert "局督查科 张小明（主任）" in text_of(office.get(reverse("registry")))
    assert signed_in(here, "water_head").get(reverse("registry")).status_code == 403


def test_staff_of_a_body_leave_with_a_last_day(here):
    body = unit_body_register(name="督查科", by=here.water_head, at=given.at("2026-02-02"))
    member = body_staff_add(
        post=here.posts["water_liaison"],
        role="staff",
        by=here.water_head,
        at=given.at("2026-02-02"),
    )
    with pytest.raises(PermissionDenied):
        body_staff_end(member=member, by=here.finance_head, at=AT)
    body_staff_end(member=member, by=here.water_head, at=AT)
    assert [m.user.name for m in body.members_on(date(2026, 3, 1))] == ["张小明"]
    assert body.members_on(date(2026, 3, 2)) == []
    with pytest.raises(RuleViolation):
        body_staff_add(post=here.posts["finance_liaison"], role="staff", by=here.water_head, at=AT)
    with pytest.raises(PermissionDenied):
        unit_body_register(name="督查科", by=here.staff, at=AT)


@pytest.mark.clause("CZ-5.3b")
def test_a_notice_to_a_unit_without_a_liaison_warns_the_office_and_goes_to_the_head(here):
    """“建立联络机制”"""
    given.post(here, "admin", "hall", "system_admin", "系统管理员", "许明")
    Post.objects.filter(pk=here.posts["water_liaison"].pk).update(ends_on=date(2026, 2, 28))
    case = given.assigned(here)
    given.noticed(here, case.lead, "urge", when="2026-03-02 15:00")
    told = Message.objects.filter(template="unit_without_liaison")
    assert set(told.values_list("recipient_id", flat=True)) == {
        here.posts["head"].user_id,
        here.posts["admin"].user_id,
    }
    assert told.count() == 2, "once a day"
    assert "长平市水利局尚未明确联络员" in told[0].subject
    notice = Message.objects.get(template="notice_issued")
    assert notice.recipient_id == here.posts["water_head"].user_id


@pytest.mark.clause("CZ-5.3b")
def test_notices_go_to_the_liaison_and_a_missing_telephone_is_listed(here):
    User.objects.filter(pk=here.posts["water_liaison"].user_id).update(phone="0355-2190001")
    case = given.assigned(here)
    given.noticed(here, case.lead, "urge", when="2026-03-02 15:00")
    notice = Message.objects.get(template="notice_issued")
    assert notice.recipient_id == here.posts["water_liaison"].user_id
    assert not Message.objects.filter(template="unit_without_liaison").exists()
    page = text_of(signed_in(here, "staff").get(reverse("registry"), {"gap": "phone"}))
    assert "李小明" in page
    assert "张小明" not in page


@pytest.mark.clause("AS-4.3b")
def test_the_list_of_liaisons_is_taken_out_from_the_register(here):
    answer = signed_in(here, "staff").post(reverse("liaisons_export"))
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert signed_in(here, "water_head").post(reverse("liaisons_export")).status_code == 403


@pytest.mark.clause("LZ-A-3", "LZ-B-3", "ZZ-0.2")
def test_each_type_of_unit_of_the_regulations_is_there_to_choose_from(here):
    """“各区县、市政府各部门、派驻机构、直属事业单位、部门管理单位和市属企业”“管委会”"""
    client = in_admin(here, "head")
    page = client.get(reverse("admin:org_unit_add"))
    offered = dict(page.context["adminform"].form.fields["kind"].choices)
    wanted = {
        "district", "department", "dispatched", "institution", "managed", "enterprise",
        "committee", "section", "affiliated",
    }  # fmt: skip
    assert wanted <= set(offered)
    sent = inline(
        "aliases", name="长平建设投资集团", kind="enterprise", parent=here.units["city"].pk
    )
    answer = client.post(reverse("admin:org_unit_add"), sent | {"order": "0"})
    assert answer.status_code == 302
    assert Unit.objects.get(name="长平建设投资集团").get_kind_display() == offered["enterprise"]


@pytest.mark.clause("NT-1.1", "NT-1.2")
def test_the_evaluated_objects_are_those_of_the_year_s_list_windows_and_divisions_apart(here):
    """“2012年度市级机关综合绩效考评对象”“被评窗口”与“被评处室”"""
    water = here.units["water"]
    window = Unit.objects.create(name="办证窗口", kind="window", parent=water)
    division = Unit.objects.create(name="工程处", kind="division", parent=water)
    rows = [{"unit": unit.pk} for unit in (water, window, division)]
    client = in_admin(here, "head")
    answer = client.post(
        reverse("admin:org_evaluationlist_add"),
        inline("entries", *rows, office=here.office.pk, year=2026, basis="年度考评方案"),
    )
    assert answer.status_code == 302
    EvaluationList.objects.create(office=here.office, year=2025)
    assert set(evaluation_units(here.office, year=2026)) == {water, window, division}
    assert evaluation_units(here.office, year=2025) == []
    page = text_of(signed_in(here, "staff").get(reverse("evaluation"), {"year": "2026"}))
    for words in ("办证窗口 服务窗口 长平市水利局", "工程处 处室 长平市水利局"):
        assert words in page
    again = client.post(
        reverse("admin:org_evaluationlist_add"),
        inline("entries", office=here.office.pk, year=2026),
    )
    assert again.status_code == 200, "one list a year"


@pytest.mark.clause("NT-1.1")
def test_a_campaign_asks_exactly_the_objects_of_the_year_s_list():
    """“2012年度市级机关综合绩效考评对象”"""
    here = given.place("nantong-2012")
    water = here.units["water"]
    window = Unit.objects.create(name="办证窗口", kind="window", parent=water)
    division = Unit.objects.create(name="工程处", kind="division", parent=water)
    Unit.objects.create(name="财务处", kind="division", parent=here.units["finance"])
    year = EvaluationList.objects.create(office=here.office, year=2026)
    for unit in (water, window, division):
        EvaluationObject.objects.create(list=year, unit=unit)
    obligations_open(on=date(2026, 1, 5), at=given.at("2026-01-05"))
    duties = load_shipped_pack("nantong-2012").pack.duties
    campaign = [key for key, duty in duties.items() if duty.campaign and duty.scope == "unit"]
    asked = Obligation.objects.filter(key__in=campaign, period="2026")
    assert {row.unit for row in asked} == {water, window, division}
    given.place(name="远山市", tag="y", pack="nantong-2012")
    obligations_open(on=date(2026, 1, 5), at=given.at("2026-01-05"))
    elsewhere = Obligation.objects.filter(key__in=campaign).exclude(office=here.office)
    assert elsewhere.values("unit").distinct().count() > 3, "without a list, every unit"


def test_the_register_takes_the_same_number_of_queries_however_many_units(here):
    client, url = signed_in(here, "staff"), reverse("registry")
    unit_body_register(name="督查科", by=here.water_head, at=AT)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for n in range(5):
        key = f"more{n}"
        here.units[key] = Unit.objects.create(
            name=f"第{n}局", kind="department", parent=here.units["city"]
        )
        given.post(here, f"{key}_liaison", key, "liaison", "联络员", f"人{n}")
        given.post(here, f"{key}_head", key, "unit_head", "局长", f"长{n}")
        unit_body_register(name="督查科", by=here.actor(f"{key}_head"), at=AT)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
