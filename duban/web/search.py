"""Global search by number, title and unit. Apps register a provider in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duban.org.actor import Actor

MAX_LENGTH = 80
PER_PROVIDER = 20


@dataclass(frozen=True)
class Hit:
    """One row found; it must be one the actor may see."""

    title: str
    url: str
    number: str = ""
    snippet: str = ""


@dataclass(frozen=True)
class SearchProvider:
    """`search(actor, q, limit)` returns at most `limit` hits among the rows visible to actor."""

    label: str
    search: Callable[[Actor, str, int], Sequence[Hit]]
    order: int = 500


@dataclass(frozen=True)
class Found:
    """What one provider found; `more` when there may be further rows than shown."""

    label: str
    hits: tuple[Hit, ...]
    more: bool


_providers: dict[str, SearchProvider] = {}


def register(provider: SearchProvider) -> None:
    """The same label again replaces the earlier provider."""
    _providers[provider.label] = provider


def search_all(actor: Actor, q: str, *, limit: int = PER_PROVIDER) -> list[Found]:
    """Every provider's hits, empty groups left out; nothing for a blank query."""
    wanted = " ".join(q.replace("\x00", "").split())[:MAX_LENGTH]
    if not wanted:
        return []
    groups = []
    for provider in sorted(_providers.values(), key=lambda provider: provider.order):
        hits = tuple(provider.search(actor, wanted, limit + 1))
        if hits:
            groups.append(Found(provider.label, hits[:limit], len(hits) > limit))
    return groups
