"""Tone of every state in the system: shape + word + colour come from here. Pure.

The word is the caller's (it is the pack's label); the tone is one of `TONES`, whose names are
the classes `state-<tone>` of duban.css and the symbols `shape-<tone>` of icons.svg.
"""

from __future__ import annotations

from collections.abc import Mapping

TONES = frozenset(
    [
        "draft",
        "waiting",
        "ready",
        "active",
        "done",
        "closed",
        "stopped",
        "paused",
        "returned",
        "late",
    ]
)

_BY_TONE: dict[str, str] = {
    "draft": "draft drafted",
    # Somebody else has to act: a decision, a receipt, a reply.
    "waiting": "owed reported pending_approval submitted in_review issued delivered reported_done served",
    "ready": "registered assigned acknowledged receipted replied",
    "active": "in_progress running open executing executed",
    "done": "effective completed accepted granted approved signed published settled",
    "closed": "closed archived waived",
    "stopped": "terminated ended withdrawn void cancelled",
    "paused": "suspended paused",
    "returned": "returned refused rejected objected counter_proposed corrected",
    "late": "overdue late",
}
_TONE_OF: dict[str, str] = {
    state: tone for tone, states in _BY_TONE.items() for state in states.split()
}


def tone_of(state: str) -> str:
    """The tone of a stored state; a tone is its own; anything unknown is a neutral `ready`."""
    name = str(state)
    return _TONE_OF.get(name) or (name if name in TONES else "ready")


def register(tones: Mapping[str, str]) -> None:
    """Upper apps add states of machines that are only theirs; a clash or a typo stops the start."""
    for state, tone in tones.items():
        if tone not in TONES:
            raise ValueError(f"unknown tone {tone!r} for state {state!r}")
        if _TONE_OF.setdefault(state, tone) != tone:
            raise ValueError(f"state {state!r} already has tone {_TONE_OF[state]!r}")
