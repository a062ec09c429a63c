"""Conditions that can say why they do not hold. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from duban.ledger.errors import WHOLE


@dataclass(frozen=True)
class Guard:
    """A condition of a transition.

    `step` is the key in the case's rule pack whose clause is cited beside the reason; `field` is
    the form field the reason belongs to, or the whole.
    """

    step: str
    holds: Callable[[Any], bool]
    reason: str
    field: str = WHOLE

    def __call__(self, subject: Any) -> bool:
        return self.holds(subject)
