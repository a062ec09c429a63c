"""Controls of forms: native, dense, and readable by a screen reader."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class DateInput(forms.DateInput):
    """The browser's own date picker; the value travels as ISO whatever the locale."""

    input_type = "date"

    def __init__(self, attrs: Mapping[str, object] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: Mapping[str, object] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: Mapping[str, object] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


NATIVE: dict[type[forms.Widget], type[forms.Widget]] = {
    forms.DateInput: DateInput,
    forms.DateTimeInput: DateTimeInput,
    forms.TimeInput: TimeInput,
}


def use_native_dates(form: forms.BaseForm) -> None:
    """Puts the browser's pickers in place of Django's plain text boxes."""
    for field in form.fields.values():
        if native := NATIVE.get(type(field.widget)):
            made = native(field.widget.attrs)
            made.is_required = field.required
            field.widget = made


def kind_of(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, _CHOICES):
        return "choices"
    return "file" if isinstance(widget, forms.FileInput) else "control"


def styled(bound: BoundField, attrs: Mapping[str, object]) -> SafeString:
    """The control as Bootstrap dresses it; classes of the widget itself are kept."""
    own = bound.field.widget.attrs.get("class", "")
    css = {"checkbox": "form-check-input", "choices": "form-check-input"}.get(
        kind_of(bound),
        "form-select" if isinstance(bound.field.widget, forms.Select) else "form-control",
    )
    merged = {**attrs, "class": " ".join(filter(None, (own, css, attrs.get("class"))))}
    if isinstance(bound.field.widget, forms.Textarea) and "rows" not in merged:
        merged["rows"] = bound.field.widget.attrs.get("rows", "4")
        if merged["rows"] == "10":  # Django's default
            merged["rows"] = "4"
    return bound.as_widget(attrs=merged)
