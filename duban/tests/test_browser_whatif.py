"""若定某日 in a real browser: the date, the holidays and the load appear while the form is filled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from cases.tests import given
from duban.tests.test_browser_life import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(browser: Browser, live_server: LiveServer, settings: Any) -> Iterator[People]:
    """In March 2026 for the server; the browser, which keeps its own time, gets session cookies."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = True
    settings.CSRF_COOKIE_AGE = None
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=True):
        yield People(browser, live_server)


def test_a_registration_shows_date_holidays_and_load_while_it_is_filled(people: People) -> None:
    here = given.place()
    given.in_progress(here, due_on=date(2026, 6, 26), title="已经交办的事项")
    page = people.at("secretary", "/cases/new/")
    page.locator("[name=due_on]").fill("2026-06-23")
    shown = page.locator("#due-preview")
    expect(shown).to_contain_text("2026年6月23日（星期二）")
    expect(shown).to_contain_text("途经清明节、劳动节、端午节假期")
    expect(shown).not_to_contain_text("当周")
    page.locator("[name=lead_unit]").fill("市水利局")
    page.locator("[name=lead_unit]").blur()
    expect(shown).to_contain_text("市水利局当周（6月22日至28日）另有1件到期")
    page.locator("[name=co-0-unit]").fill("市财政局")
    page.locator("[name=co-0-unit]").blur()
    expect(shown).to_contain_text("市财政局当周（6月22日至28日）没有其他事项到期")
    with page.expect_popup() as opened:
        shown.get_by_role("link", name="查看事项").click()
    expect(opened.value.get_by_role("link", name="已经交办的事项").first).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_an_extension_is_weighed_before_it_is_asked_for(people: People, phone: bool) -> None:
    here = given.place()
    given.in_progress(here, due_on=date(2026, 6, 26), title="同周到期的事项")
    case = given.in_progress(here, due_on=date(2026, 5, 29))
    page = people.at("water_liaison", f"/parts/{case.lead.pk}/extension/", phone=phone)
    page.locator("[name=proposed_on]").fill("2026-06-23")
    shown = page.locator(".preview")
    expect(shown).to_contain_text("比现期限延后 16 个工作日；途经端午节假期")
    expect(shown).to_contain_text("市水利局当周（6月22日至28日）另有1件到期")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
