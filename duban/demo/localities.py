"""Six invented localities, one for each shipped pack: their units and people, one file each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DATA = Path(__file__).parent / "localities_data"
KEYS = ("cp", "ay", "lh", "zz", "nt", "sx")


@dataclass(frozen=True)
class UnitSpec:
    """`parent`: the unit it is a part of; without one it stands under the root."""

    key: str
    name: str
    short: str
    kind: str
    head: str
    liaison: str
    aliases: tuple[str, ...] = ()
    parent: str = "city"


@dataclass(frozen=True)
class LeaderSpec:
    """`charge`: the units the leader answers for."""

    key: str
    role: str
    title: str
    person: str
    charge: tuple[str, ...] = ()


@dataclass(frozen=True)
class SectionSpec:
    key: str
    name: str
    person: str


@dataclass(frozen=True)
class PersonSpec:
    """Somebody beside those every locality has. Outside the units the post is the office's."""

    key: str
    unit: str
    role: str
    title: str
    person: str


@dataclass(frozen=True)
class BodySpec:
    """A standing body; `members` are accounts with what they are in it."""

    kind: str
    name: str
    basis: str
    members: dict[str, str]


@dataclass(frozen=True)
class OfficeSpec:
    name: str
    body: str
    head: str
    staff: str


@dataclass(frozen=True)
class Locality:
    """`brisk`: a matter is assigned on the day it is taken up. `evaluated`: objects of the year."""

    key: str
    pack: str
    city: str
    prefix: str
    masthead: str
    root: dict[str, str]
    hall: dict[str, str]
    office: OfficeSpec
    sections: tuple[SectionSpec, ...]
    leaders: tuple[LeaderSpec, ...]
    units: tuple[UnitSpec, ...]
    people: tuple[PersonSpec, ...] = ()
    bodies: tuple[BodySpec, ...] = ()
    evaluated: tuple[str, ...] = ()
    brisk: bool = False

    def leader(self, role: str) -> LeaderSpec:
        return next(leader for leader in self.leaders if leader.role == role)

    def unit(self, key: str) -> UnitSpec:
        return next(unit for unit in self.units if unit.key == key)


@cache
def localities() -> tuple[Locality, ...]:
    return tuple(_locality(YAML(typ="safe").load(DATA / f"{key}.yaml")) for key in KEYS)


def _locality(row: dict[str, Any]) -> Locality:
    return Locality(
        **row
        | {
            "office": OfficeSpec(**row["office"]),
            "sections": _specs(SectionSpec, row["sections"]),
            "leaders": _specs(LeaderSpec, row["leaders"]),
            "units": _specs(UnitSpec, row["units"]),
            "people": _specs(PersonSpec, row.get("people", {})),
            "bodies": tuple(BodySpec(**body) for body in row.get("bodies", ())),
            "evaluated": tuple(row.get("evaluated", ())),
        }
    )


def _specs(kind: type, rows: dict[str, dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(
        kind(key=key, **{name: tuple(v) if isinstance(v, list) else v for name, v in row.items()})
        for key, row in rows.items()
    )
