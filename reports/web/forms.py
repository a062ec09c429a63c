from __future__ import annotations

from django import forms

from duban.web.forms import ServiceForm
from reports.models import Scope


class TextsForm(ServiceForm):
    intro = forms.CharField(
        label="导语",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="通报的开头一段，写明依据。",
    )
    requirements = forms.CharField(
        label="工作要求",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="每行一段。数据由系统按台账生成，不在此填写。",
    )
    scope = forms.ChoiceField(
        label="通报范围",
        choices=Scope.choices,
        widget=forms.RadioSelect,
        help_text="发布后哪些单位可以查看；督查机构和领导始终可以查看。",
    )


class DecisionForm(ServiceForm):
    opinion = forms.CharField(
        label="意见",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="退回的须写明意见。",
    )


class CorrectionForm(ServiceForm):
    note = forms.CharField(
        label="更正说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明何处有误、因何更正，将印在更正后的通报上。原通报内容和期号保留。",
    )
