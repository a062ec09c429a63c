"""What the layout shows on every page, worked out only when a template asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from duban.notify.selectors import unread_count
from duban.org.actor import Actor
from duban.org.models import Office
from duban.org.roles import ADMIN_SITE
from duban.web import navigation

SITE_NAME = "督查督办"


@dataclass(frozen=True)
class Layout:
    """The head band, the strip of the demo, the foot."""

    site_name: str = SITE_NAME
    office_name: str = ""
    actor: Actor | None = None
    others: tuple[Actor, ...] = ()
    nav: tuple[navigation.NavLink, ...] = ()
    unread: int = 0
    admin_url: str = ""
    health_url: str = ""
    request_id: str = ""
    demo: bool = False
    idle_seconds: int = 0
    hide_login: bool = False

    @property
    def places(self) -> tuple[navigation.NavLink, ...]:
        return tuple(link for link in self.nav if not link.more)

    @property
    def more_places(self) -> tuple[navigation.NavLink, ...]:
        return tuple(link for link in self.nav if link.more)

    @property
    def user_id(self) -> int | None:
        return self.actor.user_id if self.actor else None


def layout(request: HttpRequest) -> dict[str, object]:
    """The context processor; no query runs for a page that does not show the band."""
    return {"layout": SimpleLazyObject(lambda: layout_of(request))}


def layout_of(request: HttpRequest) -> Layout:
    actor = getattr(request, "actor", None)
    request_id = getattr(request, "request_id", "")
    if actor is None:
        return Layout(request_id=request_id, demo=settings.DUBAN_DEMO)
    return Layout(
        office_name=_office_name(actor),
        actor=actor,
        others=tuple(other for other in request.actors if other.key != actor.key),
        nav=tuple(navigation.links_for(actor, request.path)),
        unread=unread_count(actor.user_id),
        admin_url=reverse("admin:index") if actor.has(*ADMIN_SITE) else "",
        health_url=reverse("health") if actor.has("system_admin") else "",
        request_id=request_id,
        demo=settings.DUBAN_DEMO,
        idle_seconds=settings.SESSION_COOKIE_AGE,
    )


def bare_layout(request_id: str) -> dict[str, object]:
    """For pages that must come out when the database does not answer."""
    return {"layout": Layout(request_id=request_id, hide_login=True)}


def _office_name(actor: Actor) -> str:
    if actor.office_id is None:
        return ""
    return Office.objects.filter(pk=actor.office_id).values_list("name", flat=True).first() or ""
