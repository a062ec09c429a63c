#!/usr/bin/env python3
"""期限复核程序：逐日重算导出文件中的每个时钟，并与所存的值对照。

用法：python3 clockcheck.py 导出文件        （- 为标准输入）
有不一致的逐条列出，退出码为 1；全部一致的为 0；文件不能读的为 2。只需要 Python，不需要本系统。

Written apart from the system, from the words of its rules: days are walked one at a time over the
lists of days that the export writes out; no calendar arithmetic, no tables, nothing imported from
the system. One line of the export is one calendar version or one clock with its events, and one
line is all that is held at a time.
"""

import fileinput
import json
import sys
from datetime import date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
STARTS = ("opened", "receipt_corrected", "restarted")
NAMES = {
    "state": "状态",
    "started_at": "起算时间",
    "due_at": "到期时间",
    "original_due_at": "原到期时间",
    "warn_at": "预警时间",
    "stopped_at": "停止时间",
    "paused_at": "缓办开始时间",
    "provisional": "是否暂定",
    "thresholds": "提醒时点",
}


class Calendar:
    """Days by number (date.toordinal): what a version says differs from Monday to Friday."""

    def __init__(self, line):
        self.off = {date.fromisoformat(day).toordinal() for day in line["off"]}
        self.on = {date.fromisoformat(day).toordinal() for day in line["on"]}
        self.announced = set(line["announced"])

    def works(self, day):
        return day in self.on or ((day - 1) % 7 < 5 and day not in self.off)

    def walk(self, day, working_days):
        """That many working days on from the day, or back where negative."""
        step = 1 if working_days > 0 else -1
        left = abs(working_days)
        while left:
            day += step
            left -= self.works(day)
        return day


class Checker:
    """Takes the lines of an export in order; calendars come before the clocks that name them."""

    def __init__(self):
        self.calendars = {}
        self.checked = 0
        self.differing = 0

    def take(self, text):
        """The differences that a line shows, in Chinese, each with the number of its clock."""
        line = None
        try:
            line = json.loads(text)
            if "version" in line:
                self.calendars[line["version"]] = Calendar(line)
                return []
            self.checked += 1
            found = compare(line, derive(line["events"], self.calendars))
        except Exception as error:  # noqa: BLE001 what fails is a finding, not the end of the run
            found = [f"不能复核（{type(error).__name__}：{error}）"]
        self.differing += bool(found)
        number = line["clock"] if isinstance(line, dict) and "clock" in line else "？"
        return [f"时钟{number}：{what}" for what in found]


def derive(events, calendars):
    """Every value that a clock's row should hold, from its events."""
    events = sorted(events, key=lambda event: (moment(event["at"]), event["id"]))
    opened = next(event for event in events if event["kind"] == "opened")
    held = since_restart(events, opened)
    start = last_of(held, ("receipt_corrected", "restarted"), opened)["data"]["start"]
    received, begun = begins(start)
    skipped, paused_at = excluded(held)
    first = newest(held, calendars, (*STARTS, "calendar_changed"))
    latest = newest(held, calendars, None)

    terms = opened["data"]
    last, hour, provisional = ends(terms, received, skipped, first)
    original_due = due = due_moment(last, hour)
    dated = last_of(held, ("extended", "redated"), None)
    if dated is not None:
        set_on = moment(dated["at"]).date().toordinal()
        last = pushed(ordinal(dated["data"]["due_on"]), set_on, skipped)
        due = due_moment(last, dated["data"]["at_time"])
        provisional = False

    turn = last_of(held, ("stopped", "reopened"), None)
    stopped_at = moment(turn["at"]) if turn and turn["kind"] == "stopped" else None
    paused_at = None if stopped_at else paused_at
    return {
        "state": "stopped" if stopped_at else "paused" if paused_at else "running",
        "started_at": begun,
        "due_at": due,
        "original_due_at": original_due,
        "warn_at": midnight(amber(terms["warning"], received, last, latest)),
        "stopped_at": stopped_at,
        "paused_at": paused_at,
        "provisional": provisional,
        "thresholds": levels(terms["reminders"], last, due, begun, latest),
    }


def since_restart(events, opened):
    """A restart leaves nothing of what came before it but the opening."""
    cut = max((n for n, event in enumerate(events) if event["kind"] == "restarted"), default=0)
    return [opened, *(event for event in events[cut:] if event is not opened)]


def last_of(events, kinds, otherwise):
    return next((event for event in reversed(events) if event["kind"] in kinds), otherwise)


def newest(events, calendars, kinds):
    """The newest calendar version that the events of these kinds were recorded with."""
    named = [
        event["data"]["calendar"]
        for event in events
        if "calendar" in event["data"] and (kinds is None or event["kind"] in kinds)
    ]
    parts = [version.split("+") for version in named]
    best = max(parts, key=lambda part: (part[0], [int(number) for number in part[1:]]))
    return calendars["+".join(best)]


def excluded(events):
    """Every day from a pause, included, to its resumption, excluded; and the pause that runs."""
    days, since = set(), None
    for event in events:
        if event["kind"] == "paused" and since is None:
            since = moment(event["at"])
        elif event["kind"] == "resumed" and since is not None:
            days.update(range(since.date().toordinal(), moment(event["at"]).date().toordinal()))
            since = None
    return days, since


def ends(terms, received, skipped, calendar):
    """The last day by the terms of the opening, the hour that they name, and whether provisional."""
    if "due_on" in terms:
        return pushed(ordinal(terms["due_on"]), received, skipped), terms["at_time"], False
    limit = terms["limit"]
    if limit["unit"] in ("working_day", "calendar_day"):
        last = counted(limit["count"], limit["unit"], received, skipped, calendar)
    else:
        last = pushed(named_day(limit, received), received, skipped)
    while limit["roll"] == "forward" and not calendar.works(last):
        last += 1
    years = range(date.fromordinal(received).year, date.fromordinal(last).year + 1)
    return last, limit["at_time"], any(year not in calendar.announced for year in years)


def counted(count, unit, received, skipped, calendar):
    day, n = received, 0
    while n < count:
        day += 1
        if day not in skipped and (unit == "calendar_day" or calendar.works(day)):
            n += 1
    return day


def named_day(limit, received):
    """Walks from the day after receipt to the day that bears the right number in its month."""
    count, begin, first = limit["count"], date.fromordinal(received), date.fromordinal(received + 1)
    number, fits = {
        "month": (begin.day, lambda day: months(day) == months(begin) + count),
        "month_end": (31, lambda day: months(day) == months(first) + count - 1),
        "day_of_month": (count, lambda day: True),
        "day_of_year": (count, lambda day: day.month == limit["month"]),
    }[limit["unit"]]
    day = first
    while True:
        tomorrow = day + timedelta(days=1)
        bears = day.day == number or (day.day < number and tomorrow.month != day.month)
        if bears and fits(day):
            return day.toordinal()
        day = tomorrow


def months(day):
    return day.year * 12 + day.month


def pushed(last, set_on, skipped):
    """A day fixed by date moves on by one for every excluded day met before it is reached."""
    day = set_on
    while skipped and day < last:
        day += 1
        last += day in skipped
    return last


def amber(warning, received, last, calendar):
    count, unit, at_most_half = warning
    if unit != "working_day":
        return last - (min(count, (last - received) // 2) if at_most_half else count)
    total = sum(calendar.works(day) for day in range(received + 1, last + 1))
    before = min(count, total // 2) if at_most_half else count
    return calendar.walk(last, -before)


def levels(reminders, last, due, begun, calendar):
    """(moment, whether it is not the due moment's own level, level, label), in order."""
    found = [(due, False, "overdue", "已超期")] if "overdue" not in reminders else []
    for level, (offset, label) in reminders.items():
        when = midnight(calendar.walk(last, offset))
        if when > begun:
            found.append((when, level != "overdue", level, label))
    return sorted(found)


def compare(line, right):
    """What is stored and is not what should be, one sentence each."""
    stored = dict(line["stored"])
    stored["thresholds"] = sorted(
        (moment(when), level != "overdue", level, label)
        for level, when, label in stored["thresholds"]
    )
    moments = [moment(when) for _, when, _ in line["stored"]["thresholds"]]
    found = [] if moments == sorted(moments) else ["提醒时点没有按时间先后排列"]
    for name, value in right.items():
        kept = stored[name]
        if name.endswith("_at") and kept is not None:
            kept = moment(kept)
        if kept != value:
            found.append(f"{NAMES[name]}应为{shown(value)}，所存为{shown(kept)}")
    return found


def moment(text):
    """A moment in Asia/Shanghai; without an offset it is one already."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else found.astimezone(SHANGHAI)


def begins(text):
    """The day of receipt and the moment at which the clock began: a bare day begins at 00:00."""
    if len(text) == 10:
        return ordinal(text), midnight(ordinal(text))
    begun = moment(text)
    return begun.date().toordinal(), begun


def ordinal(text):
    return date.fromisoformat(text).toordinal()


def midnight(day):
    return datetime.combine(date.fromordinal(day), time(), SHANGHAI)


def due_moment(last, hour):
    """24:00 of the last day, or the hour that the rule names."""
    if hour is None:
        return midnight(last + 1)
    return datetime.combine(date.fromordinal(last), time.fromisoformat(hour), SHANGHAI)


def shown(value):
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(f"{level} {when.isoformat()}" for when, _, level, _ in value) or "无"
    return "无" if value is None else str(value)


def main(arguments):
    say = sys.stdout.write
    checker = Checker()
    try:
        with fileinput.input(arguments or "-", encoding="utf-8") as stream:
            for text in stream:
                for difference in checker.take(text):
                    say(difference + "\n")
    except (OSError, UnicodeDecodeError) as error:
        say(f"不能读取：{error}\n")
        return 2
    right = checker.checked - checker.differing
    say(f"复核时钟{checker.checked}个：一致{right}个，不一致{checker.differing}个。\n")
    return 1 if checker.differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
