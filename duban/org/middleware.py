from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from duban.org.actor import Actor
from duban.org.selectors import actors_of

SESSION_KEY = "acting"


class ActorMiddleware:
    """Sets `request.actor` (None when nobody is signed in) and `request.actors`, the choice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, request.actors = None, []
        if request.user.is_authenticated:
            request.actors = actors_of(request.user, at=timezone.now())
            wanted = request.session.get(SESSION_KEY)
            request.actor = next(
                (actor for actor in request.actors if actor.key == wanted),
                request.actors[0] if request.actors else Actor.without_post(request.user),
            )
            request.user.actor = request.actor
        return self.get_response(request)
