"""What follows from results: scores, measures, who decides on them, meetings and awards. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from duban.rulepacks.values import Choice, Cited, Key, Text

TriggerKind = Literal[
    "overdue",
    "overdue_without_date",
    "urged_without_result",
    "feedback_missed",
    "notice_unanswered",
    "milestone_behind",
    "review_failed",
    "weak_result",
    "ranked_low",
    "interviewed",
    "misconduct",
    "sanctioned",
    "held_to_account",
]
MeasureNeed = Literal[
    "deadline",
    "file",
    "leader",
    "unit_principal",
    "meeting",
    "improvement_report",
    "disclosure_review",
]


class ScoreEvent(Choice):
    """One kind of event that changes a score; `zero` sets it to nothing whatever came before."""

    effect: Literal["add", "deduct", "zero"]
    value: float = Field(default=0, ge=0, le=100)

    @model_validator(mode="after")
    def _value_fits(self) -> ScoreEvent:
        if (self.effect == "zero") is not (self.value == 0):
            raise ValueError("加分、扣分须写明大于 0 的 value；计零分（zero）的不写")
        return self


class Weight(Choice):
    """One component of a composite score (NT-3.5b)."""

    percent: float = Field(gt=0, le=100)


class Quota(Choice):
    """An award and how many may get it in a year; no number means no limit (NT-3.5d)."""

    count: int | None = Field(default=None, ge=1, le=1000)


class Target(Choice):
    """A number of records to be reached, such as visits in a campaign (NT-3.2a)."""

    count: int = Field(ge=1, le=100_000)
    counts: Text
    campaign: Key | None = None


class Measure(Choice):
    """What may be proposed against a unit or a person. `advisory`: another authority decides."""

    against: Literal["unit", "person", "both"]
    needs: tuple[MeasureNeed, ...] = ()
    advisory: bool = False


class Route(Choice):
    """Who approves measures: by the kind of the unit concerned, or of the measure (LZ-C-8).

    `external` is the body outside the office whose decision has to be recorded.
    """

    unit_kinds: tuple[Key, ...] = ()
    measures: tuple[Key, ...] = ()
    chain: Key | None = None
    external: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _somebody_decides(self) -> Route:
        if not (self.chain or self.external):
            raise ValueError("须写明审批链 chain 或者外部决定机关 external")
        return self


class Trigger(Choice):
    """What opens a proposal: so many occurrences, within so many months where a window is given."""

    kind: TriggerKind
    threshold: int = Field(default=1, ge=1, le=100)
    window_months: int | None = Field(default=None, ge=1, le=120)
    # Of rankings: how many places from the bottom count.
    bottom: int | None = Field(default=None, ge=1, le=100)
    measures: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _bottom_is_of_rankings(self) -> Trigger:
        if (self.kind == "ranked_low") is not (self.bottom is not None):
            raise ValueError("bottom（末尾几名）与 kind: ranked_low 须同时写明")
        return self


class MeetingBody(Choice):
    """A standing body that meets (ZZ-1). `duty` says how often; extra meetings are always lawful."""

    members: Text
    # Who fixes the date and presides, and whom that person may entrust with presiding.
    chair: Text
    deputies: tuple[Text, ...] = ()
    duty: Key | None = None
    agenda: dict[Key, Choice] = {}


class Draw(Choice):
    """People drawn by lot at a meeting: at least and at most (ZZ-3.1d)."""

    least: int = Field(ge=1, le=1000)
    most: int = Field(ge=1, le=1000)
    pool: Text
    duty: Key | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Draw:
        if self.most < self.least:
            raise ValueError("most 不能小于 least")
        return self


class ChoiceList(Cited):
    """A list that the regulation gives and people choose from or answer: methods, questions, conduct."""

    label: Text
    items: dict[Key, Choice] = Field(min_length=1)
