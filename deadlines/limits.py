"""What a time limit is, as far as counting is concerned. PURE.

A rule pack's own type satisfies these protocols; nothing here depends on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final, Protocol

UNITS: Final[Mapping[str, str]] = {
    "working_day": "个工作日",
    "calendar_day": "个自然日",
    "month": "个月",
    "day_of_month": "日（每月）",
    "month_end": "个月（至月底）",
    "day_of_year": "日（每年）",
}
ROLLS: Final[Mapping[str, str]] = {
    "none": "不顺延",
    "forward": "遇节假日顺延至下一工作日",
}
# A longer limit is a slip of the pen.
LARGEST: Final[Mapping[str, int]] = {
    "working_day": 3660,
    "calendar_day": 3660,
    "month": 120,
    "day_of_month": 31,
    "month_end": 120,
    "day_of_year": 31,
}


class LimitError(ValueError):
    """A limit that cannot be counted; the message is for the reader."""


class LimitLike(Protocol):
    """`count` of `unit` from the day after receipt; `month` goes with a fixed day of the year;
    `at_time` names an hour of the last day.
    """

    @property
    def count(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def month(self) -> int | None: ...
    @property
    def roll(self) -> str: ...
    @property
    def at_time(self) -> time | None: ...
    @property
    def clause(self) -> str | None: ...


class WarningLike(Protocol):
    """How long before the last day the light turns amber; `at_most_half` caps it at half."""

    @property
    def count(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def at_most_half(self) -> bool: ...


class ReminderLike(Protocol):
    """`offset` working days from the last day: negative before, 0 on it, positive after."""

    @property
    def offset(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PlainLimit:
    """A limit given directly, not by a rule pack."""

    count: int
    unit: str
    roll: str = "none"
    at_time: time | None = None
    clause: str | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class PlainWarning:
    """The default: three working days before, at most half the limit."""

    count: int = 3
    unit: str = "working_day"
    at_most_half: bool = True


def check_limit(limit: LimitLike) -> None:
    """Raises LimitError for an unknown unit or roll, a count out of bounds."""
    if not isinstance(limit.unit, str) or limit.unit not in UNITS:
        raise LimitError(f"不认识的期限单位：{_shown(limit.unit)}（可用：{'、'.join(UNITS)}）")
    if not isinstance(limit.roll, str) or limit.roll not in ROLLS:
        raise LimitError(f"不认识的顺延方式：{_shown(limit.roll)}（可用：{'、'.join(ROLLS)}）")
    if not isinstance(limit.count, int) or isinstance(limit.count, bool):
        raise LimitError(f"期限数应为整数：{_shown(limit.count)}")
    if not 1 <= limit.count <= LARGEST[limit.unit]:
        raise LimitError(
            f"期限数应在1到{LARGEST[limit.unit]}之间（单位：{limit.unit}）：{_shown(limit.count)}"
        )
    if limit.unit == "day_of_year" and not 1 <= (limit.month or 0) <= 12:
        raise LimitError("每年几月几日的期限应写明月份")


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > 10**18:
        return "（数字过大）"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:40] + "……"
