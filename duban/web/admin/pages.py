"""A page of the admin that asks what a service needs, and calls it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.once import once
from duban.web.forms import add_reasons
from duban.web.stale import differences_since


@dataclass(frozen=True)
class ServicePage:
    """What the page says. `act` calls the service with the form and the version that was seen."""

    title: str
    form: type[Form]
    act: Callable[[Form, int | None], object]
    back: str
    done: str
    submit: str = "确定"
    lead: str = ""
    facts: Sequence[tuple[str, str]] = ()
    subject: Any = None
    options: dict[str, Any] = field(default_factory=dict)


def serve(admin: ModelAdmin, request: HttpRequest, page: ServicePage) -> HttpResponse:
    """GET asks, POST acts once; refusals stand beside their fields and change nothing."""
    if request.method != "POST":
        return _show(admin, request, page, page.form(**page.options))
    form = page.form(request.POST, **page.options)
    if not form.is_valid():
        return _show(admin, request, page, form, status=422)
    key, seen = request.POST.get("once", ""), _seen(request)
    try:
        once(key, by=request.actor, act=lambda: {"done": bool(page.act(form, seen)) or True})
    except StaleVersion as error:
        rows = differences_since(page.subject, error) if page.subject is not None else []
        add_reasons(form, error)
        return _show(admin, request, page, form, status=409, differences=rows, version=error.now)
    except RuleViolation as error:
        add_reasons(form, error)
        return _show(admin, request, page, form, status=409)
    messages.success(request, page.done)
    return HttpResponseRedirect(page.back)


def _seen(request: HttpRequest) -> int | None:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else None


def _show(
    admin: ModelAdmin,
    request: HttpRequest,
    page: ServicePage,
    form: Form,
    *,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": page.title,
        "page": page,
        "form": form,
        "once": uuid.uuid4().hex,
        "version": getattr(page.subject, "version", None),
        "is_nav_sidebar_enabled": True,
        **extra,
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin/service_form.html", context, status=status)
