"""The main navigation. Apps register their items in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.urls import reverse

from duban.org.actor import Actor

# Places that stand side by side at 1366 pixels, beside the name of the office and of the person.
ROOM = 7


@dataclass(frozen=True)
class NavItem:
    """One place in the head band.

    `roles` empty: everyone who holds a post. `badge` gives the count of what waits there for this
    actor; 0 shows nothing. `asked` narrows the page to what the badge counts, while it counts
    anything: "state=pressing". `more`: stands under 更多 where the band would be too full.
    `order`: 100 工作台, 200 台账, 300 待批 … 900 后台.
    """

    label: str
    url_name: str
    icon: str = ""
    roles: frozenset[str] = field(default=frozenset())
    order: int = 500
    badge: Callable[[Actor], int] | None = None
    asked: str = ""
    more: bool = False


@dataclass(frozen=True)
class NavLink:
    """A `NavItem` as one actor sees it."""

    label: str
    url: str
    icon: str = ""
    count: int = 0
    active: bool = False
    more: bool = False


_items: dict[str, NavItem] = {}


def register(*items: NavItem) -> None:
    """Adds places; the same url_name again replaces the earlier item."""
    for item in items:
        _items[item.url_name] = replace(item, roles=frozenset(item.roles))


def links_for(actor: Actor | None, path: str) -> list[NavLink]:
    """What the actor may go to, in order; the longest address that starts `path` is active."""
    if actor is None or actor.post_id is None:
        return []
    seen = [
        (item, reverse(item.url_name))
        for item in sorted(_items.values(), key=lambda item: (item.order, item.label))
        if not item.roles or actor.has(*item.roles)
    ]
    active = max((url for _, url in seen if _holds(url, path)), key=len, default=None)
    full = len(seen) > ROOM
    return [_link(item, url, actor, active=url == active, full=full) for item, url in seen]


def _link(item: NavItem, url: str, actor: Actor, *, active: bool, full: bool) -> NavLink:
    count = item.badge(actor) if item.badge else 0
    target = f"{url}?{item.asked}" if count and item.asked else url
    return NavLink(item.label, target, item.icon, count, active, more=item.more and full)


def _holds(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
