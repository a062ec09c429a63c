"""Signing in: lock-out, first password, sessions that end, and where one lands afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils import timezone

from duban.ledger.models import LedgerEntry
from duban.org.models import User
from duban.web.auth import client_address
from duban.web.services import lockout_lift
from duban.web.tests.given import PASSWORD, Office, person

SignIn = Callable[[User], Client]


def sign_in(client: Client, password: str, **extra: Any) -> Any:
    return client.post("/login/", {"username": "zhangli", "password": password} | extra)


def test_a_wrong_password_is_one_sentence_for_known_and_unknown(
    client: Client, staff: User
) -> None:
    known = sign_in(client, "wrong").context["form"].non_field_errors()
    unknown = client.post("/login/", {"username": "nobody", "password": "x"})
    assert known == unknown.context["form"].non_field_errors()
    assert "登录名或密码不正确" in known[0]


def test_five_failures_lock_for_thirty_minutes_and_say_so(client: Client, staff: User) -> None:
    answers = [sign_in(client, "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = sign_in(client, PASSWORD)
    assert locked.status_code == 429
    assert locked["Retry-After"] == "1800"
    assert "锁定 30 分钟" in locked.content.decode()


def test_the_lock_ends_after_thirty_minutes(client: Client, staff: User) -> None:
    for _ in range(5):
        sign_in(client, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert sign_in(client, PASSWORD).status_code == 302


def test_the_security_administrator_lifts_a_lock(
    client: Client, staff: User, office: Office
) -> None:
    for _ in range(5):
        sign_in(client, "wrong")
    guard = person("sec", "钱安", office.body, "security_admin")
    with pytest.raises(PermissionDenied):
        lockout_lift(username="zhangli", by=staff.actor)
    lockout_lift(username="zhangli", by=guard.actor)
    assert sign_in(client, PASSWORD).status_code == 302
    assert LedgerEntry.objects.filter(action="lockout_lift", actor=guard).count() == 1


def test_after_signing_in_one_is_where_one_wanted_to_go(client: Client, staff: User) -> None:
    assert sign_in(client, PASSWORD, next="/search/?q=x")["Location"] == "/search/?q=x"


def test_signing_in_does_not_lead_to_another_host(client: Client, staff: User) -> None:
    assert sign_in(client, PASSWORD, next="//evil.example/")["Location"] == "/"


def test_signing_out_is_a_post(signed_in: SignIn, staff: User) -> None:
    client = signed_in(staff)
    assert client.get("/logout/").status_code == 405
    headers = {"Referer": "http://testserver/try/form/"}
    assert client.post("/logout/", headers=headers)["Location"] == "/login/"
    assert client.get("/account/").status_code == 302


def test_the_session_ends_after_thirty_idle_minutes(signed_in: SignIn, staff: User) -> None:
    assert signed_in(staff).get("/account/").cookies["sessionid"]["max-age"] == 1800


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    client: Client, db: None
) -> None:
    """The browser has kept what was typed; it restores it there."""
    referer = "http://testserver/try/form/?case=5"
    answer = client.post("/try/press/", {}, headers={"Referer": referer})
    assert answer["Location"] == "/login/?next=/try/form/%3Fcase%3D5"


def test_a_foreign_referer_is_not_followed(client: Client, db: None) -> None:
    answer = client.post("/try/press/", {}, headers={"Referer": "http://evil.example/"})
    assert answer["Location"] == "/login/"


def test_a_partial_update_after_the_session_ended_takes_the_whole_page_there(
    client: Client, db: None
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/try/form/"}
    answer = client.get("/search/", headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=/try/form/"


@pytest.fixture
def newcomer(office: Office) -> User:
    user = person("xin", "新同志", office.department, "handler")
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("path", ["/", "/search/", "/messages/", "/admin/", "/account/"])
def test_a_first_password_opens_nothing_but_its_change(
    signed_in: SignIn, newcomer: User, path: str
) -> None:
    assert signed_in(newcomer).get(path)["Location"] == "/account/password/"


def test_a_first_password_opens_no_interface(signed_in: SignIn, newcomer: User) -> None:
    assert signed_in(newcomer).get("/api/try/").status_code == 403


def change(client: Client, new: str, old: str = PASSWORD) -> Any:
    sent = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/account/password/", sent)


def test_changing_the_first_password_opens_the_system(signed_in: SignIn, newcomer: User) -> None:
    client = signed_in(newcomer)
    assert change(client, "Shui-Guan-77")["Location"] == "/"
    assert client.get("/account/").status_code == 200
    assert User.objects.get(pk=newcomer.pk).check_password("Shui-Guan-77")
    entry = LedgerEntry.objects.get(action="password_change")
    assert entry.changes == {}


@pytest.mark.parametrize(
    ("new", "old"),
    [(PASSWORD, PASSWORD), ("12345678", PASSWORD), ("short1", PASSWORD), ("Shui-Guan-77", "wrong")],
    ids=["与旧密码相同", "全为数字", "过短", "旧密码不对"],
)
def test_a_bad_new_password_is_refused_beside_its_field(
    signed_in: SignIn, newcomer: User, new: str, old: str
) -> None:
    answer = change(signed_in(newcomer), new, old)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert User.objects.get(pk=newcomer.pk).check_password(PASSWORD)


def test_a_changed_password_ends_the_other_sessions(signed_in: SignIn, staff: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    client = signed_in(staff)
    change(client, "Shui-Guan-77")
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_keeping_a_session_alive_needs_one(client: Client, staff: User) -> None:
    assert client.get("/keepalive/").status_code == 302
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/keepalive/").status_code == 204


def test_behind_nginx_the_lockout_counts_the_address_nginx_names(
    rf: RequestFactory, settings: Any
) -> None:
    request = rf.get("/login/", REMOTE_ADDR="127.0.0.1", HTTP_X_REAL_IP="10.1.2.3")
    assert client_address(request) == "127.0.0.1"
    settings.DUBAN_BEHIND_PROXY = True
    assert client_address(request) == "10.1.2.3"
