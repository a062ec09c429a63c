"""What one value of a pack names in another section has to be there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

NOUNS = {
    "limits": "时限",
    "chains": "审批链",
    "campaigns": "活动",
    "case_sources": "事项来源",
    "duties": "义务",
    "measures": "问责措施",
}
# (section, field that names a key or several, section that has to hold it)
NAMED = (
    ("urgencies", "limit", "limits"),
    ("duties", "limit", "limits"),
    ("duties", "campaign", "campaigns"),
    ("duties", "sources", "case_sources"),
    ("documents", "reply_limit", "limits"),
    ("ladder", "chain", "chains"),
    ("targets", "campaign", "campaigns"),
    ("routes", "chain", "chains"),
    ("routes", "measures", "measures"),
    ("triggers", "measures", "measures"),
    ("meeting_bodies", "duty", "duties"),
    ("draws", "duty", "duties"),
)
POLICIES = ("agreement", "acceptance")


def dangling(pack: Any) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) for every name that its section does not hold."""
    for path, section, key in _named(pack):
        known = getattr(pack, section)
        if key not in known:
            yield path, f"没有名为 {key} 的{NOUNS[section]}{meant(key, known)}"


def meant(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """A guess at what was meant, to be put after the sentence; nothing where there is none."""
    close = get_close_matches(str(word), sorted(known), n=1, cutoff=cutoff)
    return f"，是否应为 {close[0]}" if close else ""


def _named(pack: Any) -> Iterator[tuple[str, str, str]]:
    for section, field, target in NAMED:
        for key, value in getattr(pack, section).items():
            named = getattr(value, field)
            for name in (named,) if isinstance(named, str) else named or ():
                yield f"{section}.{key}.{field}", target, name
    for name in POLICIES:
        if policy := getattr(pack, name):
            yield f"{name}.limit", "limits", policy.limit
