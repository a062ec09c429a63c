"""The approval chain by itself: whose turn it is, who may decide, who must stand back."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from duban.approvals.models import ApprovalStep, Chain, ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open, chain_withdraw, posts_of
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.ledger.packs import pack_load
from duban.org.actor import Actor
from duban.org.models import Delegation, Portfolio, Post, User
from duban.org.selectors import system_actor
from duban.org.tests import given
from duban.rulepacks.loader import load_shipped_pack

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
TODAY = date(2026, 3, 2)


@dataclass
class Owner:
    """What a chain knows of the request it belongs to."""

    pk: int
    ledger_office_id: int
    ledger_case_id: int | None = None
    _meta = SimpleNamespace(label_lower="tests.owner")


@dataclass
class Hall:
    city: given.City
    posts: dict[str, Post]

    def __getattr__(self, name: str) -> Actor:
        if name not in self.__dict__.get("posts", {}):
            raise AttributeError(name)
        return self.actor(name)

    def actor(self, name: str) -> Actor:
        return given.actor(self.posts[name], on=TODAY)

    def open(self, *, importance: str = "major", kind: str = "closure", **facts: object) -> Chain:
        version = pack_load(
            loaded=load_shipped_pack("changzhi-2022"), by=system_actor(), at=MORNING
        )
        values = {
            "kind": ChainKind(kind), "owner": Owner(7, self.city.office.pk),
            "rules": version.pack.chain(kind, importance=importance), "pack_version": version,
            "title": "管网改造", "section_id": self.city.section.pk,
            "subject_unit_id": self.city.transport.pk, "involved": [], "at": MORNING,
            "by": self.liaison,
        }  # fmt: skip
        return chain_open(**(values | facts))


@pytest.fixture
def hall() -> Hall:
    city = given.city()
    rows = {
        "clerk": ("陈静", city.section, "section_staff"),
        "clerk2": ("吴越", city.section, "section_staff"),
        "clerk_elsewhere": ("何川", city.body, "section_staff"),
        "deputy": ("林涛", city.government, "deputy_leader"),
        "deputy2": ("孟庆", city.government, "deputy_leader"),
        "chief": ("郑国安", city.government, "chief_leader"),
    }
    posts = {
        key: given.post(name, unit, role, office=city.office)
        for key, (name, unit, role) in rows.items()
    }
    posts["liaison"] = given.post("张小明", city.transport, "liaison")
    Portfolio.objects.create(post=posts["deputy"], unit=city.transport, starts_on=given.FOUNDED)
    return Hall(city, posts)


def decide(chain: Chain, by: Actor, *, approve: bool = True, **facts: object) -> Outcome:
    return chain_decide(chain=chain, approve=approve, by=by, at=MORNING, **facts)


def test_the_chain_is_the_packs_with_its_clauses(hall):
    steps = hall.open().steps.order_by("order")
    assert [(s.role, s.label, s.clause, s.grades) for s in steps] == [
        ("supervising_section", "科室初审", "CZ-3.6b", True),
        ("deputy_leader", "分管领导审核", "CZ-3.6b", True),
        ("chief_leader", "主要领导审定", "CZ-3.6c", True),
    ]
    assert [s.role for s in hall.open(importance="ordinary").steps.order_by("order")] == [
        "supervising_section", "deputy_leader",
    ]  # fmt: skip


def test_link_after_link_until_it_is_granted_and_then_no_more(hall):
    chain = hall.open()
    outcomes = [decide(chain, by) for by in (hall.clerk, hall.deputy, hall.chief)]
    assert outcomes == [Outcome.CONTINUES, Outcome.CONTINUES, Outcome.GRANTED]
    assert (chain.closed_at, chain.current) == (MORNING, None)
    with pytest.raises(RuleViolation, match="已审批完毕或已撤回"):
        decide(chain, hall.chief)
    entries = LedgerEntry.objects.filter(subject_type="approvals.approvalstep").order_by("id")
    assert [(e.action, e.actor_name) for e in entries] == [
        ("approve", "陈静"), ("approve", "林涛"), ("approve", "郑国安"),
    ]  # fmt: skip


def test_a_refusal_ends_it_and_needs_an_opinion(hall):
    chain = hall.open()
    decide(chain, hall.clerk)
    with pytest.raises(RuleViolation) as refusal:
        decide(chain, hall.deputy, approve=False, opinion=" ")
    assert refusal.value.reasons == {"opinion": ["不同意的，须写明意见。"]}
    assert chain.steps.filter(state="refused").count() == 0
    assert decide(chain, hall.deputy, approve=False, opinion="依据不足") is Outcome.REFUSED
    assert [s.state for s in chain.steps.order_by("order")] == ["approved", "refused", "pending"]
    assert ApprovalStep.objects.awaiting(hall.chief).count() == 0


def test_nobody_decides_before_their_turn_or_after_it_and_each_is_told_why(hall):
    chain = hall.open()
    for by in (hall.deputy, hall.chief):
        with pytest.raises(RuleViolation, match="前一环节“科室初审”尚未审批，请稍候。"):
            decide(chain, by)
    decide(chain, hall.clerk)
    for by in (hall.clerk, hall.clerk2):
        with pytest.raises(
            RuleViolation, match="“科室初审”环节已由秘书二科交办科室工作人员 陈静审批"
        ):
            decide(chain, by)


@pytest.mark.parametrize("key", ["clerk_elsewhere", "deputy2", "liaison"])
def test_who_holds_no_link_may_never_decide(hall, key):
    chain = hall.open()
    with pytest.raises(PermissionDenied):
        decide(chain, hall.actor(key))
    assert key == "deputy2" or not ApprovalStep.objects.visible_to(hall.actor(key)).exists()


def test_a_leader_of_another_city_holds_nothing_here(hall):
    there = given.city("远山市")
    chief = given.post("周远", there.government, "chief_leader", office=there.office)
    chain = hall.open()
    decide(chain, hall.clerk)
    decide(chain, hall.deputy)
    with pytest.raises(PermissionDenied):
        decide(chain, given.actor(chief))


def test_the_leader_in_charge_decides_for_the_units_below_too(hall):
    dock = given.unit("港口管理处", under=hall.city.transport)
    chain = hall.open(subject_unit_id=dock.pk)
    decide(chain, hall.clerk)
    with pytest.raises(PermissionDenied):
        decide(chain, hall.deputy2)
    assert decide(chain, hall.deputy) is Outcome.CONTINUES


def test_a_unit_in_nobodys_charge_may_be_decided_by_any_deputy_leader(hall):
    chain = hall.open(subject_unit_id=hall.city.finance.pk)
    decide(chain, hall.clerk)
    assert decide(chain, hall.deputy2) is Outcome.CONTINUES


def test_who_asked_wrote_or_decided_before_stands_back(hall):
    asked = hall.open(by=hall.clerk)
    wrote = hall.open(involved=[hall.posts["clerk"].user_id])
    for chain in (asked, wrote):
        with pytest.raises(PermissionDenied, match="应当回避"):
            decide(chain, hall.clerk)
        assert decide(chain, hall.clerk2) is Outcome.CONTINUES
    # The same person, now in another post of the same chain.
    both = given.post(
        User.objects.get(pk=hall.posts["clerk2"].user_id), hall.city.government, "chief_leader",
        office=hall.city.office,
    )  # fmt: skip
    decide(asked, hall.deputy)
    with pytest.raises(PermissionDenied, match="应当回避"):
        decide(asked, given.actor(both))
    assert decide(asked, hall.chief) is Outcome.GRANTED


def test_a_stand_in_counts_as_two_people(hall):
    Portfolio.objects.create(
        post=hall.posts["deputy2"], unit=hall.city.transport, starts_on=given.FOUNDED
    )
    entrusted = Delegation.objects.create(
        post=hall.posts["deputy"], delegate=hall.posts["clerk2"].user, reason="出差",
        starts_at=MORNING.replace(day=1), ends_at=MORNING.replace(day=9),
    )  # fmt: skip
    stand_in = Actor.delegated(entrusted, portfolio=frozenset({hall.city.transport.pk}))
    reviewed_by_delegate = hall.open()
    decide(reviewed_by_delegate, hall.clerk2)
    with pytest.raises(PermissionDenied, match="应当回避"):
        decide(reviewed_by_delegate, stand_in)
    asked_by_the_absent = hall.open(involved=[hall.posts["deputy"].user_id, 0])
    decide(asked_by_the_absent, hall.clerk)
    with pytest.raises(PermissionDenied, match="应当回避"):
        decide(asked_by_the_absent, stand_in)
    ordinary = hall.open()
    decide(ordinary, hall.clerk)
    decide(ordinary, stand_in)
    step = ordinary.steps.get(role="deputy_leader")
    assert step.decided_name.endswith("吴越（代林涛）")
    assert {hall.posts["clerk2"].user_id, hall.posts["deputy"].user_id} <= set(ordinary.involved)


def test_a_chain_that_nobody_could_decide_is_not_opened(hall):
    Post.objects.filter(pk=hall.posts["chief"].pk).update(ends_on=date(2026, 3, 1))
    with pytest.raises(RuleViolation, match="审批环节“主要领导审定”目前没有可以审批的人"):
        hall.open()
    assert not Chain.objects.exists()
    assert hall.open(importance="ordinary").steps.count() == 2
    everyone = [hall.posts[key].user_id for key in ("clerk", "clerk2")]
    with pytest.raises(RuleViolation, match="“科室初审”"):
        hall.open(importance="ordinary", involved=everyone)


def test_a_post_or_a_charge_that_ended_is_not_asked(hall):
    step = hall.open().steps.get(role="deputy_leader")
    assert set(posts_of(step, at=MORNING)) == {hall.posts["deputy"]}
    Portfolio.objects.update(ends_on=date(2026, 3, 1))
    assert not posts_of(step, at=MORNING).exists()
    User.objects.filter(pk=hall.posts["clerk"].user_id).update(is_active=False)
    section = step.chain.steps.get(role="supervising_section")
    assert set(posts_of(section, at=MORNING)) == {hall.posts["clerk2"]}


def test_waiting_is_what_is_ones_turn(hall):
    chain = hall.open()
    assert [s.order for s in ApprovalStep.objects.awaiting(hall.clerk)] == [1]
    assert not ApprovalStep.objects.awaiting(hall.deputy).exists()
    decide(chain, hall.clerk)
    assert not ApprovalStep.objects.awaiting(hall.clerk).exists()
    assert [s.order for s in ApprovalStep.objects.awaiting(hall.deputy)] == [2]
    assert not ApprovalStep.objects.awaiting(hall.deputy2).exists()
    chain_withdraw(chain=chain, at=MORNING)
    assert not ApprovalStep.objects.awaiting(hall.deputy).exists()


def test_withdrawn_is_undecidable_and_the_callers_chain_shows_it(hall):
    chain = hall.open()
    assert chain.current.order == 1
    chain_withdraw(chain=chain, at=MORNING)
    assert (chain.current, chain.closed_at) == (None, MORNING)
    with pytest.raises(RuleViolation, match="已撤回"):
        decide(chain, hall.clerk)
    later = MORNING.replace(hour=10)
    chain_withdraw(chain=chain, at=later)
    assert chain.closed_at == MORNING


def test_the_callers_chain_is_not_stale_after_a_decision(hall):
    chain = hall.open()
    assert chain.current.order == 1
    decide(chain, hall.clerk)
    assert chain.current.order == 2


def test_a_stale_page_is_refused(hall):
    chain = hall.open()
    with pytest.raises(StaleVersion):
        decide(chain, hall.clerk, expect=3)
    assert decide(chain, hall.clerk, expect=0) is Outcome.CONTINUES


def test_a_decision_without_an_author_cannot_be_stored(hall):
    hall.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalStep.objects.filter(order=1).update(state="approved")
