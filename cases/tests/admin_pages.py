"""The admin as a browser would get it, and what a person reads on its pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cases.tests import given
from duban.org.models import Post

_SILENT = frozenset({"script", "style", "pre", "template", "svg"})
_SAID = ("placeholder", "title", "aria-label", "alt")
# Not the letters of a digest.
_WORD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z][a-z]{2,}(?![0-9A-Za-z])")
_VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "source", "use", "path"})


class _Reader(HTMLParser):
    """Collects what is shown or read out; names of icons are pictures, not words."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        hidden = tag in _SILENT or "material-symbols" in values.get("class", "")
        if not hidden:
            self.said += [values[name] for name in _SAID if values.get(name)]
            if tag == "input" and values.get("type") in ("submit", "button"):
                self.said.append(values.get("value", ""))
        if tag not in _VOID:
            self._open.append(hidden)
            self._silent += hidden

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open:
            self._silent -= self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def words_of(html: str) -> set[str]:
    """Latin words of three letters and more that a person meets on the page."""
    reader = _Reader()
    reader.feed(html)
    return {w for text in reader.said for w in _WORD.findall(text)}


def signed_in(made: given.Place, key: str) -> Client:
    return client_of(made.posts[key])


def client_of(post: Post) -> Client:
    client = Client()
    client.force_login(post.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def admin_urls() -> list[str]:
    """The index, every list and every form for a new row."""
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
    return found
