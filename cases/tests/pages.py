"""Signing in as the holder of a post, and reading what a page says."""

from __future__ import annotations

from django.test import Client

from cases.tests.given import Place
from duban.org.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(place: Place, name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=place.posts[name].user_id), backend=BACKEND)
    return client


def titles(response: object) -> list[str]:
    """Titles of the rows of a 台账 page, in order."""
    return [line.title for line in response.context["lines"]]
