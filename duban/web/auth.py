"""Signing in and out, the own password, the own account and its interface tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from duban.ledger.errors import RuleViolation
from duban.web.forms import ServiceForm, add_reasons
from duban.web.models import ApiToken
from duban.web.services import password_change, token_create, token_revoke


def client_address(request: HttpRequest) -> str | None:
    """Whom the lock-out counts: behind nginx the address it names, never one a client can send."""
    name = "HTTP_X_REAL_IP" if settings.DUBAN_BEHIND_PROXY else "REMOTE_ADDR"
    return request.META.get(name) or request.META.get("REMOTE_ADDR")


class SignInForm(AuthenticationForm):
    """One sentence for every failure, so that nobody learns which names exist."""

    error_messages = {
        "invalid_login": "登录名或密码不正确。连续 5 次错误，账号将锁定 30 分钟。",
        "inactive": "登录名或密码不正确。连续 5 次错误，账号将锁定 30 分钟。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label, self.fields["password"].label = "登录名", "密码"


class SignIn(LoginView):
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        aimed = self.get_redirect_url()
        expired = bool(aimed) and aimed != settings.LOGIN_REDIRECT_URL
        return super().get_context_data(expired=expired, status=200, **kwargs)


class OwnPasswordForm(PasswordChangeForm):
    """The new password is not the old one again."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "old_password": "现在的密码",
            "new_password1": "新密码",
            "new_password2": "再输一次新密码",
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["new_password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        new = cleaned.get("new_password1")
        if new and new == cleaned.get("old_password"):
            self.add_error("new_password1", "新密码不能与现在的密码相同。")
        return cleaned

    @property
    def visible_errors(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.errors]


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordChange(LoginRequiredMixin, FormView):
    template_name = "registration/password_change_form.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("account")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        user = self.request.user
        first = user.must_change_password
        password_change(
            user=user, password=form.cleaned_data["new_password1"], by=self.request.actor
        )
        update_session_auth_hash(self.request, user)  # this session goes on, the others end
        messages.success(self.request, "密码已修改，其他设备上的登录和接口令牌均已失效。")
        return redirect("/" if first else self.success_url)

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponse:
        context = self.get_context_data(form=form, status=422)
        return self.render_to_response(context, status=422)


class TokenForm(ServiceForm):
    name = forms.CharField(
        label="用途", max_length=60, help_text="例如“与 OA 系统对接”。令牌以您当前的执行身份办事。"
    )


class Account(LoginRequiredMixin, View):
    """Who I am here, in which posts, with which tokens."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _account(request, TokenForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TokenForm(request.POST)
        if not form.is_valid():
            return _account(request, form, status=422)
        try:
            _, text = token_create(name=form.cleaned_data["name"], by=request.actor)
        except RuleViolation as error:
            add_reasons(form, error)
            return _account(request, form, status=409)
        return _account(request, TokenForm(), made=text)


def _account(
    request: HttpRequest, form: TokenForm, *, status: int = 200, made: str = ""
) -> HttpResponse:
    tokens = ApiToken.objects.filter(user=request.user, revoked_at__isnull=True)
    context = {
        "form": form,
        "made": made,
        "status": status,
        "tokens": tokens.select_related("post__unit"),
        "may_make": request.actor.post_id is not None and request.actor.delegation_id is None,
    }
    response = render(request, "web/account.html", context, status=status)
    if made:
        response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def token_revoked(request: HttpRequest, pk: int) -> HttpResponse:
    token_revoke(token=get_object_or_404(ApiToken, pk=pk, user=request.user), by=request.actor)
    messages.success(request, "令牌已撤销。")
    return redirect("account")
