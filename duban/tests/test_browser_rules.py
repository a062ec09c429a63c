"""规则 in a real browser: read by clause, narrowed, compared, and put into force by two people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.tests import given
from duban.ledger.packs import pack_load
from duban.org.selectors import system_actor
from duban.rulepacks.loader import LoadedPack, load_shipped_pack
from duban.rulepacks.models import Activation, RulePackVersion
from duban.rulepacks.schema import Pack
from duban.tests.test_browser_life import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(browser: Browser, live_server: LiveServer, settings: Any) -> Iterator[People]:
    """In March 2026 for the server; the browser, which keeps its own time, gets session cookies."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = True
    settings.CSRF_COOKIE_AGE = None
    with time_machine.travel(given.at("2026-03-30 09:30"), tick=True):
        yield People(browser, live_server)


def two_days_for_urgent_matters() -> RulePackVersion:
    """The next version of the pack: urgent matters get two working days, not three."""
    shipped = load_shipped_pack("anshan-2015")
    changed = shipped.pack.model_dump(mode="json") | {"version": shipped.pack.version + 1}
    changed["limits"]["urgent_limit"] |= {"count": 2, "examples": []}
    loaded = LoadedPack(Pack.model_validate(changed), shipped.source)
    return pack_load(loaded=loaded, by=system_actor(), at=given.at("2026-03-29"))


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.clause("ZZ-0.1")
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_unit_reads_its_regulation_and_what_was_decided_locally(
    people: People, phone: bool
) -> None:
    given.place("anshan-2015")
    page = people.at("water_liaison", "/rules/", phone=phone)
    assert fits(page)
    page.get_by_role("link", name=load_shipped_pack("anshan-2015").pack.title).first.click()
    page.wait_for_url("**/rules/*/")
    expect(page.get_by_text("按条款")).to_have_attribute("aria-current", "true")
    values = page.locator(".rule-lines > li")
    every = values.count()
    assert every > 100
    assert fits(page)
    page.get_by_text("目录（").click()
    first = page.locator(".rule-index a").first
    expect(page.locator(first.get_attribute("href")).locator("h2")).to_have_text(first.inner_text())

    page.get_by_label("显示范围").get_by_role("link", name="本地决定").click()
    page.wait_for_url("**keep=local**")
    assert 0 < values.count() < every
    assert page.locator(".rule-lines > li .mark").count() == values.count()
    page.get_by_label("排列方式").get_by_role("link", name="按用途").click()
    expect(page.get_by_role("heading", name="计算期限、期限计算单")).to_be_visible()
    assert page.locator(".rule-lines > li .mark").count() == values.count()
    assert fits(page)


@pytest.mark.clause("LZ-A-15")
def test_a_version_is_compared_proposed_by_one_and_confirmed_by_another(people: People) -> None:
    given.place("anshan-2015")
    new = two_days_for_urgent_matters()
    page = people.at("head", f"/rules/{new.pk}/")
    page.get_by_role("link", name=f"第 {new.version - 1} 版").click()
    page.wait_for_url("**/against/**")
    row = page.get_by_role("row").filter(has_text="limits.urgent_limit")
    expect(row).to_contain_text("3个工作日")
    expect(row).to_contain_text("2个工作日")

    page = people.at("head", "/rules/")
    page.get_by_role("link", name="提出启用").click()
    page.locator("[name=pack_version]").select_option(str(new.pk))
    page.locator("[name=active_from]").fill("2026-04-01")
    page.get_by_role("button", name="提出", exact=True).click()
    page.wait_for_url("**/rules/activations/*/")
    expect(page.get_by_text("请由另一人确认").first).to_be_visible()
    expect(page.get_by_role("button", name="确认启用")).to_have_count(0)
    proposed = Activation.objects.get(pack_version=new)
    assert (proposed.active_from, proposed.confirmed_at) == (date(2026, 4, 1), None)

    phone = people.at("security", f"/rules/activations/{proposed.pk}/", phone=True)
    expect(phone.get_by_text("limits.urgent_limit")).to_be_visible()
    # A comparison of versions is no change of the form by somebody else.
    expect(phone.get_by_text("该记录已被他人更新")).to_have_count(0)
    assert fits(phone)
    phone.get_by_role("button", name="确认启用").click()
    expect(phone.get_by_text("已确认启用").first).to_be_visible()
    expect(phone.get_by_text("已确认，到期启用")).to_be_visible()
    assert Activation.objects.get(pk=proposed.pk).confirmed_at is not None
