"""What the units and the office owe in every period: handed in on time, late, waived or forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from deadlines.calendar import WorkingCalendar
from deadlines.models import Obligation, ObligationState
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligations import obligation_waive
from duban.demo.timeline import Timeline, moment
from duban.demo.world import World

LOOK_EVERY = 7  # days
RECENT = timedelta(days=45)  # what is older has been handed in, be it late
HABITS = 12
LATE, FORGOTTEN, WAIVED = 5, 11, 8
WAIVED_FOR = "该单位当月集中参加防汛值守，报经同意，本期免报，并入下月一并报送。"
TEXTS = {
    "five_questions": "一、本月办结群众反映问题4件；二、建立限时办理台账，每周调度；三、平均办理时间缩短2天；"
    "四、个别路段修复不够及时；五、下月对超过10个工作日的事项逐件过堂。",
    "upward_report": "汇总各科室、局直属单位当月情况，报市“马上就办”办公室。",
    "plan_cases_report": "当月处理方案事项办理情况已综合上报。",
    "cadre_meeting": "召开干部会议，抽取3名干部上台汇报并接受五问质询。",
    "self_analysis": "本季度承担的督办事项按序时进度推进，滞后事项已逐项分析原因。",
    "quarterly_progress": "本季度总体工作进展正常，年度目标任务完成进度符合计划。",
    "self_check": "对照年度目标任务逐项自查，未发现弄虚作假情况。",
    "monthly_plan": "本月督查重点：重点项目进度、民生实事和上月逾期事项。",
    "onsite_days": "现场督查：查看项目现场，与承办单位核对进度。",
}
ORDINARY = "已按要求完成并报送。"


def plan_reports(world: World, base: date, timeline: Timeline) -> None:
    """Once a week somebody looks what is owed, and plans when it will be handed in."""
    habits = Habits(world, base, timeline)
    timeline.plan(moment(timeline.start, time(10)), habits.look)


@dataclass
class Habits:
    """Every unit has its way with deadlines; it shows again in every demonstration."""

    world: World
    base: date
    timeline: Timeline
    seen: set[int] = field(default_factory=set)

    def look(self, at: datetime) -> None:
        rows = Obligation.objects.open().filter(
            office=self.world.office, part_id__isnull=True, case_id__isnull=True
        )
        for row in rows.exclude(pk__in=self.seen).select_related("clock", "unit", "pack_version"):
            self.seen.add(row.pk)
            self._plan(row, at)
        self.timeline.plan(at + timedelta(days=LOOK_EVERY), self.look)

    def _plan(self, row: Obligation, at: datetime) -> None:
        due, habit = row.clock.due_on, self._habit(row)
        if row.counted == "days":
            for day in _working_days(row.first_day, due)[: row.target + 1]:
                self._hand_in(row, day, 0, at)
        elif due <= at.date():
            for each in range(row.target):
                self._hand_in(row, due, each, at)
        elif habit == WAIVED:
            self._at(due - timedelta(days=6), partial(self._waive, row.pk))
        elif habit != FORGOTTEN or due < self.base - RECENT or row.target > 1:
            late = habit in (LATE, FORGOTTEN) and row.target == 1
            day = due + timedelta(days=3) if late else due - timedelta(days=habit % 4)
            for each in range(row.target):
                before = timedelta(days=10 * (row.target - 1 - each))
                self._hand_in(row, day - before, each, at)

    def _hand_in(self, row: Obligation, on: date, each: int, now: datetime) -> None:
        """On that day, in office hours; what was before now came on paper and is registered."""
        on = _working_days(on - timedelta(days=10), on)[-1] if on > now.date() else on
        if on <= now.date():
            on = max(on, row.clock.started_on)
            self.timeline.plan(now, partial(self._enter, row.pk, on, each))
        else:
            self._at(on, partial(self._enter, row.pk, on, each))

    def _at(self, on: date, act: partial[None]) -> None:
        self.timeline.plan(moment(WorkingCalendar.load(on).on_or_after(on), time(16)), act)

    def _habit(self, row: Obligation) -> int:
        keys = [unit.pk for unit in self.world.units.values()]
        place = keys.index(row.unit_id) if row.unit_id in keys else 0
        return 0 if row.scope == "office" else (place * 5 + row.first_day.month * 7) % HABITS

    def _enter(self, pk: int, on: date, each: int, at: datetime) -> None:
        row = Obligation.objects.select_related("unit", "clock").get(pk=pk)
        papers = row.duty.papers if row.duty else ()
        obligation_report(
            obligation=row,
            content=TEXTS.get(row.key, ORDINARY),
            on=on,
            paper=papers[each % len(papers)] if papers else "",
            by=self.world.actor(self._who(row, on, at), at),
            at=at,
        )

    def _waive(self, pk: int, at: datetime) -> None:
        row = Obligation.objects.get(pk=pk)
        if row.state == ObligationState.OPEN:
            by = self.world.actor("zhuren", at)
            obligation_waive(obligation=row, reason=WAIVED_FOR, by=by, at=at)

    def _who(self, row: Obligation, on: date, at: datetime) -> str:
        """Whoever owes it; the office for itself and for what it registers afterwards."""
        key = next((key for key, unit in self.world.units.items() if unit.pk == row.unit_id), "")
        own = key in self.world.posts and on == at.date() and row.scope == "unit"
        return key if own else "ducha"


def _working_days(first: date, last: date) -> list[date]:
    calendar = WorkingCalendar.load(first)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if calendar.is_working(day)]
