"""Whether an arrangement may be put over the calendar in force, and what it changes. PURE."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from deadlines.announcement.found import SATURDAY, Found
from deadlines.calendar import FIRST_YEAR, LAST_YEAR, Day, WorkingCalendar, statutory_days
from deadlines.notices import Notice

ONE_YEAR: Final = 1
LISTED: Final = 6  # days that a sentence names before it says 等


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """One day as it is judged before and after."""

    before: Day
    after: Day

    @property
    def on(self) -> date:
        return self.after.date

    @property
    def moves(self) -> bool:
        """Whether it becomes a working day or ceases to be one; else only its name differs."""
        return self.before.working != self.after.working


def changed_days(before: WorkingCalendar, after: WorkingCalendar) -> tuple[ChangedDay, ...]:
    """Days that the two calendars judge or call differently, in the years that a notice names."""
    years = sorted({on.year for notice in after.notices for on in _named(notice)})
    return tuple(
        ChangedDay(was, now)
        for year in years
        if year >= FIRST_YEAR
        for was, now in zip(before.year(year), after.year(year), strict=True)
        if (was.working, was.reason, was.provisional) != (now.working, now.reason, now.provisional)
    )


def _named(notice: Notice) -> Iterable[date]:
    return (*notice.days_off, *notice.workdays)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked to be arranged, when it was made public, and the calendar before and after."""

    found: Found
    decided_on: date
    today: date
    before: WorkingCalendar
    after: WorkingCalendar
    local: bool = False


def refusals(asked: Question) -> dict[str, list[str]]:
    """{field: reasons}; empty where it may be proposed."""
    reasons: dict[str, list[str]] = {}
    for field, check in _CHECKS:
        for reason in check(asked):
            reasons.setdefault(field, []).append(reason)
        if reasons.get("year"):
            break  # the other questions suppose a year that the calendar reaches
    return reasons


def remarks(asked: Question) -> list[str]:
    """What a person should look at twice and may still be right."""
    found = asked.found
    odd = [
        on
        for on in found.workdays
        if _reached(on) and on.weekday() < SATURDAY and asked.before.day(on).working
    ]
    notes = [f"{_days(odd)}本来就是工作日，写作上班没有作用"] if odd else []
    late = [day.on for day in changed_days(asked.before, asked.after) if day.on < asked.today]
    if late:
        notes.append(f"{_days(late)}已经过去：此前按原安排作出的超期认定将重新核对")
    cancelled = [
        on for on in found.workdays if _reached(on) and "假期" in asked.before.day(on).reason
    ]
    if cancelled:
        notes.append(f"{_days(cancelled)}原为放假，改为上班")
    return [*found.remarks, *notes]


def _year(asked: Question) -> Iterator[str]:
    year, this = asked.found.year, asked.today.year
    if year < this:
        yield f"{year}年已经过去，日历不能再变更；该年的期限和认定按当时的安排"
    if year > this + ONE_YEAR:
        yield f"放假安排逐年公布，现在只能变更{this}年和{this + ONE_YEAR}年"


def _decided(asked: Question) -> Iterator[str]:
    if asked.decided_on > asked.today:
        yield "公布日期晚于今天，尚未公布的安排不能录入"


def _days_named(asked: Question) -> Iterator[str]:
    found = asked.found
    yield from found.problems
    named = {*found.days_off, *found.workdays}
    if not named:
        yield "没有写明任何放假或者上班的日期"
    if both := sorted(found.days_off.keys() & found.workdays.keys()):
        yield f"同一天既放假又上班：{_days(both)}"
    if outside := sorted(on for on in named if not _belongs(on, found.year)):
        yield f"{_days(outside)}不在{found.year}年，也不在上一年12月"


def _past(asked: Question) -> Iterator[str]:
    changed = [day for day in changed_days(asked.before, asked.after) if day.moves]
    years = sorted(day.on for day in changed if day.on.year < asked.today.year)
    if years:
        yield f"{_days(years)}属于过去的年份，不能再变更"
    early = [
        day.on
        for day in changed
        if day.on < asked.decided_on
        and day.on.year >= asked.today.year
        # A year counted provisionally had nothing decided to go back on.
        and not day.before.provisional
    ]
    if early:
        yield f"{_days(early)}在公布日期（{asked.decided_on.isoformat()}）之前，安排不能溯及公布以前"


def _shrinks(asked: Question) -> Iterator[str]:
    """A whole year that leaves out what earlier notices gave is a truncated one, not a change."""
    found = asked.found
    if not found.whole or asked.local:
        return
    lost_off = [
        on
        for on, (working, _) in asked.before.arranged(found.year).items()
        if not working
        and on.weekday() < SATURDAY
        and on not in found.days_off
        and on not in found.workdays
    ]
    lost_work = [
        on
        for on, (working, _) in asked.before.arranged(found.year).items()
        if working and on not in found.workdays and on not in found.days_off
    ]
    if lost_off:
        yield f"缺少现行安排已给的放假日：{_days(sorted(lost_off))}。日历不能缩减，请核对文件是否完整"
    if lost_work:
        yield f"缺少现行安排已定的上班日：{_days(sorted(lost_work))}。请核对文件是否完整"


def _statutory(asked: Question) -> Iterator[str]:
    found = asked.found
    if not found.whole or asked.local:
        return
    missing = [
        on
        for on, name in sorted(statutory_days(found.year).items())
        if on not in found.days_off and on.weekday() < SATURDAY and "补假" not in name
    ]
    if missing:
        yield f"全年的安排应包含全部法定节假日，缺少：{_days(missing)}"


def _no_difference(asked: Question) -> Iterator[str]:
    if not changed_days(asked.before, asked.after):
        yield "与现行日历没有差别，无需变更"


_CHECKS: Final[tuple[tuple[str, Callable[[Question], Iterator[str]]], ...]] = (
    ("year", _year),
    ("decided_on", _decided),
    ("days", _days_named),
    ("days", _past),
    ("days", _shrinks),
    ("days", _statutory),
    ("days", _no_difference),
)


def _belongs(on: date, year: int) -> bool:
    """In the year, or in the December before it: a New Year holiday may begin there."""
    return on.year == year or (on.year == year - 1 and on.month == 12)


def _reached(on: date) -> bool:
    return FIRST_YEAR <= on.year <= LAST_YEAR


def _days(days: Iterable[date]) -> str:
    rows = list(days)
    text = "、".join(f"{on.year}年{on.month}月{on.day}日" for on in rows[:LISTED])
    return text if len(rows) <= LISTED else f"{text}等{len(rows)}天"
