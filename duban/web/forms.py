"""Forms that hand their work to a service, and show a refusal where it belongs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect

from duban.ledger.errors import WHOLE, RuleViolation, StaleVersion
from duban.ledger.once import once
from duban.web.stale import differences_since
from duban.web.uploads import refuse_oversized
from duban.web.widgets import use_native_dates


class ServiceForm(forms.Form):
    """A form of this design: native date pickers, and `spans` for fields that share a line.

    `spans` maps a field to "half" or "third" of the line; the others take it whole. `owed` names
    fields that a draft may leave out and the service asks for: they carry the mark of the required
    ones. `owed_at_times` names those whose help says when: they are not called optional.
    """

    spans: ClassVar[Mapping[str, str]] = {}
    owed: ClassVar[tuple[str, ...]] = ()
    owed_at_times: ClassVar[tuple[str, ...]] = ()
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        use_native_dates(self)
        for name, field in self.fields.items():
            field.is_owed = name in self.owed
            field.is_owed_at_times = name in self.owed_at_times
            _say_what_is_missing(field)

    @property
    def visible_errors(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.errors]


def _say_what_is_missing(field: forms.Field) -> None:
    """Names what an empty field lacks, where the form gives no words of its own."""
    usual = forms.Field.default_error_messages["required"]
    if field.label and field.error_messages["required"] == usual:
        verb = "选择" if isinstance(field, forms.ChoiceField | forms.FileField) else "填写"
        field.error_messages["required"] = f"请{verb}{field.label}。"


class UploadField(forms.FileField):
    """One file within the limit; the browser is told the limit as well."""

    default_validators: ClassVar = [refuse_oversized]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"data-max-bytes": settings.DUBAN_UPLOAD_LIMIT}


def add_reasons(form: forms.BaseForm, violation: RuleViolation) -> None:
    """Puts each reason beside its field; what names no visible field goes to the head."""
    shown = {bound.name: bound for bound in form.visible_fields()}
    if form._errors is None:
        form._errors = forms.utils.ErrorDict()
    for name, reasons in violation.reasons.items():
        for reason in reasons:
            form.add_error(name if name in shown and name != WHOLE else None, reason)


class ServiceFormMixin:
    """For a FormView: `perform()` calls the service, everything else is the same everywhere.

    Wrong input → 422 and refused by a rule → 409, both with the form as it was typed; a stale row
    → 409 with what changed meanwhile; a repeated submit → the first answer (DESIGN 3.3).
    """

    template_name = "web/form_page.html"
    heading = ""
    submit_label = "提交"
    success_message = ""
    draft = ""
    request: HttpRequest

    def perform(self, form: forms.BaseForm) -> str:
        """Call the service and return the address to go to. Runs inside one transaction."""
        raise NotImplementedError

    def stale_subject(self) -> models.Model | None:
        """The row whose `version` the form carries; None for a form that creates one."""
        return getattr(self, "object", None)

    def expected_version(self) -> int | None:
        """The version the person saw, for the service's `expect`; None when none was sent."""
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else None

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        key = self.request.POST.get("once", "")
        try:
            answer = once(key, by=self.request.actor, act=partial(self._act, form))
        except StaleVersion as error:
            return self._stale(form, error)
        except RuleViolation as error:
            add_reasons(form, error)
            return self._again(form, status=409)
        if self.success_message:
            messages.success(self.request, self.success_message)
        return self._onward(answer["url"])

    def _act(self, form: forms.BaseForm) -> dict[str, str]:
        return {"url": self.perform(form)}

    def _onward(self, url: str) -> HttpResponse:
        if getattr(self.request, "htmx", False):
            response = HttpResponse(status=204)
            response["HX-Redirect"] = url
            return response
        return redirect(url)

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return self._again(form, status=422)

    def _stale(self, form: forms.BaseForm, error: StaleVersion) -> HttpResponse:
        subject = self.stale_subject()
        rows = differences_since(subject, error) if subject is not None else []
        return self._again(form, status=409, stale=True, differences=rows, version=error.now)

    def _again(self, form: forms.BaseForm, *, status: int, **extra: Any) -> HttpResponse:
        context = self.get_context_data(form=form, status=status, **extra)
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = self.stale_subject()
        defaults = {
            "heading": self.heading,
            "submit": self.submit_label,
            "draft": self.draft,
            "once": uuid.uuid4().hex,
            "version": getattr(subject, "version", None),
            "status": 200,
        }
        return super().get_context_data(**{**defaults, **kwargs})


class ServiceActionMixin:
    """For a View whose POST is one button without a form: `perform()`, a message, onward.

    A refusal is raised; `ServiceErrorMiddleware` makes the page of it.
    """

    http_method_names: ClassVar = ["post", "options"]
    success_message = ""
    request: HttpRequest

    expected_version = ServiceFormMixin.expected_version

    def perform(self) -> str:
        """Call the service and return the address to go to. Runs inside one transaction."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseRedirectBase:
        key = request.POST.get("once", "")
        answer = once(key, by=request.actor, act=lambda: {"url": self.perform()})
        if self.success_message:
            messages.success(request, self.success_message)
        return redirect(answer["url"])
