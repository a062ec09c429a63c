"""Pages of trouble say what was wrong and what to do, and never how the code looks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from duban.org.models import User
from duban.web.middleware import RequestIdFilter

SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, "没有找到这个页面"),
        ("/try/deny/", 403, "您没有办理此项的权限"),
        ("/try/refuse/", 409, "尚有 2 个协办单位未办结。"),
        ("/try/crash/", 500, "系统出错"),
    ],
)
def test_a_page_of_trouble_helps_and_gives_the_id(
    signed_in: SignIn, staff: User, path: str, status: int, words: str
) -> None:
    client = signed_in(staff)
    client.raise_request_exception = False
    answer = client.get(path, headers={"X-Request-ID": "proxy-12345678"})
    html = answer.content.decode()
    assert answer.status_code == status
    assert words in html
    assert "您可以这样做" in html
    assert "proxy-12345678" in html
    assert answer["X-Request-ID"] == "proxy-12345678"
    assert "secret" not in html


def test_a_forged_request_id_is_replaced(client: Client, db: None) -> None:
    answer = client.get("/login/", headers={"X-Request-ID": "a b<script>"})
    assert answer["X-Request-ID"].isalnum()


def test_the_page_of_a_crash_asks_the_database_nothing(
    client: Client, db: None, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        assert "系统出错" in client.get("/try/crash/").content.decode()


def test_programs_get_trouble_as_json(client: Client, db: None) -> None:
    answer = client.get("/nowhere/", headers={"Accept": "application/json"})
    assert answer.json()["detail"] == "没有找到这个页面"


def test_a_refused_partial_update_is_the_list_of_reasons(signed_in: SignIn, staff: User) -> None:
    answer = signed_in(staff).get("/try/refuse/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.content.decode()
    assert "尚未提出评价等级。" in answer.content.decode()


def test_a_form_without_its_token_is_told_how_to_go_on(staff: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/try/press/", {})
    assert answer.status_code == 403
    assert "安全校验已失效" in answer.content.decode()


@pytest.mark.parametrize("host", ["http://testserver/try/form/", "http://evil.example/x"])
def test_back_leads_to_our_own_pages_only(signed_in: SignIn, staff: User, host: str) -> None:
    html = signed_in(staff).get("/try/refuse/", headers={"Referer": host}).content.decode()
    assert ("返回上一页</a>" in html) == host.startswith("http://testserver/")
    assert "evil.example" not in html


def test_log_lines_carry_the_id_also_after_the_middleware(client: Client, db: None) -> None:
    lines: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record)

    handler = Keep()
    handler.addFilter(RequestIdFilter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        client.get("/nowhere/", headers={"X-Request-ID": "proxy-12345678"})
    finally:
        logger.removeHandler(handler)
    assert [record.request_id for record in lines] == ["proxy-12345678"]


def test_a_line_outside_requests_has_a_dash() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "m", (), None)
    assert RequestIdFilter().filter(record)
    assert record.request_id == "-"


def test_an_unknown_host_is_told_so_and_not_echoed(client: Client, db: None) -> None:
    answer = client.get(
        "/login/", headers={"Host": "evil.example", "Referer": "http://evil.example/"}
    )
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
