"""Forms of the admin: dressed as the theme's own, checked as every other."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from duban.web.forms import ServiceForm
from duban.web.widgets import DateInput


class CheckedForm(forms.ModelForm):
    """The browser does not interrupt: refusals stand beside the field, in one language."""

    use_required_attribute = False


class ThemeDateInput(DateInput):
    """The browser's own date picker in the look of the theme."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        look = UnfoldAdminTextInputWidget().attrs.get("class", "")
        super().__init__({"class": look, **(attrs or {})})


class AdminForm(ServiceForm):
    """A form of a service on a page of the admin."""

    dress: ClassVar[dict[type, type]] = {
        forms.Textarea: UnfoldAdminTextareaWidget,
        forms.TextInput: UnfoldAdminTextInputWidget,
        forms.PasswordInput: UnfoldAdminPasswordWidget,
        forms.CheckboxInput: UnfoldBooleanWidget,
        DateInput: ThemeDateInput,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and type(field.widget) is forms.Select:
                field.widget = UnfoldAdminSelectWidget(choices=field.choices)
            elif made := self.dress.get(type(field.widget)):
                field.widget = made(attrs=field.widget.attrs)


class Confirmation(AdminForm):
    """Nothing to fill in: a step that is taken by pressing the button."""
