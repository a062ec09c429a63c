"""专项督查计划: early enough, and in whose name."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from cases.models import SpecialInspectionPlan
from cases.services.inspection_plans import inspection_plan_submit
from cases.services.notices import notice_issue
from cases.tests import given
from cases.tests.offices import bureau_place
from cases.tests.web_given import sign_in, text_of, wrong
from duban.documents.frozen import from_data
from duban.documents.models import OfficialDocument
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.org.models import Office

pytestmark = pytest.mark.django_db


def submit(here, *, starts_on, when="2026-06-15", by="staff", **changes):
    values = {
        "title": "上半年重点工程专项督查",
        "content": "查看现场，调阅台账。",
        "ends_on": date(2026, 8, 31),
        **changes,
    }
    return inspection_plan_submit(
        starts_on=starts_on, by=here.actor(by), at=given.at(when), **values
    )


@pytest.mark.clause("AS-4.2c")
def test_a_plan_is_submitted_a_month_before_its_start():
    """“以市政府名义开展的专项督查,需提前1个月提交督查计划”"""
    here = given.place("anshan-2015")
    with pytest.raises(RuleViolation) as refusal:
        submit(here, starts_on=date(2026, 7, 10))
    assert "最早于2026-07-15开始" in refusal.value.reasons["starts_on"][0]
    assert "AS-4.2c" in refusal.value.reasons["starts_on"][0]
    with pytest.raises(RuleViolation):
        submit(here, starts_on=date(2026, 7, 14))
    plan = submit(here, starts_on=date(2026, 7, 15))
    assert (plan.earliest_on, plan.clause) == (date(2026, 7, 15), "AS-4.2c")
    assert plan.get_level_display() == "政府督查"
    assert LedgerEntry.objects.get(subject_type="cases.specialinspectionplan").clause == "AS-4.2c"


@pytest.mark.clause("AS-4.2c")
def test_a_pack_without_the_rule_asks_for_no_lead_time():
    here = given.place("lanzhou-2018")
    plan = submit(here, starts_on=date(2026, 6, 16))
    assert plan.earliest_on is None
    with pytest.raises(RuleViolation):
        submit(here, starts_on=date(2026, 6, 12))


@pytest.mark.clause("AS-4.2c")
def test_the_form_says_the_earliest_day_and_keeps_what_was_typed():
    with time_machine.travel(given.at("2026-06-15 10:00"), tick=False):
        here = given.place("anshan-2015")
        browser = sign_in(here, "staff")
        page = text_of(browser.get("inspection_plan_new"))
        assert "2026-07-15" in page
        sent = {"title": "专项督查", "content": "现场查看。", "ends_on": "2026-07-31"}
        refused = browser.post("inspection_plan_new", starts_on="2026-07-10", **sent)
        assert refused.status_code == 409
        assert "2026-07-15" in wrong(refused, "starts_on")[0]
        assert "现场查看。" in refused.content.decode()
        done = browser.post("inspection_plan_new", starts_on="2026-07-15", **sent)
        plan = SpecialInspectionPlan.objects.get()
        assert done.url.endswith(f"/inspections/{plan.pk}/")
        assert "专项督查" in text_of(browser.get("inspection_plans"))
        assert sign_in(here, "water_liaison").get("inspection_plans").status_code == 403


def test_a_unit_submits_no_plan():
    here = given.place("anshan-2015")
    with pytest.raises(PermissionDenied):
        submit(here, starts_on=date(2026, 8, 1), by="water_liaison")


@pytest.mark.clause("CZ-2.5e")
def test_a_department_inspects_and_writes_in_its_own_name_only():
    """“部门日常监督检查也不得随意冠以政府督查名义”"""
    place = bureau_place()
    plan = submit(place, starts_on=date(2026, 7, 15), by="inner_staff")
    assert plan.get_level_display() == "部门检查"
    case = given.in_progress(
        place, by="inner_staff", parties=[given.lead(place.units["yard"])], when="2026-03-02"
    )
    notice_issue(
        assignment=case.lead,
        kind="urge",
        content="请抓紧办理。",
        by=place.inner_head,
        at=given.at("2026-03-04"),
    )
    document = OfficialDocument.objects.get(kind="urge")
    content = from_data(document.content)
    assert content.organ_mark == "长平市住房和城乡建设局文件"
    assert content.signer == "长平市住房和城乡建设局"
    assert "人民政府" not in f"{content.organ_mark}{content.signer}{content.title}"


@pytest.mark.clause("CZ-2.5e")
@pytest.mark.parametrize("field", ["organ", "organ_mark"])
def test_a_department_cannot_be_given_the_government_s_heading(field):
    office = bureau_place().office
    setattr(office, field, "长平市人民政府文件")
    with pytest.raises(ValidationError) as refusal:
        office.full_clean()
    assert "不得冠以政府名义" in refusal.value.message_dict[field][0]


@pytest.mark.clause("LZ-C-8.0")
def test_a_document_names_who_decided_and_who_carries_it_out():
    """“决定机关是市政府及其部门单位和各区县政府,实施机关是……办公厅(室)”"""
    here = given.place()
    Office.objects.filter(pk=here.office.pk).update(
        decision_organ="长平市人民政府", implementing_organ="长平市人民政府办公室"
    )
    case = given.in_progress(here)
    given.noticed(here, case.lead, "early_warning", when="2026-03-04")
    content = from_data(OfficialDocument.objects.get(kind="early_warning").content)
    said = "".join(getattr(part, "text", "") for part in content.body)
    assert "决定机关：长平市人民政府。实施机关：长平市人民政府办公室。" in said
    assert content.printed_by == "长平市人民政府办公室"
