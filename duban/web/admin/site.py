"""One door to the whole product: the admin has no sign-in, sign-out or password page of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from duban.web.admin.sidebar import in_order


def _login(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    if request.user.is_authenticated and not admin.site.has_permission(request):
        raise PermissionDenied("the acting post does not work in the admin")
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("admin:index"))
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def _logout(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    return LogoutView.as_view()(request)


def _password_change(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    return HttpResponseRedirect(reverse("password_change"))


_apps = admin.site.get_app_list


def _ordered_apps(request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
    return in_order(_apps(request, app_label))


admin.site.get_app_list = _ordered_apps
admin.site.login = _login
admin.site.logout = _logout
admin.site.password_change = admin.site.password_change_done = _password_change
admin.site.index_title = "办公后台"
admin.site.enable_nav_sidebar = True

# Rights come from posts, not from groups.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)
