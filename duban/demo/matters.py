"""The matters of the demonstration: invented, in the style of real task documents.

Each has a story (see `plots`), and days before or after the base day, the last working day before
the day of the demonstration. They are kept as data, one file a locality.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DATA = Path(__file__).parent / "matters_data"


@dataclass(frozen=True)
class Matter:
    """`began` and `due` are days relative to the base day; without `due` the urgency counts.

    `successor`: the unit that takes over what the lead sends back.
    """

    title: str
    task: str
    basis: str
    source: str
    lead: str
    story: str
    began: int
    due: int | None = None
    co: tuple[tuple[str, str], ...] = ()
    importance: str = "ordinary"
    urgency: str = ""
    due_basis: str = "designated"
    citation: str = "会议纪要明确的完成时限"
    assigner: str = ""
    grade: str = "basic"
    problem: str = ""
    proposal: str = ""
    successor: str = ""


def matters_of(locality: str) -> list[Matter]:
    """In the order in which they are registered on one day."""
    rows = YAML(typ="safe").load(DATA / f"{locality}.yaml")
    return [_matter(row) for row in rows]


def _matter(row: dict[str, Any]) -> Matter:
    return Matter(**row | {"co": tuple(row.get("co", {}).items())})
