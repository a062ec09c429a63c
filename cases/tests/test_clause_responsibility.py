"""Three layers of responsibility in each unit, and who names them."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from cases.models import Assignment, Case, NamedLayer, ResponsiblePerson
from cases.selectors.responsibility import layers_of
from cases.services.responsibility import part_hand_over
from cases.tests import given
from cases.tests.pages import signed_in
from cases.tests.web_given import sign_in, text_of
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from duban.org.models import Post

pytestmark = pytest.mark.django_db

AT = given.at("2026-03-05 10:00")
DEPUTY, HANDLER = NamedLayer.DEPUTY, NamedLayer.HANDLER


@pytest.fixture
def here():
    with time_machine.travel(AT, tick=False):
        made = given.place("lanzhou-2018")
        for key, role, name in (
            ("water_office", "unit_office_head", "刘芳"),
            ("water_deputy", "unit_deputy", "曹志"),
            ("water_handler", "handler", "丁一"),
            ("water_handler2", "handler", "丁二"),
        ):
            given.post(made, key, "water", role, name, name)
        yield made


def hand_over(here, part, by="water_office", **people):
    return part_hand_over(
        assignment=part,
        people={NamedLayer(layer): here.posts[key] for layer, key in people.items()},
        by=here.actor(by),
        at=AT,
    )


@pytest.mark.clause("LZ-B-8a", "LZ-A-12b")
def test_a_matter_shows_the_three_layers_of_each_unit(here):
    """“主要负责同志……第一责任人……分管领导和承办人员作为直接责任人”"""
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    hand_over(here, case.lead, deputy="water_deputy", handler="water_handler")
    page = text_of(sign_in(here, "secretary").get("detail", case.pk))
    for words in (
        "第一责任人",
        "直接责任人（分管领导）",
        "直接责任人（承办人员）",
        "张建国（局长）",
        "曹志",
        "丁一",
        "李建国（局长）",
    ):
        assert words in page, words


@pytest.mark.clause("LZ-A-12b", "AS-4.1b")
def test_a_new_head_answers_for_new_matters_and_the_former_for_the_old(here):
    """“主要负责人要负总责”"""
    old = given.in_progress(here, when="2026-03-02")
    former = here.posts["water_head"]
    Post.objects.filter(pk=former.pk).update(ends_on=date(2026, 3, 3))
    given.post(here, "water_head_new", "water", "unit_head", "局长", "韩春")
    Post.objects.filter(pk=here.posts["water_head_new"].pk).update(starts_on=date(2026, 3, 4))
    new = given.in_progress(here, when="2026-03-04", title="新的一件")
    assert [row.principal for row in layers_of([old.lead, new.lead])] == [
        "张建国（局长）",
        "韩春（局长）",
    ]


@pytest.mark.clause("CZ-5.1a")
def test_the_unit_s_office_head_sees_all_its_matters_and_hands_them_on_inside(here):
    """“办公室主任要加强对督查督办工作的具体指导和统筹协调”"""
    case = given.in_progress(here)
    other = given.in_progress(
        here,
        title="协办的一件",
        parties=[given.lead(here.units["finance"]), given.co(here.units["water"])],
    )
    foreign = given.in_progress(here, title="别家的", parties=[given.lead(here.units["housing"])])
    seen = Case.objects.visible_to(here.water_office)
    assert set(seen) == {case, other}
    assert foreign not in seen
    hand_over(here, case.lead, handler="water_handler")
    hand_over(here, case.lead, handler="water_handler2")
    assert Assignment.objects.get(pk=case.lead.pk).responsible_person == "丁二"
    rows = ResponsiblePerson.objects.filter(layer=HANDLER).values_list("name", flat=True)
    assert list(rows) == ["丁一", "丁二"]
    entry = LedgerEntry.objects.filter(action="hand_over").latest("pk")
    assert (entry.actor_name, entry.case_id) == ("刘芳", case.pk)
    assert entry.changes["handler"] == ["丁一（丁一）", "丁二（丁二）"]
    told = Message.objects.filter(template="part_handed_over").latest("pk")
    assert told.recipient_id == here.posts["water_handler2"].user_id


@pytest.mark.clause("CZ-5.1a")
def test_the_page_hands_a_part_on_and_shows_who_has_it(here):
    case = given.in_progress(here)
    browser = sign_in(here, "water_office")
    assert "明确责任人" in text_of(browser.get("detail", case.pk))
    page = text_of(browser.get("hand_over", case.lead.pk))
    assert "丁一" in page
    assert "李小明" not in page, "people of other units"
    sent = {"handler": here.posts["water_handler"].pk, "deputy": ""}
    version = Assignment.objects.get(pk=case.lead.pk).version
    answer = browser.post("hand_over", case.lead.pk, version=version, **sent)
    assert answer.status_code == 302
    assert "丁一（丁一）" in text_of(browser.get("detail", case.pk))


@pytest.mark.parametrize("by", ["water_handler", "finance_head", "secretary", "staff"])
def test_only_the_unit_s_own_managers_name_its_people(here, by):
    case = given.in_progress(here)
    with pytest.raises(PermissionDenied):
        hand_over(here, case.lead, by=by, handler="water_handler")
    assert sign_in(here, by).get("hand_over", case.lead.pk).status_code in (403, 404)


def test_only_people_in_office_in_the_unit_are_named(here):
    part = given.in_progress(here).lead
    with pytest.raises(RuleViolation) as refusal:
        hand_over(here, part, handler="finance_liaison")
    assert "不是市水利局的在任人员" in refusal.value.reasons["handler"][0]
    with pytest.raises(RuleViolation):
        hand_over(here, part)


def test_who_saw_an_older_state_is_told_so(here):
    part = given.in_progress(here).lead
    seen = part.version
    hand_over(here, part, handler="water_handler")
    with pytest.raises(StaleVersion):
        part_hand_over(
            assignment=part,
            people={HANDLER: here.posts["water_handler2"]},
            by=here.water_office,
            at=AT,
            expect=seen,
        )


@pytest.mark.clause("CZ-2.2b")
def test_a_matter_without_a_named_person_carries_a_warning_in_the_list():
    """“部门责任制度化、岗位责任具体化”"""
    with time_machine.travel(AT, tick=False):
        here = given.place()
        nameless = given.lead(here.units["water"], responsible_person="")
        named = given.assigned(here, title="有责任人的一件")
        case = given.in_progress(here, title="没有责任人的一件", parties=[nameless])
        client = signed_in(here, "secretary")
        lines = {
            line.title: [cell.mark for cell in line.cells if cell.kind == "title"]
            for line in client.get("/cases/?all=1").context["lines"]
        }
        assert lines == {named.title: [""], case.title: ["未明确责任人：市水利局"]}
        assert "未明确责任人：市水利局" in text_of(client.get("/cases/?all=1"))
        given.post(here, "water_handler", "water", "handler", "科员", "丁一")
        hand_over(here, case.lead, by="water_liaison", handler="water_handler")
        assert "未明确责任人" not in text_of(client.get("/cases/?all=1"))
