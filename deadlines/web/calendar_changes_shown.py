"""What the pages about calendar changes are fed with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from deadlines.announcement.checks import ChangedDay
from deadlines.calendar import Day, WorkingCalendar
from deadlines.models import CalendarChange, CalendarMove, Clock
from deadlines.moments import day_of, in_shanghai
from deadlines.services.calendar_plan import Moved, Plan, moves
from deadlines.services.calendar_previews import COUNTED
from deadlines.sheet import WEEKDAYS
from duban.ledger.models import LedgerEntry
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import ADMINISTRATORS
from duban.web.parts import Fact, Stat, TimelineEntry

ROWS = 50
TONES = {"proposed": "waiting", "confirmed": "done", "withdrawn": "stopped"}


@dataclass(frozen=True)
class ShownDay:
    on: date
    weekday: str
    before: str
    after: str
    moves: bool


@dataclass(frozen=True)
class ShownMove:
    unit: str
    matter: str
    label: str
    before: date
    after: date
    words: str
    tone: str = ""


@dataclass(frozen=True)
class ShownYear:
    year: int
    announced: bool
    working_days: int
    notices: list[str]


def clocks_seen(actor: Actor, prefix: str = "") -> Q:
    """Whose deadlines the reader may see: an office its own and those below, a unit its own;
    administrators all, without what they are about.
    """
    if actor.has(*ADMINISTRATORS):
        return Q()
    if actor.office_id:
        office = Office.objects.select_related("root").get(pk=actor.office_id)
        offices = Office.objects.at_or_below(office).values("pk")
        return Q(**{f"{prefix}office__in": offices})
    return Q(**{f"{prefix}unit_id": actor.unit_id})


def shown_days(days: Iterable[ChangedDay]) -> list[ShownDay]:
    """The days that change; a whole announced year is not listed for its marks alone."""
    found = [day for day in days if day.moves or _renamed(day)]
    return [
        ShownDay(
            day.on,
            f"星期{WEEKDAYS[day.on.weekday()]}",
            _judged(day.before),
            _judged(day.after),
            day.moves,
        )
        for day in found
    ]


def _renamed(day: ChangedDay) -> bool:
    return day.before.reason != day.after.reason


def _judged(day: Day) -> str:
    return day.reason + ("（暂定）" if day.provisional else "")


def planned_moves(plan: Plan, actor: Actor, *, after: int) -> tuple[list[ShownMove], int | None]:
    """One page of what would move, and where the next one begins."""
    found: list[Moved] = []
    for moved in moves(plan, after=after, within=clocks_seen(actor)):
        if len(found) == ROWS:
            return _named(found, actor), found[-1].clock.pk
        found.append(moved)
    return _named(found, actor), None


def happened_moves(
    change: CalendarChange, actor: Actor, *, after: int
) -> tuple[list[ShownMove], int | None]:
    """One page of what did move."""
    rows = CalendarMove.objects.filter(change=change, clock_id__gt=after)
    rows = rows.filter(clocks_seen(actor, "clock__")).select_related("clock")
    page = list(rows.order_by("clock_id")[: ROWS + 1])
    shown = _named(page[:ROWS], actor)
    return shown, page[ROWS - 1].clock_id if len(page) > ROWS else None


def _named(rows: Iterable[Moved | CalendarMove], actor: Actor) -> list[ShownMove]:
    """One query: the names of the units."""
    found = list(rows)
    units = Unit.objects.in_bulk({row.clock.unit_id for row in found})
    secret = actor.has(*ADMINISTRATORS)
    return [_shown(row, units[row.clock.unit_id].label, secret) for row in found]


def _shown(row: Moved | CalendarMove, unit: str, secret: bool) -> ShownMove:
    clock: Clock = row.clock
    words, tone = effect_of(row)
    before, after = (last_day(moment) for moment in (row.due_before, row.due_after))
    subject = "" if secret else clock.subject
    return ShownMove(unit, subject or clock.label, clock.label, before, after, words, tone)


def effect_of(row: Moved | CalendarMove) -> tuple[str, str]:
    """The verdict in words, and a tone for it."""
    if row.late_before and not row.late_after:
        return "不再超期", "done"
    if row.late_after and not row.late_before:
        return "变为超期", "late"
    if row.late_after:
        return "仍为超期", "late"
    if row.settled:
        return "暂定转为确定", "ready"
    if row.due_before == row.due_after:
        return "仅预警、提醒日期调整", "ready"
    return "未超期", "ready"


def last_day(due_at: datetime) -> date:
    return day_of(due_at - timedelta(microseconds=1))


def stats_of(counts: Mapping[str, Any]) -> list[Stat]:
    tones = {"cleared": "green", "late": "red", "later": "blue"}
    shown = [
        Stat(
            label, counts.get(key, 0), unit="件", tone=tones.get(key, "") if counts.get(key) else ""
        )
        for key, label in COUNTED.items()
    ]
    return [*shown, Stat("涉及单位", counts.get("units", 0), unit="个")]


def facts_of(change: CalendarChange) -> list[Fact]:
    rows = [
        Fact("适用范围", change.scope_label),
        Fact("安排内容", _extent(change)),
        Fact("文号", change.document_no),
        Fact("公布日期", change.decided_on.isoformat()),
        Fact("来源", change.source, wide=True),
        Fact("提出", f"{change.proposed_name}　{_minute(change.proposed_at)}"),
    ]
    if change.confirmed_at:
        rows.append(Fact("确认", f"{change.closed_name}　{_minute(change.confirmed_at)}"))
        rows.append(Fact("变更编号", f"第{change.number}号"))
    if change.withdrawn_at:
        rows.append(Fact("撤回", f"{change.closed_name}　{_minute(change.withdrawn_at)}"))
        rows.append(Fact("撤回理由", change.withdrawn_reason, wide=True))
    return rows


def _extent(change: CalendarChange) -> str:
    if change.adopts:
        return "启用随版本发布的安排"
    return f"{change.year}年" + ("全年安排" if change.whole else "部分日期")


def _minute(moment: datetime) -> str:
    return f"{in_shanghai(moment):%Y-%m-%d %H:%M}"


def entries_of(change: CalendarChange) -> list[TimelineEntry]:
    rows = LedgerEntry.objects.filter(
        subject_type=CalendarChange._meta.label_lower, subject_id=change.pk
    )
    return [
        TimelineEntry(
            at=row.effective_at,
            title=row.label,
            who="　".join(filter(None, (f"{row.unit_name}{row.post_title}", row.actor_name))),
            text=row.note,
        )
        for row in rows.order_by("-id")
    ]


def years_of(calendar: WorkingCalendar, today: date) -> list[ShownYear]:
    """This year and the next as they are arranged now."""
    return [
        ShownYear(
            year,
            year in calendar.announced_years,
            sum(day.working for day in calendar.year(year)),
            [
                f"{n.title}（{'，'.join(filter(None, (n.document_no, f'{n.decided_on}公布')))}）"
                for n in calendar.notices
                if any(on.year == year for on in (*n.days_off, *n.workdays))
            ],
        )
        for year in (today.year, today.year + 1)
    ]
