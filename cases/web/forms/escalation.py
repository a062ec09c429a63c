"""What is written when a rung is taken, asked for, or left."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.web.forms.staff import NoticeForm
from duban.web.forms import ServiceForm
from duban.web.widgets import DateInput


class RequestForm(NoticeForm):
    """报请: the reasons, as the leader reads them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["content"]
        field.label = "报请理由"
        field.help_text = "审批人看到的内容；事实部分由系统依据记录列出，另附。"


class HandOverForm(ServiceForm):
    spans = {"to": "half", "on": "half"}

    to = forms.CharField(label="移送单位", max_length=100, help_text="有权作出处理决定的机关。")
    on = forms.DateField(label="移送日期", widget=DateInput())
    note = forms.CharField(
        label="备注", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
