"""Values of a rule pack that govern the whole work, and not one item of a list. Pure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from duban.rulepacks.values import Choice, Cited, Importance, Key, Role, Text, TimeOfDay


def _as_month_day(value: object) -> str:
    """ "04-30"; a leap day is no fixed day."""
    text = str(value)
    try:
        date.fromisoformat(f"2023-{text}")
    except ValueError as error:
        raise ValueError('应为带引号的“月-日”，如 "04-30"') from error
    return text


MonthDay = Annotated[
    str,
    BeforeValidator(_as_month_day),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}-\d{2}$"}),
]


class Counting(Cited):
    """How a number of days given for one matter is counted where it does not say 工作日 (LZ-A-7a)."""

    unit: Literal["working_day", "calendar_day"]
    roll: Literal["none", "forward"] = "none"


class Warning(Cited):
    """When a running clock turns amber."""

    count: int = Field(ge=1, le=60)
    unit: Literal["working_day"] = "working_day"
    at_most_half: bool = True


class Reminder(Cited):
    """An automatic message, so many working days before (-), on (0) or after (+) the last day."""

    label: Text
    offset: int = Field(ge=-60, le=60)


class Hours(Cited):
    """Hours in which messages may go out, on working days."""

    spans: tuple[tuple[TimeOfDay, TimeOfDay], ...] = Field(min_length=1)
    digest_at: TimeOfDay

    @model_validator(mode="after")
    def _ordered(self) -> Hours:
        flat = [moment for span in self.spans for moment in span]
        if flat != sorted(flat) or len(set(flat)) != len(flat):
            raise ValueError("办公时段须按先后排列且不重叠")
        if not any(begins <= self.digest_at < ends for begins, ends in self.spans):
            raise ValueError("每日汇总的时间须在办公时段之内")
        return self


class ExtensionPolicy(Cited):
    max_times: int = Field(ge=0, le=10)
    counter_proposal: bool = True


class FeedbackPolicy(Cited):
    first_is_initial: bool = False
    closing_needs_verified: bool = False
    unfinished_needs_date_and_person: bool = False


class LeadPolicy(Cited):
    """Whether matters of some weight may have several leads, and on what condition (CZ-2.3c)."""

    several_for: tuple[Importance, ...] = ()
    needs_task_force: bool = False


class Supervisor(Choice):
    """Who supervises what a given leader, or by default a section, assigned (CZ-3.4)."""

    body: Literal["assigning_section", "secretary_section", "supervision_office"]


class Forwarding(Cited):
    """Kinds of unit to which a handling unit may not pass the matter on (LZ-B-9a)."""

    barred_kinds: tuple[Key, ...] = ()


class Ranking(Cited):
    """How a unit's score comes about; a pack without grades has none and prints counts only."""

    method: Literal["mean_of_lead_matters"]
    min_matters: int = Field(ge=1, le=100)


class Bulletins(Cited):
    period: Literal["quarter"]
    draft_at: TimeOfDay


class Rung(Cited):
    """One rung of the ladder from a first reminder to a proposal (催办、预警、督办 …).

    `offset` counts working days from the last day of the clock; with `after`, from the day on
    which the document of that earlier rung had to be answered and was not. `clock` says whose last
    day: that of the unit's part, or of a report it owes (LZ-B-17b).
    """

    label: Text
    does: Literal["remind", "urge", "early_warning", "supervise", "take_over", "propose"]
    offset: int = Field(ge=-60, le=250)
    clock: Literal["part", "report"] = "part"
    after: Key | None = None
    only_for: tuple[Importance, ...] = ()
    # Issued without a hand; otherwise it is put on the desk of whoever supervises the matter.
    automatic: bool = False
    # The approval it needs before it takes effect (CZ-3.4c).
    chain: Key | None = None
    tells: tuple[Role, ...] = ()


class Budget(Cited):
    """How many reminders one person gets in a week before further ones wait for the digest."""

    per_week: int = Field(ge=1, le=200)


class Agreement(Cited):
    """约定时间: within this limit after delivery the unit proposes its date (LZ-A-6.3a)."""

    limit: Key


class Acceptance(Cited):
    """Within this limit after delivery a unit has to sign for the matter (LZ-A-10.1)."""

    limit: Key


class Stage(Cited):
    """One stage of a campaign, both days included; stages may overlap (NT-3.0)."""

    label: Text
    starts: MonthDay
    ends: MonthDay

    @model_validator(mode="after")
    def _ordered(self) -> Stage:
        if self.ends < self.starts:
            raise ValueError("阶段的止日早于起日")
        return self


class Campaign(Cited):
    """主题活动: its stages in every year, or in the one that the regulation names."""

    label: Text
    year: int | None = Field(default=None, ge=2000, le=2099)
    stages: dict[Key, Stage] = Field(min_length=1)
