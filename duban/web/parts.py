"""What the template parts are fed with: small frozen values, made by selectors and views. Pure.

`docs/design.md` lists the parts. A template never queries, so everything it shows is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

SIGNAL_WORDS = {
    "green": "正常",
    "amber": "临期",
    "red": "超期",
    "none": "无时限",
    "paused": "暂停计时",
    "done": "已完成",
}
_UNITS = {"working_day": "个工作日", "calendar_day": "天"}


@dataclass(frozen=True)
class Due:
    """The light with its date, for `_due.html`.

    `remaining` counts whole days of `unit` to the last day: 0 is today, negative is late, None
    leaves the count out. `provisional`: the date rests on a year not announced yet (暂定).
    `pending`: a timely request is undecided, no overdue finding is written (待批).
    """

    signal: str
    last_day: date | None = None
    remaining: int | None = None
    unit: str = "working_day"
    provisional: bool = False
    pending: str = ""
    at: time | None = None
    word: str = ""
    explain_url: str = ""

    @property
    def light(self) -> str:
        return self.word or SIGNAL_WORDS[self.signal]

    @property
    def remaining_text(self) -> str:
        if self.remaining is None or self.signal in ("none", "done"):
            return ""
        if self.remaining == 0:
            return "超期不足一日" if self.signal == "red" else "今日到期"
        text = "逾期" if self.remaining < 0 else "剩"
        return f"{text} {abs(self.remaining)} {_UNITS[self.unit]}"


@dataclass(frozen=True)
class Action:
    """One button. With `reasons` it is grey and says why; `post` makes it a form with a token."""

    label: str
    url: str = ""
    icon: str = ""
    post: bool = False
    primary: bool = False
    danger: bool = False
    reasons: Sequence[str] = ()
    confirm: str = ""
    fields: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class TimelineEntry:
    """One line of 过程. `changes`: (label, before, after); `tone`: green amber red muted or ""."""

    at: datetime | date
    title: str
    who: str = ""
    text: str = ""
    clause: str = ""
    tone: str = ""
    changes: Sequence[tuple[str, str, str]] = ()
    url: str = ""


@dataclass(frozen=True)
class ChainStep:
    """One step of an approval chain. `state`: done current waiting refused skipped."""

    label: str
    state: str = "waiting"
    who: str = ""
    at: datetime | date | None = None
    opinion: str = ""
    clause: str = ""

    @property
    def word(self) -> str:
        words = {"done": "已同意", "current": "审批中", "refused": "未同意", "skipped": "不需要"}
        return words.get(self.state, "未到")


@dataclass(frozen=True)
class Stat:
    """A counted tile; the number links to the list it counts. `tone`: blue green amber red or ""."""

    label: str
    value: int | str
    url: str = ""
    tone: str = ""
    note: str = ""
    unit: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Crumb:
    label: str
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """A term and its value for `_facts.html`; `wide` takes the whole line."""

    label: str
    value: object = ""
    wide: bool = False
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Keyset:
    """Paging by cursor: None where there is no such page; `approximate` prints 约 before total."""

    previous: str | None = None
    next: str | None = None
    total: int | None = None
    approximate: bool = False
    shown: int = 0


@dataclass(frozen=True)
class Difference:
    """What moved under a stale form: the field, what it showed, what it is now, what was typed."""

    label: str
    before: str
    now: str
    typed: str = ""
