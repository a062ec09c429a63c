"""The typed form of a rule pack: a regulation as data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from duban.rulepacks import references
from duban.rulepacks.consequences import (
    ChoiceList,
    Draw,
    Measure,
    MeetingBody,
    Quota,
    Route,
    ScoreEvent,
    Target,
    Trigger,
    Weight,
)
from duban.rulepacks.policies import (
    Acceptance,
    Agreement,
    Budget,
    Bulletins,
    Campaign,
    Counting,
    ExtensionPolicy,
    FeedbackPolicy,
    Forwarding,
    Hours,
    LeadPolicy,
    Ranking,
    Reminder,
    Rung,
    Stage,
    Supervisor,
    Warning,
)
from duban.rulepacks.values import (
    ApprovalRule,
    Chain,
    Choice,
    Cited,
    DayUnit,
    DocumentKind,
    DueBasis,
    Duty,
    Example,
    Frozen,
    Grade,
    Importance,
    Key,
    Limit,
    Points,
    Role,
    Source,
    Step,
    Text,
    Urgency,
)

__all__ = [
    "Acceptance",
    "Agreement",
    "ApprovalRule",
    "Budget",
    "Bulletins",
    "Campaign",
    "Chain",
    "Choice",
    "ChoiceList",
    "Cited",
    "Counting",
    "DayUnit",
    "DocumentKind",
    "Draw",
    "DueBasis",
    "Duty",
    "Example",
    "ExtensionPolicy",
    "FeedbackPolicy",
    "Forwarding",
    "Frozen",
    "Grade",
    "Hours",
    "Importance",
    "Key",
    "LeadPolicy",
    "Limit",
    "Measure",
    "MeetingBody",
    "Pack",
    "Points",
    "Quota",
    "Ranking",
    "Reminder",
    "Role",
    "Route",
    "Rung",
    "ScoreEvent",
    "Source",
    "Stage",
    "Step",
    "Supervisor",
    "Target",
    "Text",
    "Trigger",
    "Urgency",
    "Warning",
    "Weight",
]

IssueField = Literal[
    "title", "basis", "goal", "requirement", "lead_unit", "responsible_person", "due"
]
Layer = Literal["principal", "deputy", "handler"]
OverdueKind = Literal[
    "unfinished", "not_accepted", "finished_late", "late_request", "no_feedback", "other"
]
AssignedBy = Literal["default", "chief_leader", "deputy_leader", "secretary_general"]


class Pack(Frozen):
    """One version of one locality's rules."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    version: int = Field(ge=1)
    title: Text
    locality: Text
    # "common" is ground for others to build on; no office works by it directly.
    status: Literal["in_force", "trial", "common"]
    effective_on: date
    extends: str | None = None
    # What `overridable` is for the pack's values that do not say.
    overridable: bool = False
    sources: tuple[Source, ...] = ()
    case_sources: dict[Key, Choice] = {}
    urgencies: dict[Key, Urgency] = {}
    due_bases: dict[Key, DueBasis] = {}
    counting: Counting | None = None
    limits: dict[Key, Limit] = {}
    duties: dict[Key, Duty] = {}
    agreement: Agreement | None = None
    acceptance: Acceptance | None = None
    campaigns: dict[Key, Campaign] = {}
    overdue_kinds: dict[OverdueKind, Choice] = {}
    warning: Warning | None = None
    reminders: dict[Key, Reminder] = {}
    ladder: dict[Key, Rung] = {}
    budget: Budget | None = None
    hours: Hours | None = None
    leads: LeadPolicy | None = None
    # What must be filled in before the matter is assigned (CZ-3.1b, LZ-B-6b).
    issue_fields: dict[IssueField, Choice] = {}
    supervisors: dict[AssignedBy, Supervisor] = {}
    responsibility: dict[Layer, Choice] = {}
    steps: dict[Key, Step] = {}
    chains: dict[Key, Chain] = {}
    extension: ExtensionPolicy | None = None
    feedback: FeedbackPolicy | None = None
    forwarding: Forwarding | None = None
    grades: dict[Key, Grade] = {}
    ranking: Ranking | None = None
    bulletins: Bulletins | None = None
    documents: dict[Key, DocumentKind] = {}
    score_events: dict[Key, ScoreEvent] = {}
    weights: dict[Key, Weight] = {}
    quotas: dict[Key, Quota] = {}
    targets: dict[Key, Target] = {}
    measures: dict[Key, Measure] = {}
    routes: dict[Key, Route] = {}
    triggers: dict[Key, Trigger] = {}
    meeting_bodies: dict[Key, MeetingBody] = {}
    draws: dict[Key, Draw] = {}
    lists: dict[Key, ChoiceList] = {}

    @model_validator(mode="after")
    def _references_exist(self) -> Pack:
        for path, text in references.dangling(self):
            raise _at(path, text)
        return self

    @model_validator(mode="after")
    def _duties_fit(self) -> Pack:
        for key, duty in self.duties.items():
            unit = self.limits[duty.limit].unit
            if duty.repeats == "once" and unit in {"day_of_month", "day_of_year", "month_end"}:
                text = "一次性的义务须用从起算日数起的时限，不得用固定的日子"
                raise _at(f"duties.{key}.limit", text)
            if duty.repeats == "monthly" and unit == "day_of_year":
                raise _at(f"duties.{key}.limit", "每月的义务不得用每年一次的日子")
        return self

    @model_validator(mode="after")
    def _ladder_holds(self) -> Pack:
        seen: list[str] = []
        for key, rung in self.ladder.items():
            if rung.after and rung.after not in seen:
                text = f"前面没有名为 {rung.after} 的一级{references.meant(rung.after, seen)}"
                raise _at(f"ladder.{key}.after", text)
            seen.append(key)
        return self

    @model_validator(mode="after")
    def _weights_make_a_whole(self) -> Pack:
        total = sum(weight.percent for weight in self.weights.values())
        if self.weights and abs(total - 100) > 0.001:
            raise _at("weights", f"各项权重之和应为 100，现为 {total:g}")
        return self

    @model_validator(mode="after")
    def _grades_descend(self) -> Pack:
        points = [grade.points.value for grade in self.grades.values()]
        if points != sorted(points, reverse=True) or len(set(points)) != len(points):
            raise _at("grades", "分值须由高到低且各不相同")
        closure = self.chains.get("closure")
        has_grading = closure is not None and any(step.grades for step in closure.steps)
        if self.grades and closure and not has_grading:
            raise _at("chains.closure", "有评价等级而无评价环节")
        if has_grading and not self.grades:
            raise _at("chains.closure", "有评价环节而无评价等级")
        if self.ranking and not self.grades:
            raise _at("ranking", "没有评价等级，无法评分排名")
        return self

    def chain(self, kind: str, *, importance: Importance) -> tuple[ApprovalRule, ...]:
        """The links a matter of this weight passes, in order."""
        return tuple(
            step
            for step in self.chains[kind].steps
            if not step.only_for or importance in step.only_for
        )

    def cited(self) -> Iterator[tuple[str, Cited]]:
        """Every value with its path, down to approval links and points of a grade."""
        for name in type(self).model_fields:
            yield from _cited(name, getattr(self, name))


def _at(path: str, text: str) -> PydanticCustomError:
    """A mistake that shows only in the whole, with the place where to mend it."""
    return PydanticCustomError("whole", "{path}：{text}", {"path": path, "text": text})


def _cited(path: str, value: object) -> Iterator[tuple[str, Cited]]:
    if isinstance(value, Cited):
        yield path, value
    if isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from _cited(f"{path}.{name}", getattr(value, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _cited(f"{path}.{key}", item)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _cited(f"{path}.{getattr(item, 'key', index)}", item)
