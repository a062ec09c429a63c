"""登记: the matter and its units. Units are typed by full name, short name or alias."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.domain.drafts import DAY_UNITS, FARTHEST, Facts, Party
from cases.models import Case, Channel, Importance
from duban.org.models import Office, Post, Unit
from duban.org.roles import LEADERS
from duban.org.selectors import unit_named
from duban.rulepacks.schema import Pack
from duban.web.forms import ServiceForm

UNIT_LIST = "units-known"
_FACTS = (
    "title",
    "heading",
    "task",
    "source",
    "basis",
    "basis_on",
    "importance",
    "urgency",
    "due_on",
    "due_count",
    "due_unit",
    "due_basis",
    "due_citation",
    "collective_units",
    "not_secret",
)

OWED = ("task", "source", "basis", "due_basis", "lead_unit", "not_secret")


class UnitField(forms.CharField):
    """A unit of the office's tree by any of its names; one that is living goes before one abolished."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": UNIT_LIST, "autocomplete": "off", "placeholder": "全称、简称或别名"}
        super().__init__(max_length=120, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.office: Office | None = None
        self.on: date | None = None

    def clean(self, value: Any) -> Unit | None:
        name = super().clean(value)
        if not name:
            return None
        found = unit_named(name, office=self.office)
        living = [unit for unit in found if unit.is_active(on=self.on)]
        found = living or found
        if not found:
            raise ValidationError(f"没有名为“{name}”的单位，请从列表中选择或核对名称。")
        if len(found) > 1:
            names = "、".join(str(unit) for unit in found[:5])
            raise ValidationError(f"“{name}”对应多个单位（{names}），请填写全称。")
        return found[0]


class RegistrationForm(ServiceForm):
    spans = {
        "source": "third",
        "importance": "third",
        "assigner": "third",
        "basis_on": "third",
        "urgency": "third",
        "due_on": "third",
        "due_count": "third",
        "due_unit": "third",
        "due_basis": "third",
        "lead_unit": "half",
        "lead_person": "third",
        "lead_paper": "third",
    }

    title = forms.CharField(label="事项名称", max_length=200)
    heading = forms.CharField(
        label="所属任务",
        max_length=200,
        required=False,
        help_text="属于某项总任务的分项时填写总任务名称。",
    )
    task = forms.CharField(
        label="办理要求",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明目标任务和要求。",
    )
    source = forms.ChoiceField(label="事项来源", required=False)
    importance = forms.ChoiceField(
        label="重要程度", choices=Importance.choices, initial=Importance.ORDINARY
    )
    assigner = forms.ModelChoiceField(
        label="交办领导",
        queryset=Post.objects.none(),
        required=False,
        empty_label="（无，由科室交办）",
    )
    basis = forms.CharField(
        label="立项依据",
        max_length=300,
        required=False,
        help_text="会议、批示或文件的名称及文号。",
    )
    basis_on = forms.DateField(label="依据日期", required=False)
    urgency = forms.ChoiceField(label="缓急程度", required=False)
    due_on = forms.DateField(label="办结期限", required=False)
    due_count = forms.IntegerField(
        label="或限定日数",
        required=False,
        min_value=1,
        max_value=FARTHEST.days,
        help_text="自送达次日起算。",
    )
    due_unit = forms.ChoiceField(label="日数按", choices=DAY_UNITS.items(), required=False)
    due_basis = forms.ChoiceField(label="期限依据", required=False)
    due_citation = forms.CharField(
        label="期限依据说明",
        max_length=300,
        required=False,
        help_text="规定的条款、指定的领导和文件，或约定的方式和日期。",
    )
    lead_unit = UnitField(label="牵头单位", required=False)
    lead_person = forms.CharField(label="牵头单位责任人", max_length=60, required=False)
    lead_paper = forms.BooleanField(label="向牵头单位书面送达", required=False)
    collective_units = forms.CharField(
        label="其他责任主体",
        max_length=500,
        required=False,
        help_text="“各县区人民政府”等不逐一交办的，原文填写。",
    )
    # No control of its own: what is wrong with the rows below the form is said here.
    co_units = forms.CharField(label="协办单位", required=False)
    not_secret = forms.BooleanField(label="本事项及附件不涉及国家秘密、工作秘密", required=False)

    def __init__(
        self, *args: Any, pack: Pack, office: Office, on: date, supervisor: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pack = pack
        self._choices("source", pack.case_sources, "（请选择）")
        self._choices("urgency", pack.urgencies, "（不选，另定期限）")
        self._choices("due_basis", pack.due_bases, "（请选择）")
        posts = Post.objects.held(on=on).filter(office=office, role__in=LEADERS)
        self.fields["assigner"].queryset = posts.select_related("user", "unit")
        self.fields["assigner"].label_from_instance = lambda post: (
            f"{post.user.name}（{post.title}）"
        )
        lead = self.fields["lead_unit"]
        lead.office, lead.on = office, on
        self._count_as_the_pack_does(pack)
        self.fields["due_on"].widget.attrs["min"] = on.isoformat()
        self.fields["basis_on"].widget.attrs["max"] = on.isoformat()

    def _choices(self, name: str, choices: dict[str, Any], empty: str) -> None:
        """Values and words of the pack; a pack without the list does not ask."""
        if choices:
            listed = [(key, choice.label) for key, choice in choices.items()]
            self.fields[name].choices = [("", empty), *listed]
        else:
            del self.fields[name]

    def _count_as_the_pack_does(self, pack: Pack) -> None:
        """日 as the regulation counts it, with its clause (LZ-A-7a); the other unit may be chosen."""
        rule, field = pack.counting, self.fields["due_unit"]
        if rule is None:
            return
        field.initial = rule.unit
        cited = f"（{rule.clause}）" if rule.clause else ""
        field.help_text = f"未写明的按{DAY_UNITS[rule.unit]}计算{cited}。"
        if self._offers_agreement():
            self.fields["due_on"].help_text = "依据为约定时间的，可以不填，由承办单位报告。"

    def _offers_agreement(self) -> bool:
        """Whether a date may be left to be agreed (LZ-A-6.3a)."""
        bases = self.pack.due_bases.values()
        return self.pack.agreement is not None and any(b.needs == "agreement" for b in bases)

    def mark_owed(self) -> None:
        """Shows what submission will ask for; a draft may leave it out. For rendering only."""
        owed = {*OWED}
        if not self.pack.urgencies and not self._offers_agreement():
            # Without an urgency the date is the only limit, and its proof goes with it (LZ-A-6).
            owed |= {"due_on", "due_citation"} if self.pack.due_bases else {"due_on"}
        if "responsible_person" in self.pack.issue_fields:
            owed.add("lead_person")
        for name in owed & self.fields.keys():
            self.fields[name].required = True

    def facts(self) -> Facts:
        given = {name: self.cleaned_data.get(name) for name in _FACTS}
        kept = {name: value for name, value in given.items() if value not in (None, "")}
        if "due_count" not in kept:
            kept.pop("due_unit", None)
        return Facts(**{"title": "", **kept})

    def lead(self, *, on: date) -> list[Party]:
        unit = self.cleaned_data.get("lead_unit")
        if unit is None:
            return []
        return [
            party_of(
                unit,
                on=on,
                is_lead=True,
                paper=self.cleaned_data["lead_paper"],
                responsible_person=self.cleaned_data["lead_person"],
            )
        ]


class CoUnitForm(ServiceForm):
    """One co-unit; a row without a unit counts as not there."""

    unit = UnitField(label="协办单位", required=False)
    duty_text = forms.CharField(label="协办职责", max_length=500, required=False)
    due_on = forms.DateField(label="协办期限", required=False)
    responsible_person = forms.CharField(label="责任人", max_length=60, required=False)
    paper = forms.BooleanField(label="书面送达", required=False)

    def __init__(self, *args: Any, office: Office, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].office, self.fields["unit"].on = office, on

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        filled = data.get("duty_text") or data.get("due_on")
        if filled and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "请填写协办单位，或清空本行。")
        return data


CoUnitFormSet = forms.formset_factory(CoUnitForm, extra=0, max_num=60, absolute_max=100)


def co_parties(rows: Sequence[CoUnitForm], *, on: date) -> list[Party]:
    return [
        party_of(
            row.cleaned_data["unit"],
            on=on,
            is_lead=False,
            duty_text=row.cleaned_data["duty_text"],
            due_on=row.cleaned_data["due_on"],
            responsible_person=row.cleaned_data["responsible_person"],
            paper=row.cleaned_data["paper"],
        )
        for row in rows
        if row.cleaned_data.get("unit")
    ]


def party_of(unit: Unit, *, on: date, is_lead: bool, **said: Any) -> Party:
    return Party(
        unit_id=unit.pk,
        unit_name=unit.label,
        is_lead=is_lead,
        unit_active=unit.is_active(on=on),
        **said,
    )


def initial_of(case: Case) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a draft holds, for the form and for its rows."""
    lead = case.lead
    values = {name: getattr(case, name) for name in _FACTS}
    values["assigner"] = case.assigner_id
    if lead:
        values |= {
            "lead_unit": lead.unit.name,
            "lead_person": lead.responsible_person,
            "lead_paper": lead.channel == Channel.PAPER,
        }
    rows = [
        {
            "unit": party.unit.name,
            "duty_text": party.duty_text,
            "due_on": party.due_on,
            "responsible_person": party.responsible_person,
            "paper": party.channel == Channel.PAPER,
        }
        for party in case.parties
        if not party.is_lead
    ]
    return values, rows
