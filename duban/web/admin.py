from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from duban.web.models import ApiToken
from duban.web.services import lockout_lift, token_revoke

# Order and title of the groups in the sidebar, by app label; others follow by their own name.
GROUPS = ("cases", "deadlines", "accountability", "reports", "org", "rulepacks", "ledger")
ICONS = {
    "case": "checklist",
    "unit": "account_tree",
    "user": "group",
    "post": "badge",
    "office": "account_balance",
    "rulepack": "gavel",
    "rulepackversion": "gavel",
    "ledgerentry": "history",
    "calendarversion": "calendar_month",
    "apitoken": "vpn_key",
    "accessattempt": "lock_person",
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar of the admin: what this actor may open, the working lists first."""
    apps = admin.site.get_app_list(request)
    place = {label: index for index, label in enumerate(GROUPS)}
    apps.sort(key=lambda app: (place.get(app["app_label"], len(GROUPS)), app["name"]))
    return [
        {
            "title": str(app["name"]),
            "separator": True,
            "items": [_item(model) for model in app["models"] if model.get("admin_url")],
        }
        for app in apps
    ]


def _item(model: dict[str, Any]) -> dict[str, Any]:
    icon = ICONS.get(model["object_name"].lower(), "table_rows")
    return {"title": str(model["name"]), "icon": icon, "link": model["admin_url"]}


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """Seen and revoked by the security administrator; made by their owners only."""

    list_display = ("name", "user", "post", "prefix", "created_at", "expires_at", "revoked_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "user__name", "user__username")
    list_select_related = ("user", "post__user", "post__unit")
    exclude = ("digest",)
    actions = ("revoke",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.actor is not None and request.actor.has("security_admin", "audit_admin")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

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
class LockoutAdmin(ModelAdmin):
    """Failed sign-ins, for the security administrator, who may lift a lock-out."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "failures_since_start", "attempt_time", "user_agent")
    actions = ("lift",)

    has_module_permission = ApiTokenAdmin.has_module_permission
    has_view_permission = ApiTokenAdmin.has_view_permission
    has_add_permission = has_change_permission = ApiTokenAdmin.has_add_permission
    has_delete_permission = ApiTokenAdmin.has_add_permission

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.actor.has("security_admin")

    @admin.action(description="解除锁定", permissions=["lift"])
    def lift(self, request: HttpRequest, queryset: Any) -> None:
        names = sorted({attempt.username for attempt in queryset if attempt.username})
        for name in names:
            lockout_lift(username=name, by=request.actor)
        self.message_user(request, f"已解除 {len(names)} 个登录名的锁定。")
