"""Request id, first password, answers to refusals, the admin's content policy.

Settings name the log filter of this module before the apps are loaded: nothing here may import
models at the top.
"""

from __future__ import annotations

import contextvars
import logging
import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from duban.ledger.errors import RuleViolation
from duban.web.refusals import refusal_response

GetResponse = Callable[[HttpRequest], HttpResponse]

_current: contextvars.ContextVar[str] = contextvars.ContextVar("log_request_id", default="-")
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,40}")


class RequestIdFilter(logging.Filter):
    """Puts the id of the request on every log line; "-" outside requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a 4xx or 5xx after the middleware has ended, and hands the request over.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", "") or _current.get()
        return True


class RequestIdMiddleware:
    """One id for the page, the log lines and the ledger entries of a request.

    A proxy in front may give it as X-Request-ID; anything but letters, digits and hyphens is
    replaced, for it goes into the log.
    """

    def __init__(self, get_response: GetResponse) -> None:
        from duban.ledger.record import request_id  # models: only once the apps are loaded

        self.get_response = get_response
        self.ledger_id = request_id

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex[:12]
        in_log, in_ledger = _current.set(request.request_id), self.ledger_id.set(request.request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(in_log)
            self.ledger_id.reset(in_ledger)
        response["X-Request-ID"] = request.request_id
        return response


class AdminCspMiddleware:
    """The admin theme evaluates its own expressions; only /admin/ is allowed to."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = settings.DUBAN_ADMIN_CSP
        return response


class PasswordChangeMiddleware:
    """Whoever has a first password sees only the page that changes it."""

    OPEN = frozenset({"password_change", "logout", "healthz", "keepalive"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not getattr(request.user, "must_change_password", False):
            return self.get_response(request)
        if request.path in {reverse(name) for name in self.OPEN}:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": "请先在网页上修改初始密码。"}, status=403)
        return redirect("password_change")


class ServiceErrorMiddleware:
    """A refusal that no form took up becomes a page; an expired session leads back to its form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 302 and not request.user.is_authenticated:
            return _to_login(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RuleViolation):
            return refusal_response(request, error)
        return None


def _to_login(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """After signing in again one must land on the page with the form, not on its target.

    The browser keeps what was typed (static/js/duban.js) and restores it there.
    """
    login = resolve_url(settings.LOGIN_URL)
    aim = urlsplit(response["Location"])
    if aim.path != login or "next=" not in aim.query:  # signing out leads there as well
        return response
    htmx = bool(getattr(request, "htmx", False))
    if request.method not in ("GET", "HEAD") or htmx:
        came_from = request.headers.get("HX-Current-URL" if htmx else "Referer", "")
        query = QueryDict(mutable=True)
        if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
            parts = urlsplit(came_from)
            query["next"] = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response["Location"] = f"{login}?{query.urlencode(safe='/')}" if query else login
    if htmx:
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = response["Location"]
        return answer
    return response
