"""约定时限、处理方案、退件、超时情形."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from cases.models import Assignment
from cases.web.forms.registration import UNIT_LIST, UnitField
from cases.web.forms.uploads import ManyFilesField
from duban.org.models import Office
from duban.web.forms import ServiceForm
from duban.web.widgets import DateInput

_DAY = "day_"


class AgreementForm(ServiceForm):
    """The lead's date, where none stands yet, its plan, and a day for each co-unit."""

    proposed_on = forms.DateField(
        label="办结时限",
        help_text="经督办科室确认后生效。",
        error_messages={"required": "请填写办结时限。"},
    )
    plan = forms.CharField(
        label="推进计划",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写明步骤和各步的时间。",
    )

    def __init__(
        self, *args: Any, dated: bool, co_units: Sequence[Assignment], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.spans = {"proposed_on": "half"}
        if dated:
            del self.fields["proposed_on"]
        for part in co_units:
            name = f"{_DAY}{part.pk}"
            self.fields[name] = forms.DateField(
                label=f"{part.unit.label}的时限",
                required=False,
                help_text=part.duty_text,
                widget=DateInput(),
            )
            self.spans[name] = "half"

    def co_days(self) -> dict[int, date]:
        said = self.cleaned_data.items()
        return {
            int(name.removeprefix(_DAY)): day for name, day in said if name.startswith(_DAY) and day
        }


class PlanForm(ServiceForm):
    spans = {"due_on": "half", "person": "half"}
    owed = ("content", "due_on", "person")

    due_on = forms.DateField(label="办结时限", required=False)
    person = forms.CharField(label="责任人", max_length=60, required=False)
    content = forms.CharField(
        label="处理方案",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写明复杂在何处、分几步解决、各步的时间。",
    )


class PlanAnswerForm(ServiceForm):
    """What the superior office said; it is no user of the system."""

    spans = {"answered_on": "half", "contact": "half"}

    approve = forms.ChoiceField(
        label="上级意见",
        choices=[("1", "同意，方案生效"), ("0", "不同意，退回修改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择上级是否同意。"},
    )
    answered_on = forms.DateField(label="答复日期")
    contact = forms.CharField(label="上级联系人", max_length=60)
    opinion = forms.CharField(
        label="意见内容",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="不同意的，须写明。",
    )
    file = ManyFilesField(label="上级答复文件", required=False)


class ObjectionRejectForm(ServiceForm):
    answer = forms.CharField(
        label="不同意的理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ObjectionUpholdForm(ServiceForm):
    spans = {"successor": "half", "responsible_person": "half", "due_on": "half"}

    successor = UnitField(label="改由承办的单位", required=False)
    responsible_person = forms.CharField(label="责任人", max_length=60, required=False)
    due_on = forms.DateField(
        label="新的时限",
        required=False,
        help_text="不填的，按原定的期限或天数，天数自新的送达次日起算。",
    )
    answer = forms.CharField(
        label="处理意见",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, office: Office, on: date, is_lead: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        field.office, field.on = office, on
        field.widget.attrs["list"] = UNIT_LIST
        if is_lead:
            field.required = True
            field.label = "新的牵头单位"
        else:
            field.help_text = "不填的，不再需要该单位协办。"


class FindingForm(ServiceForm):
    """A kind that the system cannot find by itself, with what happened."""

    kind = forms.ChoiceField(label="情形", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="具体情形", max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, kinds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds.items())
        if len(kinds) == 1:
            self.fields["kind"].initial = next(iter(kinds))


class ClearForm(ServiceForm):
    reason = forms.CharField(
        label="正当理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="认可后，本情形不再计入超时；记录和理由留存备查。",
    )
