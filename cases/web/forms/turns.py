"""What is asked for when a matter is to rest, to end, or to begin anew."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from cases.models import Assignment
from duban.web.forms import ServiceForm
from duban.web.widgets import DateInput


def _words(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=3000, widget=forms.Textarea(attrs={"rows": 4}), **options
    )


class SuspensionForm(ServiceForm):
    spans = {"expected_on": "half"}

    reason = _words("缓办理由", help_text="写明暂时不能办理的客观原因。")
    expected_on = forms.DateField(
        label="预计恢复日期",
        required=False,
        widget=DateInput(),
        help_text="到期后列入督办科室的待办；恢复办理前不计期限。",
    )


class TerminationForm(ServiceForm):
    progress = _words("目前进展情况")
    reason = _words("终止的具体原因和理由")
    reply = _words("答复意见", help_text="批准后发给交办领导，并作为终止的答复记入本事项。")

    def __init__(self, *args: Any, by_unit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["progress"].required = by_unit


class ReopeningForm(ServiceForm):
    spans = {"due_on": "half"}

    reason = _words("重新办理的理由", help_text="写明发现的问题，如回头看、再检查的情况。")
    due_on = forms.DateField(label="重新办理的期限", required=False, widget=DateInput())
    parts = forms.MultipleChoiceField(
        label="一并重新办理的协办单位", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, co_units: list[Assignment], by_limit: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        due = self.fields["due_on"]
        due.required = not by_limit
        due.help_text = "不填写的，自批准次日起按本事项的规定时限计算。" if by_limit else ""
        if not co_units:
            del self.fields["parts"]
            return
        self.fields["parts"].choices = [(part.pk, part.unit.label) for part in co_units]
        self.fields["parts"].help_text = "牵头单位重新办理；未选的协办单位保留原来的结论。"


class ResumeForm(ServiceForm):
    reason = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class CorrectReceiptForm(ServiceForm):
    """The new day, the reason, and, once the result has been shown, the confirmation."""

    spans = {"received_on": "half"}

    received_on = forms.DateField(
        label="实际收到日期", help_text="以送达回证、签收簿等凭证为准。", widget=DateInput()
    )
    reason = forms.CharField(
        label="更正理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    confirmed = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()
