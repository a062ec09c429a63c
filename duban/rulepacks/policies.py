"""Values of a rule pack that govern the whole work, and not one item of a list. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from duban.rulepacks.values import Choice, Cited, Importance, Key, Text, TimeOfDay


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
