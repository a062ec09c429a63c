"""Clocks reached by walking the services; the pack is a small one of a made-up locality."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from deadlines.limits import LimitLike, PlainLimit, PlainWarning
from deadlines.models import Clock
from deadlines.moments import SHANGHAI
from deadlines.services import clock_open
from duban.org.actor import Actor
from duban.org.models import Office, Unit, User


@dataclass(frozen=True)
class Reminder:
    offset: int
    label: str


@dataclass(frozen=True)
class Times:
    name: str = "test-pack"
    version: int = 1
    warning: PlainWarning | None = None  # the default: three working days, at most half
    reminders: Mapping[str, Reminder] = field(
        default_factory=lambda: {
            "before_3": Reminder(-3, "到期前三日提醒"),
            "before_1": Reminder(-1, "到期前一日提醒"),
            "due_today": Reminder(0, "当日到期提醒"),
            "overdue_1": Reminder(1, "逾期提醒"),
            "overdue_5": Reminder(5, "逾期五日提醒"),
        }
    )


TIMES = Times()
TEN_DAYS = PlainLimit(10, "working_day", clause="AS-3.2d")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def office() -> Office:
    if found := Office.objects.first():
        return found
    root = Unit.objects.create(name="临川市", kind="government")
    body = Unit.objects.create(name="临川市政府督查室", kind="office", parent=root)
    return Office.objects.create(
        name="临川市政府督查室",
        root=root,
        body=body,
        organ="临川市人民政府办公室",
        organ_mark="临川市人民政府办公室文件",
        prefix="临政督",
    )


def unit() -> Unit:
    root = office().root
    found, _ = Unit.objects.get_or_create(
        parent=root, name="临川市住房和城乡建设局", defaults={"kind": "department"}
    )
    return found


def actor() -> Actor:
    user, _ = User.objects.get_or_create(username="zhou", defaults={"name": "周明"})
    return Actor(user.pk, user.name, None, "科员", office().body_id, "督查室", office().pk)


def clock(
    *,
    start: date | datetime | str = "2026-09-30T10:00",
    limit: LimitLike | None = TEN_DAYS,
    at: str | None = None,
    **facts: Any,
) -> Clock:
    """Ten working days from the eve of National Day: until 2026-10-20."""
    if isinstance(start, str):
        start = moment(start)
    opened = (
        moment(at) if at else start if isinstance(start, datetime) else moment(f"{start}T09:00")
    )
    if "due_on" in facts:
        limit = None
    return clock_open(
        **{
            "office": office(),
            "unit": unit(),
            "kind": "difficult_limit",
            "label": "办结时限",
            "pack": TIMES,
            "start": start,
            "limit": limit,
            "at": opened,
            **facts,
        }
    )
