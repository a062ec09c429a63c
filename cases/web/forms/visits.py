"""What is written about visits, special inspections, and who answers inside a unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from cases.models import NamedLayer, VisitKind
from duban.org.models import Post, Unit
from duban.web.forms import ServiceForm

Grouped = list[tuple[str, list[tuple[int, str]]]]


def said(post: Post) -> str:
    return f"{post.user.name}（{post.unit.label}{post.title}）"


class VisitForm(ServiceForm):
    spans = {"kind": "half", "planned_on": "half"}

    kind = forms.ChoiceField(
        label="方式",
        choices=VisitKind.choices,
        widget=forms.RadioSelect,
        help_text="暗访不发通知，结果公布前被查单位在系统中查不到。",
    )
    planned_on = forms.DateField(label="计划日期")
    unit = forms.TypedChoiceField(label="被查单位", coerce=int)
    plan = forms.CharField(
        label="检查内容", max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )
    members = forms.TypedMultipleChoiceField(
        label="检查人员",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="被选中的人员能看到本次检查，并可登记检查情况。",
    )

    def __init__(
        self, *args: Any, units: Sequence[Unit], posts: Sequence[Post], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "请选择"), *((u.pk, u.name) for u in units)]
        self.fields["members"].choices = [(post.pk, said(post)) for post in posts]
        self.fields["planned_on"].widget.attrs["min"] = today.isoformat()


class VisitRecordForm(ServiceForm):
    spans = {"visited_on": "half"}

    visited_on = forms.DateField(label="检查日期")
    result = forms.CharField(
        label="检查情况",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写明看到的情况和发现的问题。",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visited_on"].widget.attrs["max"] = today.isoformat()


class VisitCancelForm(ServiceForm):
    reason = forms.CharField(
        label="取消原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class InspectionPlanForm(ServiceForm):
    spans = {"starts_on": "half", "ends_on": "half"}

    title = forms.CharField(label="专项督查名称", max_length=200)
    starts_on = forms.DateField(label="开始日期")
    ends_on = forms.DateField(label="结束日期")
    content = forms.CharField(
        label="督查内容和方式", max_length=5000, widget=forms.Textarea(attrs={"rows": 8})
    )


class HandOverForm(ServiceForm):
    """Who answers for the part inside the unit; labels are the pack's."""

    spans = {layer: "half" for layer in NamedLayer.values}

    def __init__(
        self, *args: Any, labels: dict[str, str], posts: Sequence[Post], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", "不变"),
            *((post.pk, f"{post.user.name}（{post.title}）") for post in posts),
        ]
        for layer in NamedLayer.values:
            self.fields[layer] = forms.TypedChoiceField(
                label=labels[layer], coerce=int, empty_value=None, required=False, choices=choices
            )
            self.fields[layer].is_owed = self.fields[layer].is_owed_at_times = False
