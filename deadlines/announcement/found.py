"""What an announcement was found to say, before anybody has judged it. PURE."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

# The holidays of every yearly arrangement (《全国年节及纪念日放假办法》第二条), by their short names.
NATIONAL: Final = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)

Days = Mapping[date, str]


class AnnouncementError(ValueError):
    """The text or file cannot be read as an arrangement; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class Found:
    """Days off and make-up workdays with the names of their holidays.

    `whole` says that it arranges the entire year, not a part of it. `problems` keep it from being
    proposed; `remarks` are for the person who checks it.
    """

    year: int
    days_off: Days
    workdays: Days
    title: str = ""
    document_no: str = ""
    signed_on: date | None = None
    source: str = ""
    whole: bool = False
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def is_whole(names: Iterable[str]) -> bool:
    """Whether these holidays make up a year: one of the seven may share its days with another."""
    text = "、".join(names)
    return sum(name in text for name in NATIONAL) >= len(NATIONAL) - 1


def stretch(first: date, last: date) -> list[date]:
    """Every day from the first to the last; none where the last is earlier."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
