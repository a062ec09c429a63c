"""Pages as a signed-in person meets them."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases.tests.given import Place
from duban.org.models import Post

_keys = count(1)


class Browser:
    """One person at a browser: `get` and `post` by the name of the address."""

    def __init__(self, post: Post) -> None:
        self.client = Client(raise_request_exception=True)
        self.client.force_login(post.user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, name: str, *args: object, **query: str) -> HttpResponse:
        return self.client.get(reverse(f"cases:{name}", args=args), query)

    def post(self, name: str, *args: object, once: str = "", **data: Any) -> HttpResponse:
        sent = {"once": once or f"key-{next(_keys)}", **data}
        return self.client.post(reverse(f"cases:{name}", args=args), sent)


def sign_in(made: Place, name: str) -> Browser:
    return Browser(made.posts[name])


def text_of(response: HttpResponse) -> str:
    """The page without tags, spaces collapsed."""
    body = re.sub(r"<script.*?</script>|<svg.*?</svg>", "", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def wrong(response: HttpResponse, field: str) -> list[str]:
    """What is said beside the field."""
    return list(response.context["form"].errors.get(field, []))


def buttons(response: HttpResponse) -> dict[str, tuple[str, ...]]:
    """Label and reasons of the buttons at the head of a matter; no reasons: it can be pressed."""
    found = [*response.context["actions"], *response.context["later"]]
    return {action.label: tuple(action.reasons) for action in found}
