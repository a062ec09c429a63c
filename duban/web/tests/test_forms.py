"""A refusal stands beside its field, keeps what was typed, and a repeat changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from duban.ledger.errors import StaleVersion
from duban.ledger.record import record
from duban.org.models import Unit, User
from duban.web.stale import differences_since
from duban.web.tests.given import Office

SignIn = Callable[[User], Client]
GOOD = {"title": "水管改造", "due_on": "2026-09-30", "kind": "normal", "grade": "good"}


def titled(title: str) -> int:
    return Unit.objects.filter(name=title).count()


def test_an_accepted_form_goes_on_with_a_message(signed_in: SignIn, staff: User) -> None:
    page = signed_in(staff).post("/try/form/", GOOD, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "已登记。" in page.content.decode()
    assert titled("水管改造") == 1


def test_wrong_input_is_422_with_everything_as_typed(signed_in: SignIn, staff: User) -> None:
    answer = signed_in(staff).post(
        "/try/form/", GOOD | {"due_on": "2026-02-30", "text": "已填的长文"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="2026-02-30"' in html
    assert "已填的长文" in html
    assert 'id="id_due_on_error"' in html
    assert 'aria-describedby="id_due_on_helptext id_due_on_error"' in html
    assert titled("水管改造") == 0


def test_a_refusal_is_409_beside_the_field_or_at_the_head(signed_in: SignIn, staff: User) -> None:
    answer = signed_in(staff).post("/try/form/", GOOD | {"title": "已有的标题"})
    form = answer.context["form"]
    assert answer.status_code == 409
    assert form["title"].errors == ["已有同名事项在办。"]
    # The form has no field "office": nobody would see it there.
    assert form.non_field_errors() == ["本机构尚无生效的规则包。"]


def test_a_repeated_submit_gets_the_first_answer(signed_in: SignIn, staff: User) -> None:
    client = signed_in(staff)
    for _ in range(3):
        assert client.post("/try/form/", GOOD | {"once": "k1"})["Location"] == "/"
    assert titled("水管改造") == 1
    client.post("/try/form/", GOOD | {"once": "k2"})
    assert titled("水管改造") == 2


def test_a_refused_submit_leaves_its_key_free(signed_in: SignIn, staff: User) -> None:
    client = signed_in(staff)
    client.post("/try/form/", GOOD | {"title": "已有的标题", "once": "k"})
    assert client.post("/try/form/", GOOD | {"once": "k"}).status_code == 302
    assert titled("水管改造") == 1


def test_every_form_carries_a_fresh_key(signed_in: SignIn, staff: User) -> None:
    client = signed_in(staff)
    keys = {client.get("/try/form/").context["once"] for _ in range(2)}
    assert len(keys) == 2


def test_a_stale_form_says_so_and_can_be_sent_again(signed_in: SignIn, staff: User) -> None:
    answer = signed_in(staff).post("/try/form/", GOOD | {"title": "旧版本", "version": "1"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "已被他人更新" in html
    assert 'name="version" value="3"' in html
    assert 'value="旧版本"' in html


@pytest.mark.parametrize("sent", ["", "abc", "-1", "9" * 30, "1.5"])
def test_a_forged_version_does_no_harm(signed_in: SignIn, staff: User, sent: str) -> None:
    assert signed_in(staff).post("/try/form/", GOOD | {"version": sent}).status_code == 302


def test_a_button_without_form_is_answered_once_and_by_post_only(
    signed_in: SignIn, staff: User
) -> None:
    client = signed_in(staff)
    client.post("/try/press/", {"once": "p"})
    client.post("/try/press/", {"once": "p"})
    assert titled("签收") == 1
    assert client.get("/try/press/").status_code == 405


def test_an_htmx_form_is_sent_on_by_header(signed_in: SignIn, staff: User) -> None:
    answer = signed_in(staff).post("/try/form/", GOOD, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/")


def test_dates_use_the_native_picker_with_iso_values(signed_in: SignIn, staff: User) -> None:
    html = signed_in(staff).get("/try/form/").content.decode()
    assert 'type="date"' in html
    assert '<span class="opt">选填</span>' in html


def test_the_difference_names_fields_as_people_know_them(staff: User, office: Office) -> None:
    """Three steps since the form was opened: first value seen, last value now, per field."""
    actor = staff.actor
    at = datetime(2026, 9, 18, 2, tzinfo=UTC)
    unit = office.department
    steps: list[dict[str, Any]] = [
        {"name": ["甲局", "乙局"]},
        {"name": ["乙局", "丙局"], "kind": ["department", "section"]},
        {"parent_id": [None, office.body.pk], "no_such_column": [1, 2]},
    ]
    record(unit, "before", label="较早", by=actor, at=at, changes={"name": ["零局", "甲局"]})
    for changes in steps:
        record(unit, "step", label="变更", by=actor, at=at, changes=changes)
    shown = [
        (d.label, d.before, d.now) for d in differences_since(unit, StaleVersion(seen=4, now=7))
    ]
    assert shown == [
        ("全称", "甲局", "丙局"),
        ("类型", "政府工作部门", "科室"),
        ("上级单位", "", "市政府督查室"),
    ]
