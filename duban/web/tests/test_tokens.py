"""A token acts in one post, while it is held, until it is revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.org.models import Post, User
from duban.web.models import ApiToken
from duban.web.services import MOST_TOKENS, password_change, token_create, token_revoke
from duban.web.tests.given import Office, person

SignIn = Callable[[User], Client]
LONG_AGO = datetime(2020, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def token(staff: User) -> tuple[ApiToken, str]:
    return token_create(name="与 OA 对接", by=staff.actor)


def ask(client: Client, text: str) -> Any:
    return client.get("/api/try/", headers={"Authorization": f"Token {text}"})


def test_a_token_acts_in_the_post_it_was_made_for(
    client: Client, staff: User, token: tuple[ApiToken, str]
) -> None:
    answer = ask(client, token[1])
    assert answer.json() == {"user": "zhangli", "post": staff.actor.post_id}


def test_only_a_digest_is_stored(token: tuple[ApiToken, str]) -> None:
    row, text = token
    stored = ApiToken.objects.filter(pk=row.pk).values().get()
    assert text not in map(str, stored.values())
    assert LedgerEntry.objects.get(action="token_create").changes == {"name": [None, "与 OA 对接"]}


def test_a_revoked_token_is_refused(
    client: Client, staff: User, token: tuple[ApiToken, str]
) -> None:
    token_revoke(token=token[0], by=staff.actor)
    token_revoke(token=token[0], by=staff.actor)
    answer = ask(client, token[1])
    assert answer.status_code == 401
    assert "已撤销" in answer.json()["detail"]
    assert LedgerEntry.objects.filter(action="token_revoke").count() == 1


def test_an_expired_token_is_refused(client: Client, staff: User) -> None:
    _, text = token_create(name="旧", by=staff.actor, at=LONG_AGO)
    assert ask(client, text).status_code == 401


def test_a_token_ends_with_its_post(
    client: Client, staff: User, token: tuple[ApiToken, str]
) -> None:
    Post.objects.filter(pk=staff.actor.post_id).update(ends_on=date(2024, 6, 30))
    answer = ask(client, token[1])
    assert answer.status_code == 401
    assert "任职已结束" in answer.json()["detail"]


def test_a_token_ends_with_its_person_and_password(
    client: Client, staff: User, token: tuple[ApiToken, str]
) -> None:
    password_change(user=staff, password="Shui-Guan-77", by=staff.actor)
    assert ask(client, token[1]).status_code == 401
    _, text = token_create(name="新", by=staff.actor)
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert ask(client, text).status_code == 401


@pytest.mark.parametrize("text", ["", "dbn_wrong", "x y z", "another-scheme"])
def test_a_wrong_token_is_refused(client: Client, db: None, text: str) -> None:
    assert ask(client, text).status_code == 401


def test_nobody_revokes_another_persons_token(office: Office, token: tuple[ApiToken, str]) -> None:
    other = person("wang", "王敏", office.department, "unit_head")
    with pytest.raises(PermissionDenied):
        token_revoke(token=token[0], by=other.actor)


def test_another_persons_token_does_not_exist(
    signed_in: SignIn, office: Office, token: tuple[ApiToken, str]
) -> None:
    other = person("wang", "王敏", office.department, "unit_head")
    assert signed_in(other).post(f"/account/tokens/{token[0].pk}/revoke/").status_code == 404


def test_a_person_holds_so_many_tokens_and_no_more(staff: User) -> None:
    for number in range(MOST_TOKENS):
        token_create(name=str(number), by=staff.actor)
    with pytest.raises(RuleViolation, match="最多同时持有"):
        token_create(name="多一个", by=staff.actor)


def test_the_page_shows_a_new_token_once(signed_in: SignIn, staff: User) -> None:
    client = signed_in(staff)
    made = client.post("/account/", {"name": "与 OA 对接"})
    text = made.context["made"]
    assert text.startswith("dbn_")
    assert made["Cache-Control"] == "no-store"
    assert text not in client.get("/account/").content.decode()


def test_the_interface_answers_a_refusal_with_reasons(
    client: Client, token: tuple[ApiToken, str]
) -> None:
    answer = client.post("/api/try/", headers={"Authorization": f"Token {token[1]}"})
    assert answer.status_code == 409
    assert answer.json() == {
        "reasons": {"__all__": ["该记录已被他人更新，请核对最新内容后重新提交。"]},
        "stale": True,
        "seen": 1,
        "now": 3,
    }
