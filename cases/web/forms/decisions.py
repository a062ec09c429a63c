"""A decision in an approval chain; which fields there are follows from the link."""

from __future__ import annotations

from typing import Any

from django import forms

from duban.rulepacks.schema import Grade
from duban.web.forms import ServiceForm
from duban.web.widgets import DateInput


class DecisionForm(ServiceForm):
    spans = {"counter_on": "half"}
    owed_at_times = ("opinion",)

    opinion = forms.CharField(
        label="意见",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不同意的，须写明意见。",
    )

    def __init__(
        self, *args: Any, grades: dict[str, Grade], counter_help: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if grades:
            self._add_grades(grades)
        if counter_help:
            self.fields["counter_on"] = forms.DateField(
                label="另提日期",
                required=False,
                help_text=counter_help,
                widget=DateInput(),
            )

    def _add_grades(self, grades: dict[str, Grade]) -> None:
        self.fields["grade"] = forms.ChoiceField(
            label="评价等级",
            required=False,
            widget=forms.RadioSelect,
            choices=[(key, grade.label) for key, grade in grades.items()],
        )
        reasons = [
            (key, f"{grade.label}：{code.label}")
            for grade in grades.values()
            for key, code in grade.reasons.items()
        ]
        if reasons:
            self.fields["grade_reason"] = forms.ChoiceField(
                label="所属情形", required=False, choices=[("", "（不选）"), *reasons]
            )

    def value(self, name: str) -> Any:
        """What was chosen; "" where the link asks for no such thing."""
        return self.cleaned_data.get(name) or ""
