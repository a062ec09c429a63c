"""The sidebar of the admin: what this actor may open, the working lists first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

# Order of the groups, by app label; others follow by their own name.
GROUPS = (
    "cases",
    "deadlines",
    "documents",
    "accountability",
    "reports",
    "org",
    "rulepacks",
    "ledger",
)
ICONS = {
    "case": "checklist",
    "clock": "timer",
    "overduefinding": "alarm",
    "obligation": "event_available",
    "calendarchange": "edit_calendar",
    "escalation": "trending_up",
    "turn": "pause_circle",
    "agreement": "handshake",
    "unit": "account_tree",
    "user": "group",
    "post": "badge",
    "portfolio": "supervisor_account",
    "delegation": "swap_horiz",
    "office": "account_balance",
    "standingbody": "groups",
    "evaluationlist": "fact_check",
    "rulepackversion": "gavel",
    "activation": "published_with_changes",
    "ledgerentry": "history",
    "officialdocument": "description",
    "apitoken": "vpn_key",
    "accessattempt": "lock_person",
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups with their lists; those without any are left out."""
    return [
        {
            "title": str(app["name"]),
            "separator": True,
            "items": [_item(model) for model in app["models"] if model.get("admin_url")],
        }
        for app in admin.site.get_app_list(request)
    ]


def in_order(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    place = {label: index for index, label in enumerate(GROUPS)}
    return sorted(apps, key=lambda app: (place.get(app["app_label"], len(GROUPS)), app["name"]))


def _item(model: dict[str, Any]) -> dict[str, Any]:
    icon = ICONS.get(model["object_name"].lower(), "table_rows")
    return {"title": str(model["name"]), "icon": icon, "link": model["admin_url"]}
