"""期限计算单: a computation as a person reads it. PURE."""

from datetime import date, datetime
from typing import Final

from deadlines.computation import DESIGNATED, Computation
from deadlines.limits import ROLLS, UNITS
from deadlines.version_text import version_text

WEEKDAYS: Final = "一二三四五六日"


def long_day(on: date) -> str:
    """2026年10月10日（星期六）"""
    return f"{on.year}年{on.month}月{on.day}日（星期{WEEKDAYS[on.weekday()]}）"


def start_text(start: date | datetime) -> str:
    if isinstance(start, datetime):
        return f"{long_day(start.date())}{start:%H:%M}"
    return long_day(start)


def limit_text(computation: Computation) -> str:
    """5个工作日; 每月5日; 指定日期"""
    if computation.unit == DESIGNATED:
        return "指定日期"
    if computation.unit == "day_of_month":
        return f"每月{computation.count}日"
    if computation.unit == "day_of_year":
        return f"每年{computation.month}月{computation.count}日"
    if computation.unit == "month_end":
        return "当月底" if computation.count == 1 else f"第{computation.count}个月的月底"
    return f"{computation.count}{UNITS[computation.unit]}"


def due_text(computation: Computation) -> str:
    """The last day, with the hour up to which it runs."""
    until = f"{computation.at_time:%H:%M}前" if computation.at_time else "24:00前"
    return f"{long_day(computation.last_day)}{until}"


def facts(computation: Computation) -> list[tuple[str, str]]:
    """Label and value, in the order in which the sheet shows them."""
    rows = [
        ("起算（收到）", start_text(computation.start)),
        ("期限", limit_text(computation)),
        ("顺延", _roll_text(computation)),
        ("首个计入日", long_day(computation.first_day)),
        *[("缓办", _stretch(*pair)) for pair in computation.excluded],
        ("计入天数", f"{computation.counted_days}天"),
        ("到期", due_text(computation) + ("（暂定）" if computation.provisional else "")),
        ("依据", _basis(computation)),
        ("规则", "　".join(part for part in (computation.pack, computation.rule) if part) or "无"),
        ("工作日历", version_text(computation.calendar_version)),
    ]
    if computation.unit == DESIGNATED:
        return [row for row in rows if row[0] not in {"顺延", "首个计入日", "计入天数"}]
    return rows


def sheet_text(computation: Computation) -> str:
    """The whole sheet as plain text."""
    lines = ["期限计算单", ""]
    lines += [f"{label}：{value}" for label, value in facts(computation)]
    if computation.days:
        lines += ["", "逐日计算："]
    for line in computation.days:
        mark = f"第{line.n}天" if line.n is not None else "不计"
        lines.append(f"  {long_day(line.date)}　{mark}　{line.reason}")
    if computation.provisional:
        lines += ["", "注：涉及尚未公布放假安排的年份，结果为暂定，待公布后重新核对。"]
    return "\n".join(lines)


def _roll_text(computation: Computation) -> str:
    text = ROLLS.get(computation.roll, computation.roll)
    return text + ("，本次已顺延" if computation.rolled else "")


def _stretch(first: date, last: date) -> str:
    """Days that are not counted, both ends included."""
    days = (last - first).days + 1
    return f"{long_day(first)}至{long_day(last)}，共{days}天，不计入"


def _basis(computation: Computation) -> str:
    if not computation.clause:
        return "未引用条款"
    return (
        f"{computation.clause}　“{computation.quote}”" if computation.quote else computation.clause
    )
