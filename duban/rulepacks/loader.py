"""From a file to a `Pack`, with the place and clause of every mistake. Pure.

A pack may extend another: it adds values, and replaces only those the parent marks `overridable`
(AS-4.4). There is no scripting and no expression: values, enums and references only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from duban.rulepacks import inheritance, vocabulary, yaml_text
from duban.rulepacks.problems import PackError, located, of_validation
from duban.rulepacks.references import meant
from duban.rulepacks.schema import Pack

__all__ = [
    "PACKS",
    "LoadedPack",
    "PackError",
    "load_file",
    "load_shipped",
    "load_shipped_pack",
    "load_text",
    "shipped_names",
]

PACKS = Path(__file__).parent / "packs"
MAX_ANCESTORS = 4


@dataclass(frozen=True)
class LoadedPack:
    """A pack with the text it came from and, per inherited value, which pack decided it."""

    pack: Pack
    source: str
    inherited: Mapping[str, str] = field(default_factory=dict)
    # Paths of the parent's values that this pack replaced, with the pack that had decided them.
    overridden: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        return self.pack.model_dump(mode="json")

    @property
    def text(self) -> str:
        """The whole pack as JSON, in the order of the file: grades and sources are in order."""
        return self.pack.model_dump_json()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


Finder = Callable[[str], "LoadedPack"]


def load_text(text: str, *, filename: str, parent_of: Finder | None = None) -> LoadedPack:
    """Parse, merge with the parent pack, and validate. Raises PackError with every problem."""
    raw = yaml_text.parse(text, filename)
    own = inheritance.with_default(yaml_text.plain(raw))
    values, inherited, overridden = own, {}, {}
    if (name := own.get("extends")) is not None:
        parent = _parent(name, own, raw, filename, parent_of or load_shipped_pack)
        values, inherited, overridden = _over(parent, own, raw, filename)
    try:
        pack = Pack.model_validate(values)
    except ValidationError as error:
        raise PackError(of_validation(raw, error.errors(), filename)) from error
    of_parent = inherited.keys() | overridden.keys()
    if pack.status != "common" and (strange := vocabulary.strange(pack, of_parent=of_parent)):
        raise PackError([located(raw, path.split("."), text, filename) for path, text in strange])
    if pack.status != "common" and (absent := vocabulary.missing(pack)):
        raise PackError([f"{filename}：{path}：缺少必填项，施行的规则包都须有" for path in absent])
    return LoadedPack(pack, text, inherited, overridden)


def load_file(path: Path, *, _below: tuple[str, ...] = ()) -> LoadedPack:
    """A pack in a file. Its parent is a shipped pack or a file of that name beside it."""

    def parent_of(name: str) -> LoadedPack:
        beside = path.with_name(f"{name}.yaml")
        if name in shipped_names():
            return load_shipped_pack(name)
        if not beside.is_file():
            raise LookupError(name)
        below = (*_below, path.stem)
        if name in below or len(below) >= MAX_ANCESTORS:
            raise PackError([f"{path.name}：extends：继承成环或者层级过多"])
        return load_file(beside, _below=below)

    return load_text(yaml_text.read(path), filename=path.name, parent_of=parent_of)


@lru_cache
def shipped_names() -> tuple[str, ...]:
    """Names of the packs that come with the product."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.yaml")))


@lru_cache
def load_shipped_pack(name: str) -> LoadedPack:
    """Raises LookupError for a name that is not shipped."""
    if name not in shipped_names():
        raise LookupError(f"没有名为 {name} 的规则包（有：{'、'.join(shipped_names())}）")
    return load_file(PACKS / f"{name}.yaml")


def load_shipped(name: str) -> Pack:
    return load_shipped_pack(name).pack


def _parent(
    name: Any, own: Mapping[str, Any], raw: Any, filename: str, parent_of: Finder
) -> LoadedPack:
    if not isinstance(name, str) or name == own.get("name"):
        raise PackError([located(raw, ["extends"], "应为另一个规则包的名称", filename)])
    try:
        return parent_of(name)
    except LookupError as error:
        text = f"没有名为 {name} 的规则包{meant(name, shipped_names())}"
        raise PackError([located(raw, ["extends"], text, filename)]) from error


def _over(
    parent: LoadedPack, own: Mapping[str, Any], raw: Any, filename: str
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    document = parent.document
    merged, refused = inheritance.merge(document, own)
    if refused:
        text = f"上级规则包 {parent.pack.name} 不允许改写"
        raise PackError([located(raw, path, text, filename) for path in refused])
    origin = {
        path: parent.inherited.get(path, parent.pack.name) for path in inheritance.paths(document)
    }
    written, left = inheritance.paths(own), inheritance.paths(merged)
    inherited = {path: origin[path] for path in sorted(origin) if path in left - written}
    overridden = {path: origin[path] for path in sorted(origin) if path in written}
    return merged, inherited, overridden
