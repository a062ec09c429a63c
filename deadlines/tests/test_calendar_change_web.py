"""The pages of a calendar change: read, propose, preview, confirm, and who sees what."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from deadlines.confirmed import index
from deadlines.models import CalendarChange, Clock
from deadlines.tests import given
from deadlines.tests import given_calendar as here
from deadlines.tests.test_calendar_change import FIVE_DAYS, LONGER
from duban.org.models import User

pytestmark = pytest.mark.django_db

NOW = "2026-04-28T11:00"
URL = "/calendar/changes/"
PROPOSAL = {
    "days": "2026-05-06至2026-05-07 放假 劳动节\n2026-05-10 上班 劳动节",
    "scope": "national",
    "extent": "part",
    "title": "国务院办公厅关于调整劳动节放假安排的通知",
    "year": "2026",
    "decided_on": "2026-04-28",
    "document_no": "国办发明电〔2026〕1号",
    "source": "",
    "text": "",
}


@pytest.fixture(autouse=True)
def _spring() -> Iterator[None]:
    with time_machine.travel(given.moment(NOW), tick=True):
        yield


@pytest.fixture
def people() -> here.People:
    return here.people()


def as_(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def page(client: Client, path: str = URL, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def running() -> Clock:
    return given.clock(
        start="2026-04-28T10:00", limit=FIVE_DAYS, at="2026-04-28T10:00", subject="校舍加固"
    )


def test_pasted_proposed_confirmed_by_clicking(people: here.People) -> None:
    clock = running()
    head, guard = as_("head"), as_("guard")
    read = head.post(f"{URL}new/?how=paste", {"text": LONGER, "year": ""})
    text = read.content.decode()
    assert "2026-05-01至2026-05-07 放假 劳动节" in text
    assert "2026-05-09至2026-05-10 上班 劳动节" in text
    answer = head.post(f"{URL}propose/", PROPOSAL | {"once": "a"})
    change = CalendarChange.objects.get()
    assert answer.headers["Location"] == f"{URL}{change.pk}/"
    own = page(head, f"{URL}{change.pk}/")
    assert "须由另一人确认" in own
    assert "确认生效" not in own
    shown = page(guard, f"{URL}{change.pk}/")
    assert "2026-05-08" in shown
    assert "2026-05-10" in shown
    seen = {"once": "b", "version": change.version, "seen": change.previews.get().pk}
    assert head.post(f"{URL}{change.pk}/confirm/", seen).status_code == 409
    assert guard.post(f"{URL}{change.pk}/confirm/", seen).status_code == 302
    assert here.stored(clock).due_on.isoformat() == "2026-05-10"
    result = page(head, f"{URL}{change.pk}/")
    assert "已变动的期限" in result
    assert "第1号" in result
    # The clock's sheet and the list name the change in words.
    assert "另有第1号变更" in page(head)


def test_a_unit_sees_its_own_deadlines_of_what_is_in_force(people: here.People) -> None:
    running()
    other = given.clock(
        start="2026-04-28T10:00",
        limit=FIVE_DAYS,
        at="2026-04-28T10:00",
        unit=given.office().body,
        subject="管网改造",
    )
    change = here.proposed(LONGER, by=people.head, at=NOW)
    unit = as_("liaison")
    page(unit, f"{URL}{change.pk}/", status=404)
    here.confirmed(change, by=people.guard, at="2026-04-28T11:05")
    here.carried_out(change, at="2026-04-28T11:06")
    text = page(unit, f"{URL}{change.pk}/")
    assert "校舍加固" in text
    assert other.subject not in text
    assert unit.get(f"{URL}new/").status_code == 403
    assert unit.post(f"{URL}propose/", PROPOSAL).status_code == 403
    # An administrator sees dates and units, not what the matters are about.
    assert "校舍加固" not in page(as_("guard"), f"{URL}{change.pk}/")


def test_what_does_not_agree_stays_on_the_page_with_what_was_pasted(people: here.People) -> None:
    wrong = "春节：2027年2月5日（周一）至11日放假，共7天。"
    answer = as_("head").post(f"{URL}new/?how=paste", {"text": wrong, "year": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "2027年2月5日是星期五" in text
    assert wrong in text


def test_a_refused_proposal_keeps_what_was_typed(people: here.People) -> None:
    sent = PROPOSAL | {"days": "2026-05-03 放假 劳动节", "once": "c"}
    answer = as_("head").post(f"{URL}propose/", sent)
    assert answer.status_code == 409
    assert "与现行日历没有差别" in answer.content.decode()
    assert "2026-05-03 放假 劳动节" in answer.content.decode()
    answer = as_("head").post(f"{URL}propose/", PROPOSAL | {"days": "明天放假"})
    assert "第1行没有读懂" in answer.content.decode()
    assert not CalendarChange.objects.exists()


def test_a_file_is_uploaded(people: here.People) -> None:
    rows = [
        {"name": "劳动节", "date": "2026-05-06", "isOffDay": True},
        {"name": "劳动节", "date": "2026-05-10", "isOffDay": False},
    ]
    content = json.dumps({"year": 2026, "papers": [], "days": rows}).encode()
    sent = {"file": SimpleUploadedFile("2026.json", content), "year": ""}
    text = as_("head").post(f"{URL}new/?how=file", sent).content.decode()
    assert "2026-05-06 放假 劳动节" in text
    empty = {"file": SimpleUploadedFile("2027.json", b'{"year": 2027, "days": []}'), "year": ""}
    answer = as_("head").post(f"{URL}new/?how=file", empty)
    assert (answer.status_code, "不能当作没有节假日" in answer.content.decode()) == (422, True)


def test_local_days_by_hand(people: here.People) -> None:
    sent = PROPOSAL | {
        "scope": "local",
        "days": "2026-05-21 放假 民族节日",
        "title": "市人民政府关于民族节日放假的通知",
    }
    as_("head").post(f"{URL}propose/", sent)
    change = CalendarChange.objects.get()
    assert (change.office, change.whole) == (given.office(), False)


def test_withdrawn_with_a_reason(people: here.People) -> None:
    change = here.proposed(LONGER, by=people.head, at=NOW)
    head = as_("head")
    assert head.post(f"{URL}{change.pk}/withdraw/", {"reason": ""}).status_code == 409
    assert head.post(f"{URL}{change.pk}/withdraw/", {"reason": "日期有误"}).status_code == 302
    assert "日期有误" in page(head, f"{URL}{change.pk}/")


def test_a_released_notice_is_offered_and_adopted(people: here.People) -> None:
    with time_machine.travel(given.moment("2025-10-30T09:00")):
        clock = given.clock(start="2025-12-25T10:00", limit=given.TEN_DAYS, at="2025-10-30T09:00")
    assert clock.provisional
    with time_machine.travel(given.moment("2025-11-05T09:00"), tick=True):
        assert "提出启用" in page(as_("head"))
        as_("head").post(f"{URL}adopt/", {"once": "d"})
        change = CalendarChange.objects.get()
        assert change.previews.get().counts["settled"] == 1
        sent = {"once": "e", "version": 0, "seen": change.previews.get().pk}
        as_("guard").post(f"{URL}{change.pk}/confirm/", sent)
        assert "提出启用" not in page(as_("head"))
    assert not here.stored(clock).provisional


def test_a_request_looks_once_and_a_new_one_sees_what_another_confirmed(
    people: here.People, django_assert_num_queries: Any
) -> None:
    from deadlines.calendars import known_calendar
    from deadlines.confirmed import begin_request, end_request

    at = given.moment("2026-04-28T12:00")
    begin_request()
    with django_assert_num_queries(1):
        for _ in range(20):
            known_calendar(at)
    end_request()
    change = here.proposed(LONGER, by=people.head, at=NOW)
    here.confirmed(change, by=people.guard, at="2026-04-28T11:05")
    begin_request()
    assert known_calendar(at).version == "2025-11-04+1"
    assert index().changes[0].number == 1
    end_request()


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("calendar", *words, stdout=out)
    return out.getvalue()


def test_the_command_previews_and_proposes_and_nobody_is_both(
    people: here.People, tmp_path: Path
) -> None:
    running()
    path = tmp_path / "调整.txt"
    path.write_text(LONGER, encoding="utf-8")
    seen = json.loads(command("preview", str(path), "--json", "--at", NOW))
    assert (seen["counts"]["later"], seen["moves"][0]["after"]) == (1, "2026-05-10")
    assert "期限推后1件" in command("preview", str(path), "--at", NOW)
    assert not CalendarChange.objects.exists()
    command("import", str(path), "--at", NOW, "--by", "head")
    change = CalendarChange.objects.get()
    assert (change.proposed_name, change.state) == ("高远", "proposed")
    with pytest.raises(CommandError, match="正待确认"):
        command("import", str(path), "--at", NOW)


def test_the_command_says_what_is_wrong_with_a_file(people: here.People, tmp_path: Path) -> None:
    path = tmp_path / "2027.json"
    path.write_text('{"year": 2027, "papers": [], "days": []}', encoding="utf-8")
    with pytest.raises(CommandError, match="不能当作没有节假日"):
        command("import", str(path))
    with pytest.raises(CommandError, match="不能打开"):
        command("preview", str(tmp_path / "none.json"))
