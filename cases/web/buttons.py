"""Buttons from the transitions: absent where never theirs, grey with the reasons where not now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.urls import reverse

from duban.ledger.stateful import Stateful
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.org.actor import Actor
from duban.web.parts import Action


def texts(reasons: Mapping[str, Iterable[str]]) -> list[str]:
    return [text for found in reasons.values() for text in found]


def link(
    label: str, name: str, *args: object, reasons: Iterable[str] = (), **look: object
) -> Action:
    """A button that opens a page."""
    return Action(label, reverse(f"cases:{name}", args=args), reasons=tuple(reasons), **look)


def press(
    label: str,
    name: str,
    subject: Stateful,
    *,
    reasons: Iterable[str] = (),
    fields: Iterable[tuple[str, str]] = (),
    **look: object,
) -> Action:
    """A button that acts at once; it carries the version seen and a one-time key of its own."""
    sent = (("once", uuid.uuid4().hex), ("version", str(subject.version)), *fields)
    url = reverse(f"cases:{name}", args=[subject.pk])
    return Action(label, url, post=True, fields=sent, reasons=tuple(reasons), **look)


def label_of(subject: Stateful, name: str) -> str:
    """The step's name in the words of the matter's rule pack."""
    return subject.step_of(subject.transitions(name)[0].custom["step"]).label


def against(
    subject: Stateful, name: str, by: Actor, extra: Mapping[str, Iterable[str]] | None = None
) -> list[str] | None:
    """Reasons against a step now; empty when lawful; None when it is never this actor's."""
    if not is_ever_theirs(subject, name, by):
        return None
    return list(dict.fromkeys([*texts(reasons_against(subject, name)), *texts(extra or {})]))


def step(
    subject: Stateful, name: str, by: Actor, url_name: str, *, page: bool = False, **look: object
) -> list[Action]:
    """The button of a transition, or none where it is never this actor's.

    `page`: it opens a form instead of acting at once.
    """
    reasons = against(subject, name, by)
    if reasons is None:
        return []
    label = label_of(subject, name)
    if page:
        return [link(label, url_name, subject.pk, reasons=reasons, **look)]
    return [press(label, url_name, subject, reasons=reasons, **look)]
