from __future__ import annotations

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from duban.notify.models import Message
from duban.notify.selectors import messages_of, unread_count
from duban.notify.services import message_read, messages_read_all

PAGE = 25


@login_required
@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    unread_only = request.GET.get("show") == "unread"
    rows = messages_of(request.user.pk, unread_only=unread_only)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "unread_only": unread_only,
        "unread": unread_count(request.user.pk),
        "newest": page.object_list[0].pk if page.number == 1 and page.object_list else None,
    }
    return render(request, "notify/message_list.html", context)


@login_required
@require_POST
def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Reading is a change, so it is a POST: link scanners that follow links read nothing."""
    message = get_object_or_404(Message.objects.of(request.user.pk), pk=pk)
    message_read(message=message, by=request.actor)
    if request.POST.get("stay") or not message.url:
        return _back(request)
    return redirect(message.url)


@login_required
@require_POST
def message_read_all(request: HttpRequest) -> HttpResponse:
    newest = request.POST.get("upto", "")
    upto = int(newest) if newest.isdecimal() and len(newest) < 19 else None
    count = messages_read_all(by=request.actor, upto=upto)
    flash.success(request, f"已将 {count} 条消息标为已读。")
    return redirect("message_list")


def _back(request: HttpRequest) -> HttpResponse:
    aim = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(aim, {request.get_host()}, request.is_secure())
    return redirect(aim if ours else "message_list")
