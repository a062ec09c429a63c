"""Who is named in a row: the lead unit, the co-units and what each is to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Not inside brackets: 县（市、区）政府 is one name.
_SEPARATOR = re.compile(r"[、；;，,/\n]+(?![^（(]*[）)])")
_DUTY = re.compile(r"[：:]")
_PIECE = re.compile(r"[；;\n]+(?![^（(]*[）)])")
_NOTHING = frozenset({"", "无", "-", "—", "——", "/", "－"})


@dataclass(frozen=True)
class Named:
    """A unit as written, with the duty written beside it, or "" for the common one."""

    name: str
    duty: str = ""


def names_in(text: str, known: Callable[[str], bool]) -> list[str]:
    """The names in a cell, in order. A cell that is one known name as it stands is not divided."""
    whole = text.strip()
    if whole in _NOTHING:
        return []
    if known(whole):
        return [whole]
    parts = [part.strip() for part in _SEPARATOR.split(whole)]
    return [part for part in parts if part not in _NOTHING]


def co_units_in(text: str, known: Callable[[str], bool]) -> list[Named]:
    """Names, or lines of “单位：职责”; several names before one colon share its duty.

    A piece after “；” that names no unit belongs to the duty before it.
    """
    if not _DUTY.search(text):
        return [Named(name) for name in names_in(text, known)]
    found: list[Named] = []
    group = 0
    for piece in (p.strip() for p in _PIECE.split(text)):
        head, colon, duty = _split(piece)
        names = names_in(head, known)
        if not colon and group and not any(known(name) for name in names):
            found[-group:] = [Named(n.name, f"{n.duty}；{piece}") for n in found[-group:]]
            continue
        found += [Named(name, duty) for name in names]
        group = len(names) if colon else 0
    return found


def _split(piece: str) -> tuple[str, str, str]:
    parts = _DUTY.split(piece, maxsplit=1)
    return (parts[0], "：", parts[1].strip()) if len(parts) == 2 else (piece, "", "")
