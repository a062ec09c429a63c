"""How a refusal of the domain is shown when no form can take it up."""

from __future__ import annotations

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from duban.ledger.errors import RuleViolation, StaleVersion


def refusal_response(request: HttpRequest, error: RuleViolation) -> HttpResponse:
    """409 with every reason: a page, or for a partial update the list of reasons alone."""
    if getattr(request, "htmx", False):
        return render(request, "web/_reasons.html", {"reasons": error.texts}, status=409)
    stale = isinstance(error, StaleVersion)
    context = {
        "status": 409,
        "code": "409",
        "title": "该记录已被他人更新" if stale else "现在不能办理这一步",
        "reasons": error.texts,
        "steps": _stale_steps() if stale else _refused_steps(),
        "back": back_url(request),
    }
    return render(request, "409.html", context, status=409)


def back_url(request: HttpRequest) -> str:
    """The page one came from, when it is one of ours."""
    came_from = request.headers.get("Referer", "")
    try:
        host = request.get_host()
    except DisallowedHost:  # the page that says so is being made
        return ""
    ours = url_has_allowed_host_and_scheme(came_from, {host}, request.is_secure())
    return came_from if ours else ""


def _stale_steps() -> list[str]:
    return [
        "返回上一页并刷新，查看最新内容。",
        "确认仍需办理的，重新提交；您的这次提交没有改变任何内容。",
    ]


def _refused_steps() -> list[str]:
    return ["返回上一页，按上面的原因处理后再试。", "您的这次提交没有改变任何内容。"]
