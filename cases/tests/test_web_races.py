"""Two people, or two clicks, at the same moment: one effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connections

from cases.models import Case, Extension, Feedback
from cases.services.extensions import extension_request
from cases.tests import given
from cases.tests.web_given import Browser, sign_in
from duban.approvals.models import ApprovalStep
from duban.ledger.models import LedgerEntry
from duban.org.models import Post, User

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], int]) -> list[int]:
    """Status codes of requests sent by threads that start together."""
    barrier, found = Barrier(len(acts)), []

    def run(act: Callable[[], int]) -> None:
        try:
            barrier.wait(timeout=10)
            found.append(act())
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(found)


def test_a_double_click_reports_once():
    here = given.place()
    case = given.in_progress(here)
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        tabs = [sign_in(here, "water_liaison") for _ in range(2)]

        def click(tab: Browser) -> Callable[[], int]:
            return lambda: (
                tab.post(
                    "feedback",
                    case.lead.pk,
                    once="one-form",
                    kind="initial_report",
                    content="已开工。",
                ).status_code
            )

        assert at_once(*(click(tab) for tab in tabs)) == [302, 302]
    assert Feedback.objects.count() == 1


def test_of_two_approvers_one_decides_and_the_other_is_told():
    here = given.place()
    case = given.in_progress(here)
    colleague = Post.objects.create(
        user=User.objects.create_user("colleague", "duban-2026", name="韩冰"),
        unit=here.units["section"],
        office=here.office,
        role="section_staff",
        title="科员",
        starts_on=given.SINCE,
    )
    extension = extension_request(
        assignment=case.lead,
        proposed_on=date(2026, 8, 20),
        progress="八成。",
        reason="汛期。",
        by=here.water_liaison,
        at=given.at("2026-03-09"),
    )
    step = ApprovalStep.objects.get(chain=extension.chain, order=1)
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        two = [sign_in(here, "secretary"), Browser(colleague)]

        def press(browser: Browser) -> Callable[[], int]:
            return lambda: (
                browser.post(
                    "decide",
                    extension.chain_id,
                    decision="approve",
                    step=step.pk,
                    version=step.version,
                ).status_code
            )

        assert at_once(*(press(browser) for browser in two)) == [302, 409]
    assert Extension.objects.get().state == "in_review"
    assert (
        LedgerEntry.objects.filter(
            action="approve", subject_type="approvals.approvalstep", subject_id=step.pk
        ).count()
        == 1
    )


def test_two_sections_editing_one_draft_do_not_overwrite_each_other():
    here = given.place()
    case = given.draft(here)
    common = {
        "importance": "ordinary",
        "co-TOTAL_FORMS": "0",
        "co-INITIAL_FORMS": "0",
        "lead_unit": "市水利局",
        "version": str(case.version),
    }
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        two = [sign_in(here, "secretary"), sign_in(here, "head")]

        def save(browser: Browser, title: str) -> Callable[[], int]:
            return lambda: browser.post("edit", case.pk, title=title, **common).status_code

        codes = at_once(save(two[0], "甲稿"), save(two[1], "乙稿"))
    assert codes == [302, 409]
    assert Case.objects.get().version == case.version + 1
