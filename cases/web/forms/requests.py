"""What a lead unit asks for: 延期, 办结."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.web.forms.uploads import ManyFilesField, evidence_choices
from duban.web.forms import ServiceForm


class ExtensionForm(ServiceForm):
    spans = {"proposed_on": "half"}

    proposed_on = forms.DateField(
        label="申请延至",
        help_text="须晚于现期限。",
        error_messages={"required": "请填写申请延至的日期。"},
    )
    progress = forms.CharField(
        label="目前进展情况", max_length=3000, widget=forms.Textarea(attrs={"rows": 4})
    )
    reason = forms.CharField(
        label="延期的具体原因和理由", max_length=3000, widget=forms.Textarea(attrs={"rows": 4})
    )
    file = ManyFilesField(label="附件", required=False)


class ClosureForm(ServiceForm):
    """A draft may be empty; what must be there is asked at submission by the service."""

    spans = {"evidence_kind": "half"}
    owed = ("result",)
    owed_at_times = ("explanation",)

    result = forms.CharField(
        label="办理结果",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="对照办理要求逐项写明结果。",
    )
    explanation = forms.CharField(
        label="未按期完成的说明",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = ManyFilesField(label="佐证材料", required=False)
    evidence_kind = forms.ChoiceField(
        label="所选材料的类别",
        required=False,
        help_text="不同类别的材料请分次添加：选定后按“保存草稿”，再添加下一类。",
    )

    def __init__(
        self, *args: Any, evidence: dict[str, str], late: bool, clause: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if evidence:
            self.fields["evidence_kind"].choices = evidence_choices(evidence)
        else:
            del self.fields["evidence_kind"]
        cited = f"（{clause}）" if clause else ""
        self.fields["explanation"].help_text = (
            f"本事项已超过期限，请说明客观原因；评价等级须经批准认同{cited}。"
            if late
            else "按期完成的不必填写。"
        )
