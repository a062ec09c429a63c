"""What a unit writes: 反馈, 报告完成, 回复."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.models import FeedbackKind
from cases.services.feedback import Words
from cases.web.forms.uploads import ManyFilesField
from duban.web.forms import ServiceForm

# What each kind is for, in the words of the regulations.
KIND_HINTS = {
    FeedbackKind.INITIAL: "初报：首次反馈",
    FeedbackKind.FOLLOW_UP: "续报：办理进展",
    FeedbackKind.VERIFIED: "核报：办理结果",
    FeedbackKind.DIFFICULTY: "困难报告：遇到困难，提出建议",
}


class FeedbackForm(ServiceForm):
    """Kinds that are not lawful now are not offered; the rest is judged by the service."""

    spans = {"expected_on": "half", "expected_person": "half"}
    owed = ("content",)
    owed_at_times = ("problem", "proposal")

    kind = forms.ChoiceField(label="反馈类别", widget=forms.RadioSelect)
    content = forms.CharField(
        label="进展情况",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    problem = forms.CharField(
        label="存在困难和问题",
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="困难报告必填。",
    )
    proposal = forms.CharField(
        label="下一步意见建议",
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="困难报告必填。",
    )
    finished = forms.BooleanField(label="本单位工作已办理完毕", required=False)
    expected_on = forms.DateField(label="预计完成日期", required=False)
    expected_person = forms.CharField(label="责任人", max_length=60, required=False)
    file = ManyFilesField(label="附件", required=False)

    def __init__(self, *args: Any, kinds: dict[str, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            (kind, hint) for kind, hint in KIND_HINTS.items() if not kinds.get(kind)
        ]

    def words(self) -> Words:
        return Words(**{name: self.cleaned_data[name] for name in Words.__dataclass_fields__})


class ReportDoneForm(ServiceForm):
    result = forms.CharField(
        label="完成情况",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="对照协办职责写明完成了什么、结果如何。",
    )
    file = ManyFilesField(label="附件", required=False)


class ReplyForm(ServiceForm):
    reply = forms.CharField(
        label="回复内容", max_length=3000, widget=forms.Textarea(attrs={"rows": 6})
    )
    file = ManyFilesField(label="附件", required=False)
