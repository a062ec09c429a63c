from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from deadlines.models import Obligation
from deadlines.obligation_selectors import STATES, Asked, Choices
from duban.org.models import Unit
from duban.web.forms import ServiceForm


class ReportForm(ServiceForm):
    """报送登记: what was handed in or done; the day and the paper only where somebody may choose."""

    spans = {"paper": "half", "on": "half"}

    paper = forms.ChoiceField(label="材料")
    on = forms.DateField(label="日期")
    content = forms.CharField(
        label="内容", max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(
        self, *args: Any, papers: Iterable[str], may_date: bool, date_help: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = [(paper, paper) for paper in papers]
        self.fields["on"].help_text = date_help
        if not papers:
            del self.fields["paper"]
        if not may_date:
            del self.fields["on"]


class WaiveForm(ServiceForm):
    reason = forms.CharField(
        label="豁免理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="本期不必报送的原因，责任单位可以看到。",
    )


class FilterForm(ServiceForm):
    """Every filter is optional; one that does not parse is left out."""

    state = forms.ChoiceField(label="状态", required=False, choices=list(STATES.items()))
    whose = forms.ChoiceField(label="类别", required=False)
    kind = forms.ChoiceField(label="义务", required=False)
    period = forms.ChoiceField(label="所属期", required=False)
    unit = forms.TypedChoiceField(label="单位", required=False, coerce=int, empty_value=None)
    due_from = forms.DateField(label="期限自", required=False)
    due_to = forms.DateField(label="期限至", required=False)

    def __init__(
        self,
        *args: Any,
        whose: Choices,
        kinds: Choices,
        periods: Choices,
        units: Iterable[Unit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"].choices = [("", "全部"), *whose]
        self.fields["kind"].choices = [("", "全部"), *kinds]
        self.fields["period"].choices = [("", "全部"), *periods]
        named = [(unit.pk, unit.label) for unit in units]
        self.fields["unit"].choices = [("", "全部"), *named]
        if not named:
            del self.fields["unit"]

    def asked(self) -> Asked:
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return Asked(**found)


def may_choose_day(row: Obligation, *, administers: bool) -> bool:
    """A unit's own report counts on the day it is sent; a visit or meeting on the day it was."""
    return administers or row.counted == "days"
