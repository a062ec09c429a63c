"""What differs between two versions of a pack, value by value. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duban.rulepacks.loader import LoadedPack
from duban.rulepacks.report import Line, lines


@dataclass(frozen=True)
class Difference:
    """One value: `old` is None where it is new, `new` is None where it is gone."""

    path: str
    old: Line | None
    new: Line | None

    @property
    def label(self) -> str:
        line = self.new or self.old
        return line.label if line else ""

    @property
    def word(self) -> str:
        if self.old is None:
            return "新增"
        return "删去" if self.new is None else "修改"


def differences(old: LoadedPack, new: LoadedPack) -> list[Difference]:
    """In the order of the new version; what is gone comes last. Who decided a value is no
    difference as long as value, clause and quotation are the same.
    """
    before = {line.path: line for line in lines(old)}
    after = {line.path: line for line in lines(new)}
    changed = [
        Difference(path, before.get(path), line)
        for path, line in after.items()
        if path not in before or _said(before[path]) != _said(line)
    ]
    gone = [Difference(path, line, None) for path, line in before.items() if path not in after]
    return changed + gone


def _said(line: Line) -> Sequence[str]:
    return line.label, line.value, line.clause, line.quote, line.local_decision
