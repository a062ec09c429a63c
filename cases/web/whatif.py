"""若定某日: what a last day would mean before it is set, the way to it and the week it falls in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from cases.models import Assignment
from cases.selectors.load import WeekLoad, load_of
from cases.web.due import holidays_between
from cases.web.listing import list_url
from deadlines.calendar import WorkingCalendar
from deadlines.calendars import known_calendar
from duban.org.actor import Actor
from duban.org.models import Unit
from duban.web.parts import Fact


@dataclass(frozen=True)
class LoadLine:
    """What else a unit has due in a week; `url` lists the matters that it counts."""

    unit: str
    week: str
    owed: str
    url: str

    @property
    def text(self) -> str:
        return f"{self.unit}当周（{self.week}）{self.owed}"


def load_line(
    unit: Unit, last: date, *, actor: Actor, at: datetime, own: date | None = None
) -> LoadLine:
    """`own` is the last day, as it stands, of the part that is asked about: it may be counted."""
    load = load_of(unit.pk, on=last, actor=actor, at=at)
    counted = own is not None and load.first <= own <= load.last
    asked = load.asked
    params = {"unit": asked.unit, "part_due_from": asked.part_due_from}
    params["part_due_to"] = asked.part_due_to
    url = list_url(**{name: value for name, value in params.items() if value})
    return LoadLine(
        unit.label, _week(load), _owed(load, counted=counted), url if load.matters else ""
    )


def load_fact(line: LoadLine) -> Fact:
    return Fact("单位当周负荷", f"{line.week}{line.owed}", url=line.url)


def _week(load: WeekLoad) -> str:
    first, last = load.first, load.last
    month = f"{last.month}月" if last.month != first.month else ""
    return f"{first.month}月{first.day}日至{month}{last.day}日"


def _owed(load: WeekLoad, *, counted: bool) -> str:
    owed = [f"{load.matters}件到期"] if load.matters else []
    owed += [f"{load.reports}项报送"] if load.reports else []
    if not owed:
        return "没有其他事项到期"
    return f"{'连同本事项有' if counted and load.matters else '另有'}{'、'.join(owed)}"


def way(start: date, last: date, *, calendar: WorkingCalendar) -> str:
    """The days off between, and what the last day itself is: `途经国庆节假期；当日为周末`."""
    off = holidays_between(start, last, calendar=calendar)
    found = [f"途经{'、'.join(off)}假期"] if off else []
    if not calendar.is_working(last):
        found.append(f"当日为{calendar.day(last).reason}，不自动顺延")
    if calendar.is_provisional(start, last):
        found.append("所涉年份放假安排尚未公布，暂定")
    return "；".join(found)


def from_today_in(office_id: int, last: date, *, at: datetime) -> str:
    """How much working time the day leaves by the office's calendar, and the way to it; "" if past."""
    today = timezone.localdate(at)
    if last <= today:
        return ""
    calendar = known_calendar(at, office_id=office_id)
    words = f"距今 {calendar.working_days_between(today, last)} 个工作日"
    on_the_way = way(today, last, calendar=calendar)
    return f"{words}，{on_the_way}" if on_the_way else words


def from_today(last: date, part: Assignment, *, at: datetime) -> str:
    return from_today_in(part.case.office_id, last, at=at)
