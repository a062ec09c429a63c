"""A change of the calendar in a real browser: pasted by one, confirmed by another, on a phone too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from deadlines.models import CalendarChange, Clock
from deadlines.tests import given
from deadlines.tests import given_calendar as here
from deadlines.tests.test_calendar_change import FIVE_DAYS, LONGER
from duban.tests.test_browser_life import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(browser: Browser, live_server: LiveServer, settings: Any) -> Iterator[People]:
    """In April 2026 for the server; the browser, which keeps its own time, gets session cookies."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = True
    settings.CSRF_COOKIE_AGE = None
    with time_machine.travel(given.moment("2026-04-28T11:00"), tick=True):
        yield People(browser, live_server)


def test_a_notice_is_pasted_by_one_and_confirmed_by_another(people: People) -> None:
    here.people()
    clock = given.clock(
        start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00", subject="校舍加固"
    )
    page = people.at("head", "/calendar/changes/")
    page.get_by_role("link", name="提出变更").click()
    page.get_by_label("通知原文").fill(LONGER)
    page.get_by_role("button", name="读取日期").click()
    expect(page.get_by_role("heading", name="核对并提出")).to_be_visible()
    expect(page.get_by_role("cell", name="2026-05-10", exact=True)).to_be_visible()
    page.locator("[name=title]").fill("国务院办公厅关于调整劳动节放假安排的通知")
    page.get_by_role("button", name="提出变更").click()
    # Neither number nor source: refused beside the field, nothing typed is lost.
    expect(page.get_by_text("请填写文号").first).to_be_visible()
    page.locator("[name=document_no]").fill("国办发明电〔2026〕1号")
    page.get_by_role("button", name="提出变更").click()
    page.wait_for_url("**/calendar/changes/*/")
    expect(page.get_by_text("须由另一人确认").first).to_be_visible()
    expect(page.get_by_role("button", name="确认生效")).to_have_count(0)
    change = CalendarChange.objects.get()

    phone = people.at("guard", f"/calendar/changes/{change.pk}/", phone=True)
    expect(phone.get_by_text("2026-05-10").first).to_be_visible()
    phone.get_by_role("button", name="确认生效").click()
    expect(phone.get_by_text("已变动的期限")).to_be_visible()
    assert Clock.objects.get(pk=clock.pk).due_on.isoformat() == "2026-05-10"

    told = people.at("liaison", f"/calendar/changes/{change.pk}/", phone=True)
    expect(told.get_by_text("校舍加固")).to_be_visible()
    expect(told.get_by_text("2026-05-08")).to_be_visible()
