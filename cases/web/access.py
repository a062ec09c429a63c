"""Who reaches a page of a matter: 404 for rows one may not see, 403 for what is never theirs, and
409 with the reasons for what is not lawful now.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import FormView

from cases.models import Assignment, Case, Turn
from duban.ledger.errors import WHOLE, RuleViolation
from duban.ledger.stateful import Stateful
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.org.actor import Actor
from duban.web.forms import ServiceActionMixin, ServiceFormMixin
from duban.web.parts import Crumb

M = TypeVar("M", bound=models.Model)

_OF_CASE = ("office", "pack_version", "supervisor", "lead_unit", "clock", "chain")


def case_seen(actor: Actor, pk: int) -> Case:
    """The matter, if the actor may read it; else 404."""
    rows = Case.objects.visible_to(actor).select_related(*_OF_CASE, "assigner__user")
    return get_object_or_404(rows, pk=pk)


def assignment_seen(actor: Actor, pk: int) -> Assignment:
    rows = Assignment.objects.visible_to(actor).select_related("unit", "clock", *_through("case"))
    return get_object_or_404(rows, pk=pk)


def row_seen(model: type[M], actor: Actor, pk: int) -> M:
    """A row that hangs on an assignment: feedback, extension, closure request, notice."""
    related = ["assignment__unit", "assignment__clock", *_through("assignment__case")]
    if any(field.name == "case" for field in model._meta.fields):
        related += _through("case")
    rows = model._default_manager.visible_to(actor).select_related(*related)
    return get_object_or_404(rows, pk=pk)


def turn_seen(actor: Actor, pk: int) -> Turn:
    rows = Turn.objects.visible_to(actor).select_related("assignment__unit", *_through("case"))
    return get_object_or_404(rows, pk=pk)


def _through(path: str) -> list[str]:
    return [f"{path}__{name}" for name in _OF_CASE]


def require(theirs: bool) -> None:
    """What can never be this actor's is answered with 403."""
    if not theirs:
        raise PermissionDenied("never this actor's")


def require_step(subject: Stateful, name: str, by: Actor) -> None:
    require(is_ever_theirs(subject, name, by))


def require_now(reasons: Mapping[str, Iterable[str]]) -> None:
    """Before a form is shown: what is not lawful whatever it will say is answered with 409."""
    texts = [text for found in reasons.values() for text in found]
    if texts:
        raise RuleViolation({WHOLE: texts})


def require_step_now(subject: Stateful, name: str) -> None:
    require_now(reasons_against(subject, name))


def case_url(case: Case, anchor: str = "") -> str:
    url = reverse("cases:detail", args=[case.pk])
    return f"{url}#{anchor}" if anchor else url


class Prepared:
    """Finds the subject and judges before anything is shown or done."""

    request: HttpRequest
    kwargs: dict[str, Any]
    at: datetime

    @property
    def actor(self) -> Actor:
        return self.request.actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.at = timezone.now()
        if request.method == "POST" and not request.POST.get("once"):
            # Every act runs in the one transaction that a key opens, with or without a browser.
            request.POST = request.POST.copy()
            request.POST["once"] = uuid.uuid4().hex
        self.prepare()
        if request.method in ("GET", "HEAD"):
            self.check_now()
        return super().dispatch(request, *args, **kwargs)

    def prepare(self) -> None:
        """Sets the subject; raises Http404 or PermissionDenied."""
        raise NotImplementedError

    def check_now(self) -> None:
        """Raises RuleViolation where the form could not be accepted whatever it says."""


class MatterForm(LoginRequiredMixin, Prepared, ServiceFormMixin, FormView):
    """A form about a matter, with what one needs to know beside it."""

    template_name = "cases/form_page.html"
    # The section of the detail page to go back to.
    anchor = ""

    @property
    def case(self) -> Case:
        """The matter the form is about."""
        raise NotImplementedError

    def facts(self) -> list[Any]:
        """What is known, shown above the form."""
        return []

    def back(self) -> str:
        return case_url(self.case, self.anchor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case = self.case
        defaults = {
            "crumbs": [
                Crumb("台账", reverse("cases:list")),
                Crumb(case.number or case.title[:20], case_url(case)),
                Crumb(self.heading),
            ],
            "case": case,
            "facts": self.facts(),
            "cancel": self.back(),
            "files_again": bool(self.request.FILES),
        }
        return super().get_context_data(**{**defaults, **kwargs})


class AssignmentForm(MatterForm):
    """A form about one unit's part."""

    object: Assignment

    def prepare(self) -> None:
        self.object = assignment_seen(self.actor, self.kwargs["pk"])
        self.judge()

    def judge(self) -> None:
        """Raises PermissionDenied for what is never theirs."""
        raise NotImplementedError

    @property
    def case(self) -> Case:
        return self.object.case


class MatterAction(LoginRequiredMixin, Prepared, ServiceActionMixin, View):
    """One button about a matter."""

    def prepare(self) -> None:
        """Most buttons find their subject in perform(); services judge the rest."""
