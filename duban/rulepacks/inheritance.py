"""A pack over its parent: adds values, replaces only what the parent allows (AS-4.4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# What describes the pack itself; a child never takes it over.
HEAD = (
    "name",
    "version",
    "title",
    "locality",
    "status",
    "effective_on",
    "extends",
    "overridable",
    "sources",
)
# Sections that are one value, not a mapping of named values.
SINGLE = (
    "agreement",
    "acceptance",
    "counting",
    "warning",
    "budget",
    "hours",
    "leads",
    "extension",
    "feedback",
    "forwarding",
    "ranking",
    "bulletins",
)
# Sections whose values make sense only together: a child that writes one replaces all of it.
WHOLE = ("ladder", "weights")


def with_default(values: dict[str, Any]) -> dict[str, Any]:
    """Write the pack's `overridable` into each of its own values that does not say."""
    default = values.get("overridable", False)
    for _, value in _named(values):
        for cited in _links(value):
            cited.setdefault("overridable", default)
    return values


def merge(
    parent: Mapping[str, Any], child: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, ...]]]:
    """The child's values over the parent's, and the paths that the parent does not let go."""
    merged = {section: value for section, value in parent.items() if section not in HEAD}
    refused: list[tuple[str, ...]] = []
    for section, values in child.items():
        old = merged.get(section)
        if section in HEAD or not old:
            merged[section] = values
        elif section in SINGLE:
            if _overridable(old):
                merged[section] = values
            else:
                refused.append((section,))
        elif isinstance(values, Mapping):
            rest = {} if section in WHOLE else old
            kept = [key for key in old if section in WHOLE and not _overridable(old[key])]
            fixed = kept or [key for key in values if key in old and not _overridable(old[key])]
            refused += [(section, key) for key in fixed]
            merged[section] = rest | {k: v for k, v in values.items() if k not in fixed}
        else:
            merged[section] = values  # of the wrong type; validation says so
    return merged, refused


def paths(document: Mapping[str, Any]) -> set[str]:
    """Paths of the values that one pack or another decides: `limits.urgent_limit`, `warning`, …"""
    return {path for path, _ in _named(document)}


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, value in document.items():
        if section in HEAD or not isinstance(value, Mapping):
            continue
        if section in SINGLE:
            yield section, value
        else:
            for key, item in value.items():
                yield f"{section}.{key}", item


def _links(value: Any) -> list[dict[str, Any]]:
    """The value itself, or the links of a chain."""
    if not isinstance(value, dict):
        return []
    steps = value.get("steps")
    if not isinstance(steps, list):
        return [value]
    return [step for step in steps if isinstance(step, dict)]


def _overridable(old: Any) -> bool:
    return all(link.get("overridable") for link in _links(old))
