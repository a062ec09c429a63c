"""Interface tokens and lock-outs, for the security administrator."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from duban.org.actor import Actor
from duban.org.models import User
from duban.web.admin.base import ReadOnlyAdmin, own_tree
from duban.web.models import ApiToken
from duban.web.services import lockout_lift, token_revoke

SECURITY = frozenset({"security_admin"})


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Seen and revoked by the security administrator; made by their owners only."""

    viewers = SECURITY
    list_display = ("name", "user", "post", "prefix", "created_at", "expires_at", "revoked_at")
    search_fields = ("name", "user__name", "user__username")
    search_help_text = "按用途、持有人姓名、登录名查找"
    list_select_related = ("user", "post__user", "post__unit")
    fields = (
        "name",
        "user",
        "post",
        "prefix",
        "created_at",
        "expires_at",
        "last_used_on",
        "revoked_at",
    )
    actions = ("revoke",)

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows if actor.office_id is None else rows.filter(post__unit__in=own_tree(actor))

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.actor.has("security_admin")

    @admin.action(description="撤销所选令牌", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for token in queryset:
            token_revoke(token=token, by=request.actor)
        self.message_user(request, f"已撤销 {len(queryset)} 个令牌。")


for unused in (AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(AccessAttempt)
class LockoutAdmin(ReadOnlyAdmin):
    """Failed sign-ins, for the security administrator, who may lift a lock-out."""

    viewers = SECURITY
    list_display = ("login_name", "address", "failures", "last_try")
    search_fields = ("username", "ip_address")
    search_help_text = "按登录名、网络地址查找"
    fields = ("login_name", "address", "failures", "last_try", "browser")
    readonly_fields = fields
    actions = ("lift",)

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        """Names that nobody bears tell nothing of anyone; others only of one's own people."""
        if actor.office_id is None:
            return rows
        people = User.objects.filter(posts__unit__in=own_tree(actor)).values("username")
        return rows.filter(username__in=people)

    @admin.display(description="登录名", ordering="username")
    def login_name(self, row: AccessAttempt) -> str:
        return row.username or ""

    @admin.display(description="网络地址", ordering="ip_address")
    def address(self, row: AccessAttempt) -> str:
        return row.ip_address or ""

    @admin.display(description="失败次数", ordering="failures_since_start")
    def failures(self, row: AccessAttempt) -> int:
        return row.failures_since_start

    @admin.display(description="最近一次", ordering="attempt_time")
    def last_try(self, row: AccessAttempt) -> Any:
        return row.attempt_time

    @admin.display(description="浏览器")
    def browser(self, row: AccessAttempt) -> str:
        return row.user_agent

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.actor.has("security_admin")

    @admin.action(description="解除锁定", permissions=["lift"])
    def lift(self, request: HttpRequest, queryset: Any) -> None:
        names = sorted({attempt.username for attempt in queryset if attempt.username})
        for name in names:
            lockout_lift(username=name, by=request.actor)
        self.message_user(request, f"已解除 {len(names)} 个登录名的锁定。")
