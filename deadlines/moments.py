"""Moments and days: the one place where text or a moment becomes a day of Asia/Shanghai. PURE."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
ONE_DAY: Final = timedelta(days=1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)


class MomentError(ValueError):
    """A text that is no day or moment; the message is for the reader."""


def parse_day(text: object) -> date:
    """`2026-09-18`; nothing else. Raises MomentError."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise MomentError(f"日期应写作“2026-09-18”的形式：{_shown(text)}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MomentError(f"没有这一天：{text}") from error


def parse_start(text: object) -> date | datetime:
    """A day, or a moment: without an offset it is Asia/Shanghai, with one it is converted."""
    if isinstance(text, str) and _DAY.fullmatch(text):
        return parse_day(text)
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise MomentError(f"起算时间应写作“2026-09-18”或“2026-09-18T10:00”的形式：{_shown(text)}")
    try:
        return in_shanghai(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise MomentError(f"没有这个时间：{text}") from error


def in_shanghai(moment: datetime) -> datetime:
    """Naive means Asia/Shanghai; aware is converted."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=SHANGHAI)
    return moment.astimezone(SHANGHAI)


def day_of(moment: date | datetime) -> date:
    """The day in Asia/Shanghai on which the moment lies."""
    return in_shanghai(moment).date() if isinstance(moment, datetime) else moment


def day_start(day: date) -> datetime:
    """00:00 of that day in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def day_end(day: date) -> datetime:
    """The first instant after the day (24:00)."""
    return day_start(day + ONE_DAY)


def at_hour(day: date, hour: time) -> datetime:
    """That hour of the day in Asia/Shanghai."""
    return datetime.combine(day, hour.replace(tzinfo=None), SHANGHAI)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:40] + "……"
