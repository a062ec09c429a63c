"""What the supervising section writes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from cases.models import Assignment
from duban.web.forms import ServiceForm


class ReceiptForm(ServiceForm):
    spans = {"received_on": "half"}

    received_on = forms.DateField(
        label="收到日期", help_text="以承办单位在送达回证上签注的日期为准；期限自次日起算。"
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()


class ReasonForm(ServiceForm):
    """A reason in one field, whose name is that of the service's argument."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


class FeedbackReturnForm(ServiceForm):
    reply = forms.CharField(
        label="退回理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明需要补充或更正的内容；已报送的内容保留备查。",
    )


class NoticeForm(ServiceForm):
    content = forms.CharField(
        label="内容和要求",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="写入正文。标题、文号、承办情况表、回复期限和依据由系统生成。",
    )

    def __init__(self, *args: Any, over: str = "", **kwargs: Any) -> None:
        """`over`: why nothing more should be sent this week; then it takes a reason."""
        super().__init__(*args, **kwargs)
        if over:
            self.fields["over_reason"] = forms.CharField(
                label="仍要发送的理由",
                max_length=200,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=over,
            )


class StrikeOffForm(ServiceForm):
    """Each part is checked against its task (LZ-B-7b)."""

    confirmed = forms.MultipleChoiceField(
        label="逐项核对",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请逐项核对任务与结果。"},
    )
    note = forms.CharField(
        label="备注", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, parties: list[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].choices = [
            (party.pk, f"{party.unit.label}的结果与任务相符") for party in parties
        ]
