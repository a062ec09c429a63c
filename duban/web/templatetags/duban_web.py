"""Template tags of the layout. None of them queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from duban.web import states
from duban.web.widgets import kind_of, styled

register = template.Library()

WEEKDAYS = "一二三四五六日"


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite; with a label it is read out, without it is decoration."""
    link = f"{static('icons.svg')}#{name}"
    css = f"icon {extra}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            css,
            label,
            link,
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', css, link)


@register.simple_tag(takes_context=True)
def url_with(context: Mapping[str, Any], **changes: object) -> str:
    """This page's query string with values set; None or "" removes one. Resets page and cursor."""
    query = _query(context).copy()
    for moving in ("page", "cursor"):
        query.pop(moving, None)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("web/_th.html", takes_context=True)
def sort_th(
    context: Mapping[str, Any], label: str, key: str = "", css: str = ""
) -> dict[str, object]:
    """A column head; with a key it links to the list sorted by it, again for the other way."""
    current = _query(context).get("sort", "") or str(context.get("sort", ""))
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "none") if key else ""
    following = f"-{key}" if direction == "ascending" else key
    return {
        "label": label,
        "key": key,
        "css": css,
        "direction": direction,
        "arrow": "sort-up" if direction == "ascending" else "sort-down",
        "url": url_with(context, sort=following) if key else "",
    }


@register.filter
def tone(state: object) -> str:
    return states.tone_of(str(state))


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """2026年9月28日."""
    if not (day := _day(value)):
        return ""
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def cn_day(value: date | datetime | None) -> str:
    """2026年9月28日（星期一）."""
    return f"{cn_date(value)}（{weekday(value)}）" if value else ""


@register.filter
def iso_day(value: date | datetime | None) -> str:
    """2026-09-28, for dense tables."""
    day = _day(value)
    return day.isoformat() if day else ""


@register.filter
def moment(value: datetime | date | None) -> str:
    """2026-09-28 14:30, in Asia/Shanghai; a date stays a date."""
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if value else ""


@register.filter
def weekday(value: date | datetime | None) -> str:
    """星期一."""
    day = _day(value)
    return f"星期{WEEKDAYS[day.weekday()]}" if day else ""


@register.simple_tag
def widget(bound: BoundField, **attrs: object) -> SafeString:
    """The field's control with the classes of the design and its error and help announced."""
    return styled(bound, {key.replace("_", "-"): value for key, value in attrs.items()})


@register.filter
def field_kind(bound: BoundField) -> str:
    """checkbox, choices, file or control: which arrangement `_field.html` uses."""
    return kind_of(bound)


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """A value of a mapping by a key that is itself a variable."""
    return mapping.get(key, "") if mapping else ""


def _query(context: Mapping[str, Any]) -> QueryDict:
    request = context.get("request")
    return request.GET if request is not None else QueryDict()


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _day(value: date | datetime | None) -> date | None:
    return _local(value).date() if isinstance(value, datetime) else value
