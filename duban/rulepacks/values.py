"""The kinds of value a rule pack is made of. Pure.

Every value that a regulation decides is `Cited`: it names its clause and quotes it, or, where the
regulation leaves the point open, says so in `local_decision`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Role = Literal[
    "supervising_section",
    "office_head",
    "deputy_leader",
    "chief_leader",
    "secretary_general",
    "unit_head",
]
DayUnit = Literal[
    "working_day", "calendar_day", "month", "day_of_month", "month_end", "day_of_year"
]
Importance = Literal["ordinary", "key", "major"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# What YAML and JSON leave of "08:30"; a bare number of minutes or seconds is a slip.
_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?")


def _as_moment(value: Any) -> Any:
    """Ten characters are a day; left to itself, the union would read a day as midnight."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("没有这一天或者这一时刻，应如 2026-09-18 或 2026-09-18T10:00") from error


def _as_clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('应为带引号的“时:分”，如 "08:30"')
    return time.fromisoformat(value)


# What an editor holds them to: the formats of JSON Schema ask for seconds and a zone.
_DAY_OR_MOMENT = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$"
Moment = Annotated[
    datetime | date,
    BeforeValidator(_as_moment),
    WithJsonSchema({"type": "string", "pattern": _DAY_OR_MOMENT}),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_as_clock),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2})?$"}),
]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Frozen):
    """A value with its authority."""

    clause: str = Field(default="", max_length=40)
    quote: str = Field(default="", max_length=200)
    local_decision: str = Field(default="", max_length=300)
    note: str = Field(default="", max_length=300)
    # Whether a pack that extends this one may replace the value (AS-4.4, LZ-C-9).
    overridable: bool = False

    @model_validator(mode="after")
    def _has_authority(self) -> Cited:
        if bool(self.clause) != bool(self.quote):
            raise ValueError("clause 和 quote 须同时写明")
        if not self.local_decision and not self.clause:
            raise ValueError("须写明 clause 和 quote，或者以 local_decision 说明本地决定的理由")
        return self


class Example(Frozen):
    """A worked example: it runs as a test whenever the pack is checked."""

    start: Moment
    due: Moment
    note: str = ""


class Limit(Cited):
    """A time limit. Day 1 is the day after the start (LZ-A-7b); no roll unless the text says so."""

    label: Text
    count: int = Field(ge=1, le=3660)
    unit: DayUnit
    # The month of a fixed day of the year (day_of_year); `count` is the day.
    month: int | None = Field(default=None, ge=1, le=12)
    roll: Literal["none", "forward"] = "none"
    at_time: TimeOfDay | None = None
    starts: Literal[
        "delivered",
        "month_start",
        "period_start",
        "report_received",
        "issued",
        "started",
        "marked_complex",
        "submitted",
        "closed",
    ] = "delivered"
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _day_of_month_exists(self) -> Limit:
        if self.unit == "day_of_month" and self.count > 28:
            raise ValueError("每月几日须在 1 至 28 之间")
        if self.unit in {"month", "month_end"} and self.count > 120:
            raise ValueError("以月计算的时限不超过 120 个月")
        return self

    @model_validator(mode="after")
    def _day_of_year_exists(self) -> Limit:
        if (self.unit == "day_of_year") != (self.month is not None):
            raise ValueError("每年几月几日的时限须写明 month，其他单位不写")
        if self.month is not None and self.count > monthrange(2023, self.month)[1]:
            raise ValueError(f"{self.month}月没有{self.count}日")
        return self


class Step(Cited):
    """What a step of the work is called, and on which clause it rests."""

    label: Text


class ApprovalRule(Cited):
    """One link of an approval chain."""

    key: Key
    label: Annotated[Text, StringConstraints(max_length=60)]
    role: Role
    only_for: tuple[Importance, ...] = ()
    grades: bool = False
    may_counter: bool = False


class Chain(Frozen):
    steps: tuple[ApprovalRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keys_differ(self) -> Chain:
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise ValueError("审批环节的 key 重复")
        if all(step.only_for for step in self.steps):
            raise ValueError("每个环节都有条件：一般事项将无人审批")
        return self


class Choice(Cited):
    """One value of a list that the regulation gives."""

    label: Text


class Urgency(Choice):
    limit: Key


class Points(Cited):
    value: float = Field(ge=0, le=100)


class Grade(Choice):
    """One of the grades, with the criteria shown to whoever grades."""

    criteria: tuple[Text, ...] = Field(min_length=1)
    points: Points
    evidence: dict[Key, Choice] = {}
    reasons: dict[Key, Choice] = {}
    late_needs_approval: bool = False
    suggest_when: tuple[
        Literal[
            "finished_early",
            "finished_on_time",
            "late_explained",
            "late_after_pressing",
            "late_without_report",
        ],
        ...,
    ] = ()


class Duty(Cited):
    """What is owed by a day, once or in every period: by a unit for its part of a matter until the
    matter is done ("part"), by every unit ("unit"), or by the supervising body itself ("office";
    with "once" for every matter, from the event that the limit starts at: AS-3.3b).

    Of a recurring duty the limit counts from the day before its period, so that day 1 is the
    period's first day.
    """

    label: Text
    limit: Key
    repeats: Literal["once", "monthly", "quarterly", "half_yearly", "yearly"]
    scope: Literal["part", "unit", "office"] = "part"
    # Of a matter: its lead only, matters of that weight or source only.
    applies_to: Literal["lead", "all"] = "all"
    only_for: tuple[Importance, ...] = ()
    sources: tuple[Key, ...] = ()
    # Of units: these kinds only; none named means every unit that may be given a matter.
    unit_kinds: tuple[Key, ...] = ()
    # How many entries make it fulfilled; "days" counts distinct days.
    target: int = Field(default=1, ge=1, le=400)
    counted: Literal["entries", "days"] = "entries"
    # What has to be handed in, each by its name; then `target` is how many there are (NT-3.5a).
    papers: tuple[Annotated[Text, StringConstraints(max_length=120)], ...] = ()
    # What is on record elsewhere counts by itself: each visit on the day it was made (AS-2.0b).
    met_by: Literal["visit"] | None = None
    campaign: Key | None = None

    @model_validator(mode="after")
    def _papers_are_its_target(self) -> Duty:
        if self.papers and (self.target != len(self.papers) or self.counted != "entries"):
            raise ValueError("写明 papers 的，target 须为其份数，counted 须为 entries")
        if len(set(self.papers)) != len(self.papers):
            raise ValueError("papers 中有重复的材料")
        return self

    @model_validator(mode="after")
    def _fits_its_scope(self) -> Duty:
        if self.scope == "unit" and self.repeats == "once":
            raise ValueError("各单位的义务须有周期，一次性的只用于事项")
        of_matters = self.scope == "part" or (self.scope == "office" and self.repeats == "once")
        if not of_matters and (self.only_for or self.sources or self.applies_to != "all"):
            raise ValueError("only_for、sources、applies_to 只用于事项的义务")
        if self.scope != "unit" and self.unit_kinds:
            raise ValueError("unit_kinds 只用于各单位的义务")
        if self.met_by and (self.scope != "office" or self.repeats == "once" or self.papers):
            raise ValueError("met_by 只用于督查机构定期的义务，且不与 papers 同用")
        return self


class DueBasis(Choice):
    """On what a designated date rests (LZ-A-6): which proof the office has to give."""

    needs: Literal["citation", "document", "agreement"]
    # The leader who asked for the date has to be named (AS-3.2e).
    needs_leader: bool = False


class DocumentKind(Cited):
    label: Text
    counter: Key
    number: Text
    # "none": a number that is given, such as the case's, without a document of its own.
    layout: Literal["official", "serial", "none"]
    reply_limit: Key | None = None
    # Working days before the same unit may get another of this kind in the same matter.
    cool_down: int | None = Field(default=None, ge=1, le=60)
    # Produced when the case is assigned (CZ-3.1c, LZ-B-6a).
    with_assign: bool = False

    @field_validator("number")
    @classmethod
    def _number_format(cls, number: str) -> str:
        try:
            fields = [name for _, name, _, _ in Formatter().parse(number) if name is not None]
        except ValueError as error:
            raise ValueError("编号格式的花括号不成对") from error
        if "seq" not in fields or set(fields) - {"prefix", "year", "seq"}:
            raise ValueError("编号格式须含 {seq}，并且只能使用 {prefix}、{year}、{seq}")
        return number


class Source(Frozen):
    """A document the pack rests on."""

    title: Text
    number: str = ""
    issuer: str = ""
    dated_on: date | None = None
    role: Literal["basis", "upper"] = "basis"
    # Which meeting decided it (LZ-0), who explains it (LZ-A-15).
    note: str = Field(default="", max_length=300)
