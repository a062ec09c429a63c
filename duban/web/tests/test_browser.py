"""What only a browser shows: the policy holds, drafts survive, one click is one request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from duban.org.models import Unit, User
from duban.web.tests.given import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def trouble(page: Page) -> Iterator[list[str]]:
    """What the browser complained of; every test of this file ends with none of it."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda line: said.append(line.text) if "Content Security Policy" in line.text else None,
    )
    page.on("request", lambda sent: said.append(sent.url) if "localhost" not in sent.url else None)
    yield said
    assert said == []


def sign_in(page: Page, server: LiveServer, path: str = "/") -> None:
    page.goto(f"{server.url}{path}")
    if "/login/" not in page.url:
        page.goto(f"{server.url}/login/?next={path}")
    page.get_by_label("登录名").fill("zhangli")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{server.url}{path}")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1366", "390"])
@pytest.mark.parametrize("path", ["/", "/try/form/", "/messages/", "/account/", "/search/?q=x"])
def test_no_page_is_wider_than_its_screen(
    page: Page,
    live_server: LiveServer,
    staff: User,
    trouble: list[str],
    size: dict[str, int],
    path: str,
) -> None:
    page.set_viewport_size(size)
    sign_in(page, live_server)
    page.goto(f"{live_server.url}{path}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"]


def test_at_200_percent_nothing_is_cut_off(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    page.set_viewport_size({"width": 683, "height": 384})
    sign_in(page, live_server)
    assert page.evaluate("document.documentElement.scrollWidth") <= 683


def test_what_was_typed_survives_an_expired_session(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    sign_in(page, live_server, "/try/form/")
    page.get_by_label("事项标题").fill("城区内涝点整治")
    page.get_by_label("交办要求").fill("九月底前完成")
    page.get_by_label("落实较好").check()
    Session.objects.all().delete()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/login/**")
    sign_in_here(page)
    page.wait_for_url("**/try/form/")
    expect(page.get_by_text("已恢复您上次填写但未提交的内容")).to_be_visible()
    expect(page.get_by_label("事项标题")).to_have_value("城区内涝点整治")
    expect(page.get_by_label("交办要求")).to_have_value("九月底前完成")
    expect(page.get_by_label("落实较好")).to_be_checked()
    assert not Unit.objects.filter(name="城区内涝点整治").exists()


def sign_in_here(page: Page) -> None:
    page.get_by_label("登录名").fill("zhangli")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_an_accepted_form_leaves_no_draft(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    sign_in(page, live_server, "/try/form/")
    fill(page, "城区内涝点整治")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/try/form/")
    expect(page.get_by_label("事项标题")).to_have_value("")
    assert drafts(page) == 0


def test_signing_out_leaves_no_draft_behind(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    sign_in(page, live_server, "/try/form/")
    fill(page, "不给别人看的内容")
    page.get_by_label("事项标题").blur()
    assert drafts(page) == 1
    page.locator(".who summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/login/")
    assert drafts(page) == 0


def drafts(page: Page) -> int:
    return page.evaluate(
        "Object.keys(sessionStorage).filter(key => key.startsWith('duban-draft:')).length"
    )


def fill(page: Page, title: str) -> None:
    page.get_by_label("事项标题").fill(title)
    page.get_by_label("办结期限").fill("2026-09-30")
    page.get_by_label("落实较好").check()


def test_a_double_click_is_one_act(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    sign_in(page, live_server, "/try/form/")
    fill(page, "双击一次")
    page.get_by_role("button", name="提交").dblclick()
    page.wait_for_url(f"{live_server.url}/")
    assert Unit.objects.filter(name="双击一次").count() == 1


def test_the_essential_steps_work_without_javascript(
    browser_context_args: dict[str, object], browser: object, live_server: LiveServer, staff: User
) -> None:
    context: BrowserContext = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, "/try/form/")
    fill(page, "无脚本")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(f"{live_server.url}/")
    page.locator(".who summary").click()
    page.get_by_role("button", name="联络员（兼）").click()
    page.locator(".who summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/login/")
    context.close()
    assert Unit.objects.filter(name="无脚本").count() == 1


def test_the_reason_of_a_grey_action_opens_by_keyboard(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    sign_in(page, live_server)
    grey = page.locator("details.off summary").first
    grey.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已延期 1 次，不得再次延期。")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("已延期 1 次，不得再次延期。")).to_be_hidden()


def test_the_session_cookie_is_closed_to_scripts(
    page: Page, live_server: LiveServer, staff: User, trouble: list[str]
) -> None:
    sign_in(page, live_server)
    assert settings.SESSION_COOKIE_NAME not in page.evaluate("document.cookie")
