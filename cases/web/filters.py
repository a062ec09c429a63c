"""The filters of the 台账 as a form in the address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from cases.models import CaseState, Importance
from cases.selectors import parts
from cases.selectors.choices import Choices, leaders_for, units_for, vocabulary
from cases.selectors.conditions import (
    FINDINGS,
    STATE_GROUPS,
    TIMELINESS,
    WAITING,
    Filters,
    quarter_days,
)
from cases.selectors.lights import LABELS
from duban.org.actor import Actor
from duban.org.models import Unit
from duban.org.models.unit import UnitKind
from duban.web.forms import ServiceForm

# Shown at once; the others open under 更多条件.
FIRST = ("q", "state", "light", "lead", "due_from", "due_to")
RANGES = {
    "due": "办结期限",
    "part_due": "承办到期",
    "registered": "立项日期",
    "completed": "办结日期",
}
PART_LIGHTS = {light: LABELS[light] for light in ("red", "amber", "waiting", "green")}


class PlainSelect(forms.Select):
    """Written in one piece: Django renders a template for every option, and units are hundreds."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(each) for each in self.format_value(value)}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        all_attrs = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(all_attrs), options)


def _choice(label: str, choices: Iterable[tuple[str, str]] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", "全部"), *choices], widget=PlainSelect
    )


def _unit(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=[("", "全部")],
        coerce=int,
        empty_value=None,
        widget=PlainSelect,
    )


class FilterForm(ServiceForm):
    """Every filter is optional; one that does not parse says so and is left out."""

    q = forms.CharField(
        label="关键字",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "案号、名称、单位"}),
    )
    state = _choice(
        "状态", [*((key, label) for key, (label, _) in STATE_GROUPS.items()), *CaseState.choices]
    )
    light = _choice("时限", LABELS.items())
    lead = _unit("牵头单位")
    due_from = forms.DateField(label="办结期限自", required=False)
    due_to = forms.DateField(label="至", required=False)
    unit = _unit("承办单位（含协办）")
    supervisor = _unit("督办科室")
    source = _choice("事项来源")
    importance = _choice("重要程度", Importance.choices)
    urgency = _choice("缓急程度")
    assigner = _choice("交办领导")
    waiting = _choice("待批", WAITING.items())
    timeliness = _choice("时效", TIMELINESS.items())
    quarter = _choice("办结季度")
    grade = _choice("评价等级")
    part = _choice("承办状态", parts.STATES.items())
    part_light = _choice("承办时限", PART_LIGHTS.items())
    part_due_from = forms.DateField(label="承办到期自", required=False)
    part_due_to = forms.DateField(label="至", required=False)
    feedback = _choice("反馈", parts.FEEDBACK.items())
    duty = _choice("报送义务", parts.DUTIES.items())
    finding = _choice("超时情形", FINDINGS.items())
    notice = _choice("文书", parts.NOTICES.items())
    registered_from = forms.DateField(label="立项日期自", required=False)
    registered_to = forms.DateField(label="至", required=False)
    completed_from = forms.DateField(label="办结日期自", required=False)
    completed_to = forms.DateField(label="至", required=False)
    batch = forms.UUIDField(label="批次", required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, actor: Actor, at: datetime) -> None:
        super().__init__(data)
        self.words = vocabulary(actor)
        on = timezone.localdate(at)
        units = units_for(actor)
        # Sections supervise and carry nothing out: registration does not offer them either.
        named = [(unit.pk, unit.label) for unit in units if unit.kind != UnitKind.SECTION]
        self._offer("lead", named)
        self._offer("unit", named)
        self._offer("supervisor", _supervising(units))
        self._offer("assigner", [("any", "领导交办的"), *leaders_for(actor, on=on)])
        self._offer("quarter", _quarters(on, data.get("quarter", "")))
        for name in ("source", "urgency", "grade"):
            self._offer(name, getattr(self.words, name))

    def _offer(self, name: str, choices: Iterable[tuple[Any, str]]) -> None:
        self.fields[name].choices = [("", "全部"), *choices]

    def clean_quarter(self) -> str:
        quarter = self.cleaned_data["quarter"]
        if quarter:
            quarter_days(quarter)
        return quarter

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, label in RANGES.items():
            first, last = cleaned.get(f"{name}_from"), cleaned.get(f"{name}_to")
            if first and last and first > last:
                self.add_error(f"{name}_to", f"{label}的止日早于起日。")
        return cleaned

    @property
    def asked(self) -> Filters:
        """What parsed. A wrong value is left out, and `mistakes` says so."""
        self.is_valid()
        known = {name: value for name, value in self.cleaned_data.items() if value}
        return Filters(**known)

    @property
    def mistakes(self) -> list[str]:
        return [f"{self._name(name)}：{texts[0]}" for name, texts in self.errors.items()]

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST if self._is_shown(name)]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in FIRST and self._is_shown(name)]

    def _is_shown(self, name: str) -> bool:
        """A select that offers nothing, as in a pack without grades, is only in the way."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return len(list(field.choices)) > 1
        return not field.widget.is_hidden

    @property
    def others_asked(self) -> int:
        """How many of the folded filters are in use."""
        return sum(1 for bound in self.others if bound.data)

    def said(self) -> list[tuple[str, str, str]]:
        """Each filter in use: its name, its label, its value in words."""
        used = ((name, value) for name, value in self.cleaned_data.items() if value)
        return [(name, self._name(name), self._words(name, value)) for name, value in used]

    def _name(self, name: str) -> str:
        stem, _, end = name.rpartition("_")
        if stem in RANGES:
            return f"{RANGES[stem]}{'自' if end == 'from' else '至'}"
        return str(self.fields[name].label) if name in self.fields else name

    def _words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return next((text for key, text in field.choices if str(key) == str(value)), str(value))
        return "本批" if name == "batch" else str(value)


def _supervising(units: Iterable[Unit]) -> Choices:
    """Sections supervise, and the 督查室, which is one (CZ-3.4a)."""
    kinds = (UnitKind.SECTION, UnitKind.OFFICE)
    return [(unit.pk, unit.label) for unit in units if unit.kind in kinds]


def _quarters(on: date, asked: str) -> Choices:
    """This quarter and the seven before, and the one that is asked for."""
    year, number = on.year, (on.month + 2) // 3
    found = []
    for _ in range(8):
        found.append(f"{year}Q{number}")
        year, number = (year, number - 1) if number > 1 else (year - 1, 4)
    try:
        quarter_days(asked)
    except ValueError:
        asked = ""
    if asked and asked not in found:
        found.append(asked)
    return [(key, f"{key[:4]}年第{'一二三四'[int(key[-1]) - 1]}季度") for key in found]
