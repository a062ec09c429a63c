"""A bulletin from draft to publication and correction."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from duban.approvals.models import ApprovalStep
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.notify.models import Message
from reports.models import Bulletin, BulletinState
from reports.services.approval import bulletin_decide, bulletin_submit
from reports.services.drafting import (
    bulletin_draft,
    bulletin_edit,
    bulletin_recompute,
    is_outdated,
)
from reports.services.publication import bulletin_correct, bulletin_publish
from reports.tests import given
from reports.tests.given import Place, at

pytestmark = pytest.mark.django_db


def test_the_transition_table_is_this_and_no_other():
    rules = {
        (rule.source, rule.name, rule.target, rule.custom["step"])
        for rule in Bulletin().get_all_state_transitions()
    }
    assert rules == {
        ("draft", "submit", "in_review", "bulletin_submit"),
        ("in_review", "review", "in_review", "bulletin_review"),
        ("in_review", "return_to_draft", "draft", "bulletin_return"),
        ("in_review", "sign", "signed", "bulletin_sign"),
        ("signed", "publish", "published", "bulletin_publish"),
        ("signed", "correct", "corrected", "bulletin_correct"),
        ("published", "correct", "corrected", "bulletin_correct"),
    }


@pytest.mark.clause("CZ-4.2a", "ZZ-8.1a")
def test_a_bulletin_walks_from_draft_to_publication(quarter: Place):
    bulletin = given.published(quarter)
    assert bulletin.state == BulletinState.PUBLISHED
    assert bulletin.document.number == "《督查通报》2026年第1期"
    entries = LedgerEntry.objects.filter(subject_type="reports.bulletin", subject_id=bulletin.pk)
    assert list(entries.values_list("action", flat=True)) == [
        "draft",
        "edit",
        "submit",
        "review",
        "sign",
        "publish",
    ]
    cited = dict(entries.values_list("action", "clause"))
    assert (cited["draft"], cited["publish"]) == ("CZ-4.2a", "CZ-4.2a")


def test_drafting_twice_gives_the_same_bulletin(quarter: Place):
    first = given.drafted(quarter)
    again = bulletin_draft(
        office=quarter.office, period="2026Q2", by=quarter.head, at=at("2026-07-09")
    )
    assert again.pk == first.pk
    assert Bulletin.objects.filter(period="2026Q2").count() == 1
    assert LedgerEntry.objects.filter(subject_type="reports.bulletin", action="draft").count() == 1


def test_one_live_bulletin_per_office_and_quarter_is_a_rule_of_the_database(quarter: Place):
    first = given.drafted(quarter)
    twin = Bulletin(**{
        name: getattr(first, name)
        for name in ("office", "period", "pack_version", "content", "intro", "requirements",
                     "drafted_by", "drafted_at", "computed_at")
    })  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        twin.save()


@pytest.mark.parametrize("moment", ["2026-06-30 23:59", "2026-04-01 09:00"])
def test_a_quarter_that_has_not_ended_has_no_bulletin(here: Place, moment: str):
    with pytest.raises(RuleViolation, match="2026年第二季度尚未结束"):
        bulletin_draft(office=here.office, period="2026Q2", by=here.staff, at=at(moment))


def test_without_a_pack_on_the_last_day_there_is_no_bulletin(here: Place):
    here.office.activations.update(active_from="2026-07-01")
    with pytest.raises(RuleViolation, match="尚未启用规则包"):
        bulletin_draft(office=here.office, period="2026Q2", by=here.staff, at=at("2026-07-01"))


@pytest.mark.parametrize("who", ["secretary", "deputy", "secgen", "water_head", "security"])
def test_only_the_office_drafts(here: Place, who: str):
    with pytest.raises(PermissionDenied):
        bulletin_draft(office=here.office, period="2026Q2", by=here.actor(who), at=at("2026-07-01"))


def test_the_staff_edit_words_and_never_figures(quarter: Place):
    bulletin = given.drafted(quarter)
    figures = bulletin.content
    edited = bulletin_edit(
        bulletin=bulletin, intro="现予通报。", requirements="抓紧办理。", scope="concerned",
        by=quarter.staff, at=at("2026-07-02"),
    )  # fmt: skip
    assert (edited.intro, edited.scope) == ("现予通报。", "concerned")
    assert Bulletin.objects.get(pk=bulletin.pk).content == figures


def test_empty_words_are_refused_beside_their_field(quarter: Place):
    bulletin = given.drafted(quarter)
    with pytest.raises(RuleViolation) as refusal:
        bulletin_edit(bulletin=bulletin, intro=" ", requirements="", scope="x", by=quarter.staff)
    assert set(refusal.value.reasons) == {"intro", "requirements", "scope"}


def test_a_stale_form_changes_nothing(quarter: Place):
    bulletin = given.drafted(quarter)
    bulletin_recompute(bulletin=bulletin, by=quarter.staff, at=at("2026-07-02"), expect=0)
    with pytest.raises(StaleVersion):
        bulletin_edit(bulletin=bulletin, intro="旧", requirements="旧", by=quarter.head, expect=0)


def test_a_draft_is_computed_anew_when_the_ledger_moved(quarter: Place):
    """A grade granted in the quarter and recorded late would show; nothing else does."""
    bulletin = given.drafted(quarter)
    assert not is_outdated(bulletin)
    given.matter(quarter, "finance", when="2026-06-24", due="2026-12-31", title="补登事项")
    bulletin = Bulletin.objects.get(pk=bulletin.pk)
    assert is_outdated(bulletin)
    fresh = bulletin_recompute(bulletin=bulletin, by=quarter.staff, at=at("2026-07-02"))
    assert fresh.content["totals"]["total"] == 14
    assert not is_outdated(Bulletin.objects.get(pk=bulletin.pk))


def test_what_was_submitted_is_neither_edited_nor_computed_anew(quarter: Place):
    bulletin = given.submitted(quarter)
    for act in (
        lambda: bulletin_edit(
            bulletin=bulletin, intro="改", requirements="改", by=quarter.staff, at=at("2026-07-03")
        ),
        lambda: bulletin_recompute(bulletin=bulletin, by=quarter.staff, at=at("2026-07-03")),
        lambda: bulletin_submit(bulletin=bulletin, by=quarter.staff, at=at("2026-07-03")),
    ):
        with pytest.raises(RuleViolation, match="审核中"):
            act()


def test_whoever_submitted_or_wrote_does_not_approve(quarter: Place):
    bulletin = given.drafted(quarter)
    with pytest.raises(RuleViolation, match="没有可以审批的人"):
        bulletin_submit(bulletin=bulletin, by=quarter.head, at=at("2026-07-02"))
    bulletin_edit(
        bulletin=bulletin, intro="改", requirements="改", by=quarter.head, at=at("2026-07-02")
    )
    with pytest.raises(RuleViolation, match="没有可以审批的人"):
        bulletin_submit(bulletin=bulletin, by=quarter.staff, at=at("2026-07-02"))


def test_to_have_it_computed_is_not_to_write_it(quarter: Place):
    bulletin = given.drafted(quarter)
    bulletin_recompute(bulletin=bulletin, by=quarter.head, at=at("2026-07-02"))
    bulletin_submit(bulletin=bulletin, by=quarter.staff, at=at("2026-07-02"))
    bulletin_decide(bulletin=bulletin, approve=True, by=quarter.head, at=at("2026-07-03"))


def test_the_approvers_are_asked_in_turn(quarter: Place):
    bulletin = given.submitted(quarter)
    asked = Message.objects.filter(template="bulletin_awaits")
    assert [m.recipient.name for m in asked] == ["高远"]
    steps = ApprovalStep.objects.awaiting(quarter.head)
    assert [step.chain.owner_id for step in steps] == [bulletin.pk]
    with pytest.raises(RuleViolation, match="尚未审批"):
        bulletin_decide(bulletin=bulletin, approve=True, by=quarter.secgen, at=at("2026-07-03"))
    with pytest.raises(PermissionDenied):
        bulletin_decide(bulletin=bulletin, approve=True, by=quarter.chief, at=at("2026-07-03"))
    bulletin_decide(bulletin=bulletin, approve=True, by=quarter.head, at=at("2026-07-03"))
    assert [m.recipient.name for m in asked.order_by("id")] == ["高远", "方正"]


def test_of_two_approvers_with_the_same_page_one_is_told_so(quarter: Place):
    bulletin = given.submitted(quarter)
    seen = bulletin.version
    bulletin_decide(
        bulletin=bulletin, approve=True, by=quarter.head, at=at("2026-07-03"), expect=seen
    )
    with pytest.raises(StaleVersion):
        bulletin_decide(
            bulletin=bulletin, approve=True, by=quarter.secgen, at=at("2026-07-03"), expect=seen
        )


def test_a_return_needs_an_opinion_and_goes_back_to_the_draft(quarter: Place):
    bulletin = given.submitted(quarter)
    with pytest.raises(RuleViolation) as refusal:
        bulletin_decide(bulletin=bulletin, approve=False, by=quarter.head, at=at("2026-07-03"))
    assert "opinion" in refusal.value.reasons
    row = bulletin_decide(
        bulletin=bulletin, approve=False, by=quarter.head, opinion="请核对城东区两件。",
        at=at("2026-07-03"),
    )  # fmt: skip
    assert (row.state, row.chain) == ("draft", None)
    told = Message.objects.get(template="bulletin_returned")
    assert told.recipient.name == "周敏"
    assert "请核对城东区两件" in told.body
    # Who returned it may approve it the next time.
    given.signed(quarter, row)


def test_signing_gives_number_and_document_at_once_or_not_at_all(
    quarter: Place, monkeypatch: pytest.MonkeyPatch
):
    bulletin = given.submitted(quarter)
    bulletin_decide(bulletin=bulletin, approve=True, by=quarter.head, at=at("2026-07-03"))

    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("reports.services.approval.tell_staff", fails)
    with pytest.raises(RuntimeError):
        bulletin_decide(bulletin=bulletin, approve=True, by=quarter.secgen, at=at("2026-07-03"))
    monkeypatch.undo()
    assert Bulletin.objects.get(pk=bulletin.pk).document is None
    row = bulletin_decide(bulletin=bulletin, approve=True, by=quarter.secgen, at=at("2026-07-03"))
    assert row.document.seq == 1


def test_a_signed_bulletin_is_frozen_against_everything(quarter: Place):
    bulletin = given.signed(quarter)
    content = bulletin.content
    for values in ({"content": {}}, {"intro": "改"}, {"requirements": "改"}, {"period": "2026Q1"}):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Bulletin.objects.filter(pk=bulletin.pk).update(**values)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Bulletin.objects.filter(pk=bulletin.pk).delete()
    given.matter(quarter, "finance", when="2026-06-24", due="2026-12-31", title="补登事项")
    row = Bulletin.objects.get(pk=bulletin.pk)
    assert row.content == content
    with pytest.raises(RuleViolation):
        bulletin_recompute(bulletin=row, by=quarter.staff, at=at("2026-07-10"))


@pytest.mark.clause("CZ-4.2a", "LZ-A-14c")
def test_heads_of_the_units_and_leaders_are_told_at_publication(quarter: Place):
    """向市政府及承办单位主要负责人反馈评价结果."""
    bulletin = given.published(quarter)
    heads = {m.recipient.name: m for m in Message.objects.filter(template="bulletin_unit")}
    assert set(heads) == {"王建国", "李建国", "张建国", "赵建国"}
    assert "得分75.00，名次第1" in heads["张建国"].body
    assert "得分50.00，件数不足，不排名" in heads["赵建国"].body
    assert heads["赵建国"].url.endswith(f"/units/{quarter.units['district'].pk}/")
    leaders = Message.objects.filter(template="bulletin_published")
    assert {m.recipient.name for m in leaders} == {"郑国安", "林涛", "孟庆", "方正"}
    assert "按原期限9件，按延长期限1件，超期1件" in leaders[0].body
    assert leaders[0].subject.startswith(f"通报已发布：{bulletin.title}")


def test_publishing_twice_is_refused_and_tells_nobody_again(quarter: Place):
    bulletin = given.published(quarter)
    before = Message.objects.count()
    with pytest.raises(RuleViolation, match="已发布"):
        bulletin_publish(bulletin=bulletin, by=quarter.staff, at=at("2026-07-07"))
    assert Message.objects.count() == before


@pytest.mark.parametrize("who", ["secretary", "secgen", "chief", "water_head", "security"])
def test_only_the_office_publishes_and_corrects(quarter: Place, who: str):
    bulletin = given.signed(quarter)
    with pytest.raises(PermissionDenied):
        bulletin_publish(bulletin=bulletin, by=quarter.actor(who), at=at("2026-07-06"))
    with pytest.raises(PermissionDenied):
        bulletin_correct(bulletin=bulletin, note="误", by=quarter.actor(who), at=at("2026-07-06"))


def test_a_correction_is_a_new_bulletin_and_the_old_one_keeps_its_content(quarter: Place):
    old = given.published(quarter)
    content = old.content
    new = bulletin_correct(bulletin=old, note="漏列一件。", by=quarter.staff, at=at("2026-07-08"))
    old = Bulletin.objects.get(pk=old.pk)
    assert (old.state, old.content, old.document.is_void) == ("corrected", content, False)
    assert (new.state, new.correction_of_id, new.period) == ("draft", old.pk, "2026Q2")
    new = given.published(quarter, new, when="2026-07-10")
    assert new.document.seq == 2
    text = str(new.document.content)
    assert "《督查通报》2026年第1期" in text
    assert "更正说明：漏列一件。" in text
    assert "（更正）" in new.document.title


def test_corrected_before_publication_the_number_is_void(quarter: Place):
    old = given.signed(quarter)
    new = bulletin_correct(bulletin=old, note="数据有误", by=quarter.staff, at=at("2026-07-06"))
    old = Bulletin.objects.get(pk=old.pk)
    assert old.document.is_void
    assert old.issue == "2026年第1期（作废）"
    assert given.signed(quarter, new, when="2026-07-07").document.seq == 2


def test_a_correction_says_why(quarter: Place):
    bulletin = given.published(quarter)
    with pytest.raises(RuleViolation) as refusal:
        bulletin_correct(bulletin=bulletin, note="  ", by=quarter.staff, at=at("2026-07-08"))
    assert "note" in refusal.value.reasons
    assert Bulletin.objects.get(pk=bulletin.pk).state == "published"


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_what_is_not_signed_is_neither_published_nor_corrected(quarter: Place, state: str):
    bulletin = given.drafted(quarter) if state == "draft" else given.submitted(quarter)
    with pytest.raises(RuleViolation):
        bulletin_publish(bulletin=bulletin, by=quarter.staff, at=at("2026-07-03"))
    with pytest.raises(RuleViolation):
        bulletin_correct(bulletin=bulletin, note="误", by=quarter.staff, at=at("2026-07-03"))
