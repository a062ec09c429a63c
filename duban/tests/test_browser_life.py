"""The paths people take, in a real browser: one matter from registration to striking off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.models import Case
from cases.tests import given

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PASSWORD = "duban-2026"


class People:
    """A browser of their own for everybody; whoever it is signs in first."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser, self.server = browser, server
        self.pages: dict[str, Page] = {}

    def at(self, who: str, path: str, *, phone: bool = False) -> Page:
        if who not in self.pages:
            context = self.browser.new_context(
                viewport=PHONE if phone else DESKTOP, locale="zh-CN", accept_downloads=True
            )
            page = self.pages[who] = context.new_page()
            page.set_default_timeout(15_000)
            page.on("dialog", lambda dialog: dialog.accept())
            page.goto(f"{self.server.url}/login/")
            page.get_by_label("登录名").fill(who)
            page.get_by_label("密码").fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(f"{self.server.url}/")
        page = self.pages[who]
        page.goto(f"{self.server.url}{path}")
        return page


@pytest.fixture
def people(browser: Browser, live_server: LiveServer, settings: Any) -> Iterator[People]:
    """In March 2026 for the server; the browser, which keeps its own time, gets session cookies."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = True
    settings.CSRF_COOKIE_AGE = None
    with time_machine.travel(given.at("2026-03-02 09:30"), tick=True):
        yield People(browser, live_server)


@pytest.mark.clause("CZ-3.1a", "CZ-3.6b", "AS-3.1a")
def test_a_matter_is_registered_worked_graded_and_struck_off_by_clicking(people: People) -> None:
    here = given.place()
    page = people.at("secretary", "/cases/new/")
    page.get_by_label("事项名称").fill("城区老旧供水管网改造")
    page.get_by_label("办理要求").fill("完成城区老旧供水管网改造12公里。")
    page.get_by_label("事项来源").select_option(label="市政府会议决定")
    page.get_by_label("立项依据").fill("市政府第12次常务会议纪要")
    page.locator("[name=due_on]").fill("2026-06-30")
    page.locator("[name=due_basis]").select_option(index=1)
    page.locator("[name=due_citation]").fill("会议纪要确定的期限")
    page.locator("[name=lead_unit]").fill("市水利局")
    page.get_by_role("button", name="报请立项").click()
    # Not confirmed as free of secrets: refused beside the field, nothing typed is lost.
    expect(page.get_by_text("请确认不涉密").first).to_be_visible()
    expect(page.get_by_label("事项名称")).to_have_value("城区老旧供水管网改造")
    page.locator("[name=not_secret]").check()
    page.get_by_role("button", name="报请立项").click()
    page.wait_for_url("**/cases/*/")

    phone = people.at("chief", "/approvals/", phone=True)
    phone.get_by_role("link", name="城区老旧供水管网改造").click()
    phone.get_by_role("button", name="同意", exact=True).click()
    phone.wait_for_url("**/approvals/")
    case = Case.objects.get()
    assert (case.state, case.number) == ("registered", "长政督〔2026〕1号")

    page = people.at("secretary", f"/cases/{case.pk}/")
    page.get_by_role("button", name="交办", exact=True).click()
    expect(page.get_by_text("已交办").first).to_be_visible()
    page = people.at("water_liaison", f"/cases/{case.pk}/", phone=True)
    expect(page.get_by_text("2026-06-30").first).to_be_visible()
    page.get_by_role("button", name="签收", exact=True).first.click()
    expect(page.get_by_text("承办中").first).to_be_visible()
    assert Case.objects.get().state == "in_progress"

    page = people.at("water_liaison", f"/cases/{case.pk}/closure/")
    page.get_by_label("办理结果").fill("12公里管网已改造完成并通水。")
    page.get_by_role("button", name="提出办结申请").click()
    page.wait_for_url(f"**/cases/{case.pk}/**")
    for who in ("secretary", "deputy"):
        page = people.at(who, "/approvals/")
        page.get_by_role("link", name="城区老旧供水管网改造").click()
        page.locator("input[name=grade][value=good]").check()
        page.get_by_role("button", name="同意", exact=True).click()
        page.wait_for_url("**/approvals/")
    case = Case.objects.get()
    assert (case.state, case.grade) == ("completed", "good")

    page = people.at("secretary", f"/cases/{case.pk}/strike-off/")
    page.locator("input[name=confirmed]").check()
    page.get_by_role("button", name="销号").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    assert Case.objects.get().state == "closed"
    assert here.office.cases.count() == 1
