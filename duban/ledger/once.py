"""One-time keys: a repeated submit gets the first answer and changes nothing (DESIGN 3.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from duban.ledger.errors import RecordedRefusal
from duban.ledger.models import OnceKey
from duban.org.actor import Actor

MAX_KEY = 64


def once(key: str, *, by: Actor, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run `act` and keep its JSON answer under the key; the same key and person get it again.

    The key row and the act share one transaction: two clicks at the same moment meet on the unique
    constraint, and a refused act leaves no key behind. An empty key runs without memory.
    """
    if not key:
        return act()
    key = key[:MAX_KEY]
    if (earlier := _answer(key, by)) is not None:
        return earlier
    try:
        return _first(key, by, act)
    except IntegrityError:
        # The other click was faster; its transaction has ended, or this one could not have failed.
        earlier = _answer(key, by)
        if earlier is None:
            raise
        return earlier


def _first(key: str, by: Actor, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    refusal: RecordedRefusal | None = None
    with transaction.atomic():
        row = OnceKey.objects.create(key=key, user_id=by.user_id)
        try:
            row.answer = act()
            row.save(update_fields=["answer"])
        except RecordedRefusal as error:
            # What the act put on record stays; the key goes, for nothing was answered.
            row.delete()
            refusal = error
    if refusal is not None:
        raise refusal
    return row.answer


def _answer(key: str, by: Actor) -> dict[str, Any] | None:
    return (
        OnceKey.objects.filter(key=key, user_id=by.user_id).values_list("answer", flat=True).first()
    )
