"""What the supervising section does with a matter that runs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cases import permissions
from cases.models import Case, Feedback
from cases.services.assignments import (
    assignment_accept,
    assignment_register_receipt,
    assignment_return_for_rework,
    assignment_waive,
)
from cases.services.cases import case_strike_off
from cases.services.feedback import feedback_accept, feedback_return
from cases.web.access import (
    AssignmentForm,
    MatterAction,
    MatterForm,
    assignment_seen,
    case_seen,
    case_url,
    require,
    require_now,
    require_step,
    require_step_now,
    row_seen,
)
from cases.web.buttons import label_of
from cases.web.forms.staff import (
    FeedbackReturnForm,
    ReasonForm,
    ReceiptForm,
    StrikeOffForm,
)
from duban.web.parts import Fact


class RegisterReceipt(AssignmentForm):
    """登记纸质送达: the date on the paper starts the clock (CZ-3.1c)."""

    form_class = ReceiptForm
    heading = "登记纸质送达"
    submit_label = "登记"
    anchor = "parties"
    success_message = "已登记送达，时限自次日起算。"

    def judge(self) -> None:
        require(permissions.supervises(self.object, self.actor))

    def check_now(self) -> None:
        require_step_now(self.object, "deliver")
        if self.case.assigned_at is None:
            require_now({"": ["本事项尚未交办，不能登记送达。"]})

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "today": timezone.localdate(self.at)}

    def facts(self) -> list[Fact]:
        assigned = self.case.assigned_at
        return [
            Fact("承办单位", self.object.unit.name),
            Fact("交办日期", f"{timezone.localdate(assigned)}" if assigned else ""),
        ]

    def perform(self, form: ReceiptForm) -> str:
        assignment_register_receipt(
            assignment=self.object,
            received_on=form.cleaned_data["received_on"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class Accept(MatterAction):
    """认可完成."""

    success_message = "已认可完成。"

    def perform(self) -> str:
        row = assignment_seen(self.actor, self.kwargs["pk"])
        assignment_accept(assignment=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.case, "parties")


class _WithReason(AssignmentForm):
    form_class = ReasonForm
    anchor = "parties"
    step = ""

    def judge(self) -> None:
        # The lead's part is accepted and returned by the closure chain only.
        require(permissions.supervises(self.object, self.actor) and not self.object.is_lead)

    def check_now(self) -> None:
        require_step_now(self.object, self.step)

    @property
    def heading(self) -> str:
        return label_of(self.object, self.step)

    @property
    def submit_label(self) -> str:
        return self.heading

    def facts(self) -> list[Fact]:
        row = self.object
        found = [
            Fact("承办单位", row.unit.name),
            Fact("状态", row.get_state_display()),
            Fact("协办职责", row.duty_text, wide=True),
        ]
        if row.result:
            found.append(Fact("报告的完成情况", row.result, wide=True))
        return found


class Rework(_WithReason):
    """退回重办: the clock as it was."""

    step = "return_for_rework"
    success_message = "已退回重办，时限照常计算。"

    def perform(self, form: ReasonForm) -> str:
        assignment_return_for_rework(
            assignment=self.object,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class Waive(_WithReason):
    """免予完成."""

    step = "waive"
    success_message = "已免予完成。"

    def perform(self, form: ReasonForm) -> str:
        assignment_waive(
            assignment=self.object,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class FeedbackAccept(MatterAction):
    """采纳."""

    success_message = "已采纳。"

    def perform(self) -> str:
        row = row_seen(Feedback, self.actor, self.kwargs["pk"])
        feedback_accept(feedback=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.assignment.case, "feedback")


class FeedbackReturn(MatterForm):
    """退回反馈."""

    form_class = FeedbackReturnForm
    heading = "退回反馈"
    submit_label = "退回"
    anchor = "feedback"
    success_message = "已退回。"

    def prepare(self) -> None:
        self.object = row_seen(Feedback, self.actor, self.kwargs["pk"])
        require_step(self.object, "send_back", self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, "send_back")

    @property
    def case(self) -> Case:
        return self.object.assignment.case

    def facts(self) -> list[Fact]:
        row = self.object
        return [
            Fact("单位", row.assignment.unit.name),
            Fact("类别", row.get_kind_display()),
            Fact("内容", row.content, wide=True),
        ]

    def perform(self, form: FeedbackReturnForm) -> str:
        feedback_return(
            feedback=self.object,
            reply=form.cleaned_data["reply"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class StrikeOff(MatterForm):
    """销号: each part's result against its task, then signed off (LZ-B-7b)."""

    template_name = "cases/strike_off.html"
    form_class = StrikeOffForm
    heading = "销号"
    submit_label = "销号"
    success_message = "已销号。"

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        require_step(self.object, "strike_off", self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, "strike_off")

    @property
    def case(self) -> Case:
        return self.object

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "parties": self.object.parties}

    def perform(self, form: StrikeOffForm) -> str:
        case_strike_off(
            case=self.object,
            confirmed=[int(pk) for pk in form.cleaned_data["confirmed"]],
            note=form.cleaned_data["note"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()
