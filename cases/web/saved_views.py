"""常用视图: the state of the 台账 under a name, one's own only."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.models import SavedView
from cases.services.listing import view_delete, view_make_default, view_save
from cases.web.asked import plain_query
from cases.web.listing import EVERYTHING, require_reader
from duban.ledger.errors import RuleViolation


@login_required
@require_POST
def saved_view_create(request: HttpRequest) -> HttpResponse:
    require_reader(request)
    query = plain_query(QueryDict(request.POST.get("query", "")))
    try:
        view = view_save(
            name=request.POST.get("name", ""),
            query=query,
            by=request.actor,
            default=bool(request.POST.get("default")),
        )
    except RuleViolation as refusal:
        messages.warning(request, f"视图没有保存：{refusal}")
    else:
        messages.success(request, f"已保存视图“{view.name}”。")
    return _list(query)


@login_required
@require_POST
def saved_view_default(request: HttpRequest, pk: int) -> HttpResponse:
    require_reader(request)
    view = _own(request, pk)
    view_make_default(view=view, by=request.actor)
    word = "打开台账时先显示" if view.is_default else "不再默认显示"
    messages.success(request, f"{word}“{view.name}”。")
    return _list(view.query)


@login_required
@require_POST
def saved_view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    require_reader(request)
    view = _own(request, pk)
    view_delete(view=view, by=request.actor)
    messages.success(request, f"已删除视图“{view.name}”。")
    return _list(plain_query(QueryDict(request.POST.get("query", ""))))


def _own(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView, pk=pk, user_id=request.actor.user_id)


def _list(query: str) -> HttpResponse:
    return redirect(f"{reverse('cases:list')}?{query or EVERYTHING}")
