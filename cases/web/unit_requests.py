"""What a lead unit asks for: 延期, 办结."""

from __future__ import annotations

from typing import Any

from cases import permissions
from cases.models import Case, ClosureRequest, ClosureState
from cases.services.attachments import attachment_add
from cases.services.closures import closure_draft, closure_submit, closure_withdraw
from cases.services.extension_rules import extension_bars
from cases.services.extensions import extension_request
from cases.web.access import (
    AssignmentForm,
    MatterAction,
    MatterForm,
    case_seen,
    case_url,
    require,
    require_now,
    require_step_now,
    row_seen,
)
from cases.web.detail_facts import evidence_labels
from cases.web.due_preview import moved_place
from cases.web.forms.requests import ClosureForm, ExtensionForm
from cases.web.lawful import waiting_co_units
from deadlines.sheet import long_day
from duban.web.parts import Fact


class ExtensionNew(AssignmentForm):
    """申请延期: shows the date that stands, and how often it may still be moved."""

    form_class = ExtensionForm
    heading = "申请延期"
    submit_label = "提出申请"
    draft = "extension"
    anchor = "times"
    success_message = "延期申请已提出，批复前原期限不变。"

    def judge(self) -> None:
        require(permissions.leads(self.object, self.actor))

    def check_now(self) -> None:
        require_now(extension_bars(self.object, at=self.at))

    def stale_subject(self) -> None:
        """A request creates a row; what it rests on is judged by the service."""

    def get_initial(self) -> dict[str, Any]:
        last = self.object.feedback.sent().exclude(content="").order_by("-submitted_at").first()
        return {"progress": last.content if last else ""}

    def facts(self) -> list[Fact]:
        clock, policy = self.object.clock, self.case.pack.extension
        granted = self.object.extensions.filter(state="granted").count()
        found = [Fact("现期限", long_day(clock.due_on), note="暂定" if clock.provisional else "")]
        if clock.is_extended:
            found.append(Fact("原期限", f"{clock.original_due_at:%Y-%m-%d}前"))
        if policy:
            left = max(policy.max_times - granted, 0)
            found.append(
                Fact("延期次数", f"已延期 {granted} 次，还可申请 {left} 次", note=policy.clause)
            )
        rules = self.case.pack.chain("extension", importance=self.case.importance)
        found.append(Fact("审批环节", " → ".join(rule.label for rule in rules)))
        return found

    def perform(self, form: ExtensionForm) -> str:
        said = form.cleaned_data
        extension = extension_request(
            assignment=self.object,
            proposed_on=said["proposed_on"],
            progress=said["progress"],
            reason=said["reason"],
            by=self.actor,
            at=self.at,
        )
        for upload in said["file"]:
            attachment_add(
                case=self.case, upload=upload, by=self.actor, at=self.at, extension=extension
            )
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        day = context["form"]["proposed_on"]
        return context | moved_place(self.object, day, actor=self.actor, at=self.at)


class ClosureNew(MatterForm):
    """办结申请: result, the reason where late, evidence; kept as a draft until submitted."""

    template_name = "cases/closure_form.html"
    form_class = ClosureForm
    heading = "申请办结"
    submit_label = "提出办结申请"
    draft = "closure"
    anchor = "chains"
    row: ClosureRequest | None

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        lead = self.object.lead
        require(lead is not None and permissions.leads(lead, self.actor))
        self.row = self.object.closure_requests.filter(state=ClosureState.DRAFT).first()

    def check_now(self) -> None:
        require_step_now(self.object.lead, "apply_for_closure")
        require_now({"": waiting_co_units(self.object)})

    @property
    def case(self) -> Case:
        return self.object

    def stale_subject(self) -> ClosureRequest | None:
        return self.row

    @property
    def is_late(self) -> bool:
        lead = self.object.lead
        clock = lead.clock
        return clock is not None and not lead.is_to_agree and clock.is_late(self.at)

    def get_form_kwargs(self) -> dict[str, Any]:
        graded = [g for g in self.case.pack.grades.values() if g.late_needs_approval]
        return {
            **super().get_form_kwargs(),
            "evidence": evidence_labels(self.case),
            "late": self.is_late,
            "clause": graded[0].clause if graded else "",
        }

    def get_initial(self) -> dict[str, Any]:
        """The draft, or what the last request said: a refusal is not a reason to type it again."""
        row = self.row or self.object.closure_requests.order_by("-pk").first()
        return {"result": row.result, "explanation": row.explanation} if row else {}

    def facts(self) -> list[Fact]:
        clock = self.object.lead.clock
        found = [Fact("办理要求", self.case.task, wide=True)]
        if clock is not None:
            found.append(
                Fact("期限", long_day(clock.due_on), note="已超过" if self.is_late else "")
            )
        rules = self.case.pack.chain("closure", importance=self.case.importance)
        found.append(Fact("审批环节", " → ".join(rule.label for rule in rules)))
        return found

    def perform(self, form: ClosureForm) -> str:
        said = form.cleaned_data
        row = closure_draft(
            case=self.object,
            result=said["result"],
            explanation=said["explanation"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version() if self.row else None,
        )
        for upload in said["file"]:
            attachment_add(
                case=self.case,
                upload=upload,
                by=self.actor,
                at=self.at,
                closure=row,
                evidence_kind=said.get("evidence_kind") or "",
            )
        if self.request.POST.get("submit_as") == "draft":
            return self.request.path
        closure_submit(closure=row, by=self.actor, at=self.at)
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "kept_files": list(self.row.attachments.all()) if self.row else [],
                "evidence_labels": evidence_labels(self.case),
                "grades": self.case.pack.grades,
                "extra_submits": [("draft", "保存草稿")],
                **kwargs,
            }
        )


class ClosureWithdraw(MatterAction):
    success_message = "办结申请已撤回，请继续办理。"

    def perform(self) -> str:
        row = row_seen(ClosureRequest, self.actor, self.kwargs["pk"])
        closure_withdraw(closure=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.case, "chains")
