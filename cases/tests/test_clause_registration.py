"""立项: sources, mandatory facts, approval, numbering, who supervises, who stands back."""

from dataclasses import replace
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cases.models import Case
from cases.services.cases import (
    case_assign,
    case_discard,
    case_draft,
    case_redraft,
    case_registration_decide,
    case_revise,
    case_submit,
    facts_of,
    parties_of,
)
from cases.tests import given
from cases.tests.web_given import sign_in
from duban.approvals.models import ApprovalStep, Chain
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from duban.org.actor import Actor
from duban.org.models import Delegation, Post, Unit
from duban.org.selectors import actor_for

pytestmark = pytest.mark.django_db


def submit_problems(case, by):
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=case, by=by, at=given.at("2026-03-02"))
    assert Case.objects.get(pk=case.pk).state == "draft"
    return refusal.value.reasons


def draft_problems(here, **changes):
    before = Case.objects.count()
    with pytest.raises(RuleViolation) as refusal:
        given.draft(here, **changes)
    assert Case.objects.count() == before
    return refusal.value.reasons


@pytest.mark.parametrize(
    ("pack", "labels"),
    [
        pytest.param(
            "changzhi-2022",
            {
                "总书记讲话指示批示", "党中央、国务院部署", "省委、省政府部署及交办",
                "市党代会、全会、常委会决策", "经济工作会议和《政府工作报告》", "市政府会议决定",
                "市政府领导批示", "其他重要事项",
            },
            marks=pytest.mark.clause("CZ-1.2"),
        ),
        pytest.param(
            "anshan-2015",
            {
                "上级方针政策、文件和会议", "《政府工作报告》目标任务", "市政府会议议定事项",
                "各单位季度总体工作进展", "媒体和内参反映的问题", "市政府领导批示或交办",
            },
            marks=pytest.mark.clause("AS-1"),
        ),
        pytest.param(
            "lanzhou-2018",
            {
                "省委、省政府转办交办", "主要领导重点关注和批示",
                "市级重大事项、重点项目和会议决定", "市委、市政府交办的其他重要事项",
            },
            marks=pytest.mark.clause("LZ-B-4"),
        ),
    ],
)  # fmt: skip
def test_a_matter_comes_from_one_of_the_sources_of_its_regulation(pack, labels):
    here = given.place(pack)
    sources = given.draft(here).pack.case_sources
    assert {choice.label for choice in sources.values()} == labels
    found = {given.draft(here, source=key).source_label for key in sources}
    assert found == labels
    assert draft_problems(here, source="hearsay") == {
        "source": ["事项来源不在现行规则规定的范围内。"]
    }


@pytest.mark.clause("CZ-3.1b", "CZ-2.1a")
@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"task": " "}, "task"),
        ({"source": ""}, "source"),
        ({"basis": ""}, "basis"),
        ({"due_on": None}, "due_on"),
        ({"due_basis": ""}, "due_basis"),
        ({"due_citation": ""}, "due_citation"),
        ({"not_secret": False}, "not_secret"),
    ],
    ids=["办理要求", "来源", "依据", "期限", "期限依据", "期限依据说明", "不涉密"],
)
def test_each_missing_fact_blocks_the_submission(facts, field):
    """要明确牵头单位和协办单位,以及办理要求、办结期限等内容。"""
    here = given.place()
    case = given.draft(here, **facts)
    assert set(submit_problems(case, here.secretary)) == {field}


@pytest.mark.clause("CZ-3.1b")
def test_without_a_lead_it_is_not_submitted_and_everything_missing_is_said_at_once():
    here = given.place()
    case = case_draft(
        office=here.office, facts=given.facts(task="", basis=""), parties=[],
        by=here.secretary, at=given.at("2026-03-02"),
    )  # fmt: skip
    reasons = submit_problems(case, here.secretary)
    assert reasons == {"lead_unit": ["未确定牵头单位（CZ-2.3b）"]}
    case = given.draft(here, task="", basis="", due_on=None)
    assert set(submit_problems(case, here.secretary)) == {"task", "basis", "due_on"}


@pytest.mark.clause("LZ-B-6b")
@pytest.mark.parametrize("role", ["lead_unit", "co_units"])
def test_lanzhou_asks_for_task_unit_person_and_date_of_each_unit(role):
    """做到任务明确、单位明确、责任人明确、时限明确。"""
    here = given.place("lanzhou-2018")
    nobody = {"responsible_person": ""}
    case = given.draft(
        here,
        parties=[
            given.lead(here.units["water"], **(nobody if role == "lead_unit" else {})),
            given.co(here.units["finance"], **(nobody if role == "co_units" else {})),
        ],
    )
    name = "市水利局" if role == "lead_unit" else "市财政局"
    assert submit_problems(case, here.secretary) == {role: [f"请填写{name}的责任人（LZ-B-6b）。"]}
    case = given.draft(here, task="", due_on=None)
    assert set(submit_problems(case, here.secretary)) == {"task", "due_on"}


@pytest.mark.clause("LZ-B-6a")
def test_lanzhou_issues_the_referral_notice_and_the_responsibility_list():
    """及时制发转办通知和工作落实责任清单。"""
    from duban.documents.models import OfficialDocument

    here = given.place("lanzhou-2018")
    case = given.assigned(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    found = dict(OfficialDocument.objects.filter(case_id=case.pk).values_list("kind", "number"))
    assert found == {
        "registration_notice": "长政督转〔2026〕1号",
        "responsibility_list": "长政督清〔2026〕1号",
    }
    titles = set(OfficialDocument.objects.values_list("title", flat=True))
    assert titles == {
        "关于城区老旧供水管网改造的转办通知", "城区老旧供水管网改造工作落实责任清单",
    }  # fmt: skip


@pytest.mark.clause("CZ-2.3a")
def test_one_unit_alone_is_enough():
    here = given.place()
    case = given.assigned(here, parties=[given.lead(here.units["water"])])
    assert [party.kind for party in case.parties] == ["lead"]


@pytest.mark.clause("CZ-2.3b", "LZ-A-6.3b")
@pytest.mark.parametrize("pack", ["changzhi-2022", "lanzhou-2018"])
def test_two_leads_are_refused(pack):
    """明确牵头单位和配合单位 · 由同级政府确定一个牵头部门单位。"""
    here = given.place(pack)
    leads = [given.lead(here.units["water"]), given.lead(here.units["housing"])]
    assert draft_problems(here, parties=leads) == {"lead_unit": ["牵头单位只能有一个。"]}


@pytest.mark.clause("CZ-2.3b")
def test_a_co_unit_needs_a_duty_of_its_own():
    """细化各自职责。"""
    here = given.place()
    parties = [given.lead(here.units["water"]), given.co(here.units["finance"], duty=" ")]
    assert draft_problems(here, parties=parties) == {"co_units": ["请写明市财政局的协办职责。"]}


@pytest.mark.clause("CZ-2.3c")
@pytest.mark.parametrize("importance", ["ordinary", "major"])
def test_several_leads_are_refused_while_no_task_force_is_recorded(importance):
    here = given.place()
    leads = [given.lead(here.units["water"]), given.lead(here.units["housing"])]
    found = draft_problems(here, parties=leads, importance=importance)
    assert found == {"lead_unit": ["牵头单位只能有一个。"]}


@pytest.mark.clause("LZ-A-6.3c")
def test_a_co_units_date_lies_between_today_and_the_matters():
    """约定每个部门单位的办结时限。"""
    here = given.place("lanzhou-2018")
    water = given.lead(here.units["water"])

    def with_day(day):
        return [water, given.co(here.units["finance"], due_on=date.fromisoformat(day))]

    late = draft_problems(here, parties=with_day("2026-07-01"))
    assert late == {"co_units": ["市财政局的期限（2026年7月1日）晚于本事项期限（2026年6月30日）。"]}
    early = draft_problems(here, parties=with_day("2026-03-01"))
    assert early == {"co_units": ["市财政局的期限（2026年3月1日）不能早于今天（2026年3月2日）。"]}
    case = given.assigned(here, parties=with_day("2026-06-15"))
    assert [str(p.clock.due_on) for p in case.parties] == ["2026-06-30", "2026-06-15"]


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"title": " "}, "title", "请填写事项名称。"),
        ({"title": "管" * 201}, "title", "最多200字，现有201字。"),
        ({"task": "改" * 5001}, "task", "最多5000字，现有5001字。"),
        ({"due_on": date(2026, 3, 1)}, "due_on", "办结期限不能早于今天（2026年3月2日）。"),
        ({"due_on": date(2206, 6, 30)}, "due_on", "办结期限超过十年，请核对年份。"),
        ({"basis_on": date(2026, 3, 3)}, "basis_on", "依据日期不能晚于今天。"),
        ({"urgency": "urgent"}, "urgency", "缓急程度不在现行规则规定的范围内。"),
        ({"due_basis": "agreed"}, "due_basis", "期限依据不在现行规则规定的范围内。"),
        ({"importance": "huge"}, "importance", "值 'huge' 不是有效选项。"),
    ],
    ids=[
        "无名称",
        "名称过长",
        "要求过长",
        "期限已过",
        "期限过远",
        "依据在后",
        "缓急",
        "期限依据",
        "程度",
    ],
)
def test_what_can_never_be_right_is_refused_beside_its_field(changes, field, text):
    here = given.place()
    assert draft_problems(here, **changes) == {field: [text]}


def test_a_unit_twice_or_of_another_city_is_refused():
    here = given.place()
    water, there = here.units["water"], given.place(name="远山市", tag="y")
    twice = draft_problems(here, parties=[given.lead(water), given.co(water)])
    assert list(twice) == ["co_units"]
    abroad = draft_problems(here, parties=[given.lead(there.units["water"])])
    assert abroad == {"lead_unit": ["市水利局不是长平市人民政府督查室所辖的单位。"]}
    leader = draft_problems(here, assigner=there.posts["chief"])
    assert leader == {"assigner": ["交办领导须是本级领导。"]}
    with pytest.raises(RuleViolation) as refusal:
        case_draft(
            office=here.office, facts=given.facts(), parties=[given.lead(water)],
            supervisor=there.units["section"], by=here.secretary, at=given.at("2026-03-02"),
        )  # fmt: skip
    assert refusal.value.reasons == {"supervisor": ["督办科室须是本级科室。"]}
    with pytest.raises(PermissionDenied):
        case_draft(
            office=here.office, facts=given.facts(), parties=[given.lead(water)],
            by=there.secretary, at=given.at("2026-03-02"),
        )  # fmt: skip


def test_a_unit_abolished_before_the_draft_between_draft_and_submission_and_before_assignment():
    here = given.place()
    water = here.units["water"]
    draft, registered = given.draft(here), given.registered(here)
    Unit.objects.filter(pk=water.pk).update(abolished_on=date(2026, 3, 3))
    gone = {"lead_unit": ["市水利局已撤销，不能承办新的事项。"]}
    assert draft_problems(here, when="2026-03-03") == gone
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=draft, by=here.secretary, at=given.at("2026-03-03"))
    assert refusal.value.reasons == gone
    with pytest.raises(RuleViolation) as refusal:
        case_assign(case=registered, by=here.secretary, at=given.at("2026-03-03"))
    assert refusal.value.reasons == {"units": ["市水利局已撤销，不能承办新的事项。"]}
    assert not registered.assignments.exclude(state="issued").exists()


def test_a_unit_that_will_be_abolished_later_still_takes_matters_on():
    here = given.place()
    Unit.objects.filter(pk=here.units["water"].pk).update(abolished_on=date(2026, 12, 31))
    assert given.assigned(here).state == "assigned"


@pytest.mark.clause("CZ-3.1a")
def test_the_chief_leaders_approval_makes_it_a_matter_and_nothing_goes_before_it():
    """经市政府主要领导批准后……由对应科室进行交办。"""
    here = given.place()
    case = given.draft(here)
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    with pytest.raises(RuleViolation, match="当前状态为“待批准”，不能办理“交办”。"):
        case_assign(case=case, by=here.secretary, at=given.at("2026-03-02"))
    for key in ("secretary", "head", "deputy", "secgen", "water_head"):
        with pytest.raises(PermissionDenied):
            case_registration_decide(
                case=case, approve=True, by=here.actor(key), at=given.at("2026-03-03")
            )
    case = case_registration_decide(
        case=case, approve=True, by=here.chief, opinion="同意", at=given.at("2026-03-03")
    )
    assert (case.state, case.number) == ("registered", "长政督〔2026〕1号")
    step = case.chain.steps.get()
    assert step.decided_name == "长平市人民政府市长 郑国安"
    assert (step.decided_at, step.opinion) == (given.at("2026-03-03"), "同意")
    entry = LedgerEntry.objects.get(case_id=case.pk, action="approve", subject_type="cases.case")
    assert entry.clause == "CZ-3.1a"
    assert entry.changes["state"] == ["pending_approval", "registered"]
    assert entry.changes["number"] == ["", "长政督〔2026〕1号"]


@pytest.mark.clause("CZ-3.1a")
def test_a_refusal_needs_an_opinion_and_sends_it_back_to_be_changed_and_submitted_anew():
    here = given.place()
    case = given.draft(here)
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    with pytest.raises(RuleViolation) as refusal:
        case_registration_decide(
            case=case, approve=False, by=here.chief, opinion=" ", at=given.at("2026-03-03")
        )
    assert refusal.value.reasons == {"opinion": ["不同意的，须写明意见。"]}
    case = case_registration_decide(
        case=case, approve=False, by=here.chief, opinion="请明确任务", at=given.at("2026-03-03")
    )
    assert (case.state, case.number, case.chain) == ("draft", "", None)
    told = Message.objects.get(template="registration_decided")
    assert told.recipient_id == here.posts["secretary"].user_id
    with pytest.raises(RuleViolation, match="没有待审批的立项申请"):
        case_registration_decide(case=case, approve=True, by=here.chief, at=given.at("2026-03-03"))
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-04"))
    case = case_registration_decide(
        case=case, approve=True, by=here.chief, at=given.at("2026-03-05")
    )
    assert case.number == "长政督〔2026〕1号"
    assert Chain.objects.filter(owner_id=case.pk, kind="registration").count() == 2


@pytest.mark.clause("AS-4.2a")
def test_numbers_are_given_at_approval_in_one_row_per_level_and_start_anew_each_year():
    """统一管理市本级督查事项。"""
    here, there = given.place("anshan-2015"), given.place("anshan-2015", name="远山市", tag="y")
    numbers = [
        given.registered(here, by="secretary").number,
        given.registered(here, by="secretary2").number,
        given.registered(there).number,
        given.registered(here, when="2027-01-04", due_on=None).number,
    ]
    assert numbers == [
        "长政督〔2026〕1号",
        "长政督〔2026〕2号",
        "y政督〔2026〕1号",
        "长政督〔2027〕1号",
    ]
    assert given.draft(here).number == ""


@pytest.mark.clause("AS-4.2a")
def test_a_number_is_the_levels_alone_and_no_section_writes_one():
    here = given.place("anshan-2015")
    first, second = given.registered(here), given.draft(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=second.pk).update(number=first.number)
    with time_machine.travel(given.at("2026-03-02"), tick=False):
        browser = sign_in(here, "secretary")
        page = browser.get("edit", second.pk)
        assert page.status_code == 200
        assert 'name="number"' not in page.content.decode()
        sent = {"title": "改造供水管网", "number": "长政督〔2026〕99号", "submit_as": "draft"}
        sent |= {"lead_unit": "市水利局", "version": second.version, "importance": "ordinary"}
        sent |= {"co-TOTAL_FORMS": "0", "co-INITIAL_FORMS": "0"}
        assert browser.post("edit", second.pk, **sent).status_code == 302
    second = Case.objects.get(pk=second.pk)
    assert (second.title, second.number) == ("改造供水管网", "")


@pytest.mark.clause("AS-4.2a")
def test_the_central_unit_sees_all_of_its_level_and_a_section_only_its_own():
    here = given.place()
    mine = given.draft(here, by="secretary")
    other = given.draft(here, by="secretary2")
    seen = {
        key: set(Case.objects.visible_to(here.actor(key)))
        for key in ("staff", "head", "secretary", "secretary2")
    }
    assert seen == {
        "staff": {mine, other}, "head": {mine, other}, "secretary": {mine}, "secretary2": {other},
    }  # fmt: skip


ROUTES = [
    pytest.param("changzhi-2022", None, "section", marks=pytest.mark.clause("CZ-3.4a")),
    pytest.param("changzhi-2022", "deputy", "section2", marks=pytest.mark.clause("CZ-3.4b")),
    pytest.param("changzhi-2022", "chief", "body", marks=pytest.mark.clause("CZ-3.4d")),
    pytest.param("anshan-2015", None, "body", marks=pytest.mark.clause("AS-4.2a")),
    pytest.param("anshan-2015", "deputy", "body"),
    pytest.param("lanzhou-2018", "chief", "body"),
]


@pytest.mark.clause("CZ-3.4a", "CZ-3.4b", "CZ-3.4d")
@pytest.mark.parametrize(("pack", "assigner", "supervisor"), ROUTES)
def test_the_supervisor_follows_from_who_assigned_it(pack, assigner, supervisor):
    """谁交办谁负责,谁负责谁督办。"""
    here = given.place(pack)
    Post.objects.filter(pk=here.posts["deputy"].pk).update(secretary_section=here.units["section2"])
    post = Post.objects.get(pk=here.posts[assigner].pk) if assigner else None
    case = given.draft(here, assigner=post)
    assert case.supervisor == here.units[supervisor]


@pytest.mark.clause("CZ-3.4b", "CZ-3.4d")
def test_another_assigner_means_another_supervisor():
    here = given.place()
    case = given.draft(here, assigner=here.posts["chief"])
    assert case.supervisor == here.units["body"]
    case = case_redraft(
        case=case, facts=facts_of(case), parties=parties_of(case, given.at("2026-03-02")),
        assigner=here.posts["deputy"], by=here.secretary, at=given.at("2026-03-02"),
    )  # fmt: skip
    assert case.supervisor == here.units["section"]
    entry = LedgerEntry.objects.get(case_id=case.pk, action="redraft")
    assert entry.changes["supervisor_id"] == [here.units["body"].pk, here.units["section"].pk]


def test_a_draft_is_its_registrars_and_its_supervisors_to_change():
    here = given.place()
    case = given.draft(here, assigner=here.posts["chief"])
    at = given.at("2026-03-02")

    def change(by):
        row = Case.objects.get(pk=case.pk)
        return case_redraft(
            case=row, facts=replace(facts_of(row), title="改造供水管网"),
            parties=parties_of(row, at), assigner=here.posts["chief"], by=by, at=at,
        )  # fmt: skip

    for key in ("secretary", "staff"):
        assert change(here.actor(key)).title == "改造供水管网"
    for key in ("secretary2", "chief", "water_liaison"):
        with pytest.raises(PermissionDenied):
            change(here.actor(key))
    with pytest.raises(StaleVersion):
        case_redraft(
            case=case, facts=facts_of(case), parties=parties_of(case, at), by=here.staff, at=at,
            expect=0,
        )  # fmt: skip


def test_what_was_submitted_once_is_never_thrown_away():
    here = given.place()
    at = given.at("2026-03-02")
    fresh, case = given.draft(here), given.draft(here)
    case_discard(case=fresh, by=here.secretary, at=at)
    entry = LedgerEntry.objects.get(action="discard")
    assert entry.note == "城区老旧供水管网改造"
    case_submit(case=case, by=here.secretary, at=at)
    with pytest.raises(RuleViolation, match="只有未报批、无附件的登记可以删除。"):
        case_discard(case=case, by=here.secretary, at=at)
    case_registration_decide(case=case, approve=False, by=here.chief, opinion="缓", at=at)
    with pytest.raises(RuleViolation, match="只有未报批、无附件的登记可以删除。"):
        case_discard(case=case, by=here.secretary, at=at)


# Recusal: nobody approves what they wrote.
def test_who_wrote_or_changed_the_draft_does_not_approve_it():
    here = given.place("lanzhou-2018")
    at = given.at("2026-03-02")
    case = given.draft(here, by="secretary")
    case = case_redraft(
        case=case, facts=facts_of(case), parties=parties_of(case, at), by=here.head, at=at
    )
    with pytest.raises(RuleViolation, match="目前没有可以审批的人"):
        case_submit(case=case, by=here.secretary, at=at)
    second = given.post(here, "head2", "body", "office_head", "副主任", "沈平", office=here.office)
    case_submit(case=case, by=here.secretary, at=at)
    with pytest.raises(PermissionDenied, match="应当回避"):
        case_registration_decide(case=case, approve=True, by=here.head, at=at)
    case = case_registration_decide(
        case=case, approve=True, by=actor_for(second, on=here.on), at=at
    )
    assert case.state == "registered"


def test_whoever_stands_in_for_the_author_is_recused_and_so_is_the_author_stood_in_for():
    here = given.place("lanzhou-2018")
    at = given.at("2026-03-02")
    second = given.post(here, "head2", "body", "office_head", "副主任", "沈平", office=here.office)
    third = given.post(here, "head3", "body", "office_head", "副主任", "罗成", office=here.office)

    def for_(absent, stand_in):
        return Actor.delegated(
            Delegation.objects.create(
                post=absent, delegate=stand_in.user, reason="出差",
                starts_at=given.at("2026-03-01"), ends_at=given.at("2026-03-09"),
            )
        )  # fmt: skip

    drafted_for_head = for_(here.posts["head"], second)
    case = case_draft(
        office=here.office, facts=given.facts(**given.LOCAL["lanzhou-2018"]),
        parties=[given.lead(here.units["water"])], by=drafted_for_head, at=at,
    )  # fmt: skip
    case_submit(case=case, by=here.staff, at=at)
    for by in (here.head, actor_for(second, on=here.on), for_(here.posts["head"], third)):
        with pytest.raises(PermissionDenied, match="应当回避"):
            case_registration_decide(case=case, approve=True, by=by, at=at)
    approved = case_registration_decide(
        case=case, approve=True, by=actor_for(third, on=here.on), at=at
    )
    assert approved.state == "registered"


def test_an_approval_by_a_stand_in_names_both():
    here = given.place()
    at = given.at("2026-03-02")
    entrusted = Delegation.objects.create(
        post=here.posts["chief"], delegate=here.posts["deputy"].user, reason="出访",
        starts_at=given.at("2026-03-01"), ends_at=given.at("2026-03-09"),
    )  # fmt: skip
    case = given.draft(here)
    case_submit(case=case, by=here.secretary, at=at)
    told = Message.objects.filter(template="approval_awaits").values_list("recipient", flat=True)
    assert set(told) == {here.posts["chief"].user_id, here.posts["deputy"].user_id}
    case_registration_decide(case=case, approve=True, by=Actor.delegated(entrusted), at=at)
    step = ApprovalStep.objects.get()
    assert step.decided_name == "长平市人民政府市长 林涛（代郑国安）"
    entry = LedgerEntry.objects.get(action="approve", subject_type="approvals.approvalstep")
    assert (entry.actor_name, entry.on_behalf_of_name) == ("林涛", "郑国安")


# LZ-A-15: the rules in force at 立项.
@pytest.mark.clause("LZ-A-15")
def test_a_matter_keeps_the_rules_of_the_day_it_was_registered():
    """自颁布之日起施行。"""
    here = given.place("changzhi-2022")
    old = given.registered(here, when="2026-03-02")
    waiting = given.draft(here, when="2026-03-02")
    given.activate(
        here.office, "lanzhou-2018", by=(here.head, here.security),
        at=given.at("2026-03-10"), since=date(2026, 3, 20),
    )  # fmt: skip
    assert Case.objects.get(pk=old.pk).pack.name == "changzhi-2022"
    given_now = given.draft(here, when="2026-03-20", source="provincial")
    assert given_now.pack.name == "lanzhou-2018"
    with pytest.raises(RuleViolation) as refusal:
        case_submit(case=waiting, by=here.secretary, at=given.at("2026-03-20"))
    assert refusal.value.reasons == {"source": ["事项来源不在现行规则规定的范围内。"]}
    case_assign(case=old, by=here.secretary, at=given.at("2026-03-20"))
    assert Case.objects.get(pk=old.pk).pack.name == "changzhi-2022"


def test_it_is_not_approved_after_its_date_has_passed_or_the_rules_have_changed():
    here = given.place()
    case = given.draft(here, due_on=date(2026, 3, 10))
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    with pytest.raises(RuleViolation, match="办结期限不能早于今天（2026年3月11日）。请退回修改"):
        case_registration_decide(case=case, approve=True, by=here.chief, at=given.at("2026-03-11"))
    assert Case.objects.get(pk=case.pk).state == "pending_approval"
    assert ApprovalStep.objects.get().state == "pending"


def test_nothing_is_registered_where_no_rules_are_in_force():
    here = given.place()
    with pytest.raises(RuleViolation, match="尚未启用任何规则包"):
        given.draft(here, when="2017-12-29", due_on=date(2018, 6, 1), basis_on=None)


def test_a_registration_may_be_taken_back_before_assignment_and_keeps_its_number():
    """A date that passed, or a unit that was abolished, is no dead end."""
    here = given.place()
    case = given.registered(here, when="2026-03-02", due_on=date(2026, 3, 20))
    case_revise(case=case, by=here.secretary, at=given.at("2026-03-25"))
    changed = given.facts(due_on=date(2026, 6, 30))
    case_redraft(
        case=case,
        facts=changed,
        parties=[given.lead(here.units["water"])],
        by=here.secretary,
        at=given.at("2026-03-25"),
    )
    case = Case.objects.get(pk=case.pk)
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-25"))
    case_registration_decide(case=case, approve=True, by=here.chief, at=given.at("2026-03-26"))
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.number) == ("registered", "长政督〔2026〕1号")
    assert (case.due_on, case.registered_at) == (date(2026, 6, 30), given.at("2026-03-26"))


def test_a_submission_taken_back_leaves_the_leader_nothing_to_decide():
    here = given.place()
    case = given.draft(here)
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    chain = Case.objects.get(pk=case.pk).chain
    case_revise(case=case, by=here.secretary, at=given.at("2026-03-03"))
    assert Case.objects.get(pk=case.pk).state == "draft"
    assert not ApprovalStep.objects.awaiting(here.chief).filter(chain=chain).exists()
