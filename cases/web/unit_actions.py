"""What a unit does with its part: 签收, 反馈, 延期, 办结申请, 报告完成, 回执, 回复."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from cases import permissions
from cases.models import (
    Case,
    Extension,
    Notice,
)
from cases.services.assignments import assignment_acknowledge, assignment_report_done
from cases.services.attachments import attachment_add
from cases.services.extensions import extension_answer, extension_withdraw
from cases.services.feedback import (
    feedback_no_change,
)
from cases.services.notices import notice_receipt, notice_reply
from cases.web.access import (
    AssignmentForm,
    MatterAction,
    MatterForm,
    assignment_seen,
    case_url,
    require,
    require_step,
    require_step_now,
    row_seen,
)
from cases.web.forms.reports import ReplyForm, ReportDoneForm
from duban.web.parts import Fact


class Acknowledge(MatterAction):
    """签收."""

    success_message = "已签收。"

    def perform(self) -> str:
        row = assignment_seen(self.actor, self.kwargs["pk"])
        assignment_acknowledge(
            assignment=row,
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
            responsible_person=self.request.POST.get("responsible_person", "")[:60],
        )
        return case_url(row.case)


class NoChange(MatterAction):
    """无变化: one tap."""

    success_message = "已报送“无变化”。"

    def perform(self) -> str:
        row = assignment_seen(self.actor, self.kwargs["pk"])
        feedback_no_change(assignment=row, by=self.actor, at=self.at)
        return case_url(row.case, "feedback")


class ReportDone(AssignmentForm):
    """报告完成 of a co-unit."""

    form_class = ReportDoneForm
    heading = "报告完成"
    submit_label = "报告完成"
    draft = "report-done"
    anchor = "parties"

    def judge(self) -> None:
        require(permissions.works_for(self.object, self.actor))

    def check_now(self) -> None:
        require_step_now(self.object, "report_done")

    def facts(self) -> list[Fact]:
        return [
            Fact("协办职责", self.object.duty_text, wide=True),
            Fact("期限", self.object.clock.due_on if self.object.clock else ""),
        ]

    def perform(self, form: ReportDoneForm) -> str:
        for upload in form.cleaned_data["file"]:
            _attach(self, upload)
        assignment_report_done(
            assignment=self.object,
            result=form.cleaned_data["result"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class ExtensionAnswer(MatterAction):
    """The answer to another date."""

    success_message = "已答复。"

    def perform(self) -> str:
        row = row_seen(Extension, self.actor, self.kwargs["pk"])
        extension_answer(
            extension=row,
            accept=self.request.POST.get("accept") == "1",
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return case_url(row.assignment.case, "times")


class ExtensionWithdraw(MatterAction):
    success_message = "延期申请已撤回，原期限不变。"

    def perform(self) -> str:
        row = row_seen(Extension, self.actor, self.kwargs["pk"])
        extension_withdraw(extension=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.assignment.case, "times")


class NoticeReceipt(MatterAction):
    """回执."""

    success_message = "已回执。"

    def perform(self) -> str:
        row = row_seen(Notice, self.actor, self.kwargs["pk"])
        notice_receipt(notice=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.case, "papers")


class NoticeReply(MatterForm):
    """回复."""

    form_class = ReplyForm
    heading = "回复文书"
    submit_label = "回复"
    draft = "notice-reply"
    anchor = "papers"

    def prepare(self) -> None:
        self.object = row_seen(Notice, self.actor, self.kwargs["pk"])
        require_step(self.object, "give_reply", self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, "give_reply")

    @property
    def case(self) -> Case:
        return self.object.case

    def facts(self) -> list[Fact]:
        row = self.object
        number = row.document.number_text if row.document else ""
        return [
            Fact("文书", f"{row.get_kind_display()}　{number}"),
            Fact("回复期限", row.clock.due_on if row.clock else "未规定"),
            Fact("内容", row.content, wide=True),
        ]

    def perform(self, form: ReplyForm) -> str:
        for upload in form.cleaned_data["file"]:
            _attach(self, upload)
        notice_reply(
            notice=self.object,
            reply=form.cleaned_data["reply"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


def _attach(page: MatterForm, upload: UploadedFile) -> None:
    attachment_add(case=page.case, upload=upload, by=page.actor, at=page.at)
