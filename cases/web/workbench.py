"""工作台: for each role what waits, what is late and who holds it. Every number is counted by the
filters of the list it links to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases import permissions
from cases.selectors import desk
from cases.selectors.approvals import steps_awaiting
from cases.selectors.conditions import Filters, matters, quarter_of
from cases.selectors.lights import LABELS
from cases.selectors.overview import UnitLights, lights_by_unit, weeks_until
from cases.selectors.paging import page_of, sort_keys
from cases.selectors.rows import Row, part_due, rows_of
from cases.web.bench_tasks import leader_tasks, staff_tasks, unit_tasks
from cases.web.charts import STRIPE_WIDTH, stripes, week_chart
from cases.web.listing import list_url
from deadlines.calendars import known_calendar
from deadlines.web.owed import late_units, owed_by_own
from duban.approvals.models import ApprovalStep
from duban.org.actor import Actor
from duban.org.roles import LEADERS, STAFF, UNIT
from duban.web.parts import Stat

UNITS_SHOWN = 12
PARTS_SHOWN = 20
LATE_SHOWN = 8
# Columns of the table by unit; those that are not usual only where there is something to count.
LIGHTS_SHOWN = ("red", "waiting", "amber", "green", "none")
USUAL = ("red", "amber", "green")


@dataclass(frozen=True)
class Tile:
    """A count of matters: `asked` are the filters of the list it links to."""

    label: str
    asked: dict[str, str]
    tone: str = ""
    icon: str = ""
    note: str = ""


# Shown where there is something to count; most localities never see them.
RARE = (
    Tile("待约定时限", {"part": "to_agree"}, "amber", "calendar-check"),
    Tile("未按时签收", {"part": "unsigned"}, "amber", "inbox"),
    Tile("退件待处理", {"part": "objected"}, "amber", "arrow-return-left"),
)


@login_required
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, timezone.now()
    if actor.has(*UNIT):
        return render(request, "cases/workbench_unit.html", _unit(actor, at))
    if actor.has(*LEADERS):
        return render(request, "cases/workbench_leader.html", _leader(actor, at))
    if actor.has(*STAFF):
        return render(request, "cases/workbench_staff.html", _staff(actor, at))
    return render(request, "cases/workbench_none.html", {"subheading": _today(actor, at)})


def _staff(actor: Actor, at: datetime) -> dict[str, Any]:
    steps = steps_awaiting(actor)
    tiles = [
        Tile("待交办", {"state": "registered"}, "blue", "send"),
        Tile("待签收", {"part": "delivered"}, "blue", "inbox"),
        Tile("临期", {"light": "amber"}, "amber", "clock"),
        Tile("超期", {"light": "red"}, "red", "exclamation-triangle"),
        Tile("困难报告待处理", {"feedback": "difficulty"}, "amber", "flag"),
        Tile("待销号", {"state": "completed"}, "blue", "clipboard-check"),
        _quarter_tile(at),
    ]
    return {
        **_frame(actor, at, "工作台"),
        "stats": [
            _approval_stat(steps),
            *_counted(tiles, actor, at),
            *_present(RARE, actor, at),
        ],
        "tasks": staff_tasks(actor, steps, at=at),
        "owed": owed_by_own(actor, at=at),
        "late_units": late_units(actor, at=at),
        **_overview(actor, at),
        "chart": week_chart(weeks_until(actor, at=at)),
        "may_register": permissions.may_register(actor),
    }


def _leader(actor: Actor, at: datetime) -> dict[str, Any]:
    steps = steps_awaiting(actor)
    whose = "分管" if actor.has("deputy_leader") else "全部"
    tiles = [
        Tile(f"{whose}在办", {"state": "under_way"}, "blue", "list-check"),
        Tile("超期", {"light": "red"}, "red", "exclamation-triangle"),
        Tile("临期", {"light": "amber"}, "amber", "clock"),
        Tile("困难报告", {"feedback": "difficulty"}, "amber", "flag"),
        Tile("我交办未办结", {"assigner": str(actor.post_id), "state": "unfinished"}, "", "send"),
        _quarter_tile(at),
    ]
    return {
        **_frame(actor, at, "工作台"),
        "stats": [_approval_stat(steps), *_counted(tiles, actor, at)],
        "tasks": leader_tasks(steps),
        "late": _late(actor, at),
        "late_url": list_url(light="red", sort="due"),
        **_overview(actor, at),
        "chart": week_chart(weeks_until(actor, at=at)),
    }


def _unit(actor: Actor, at: datetime) -> dict[str, Any]:
    steps = steps_awaiting(actor)
    tiles = [
        Tile("待签收", {"part": "delivered"}, "blue", "inbox"),
        Tile("待反馈", {"duty": "owed"}, "blue", "chat-left-text"),
        Tile("待回复文书", {"notice": "unanswered"}, "amber", "envelope"),
        Tile("反馈被退回", {"feedback": "returned"}, "amber", "arrow-return-left"),
        Tile("临期", {"part_light": "amber"}, "amber", "clock"),
        Tile("超期", {"part_light": "red"}, "red", "exclamation-triangle"),
        Tile("在办", {"part": "running"}, "", "list-check"),
        _quarter_tile(at),
    ]
    stats = [*_counted(tiles, actor, at), *_present(RARE, actor, at)]
    if actor.has("unit_head"):
        stats.insert(0, _approval_stat(steps))
    parts = desk.own_parts(actor, at)[: PARTS_SHOWN + 1]
    return {
        **_frame(actor, at, "我的单位" if actor.has("unit_head") else "我的任务"),
        "stats": stats,
        "tasks": unit_tasks(actor, steps, at=at),
        "owed": owed_by_own(actor, at=at),
        "parts": [_part(part, at) for part in parts[:PARTS_SHOWN]],
        "more_parts": len(parts) > PARTS_SHOWN,
        "parts_url": list_url(part="running", sort="due"),
    }


def _part(part: Any, at: datetime) -> dict[str, Any]:
    due = None
    if part.clock:
        due = part_due(part, at=at)
    return {
        "part": part,
        "case": part.case,
        "due": due,
        "url": reverse("cases:detail", args=[part.case_id]),
    }


def _frame(actor: Actor, at: datetime, heading: str) -> dict[str, Any]:
    return {"heading": heading, "subheading": _today(actor, at), "actor": actor}


def _today(actor: Actor, at: datetime) -> str:
    """2026年3月2日（星期一），the next working day where today is none."""
    today, calendar = timezone.localdate(at), known_calendar(at, office_id=actor.office_id)
    text = f"{today.year}年{today.month}月{today.day}日 星期{'一二三四五六日'[today.weekday()]}"
    day = calendar.day(today)
    if day.working:
        return text if day.reason == "工作日" else f"{text}（{day.reason}）"
    following = calendar.next_working_day(today)
    return f"{text}（{day.reason}）· 下一工作日 {following.month}月{following.day}日"


def _quarter_tile(at: datetime) -> Tile:
    quarter = quarter_of(timezone.localdate(at))
    return Tile("本季办结", {"quarter": quarter}, "green", "check-circle")


def _counted(tiles: Sequence[Tile], actor: Actor, at: datetime) -> list[Stat]:
    return [
        _stat(tile, matters(Filters(**tile.asked), actor=actor, at=at).count()) for tile in tiles
    ]


def _present(tiles: Sequence[Tile], actor: Actor, at: datetime) -> list[Stat]:
    """Those of them that count something."""
    return [stat for stat in _counted(tiles, actor, at) if stat.value]


def _stat(tile: Tile, count: int) -> Stat:
    """A colour only where there is something: a red nought alarms nobody."""
    tone = tile.tone if count else ""
    return Stat(tile.label, count, list_url(**tile.asked), tone, tile.note, icon=tile.icon)


def _approval_stat(steps: Sequence[ApprovalStep]) -> Stat:
    tone = "blue" if steps else ""
    return Stat("待我审批", len(steps), reverse("cases:approvals"), tone, icon="patch-check")


def _late(actor: Actor, at: datetime) -> list[Row]:
    """The longest overdue first."""
    rows = matters(Filters(light="red"), actor=actor, at=at)
    page = page_of(rows, sort_keys("due", {}), "", size=LATE_SHOWN)
    return rows_of(page.ids, actor=actor, at=at)


def _overview(actor: Actor, at: datetime) -> dict[str, Any]:
    """By unit and light, each number a link (LZ-A-12a)."""
    units = lights_by_unit(actor, at=at)
    whole = UnitLights(None, "合计")
    for unit in units:
        for light, count in unit.lights.items():
            whole.lights[light] += count
    most = max((unit.total for unit in units), default=0)
    shown = [light for light in LIGHTS_SHOWN if light in USUAL or whole.lights.get(light)]
    return {
        "units": [_unit_line(unit, most, shown) for unit in units[:UNITS_SHOWN]],
        "units_hidden": max(len(units) - UNITS_SHOWN, 0),
        "whole": _unit_line(whole, whole.total, shown) if units else None,
        "stripe_width": STRIPE_WIDTH,
    }


def _unit_line(unit: UnitLights, most: int, shown: Sequence[str]) -> dict[str, Any]:
    asked: dict[str, object] = {"state": "under_way"}
    if unit.unit_id:
        asked["lead"] = unit.unit_id
    numbers = [
        (LABELS[light], unit.lights.get(light, 0), list_url(**asked, light=light), light)
        for light in shown
    ]
    return {
        "name": unit.name,
        "total": unit.total,
        "url": list_url(**asked),
        "numbers": numbers,
        "stripes": stripes(unit, most),
    }
