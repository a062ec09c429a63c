"""特别复杂 and its 处理方案 (ZZ-2.3d to ZZ-2.3g)."""

from __future__ import annotations

from typing import Any

from cases import permissions
from cases.models import Case, HandlingPlan
from cases.services.attachments import attachment_add
from cases.services.handling_plans import (
    case_mark_complex,
    complex_bars,
    plan_record_answer,
    plan_submit,
)
from cases.web.access import (
    MatterForm,
    case_seen,
    require,
    require_now,
    require_step,
    require_step_now,
    row_seen,
)
from cases.web.buttons import label_of
from cases.web.due_preview import moved_place
from cases.web.forms.agreements import PlanAnswerForm, PlanForm
from cases.web.forms.staff import ReasonForm
from deadlines.sheet import long_day
from duban.web.parts import Fact


class MarkComplex(MatterForm):
    """认定特别复杂."""

    form_class = ReasonForm
    anchor = "agreements"
    success_message = "已认定，承办单位须在时限内提出处理方案；方案生效前原期限照常计算。"

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        require(permissions.is_supervisor(self.object, self.actor))

    def check_now(self) -> None:
        require_now(complex_bars(self.object))

    @property
    def case(self) -> Case:
        return self.object

    @property
    def heading(self) -> str:
        return self.object.step_of("mark_complex").label

    @property
    def submit_label(self) -> str:
        return self.heading

    def facts(self) -> list[Fact]:
        step, lead = self.object.step_of("mark_complex"), self.object.lead
        found = [Fact("牵头单位", lead.unit.name), Fact("现期限", long_day(lead.clock.due_on))]
        if step.quote:
            found.append(Fact("依据", step.quote, wide=True, note=step.clause))
        return found

    def perform(self, form: ReasonForm) -> str:
        case_mark_complex(
            case=self.object, reason=form.cleaned_data["reason"], by=self.actor, at=self.at
        )
        return self.back()


class _OfPlan(MatterForm):
    anchor = "agreements"
    object: HandlingPlan
    step = ""

    def prepare(self) -> None:
        self.object = row_seen(HandlingPlan, self.actor, self.kwargs["pk"])
        require_step(self.object, self.step, self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, self.step)

    @property
    def case(self) -> Case:
        return self.object.assignment.case

    @property
    def heading(self) -> str:
        return label_of(self.object, self.step)


class PlanSubmit(_OfPlan):
    """提出处理方案."""

    form_class = PlanForm
    submit_label = "提出方案"
    draft = "handling-plan"
    step = "submit"
    success_message = "处理方案已提出；生效前原期限照常计算。"

    def get_initial(self) -> dict[str, Any]:
        row = self.object
        return {"content": row.content, "due_on": row.due_on, "person": row.person}

    def facts(self) -> list[Fact]:
        row = self.object
        found = [
            Fact("认定理由", row.reason, wide=True),
            Fact("现期限", long_day(row.assignment.clock.due_on)),
        ]
        if row.clock and row.submitted_at is None:
            note = row.clock.computation.get("clause") or ""
            found.append(Fact("提出时限", long_day(row.clock.due_on), note=note))
        if row.external_opinion or row.decision:
            found.append(Fact("退回意见", row.external_opinion or row.decision, wide=True))
        return found

    def perform(self, form: PlanForm) -> str:
        said = form.cleaned_data
        plan_submit(
            plan=self.object,
            content=said["content"],
            due_on=said["due_on"],
            person=said["person"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        day = context["form"]["due_on"]
        return context | moved_place(self.object.assignment, day, actor=self.actor, at=self.at)


class PlanAnswer(_OfPlan):
    """登记上级意见: with date, contact and file (ZZ-2.3f)."""

    form_class = PlanAnswerForm
    heading = "登记上级意见"
    submit_label = "登记"
    step = "take_effect"
    success_message = "上级意见已登记。"

    def facts(self) -> list[Fact]:
        row = self.object
        return [
            Fact("责任单位", row.assignment.unit.name),
            Fact("现期限", long_day(row.assignment.clock.due_on)),
            Fact("方案办结时限", long_day(row.due_on)),
            Fact("责任人", row.person),
            Fact("处理方案", row.content, wide=True),
        ]

    def perform(self, form: PlanAnswerForm) -> str:
        said = form.cleaned_data
        for upload in said["file"]:
            attachment_add(case=self.case, upload=upload, by=self.actor, at=self.at)
        plan_record_answer(
            plan=self.object,
            approve=said["approve"] == "1",
            answered_on=said["answered_on"],
            contact=said["contact"],
            opinion=said["opinion"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()
