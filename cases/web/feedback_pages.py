"""反馈: the form a unit reports with, and its kept draft."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cases import permissions
from cases.models import Assignment, Case, Feedback
from cases.services.attachments import attachment_add
from cases.services.feedback import feedback_discard, feedback_draft, feedback_submit
from cases.web.access import (
    MatterAction,
    MatterForm,
    assignment_seen,
    case_url,
    require,
    require_now,
    require_step_now,
    row_seen,
)
from cases.web.forms.reports import FeedbackForm
from cases.web.lawful import earlier_kinds, lawful_kinds
from duban.web.parts import Fact


class _FeedbackPage(MatterForm):
    template_name = "cases/feedback_form.html"
    form_class = FeedbackForm
    submit_label = "报送"
    draft = "feedback"
    anchor = "feedback"
    part: Assignment
    row: Feedback | None = None

    @property
    def case(self) -> Case:
        return self.part.case

    def check_now(self) -> None:
        _, bars = self._kinds()
        require_now({"": bars})

    def _kinds(self) -> tuple[dict[str, list[str]], list[str]]:
        if not hasattr(self, "_lawful"):
            self._lawful = lawful_kinds(self.part, earlier_kinds(self.part), at=self.at)
        return self._lawful

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kinds": self._kinds()[0]}

    def facts(self) -> list[Fact]:
        found = [Fact("办理要求", self.case.task, wide=True)]
        if self.part.duty_text:
            found.append(Fact("本单位职责", self.part.duty_text, wide=True))
        if self.part.clock:
            found.append(Fact("期限", self.part.clock.due_on))
        return found

    def perform(self, form: FeedbackForm) -> str:
        row = feedback_draft(
            assignment=self.part,
            words=form.words(),
            by=self.actor,
            at=self.at,
            feedback=self.row,
            expect=self.expected_version() if self.row else None,
        )
        for upload in form.cleaned_data["file"]:
            attachment_add(case=self.case, upload=upload, by=self.actor, at=self.at, feedback=row)
        if self.request.POST.get("submit_as") != "draft":
            feedback_submit(feedback=row, by=self.actor, at=self.at)
        return case_url(self.case, "feedback")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        last = self.part.feedback.sent().exclude(content="").order_by("-submitted_at").first()
        return super().get_context_data(
            **{
                "last": last,
                "kept_files": list(self.row.attachments.all()) if self.row else [],
                "extra_submits": [("draft", "保存草稿")],
                **kwargs,
            }
        )


class FeedbackNew(_FeedbackPage):
    """反馈: starts from what the unit said last."""

    heading = "报送反馈"

    def prepare(self) -> None:
        self.part = assignment_seen(self.actor, self.kwargs["pk"])
        require(permissions.works_for(self.part, self.actor))

    def stale_subject(self) -> None:
        return None

    def get_initial(self) -> dict[str, Any]:
        lawful = [kind for kind, against in self._kinds()[0].items() if not against]
        kind = next((k for k in ("initial_report", "follow_up_report") if k in lawful), "")
        if kind == "initial_report" and earlier_kinds(self.part):
            kind = "follow_up_report"
        last = self.part.feedback.sent().order_by("-submitted_at").first()
        text = ""
        if last is not None and self.request.GET.get("from") == "last":
            text = last.content
        person = last.expected_person if last and last.expected_person else ""
        expected = last.expected_on if last else None
        return {
            "kind": kind,
            "content": text,
            "expected_on": expected
            if expected and expected >= timezone.localdate(self.at)
            else None,
            "expected_person": person or self.part.responsible_person,
        }


class FeedbackEdit(_FeedbackPage):
    """A kept draft."""

    heading = "继续填写反馈"

    def prepare(self) -> None:
        self.row = row_seen(Feedback, self.actor, self.kwargs["pk"])
        require(permissions.reports(self.row, self.actor))
        self.part = self.row.assignment

    def check_now(self) -> None:
        super().check_now()
        require_step_now(self.row, "submit")

    def stale_subject(self) -> Feedback | None:
        return self.row

    def get_initial(self) -> dict[str, Any]:
        names = (
            "kind",
            "content",
            "finished",
            "expected_on",
            "expected_person",
            "problem",
            "proposal",
        )
        return {name: getattr(self.row, name) for name in names}


class FeedbackDiscard(MatterAction):
    success_message = "草稿已删除。"

    def perform(self) -> str:
        row = row_seen(Feedback, self.actor, self.kwargs["pk"])
        feedback_discard(feedback=row, by=self.actor)
        return case_url(row.assignment.case, "feedback")
