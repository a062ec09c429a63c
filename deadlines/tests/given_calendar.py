"""Two people who arrange days off, and the clocks that follow, by walking the services."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from deadlines.announcement.text import read_text
from deadlines.calendars import known_calendar
from deadlines.models import CalendarChange, Clock
from deadlines.moments import day_of
from deadlines.services.calendar_changes import (
    calendar_change_confirm,
    calendar_change_propose,
)
from deadlines.services.calendar_previews import newest_preview
from deadlines.services.calendar_runs import calendar_change_carry_out
from deadlines.tests import given
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit, User
from duban.org.selectors import actor_for

SINCE = date(2018, 1, 1)
ON = date(2026, 3, 2)

# 2020年1月27日 made public, four days before it takes effect.
EXTENSION = "延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。"


@dataclass(frozen=True)
class People:
    head: Actor
    guard: Actor
    system: Actor
    liaison: Actor


def post(
    role: str, unit: Unit, username: str, name: str, office: Office | None = None, title: str = ""
) -> Actor:
    user = User.objects.create_user(username, "duban-2026", name=name)
    made = Post.objects.create(
        user=user, unit=unit, office=office, role=role, title=title or "主任", starts_on=SINCE
    )
    return actor_for(made, on=ON)


def people() -> People:
    office, unit = given.office(), given.unit()
    return People(
        head=post("office_head", office.body, "head", "高远", office),
        guard=post("security_admin", office.body, "guard", "许安", title="安全管理员"),
        system=post("system_admin", office.body, "system_admin", "马骏", title="系统管理员"),
        liaison=post("liaison", unit, "liaison", "王小明", title="联络员"),
    )


def second_office(name: str = "东山市") -> Office:
    """Another locality in the same installation."""
    root = Unit.objects.create(name=name, kind="government")
    body = Unit.objects.create(name=f"{name}政府督查室", kind="office", parent=root)
    return Office.objects.create(
        name=f"{name}政府督查室",
        root=root,
        body=body,
        organ=f"{name}人民政府办公室",
        organ_mark=f"{name}人民政府办公室文件",
        prefix="东政督",
    )


def proposed(
    text: str, *, by: Actor, at: str, office: Office | None = None, **facts: Any
) -> CalendarChange:
    """What the text says, made public on the day of `at` unless another is named."""
    moment = given.moment(at)
    found = read_text(
        text,
        year=facts.pop("year", None),
        current=known_calendar(moment, office_id=office.pk if office else None),
    )
    values = {
        "title": "国务院办公厅关于调整部分节假日安排的通知",
        "document_no": "国办发明电〔2026〕1号",
        "decided_on": day_of(moment),
    }
    return calendar_change_propose(
        office=office, found=found, text=text, by=by, at=moment, **values | facts
    )


def confirmed(change: CalendarChange, *, by: Actor, at: str) -> CalendarChange:
    preview = newest_preview(change)
    return calendar_change_confirm(
        change=change, seen=preview.pk if preview else None, by=by, at=given.moment(at)
    )


def carried_out(change: CalendarChange, *, at: str) -> None:
    calendar_change_carry_out(change=change, at=given.moment(at))


def stored(clock: Clock) -> Clock:
    return Clock.objects.get(pk=clock.pk)
