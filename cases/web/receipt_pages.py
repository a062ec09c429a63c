"""更正收到日期, in two steps: the date that results is shown before anything is changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from cases import permissions
from cases.services.receipts import (
    assignment_correct_receipt,
    receipt_bars,
    receipt_corrected_preview,
)
from cases.web.access import AssignmentForm, require, require_now
from cases.web.forms.turns import CorrectReceiptForm
from deadlines.sheet import due_text, long_day
from duban.ledger.errors import RuleViolation
from duban.web.forms import add_reasons
from duban.web.parts import Fact


class CorrectReceipt(AssignmentForm):
    template_name = "cases/receipt_correction.html"
    form_class = CorrectReceiptForm
    anchor = "times"
    success_message = "收到日期已更正，期限已重新计算。"
    confirming = False

    def judge(self) -> None:
        require(permissions.supervises(self.object, self.actor))

    def check_now(self) -> None:
        require_now(receipt_bars(self.object))

    @property
    def heading(self) -> str:
        return self.object.step_of("correct_receipt").label

    @property
    def submit_label(self) -> str:
        return "确认更正" if self.confirming else "查看更正后的期限"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "today": timezone.localdate(self.at)}

    def facts(self) -> list[Fact]:
        row = self.object
        return [
            Fact("承办单位", row.unit.name),
            Fact("登记的收到日期", long_day(timezone.localdate(row.delivered_at))),
            Fact("现期限", long_day(row.clock.due_on)),
        ]

    def form_valid(self, form: CorrectReceiptForm) -> HttpResponse:
        said = form.cleaned_data
        if said["confirmed"] == said["received_on"]:
            return super().form_valid(form)
        try:
            found = receipt_corrected_preview(
                assignment=self.object,
                received_on=said["received_on"],
                reason=said["reason"],
                at=self.at,
            )
        except RuleViolation as error:
            add_reasons(form, error)
            return self._again(form, status=409)
        self.confirming = True
        form.data = form.data.copy()
        form.data["confirmed"] = said["received_on"].isoformat()
        same = found.computation.due_at == self.object.clock.due_at
        result = due_text(found.computation) + ("（与现期限相同）" if same else "")
        context = self.get_context_data(form=form, result=result)
        return self.render_to_response(context)

    def perform(self, form: CorrectReceiptForm) -> str:
        said = form.cleaned_data
        assignment_correct_receipt(
            assignment=self.object,
            received_on=said["received_on"],
            reason=said["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()
