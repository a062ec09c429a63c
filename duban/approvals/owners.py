"""Where the request behind a chain is shown. Apps register their owners in `AppConfig.ready()`.

待批 lists the links of every kind; a chain knows its owner by label and id only.
"""

from __future__ import annotations

from collections.abc import Callable

from duban.approvals.models import Chain

UrlFor = Callable[[Chain], str]

_urls: dict[str, UrlFor] = {}


def register(owner_type: str, url_for: UrlFor) -> None:
    """`owner_type` is the model's label_lower; the same again replaces the earlier one."""
    _urls[owner_type] = url_for


def url_of(chain: Chain) -> str:
    """The page where the request is read and decided; empty where no app registered one."""
    url_for = _urls.get(chain.owner_type)
    return url_for(chain) if url_for else ""
