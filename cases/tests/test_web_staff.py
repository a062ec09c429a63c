"""What the supervising section does on its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from cases.models import Assignment, Case, Feedback, Notice
from cases.services.assignments import assignment_report_done
from cases.tests import given
from cases.tests.web_given import buttons, sign_in, text_of, wrong
from duban.documents.models import OfficialDocument

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        yield


@pytest.fixture
def here() -> given.Place:
    return given.place()


@pytest.mark.clause("CZ-3.1c")
def test_the_registered_receipt_of_a_paper_starts_its_clock(here):
    case = given.assigned(here, parties=[given.lead(here.units["water"], paper=True)])
    part, staff = case.lead, sign_in(here, "secretary")
    for bad, reason in (
        ("2026-03-11", "送达日期不能晚于今天。"),
        ("2026-03-01", "送达日期不能早于交办日期。"),
    ):
        page = staff.post("receipt", part.pk, received_on=bad)
        assert (page.status_code, wrong(page, "received_on")) == (409, [reason])
    assert staff.post("receipt", part.pk, received_on="2026-03-04").status_code == 302
    part = Assignment.objects.get()
    assert part.state == "delivered"
    assert str(part.clock.started_on) == "2026-03-04"
    assert staff.get("receipt", part.pk).status_code == 409


def test_a_co_units_work_is_returned_accepted_or_waived_with_a_reason(here):
    case = given.in_progress(
        here,
        parties=[
            given.lead(here.units["water"]),
            given.co(here.units["finance"]),
            given.co(here.units["housing"], "配合施工"),
        ],
    )
    _, finance, housing = case.parties
    staff = sign_in(here, "secretary")
    assert staff.get("rework", finance.pk).status_code == 409
    assignment_report_done(
        assignment=finance,
        result="已拨付一半。",
        by=here.finance_liaison,
        at=given.at("2026-03-09"),
    )
    assert staff.post("rework", finance.pk, reason="").status_code == 422
    assert "已拨付一半。" in text_of(staff.get("rework", finance.pk))
    assert staff.post("rework", finance.pk, reason="请全部拨付。").status_code == 302
    assignment_report_done(
        assignment=Assignment.objects.get(pk=finance.pk),
        result="已全部拨付。",
        by=here.finance_liaison,
        at=given.at("2026-03-10"),
    )
    assert staff.post("accept", finance.pk).status_code == 302
    assert staff.post("waive", housing.pk, reason="不再需要。").status_code == 302
    states = dict(Assignment.objects.values_list("unit__short_name", "state"))
    assert states == {"市水利局": "acknowledged", "市财政局": "accepted", "市住建局": "waived"}
    assert staff.post("waive", case.lead.pk, reason="牵头不能免").status_code == 403


def test_reports_are_accepted_or_returned(here):
    case = given.in_progress(here)
    given.report(here, case.lead, "initial_report", when="2026-03-04")
    given.report(here, case.lead, "follow_up_report", when="2026-03-05")
    second, first = Feedback.objects.order_by("-id")
    staff = sign_in(here, "secretary")
    assert staff.post("feedback_accept", first.pk, version=first.version).status_code == 302
    page = staff.post("feedback_return", second.pk, reply="")
    assert page.status_code == 422
    assert staff.post("feedback_return", second.pk, reply="请补充数据。").status_code == 302
    assert [
        f.state for f in (Feedback.objects.get(pk=first.pk), Feedback.objects.get(pk=second.pk))
    ] == ["accepted", "returned"]
    assert staff.post("feedback_accept", first.pk).status_code == 409


@pytest.mark.clause("CZ-3.4e")
def test_notices_climb_the_ladder_and_each_has_a_number(here):
    case = given.in_progress(here)
    staff, lead = sign_in(here, "secretary"), case.lead.pk
    assert staff.get("notice", lead, "supervision").status_code == 409
    assert staff.get("notice", lead, "registration_notice").status_code == 404
    assert "联络员" in text_of(staff.get("notice", lead, "urge"))
    assert staff.post("notice", lead, "urge", content=" ").status_code == 422
    for kind in ("urge", "early_warning", "supervision"):
        assert staff.post("notice", lead, kind, content="请抓紧办理。").status_code == 302
    again = staff.post("notice", lead, "urge", content="再催一次。")
    assert again.status_code == 409
    assert "已催办（共1次）" in text_of(again)
    assert "再催一次。" in again.content.decode()
    assert Notice.objects.count() == 3
    assert OfficialDocument.objects.exclude(kind="registration_notice").count() == 3
    notice = Notice.objects.first()
    assert staff.post("notice_settle", notice.pk, version=notice.version).status_code == 302


@pytest.mark.clause("LZ-B-7b")
def test_striking_off_checks_each_unit(here):
    case = given.in_progress(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )
    case = given.completed(here, case, applied_on="2026-03-09")
    staff = sign_in(here, "secretary")
    assert buttons(staff.get("detail", case.pk))["销号"] == ()
    lead, finance = case.parties
    assert staff.post("strike_off", case.pk).status_code == 422
    page = staff.post("strike_off", case.pk, confirmed=[lead.pk])
    assert (page.status_code, wrong(page, "confirmed")) == (
        409,
        ["请逐项核对任务与结果：市财政局尚未确认。"],
    )
    page = staff.post("strike_off", case.pk, confirmed=["999999"])
    assert page.status_code == 422
    assert staff.post("strike_off", case.pk, confirmed=[lead.pk, finance.pk]).status_code == 302
    assert Case.objects.get().state == "closed"
    assert buttons(staff.get("detail", case.pk)) == {"提出重新办理": ()}
