"""The register of clauses, and the tests that prove them, read without running anything.

`docs/clauses.csv` lists every clause with its state: `done`, `planned`, or `no_function` with the
reason. The marks of the tests are read from their source text.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTER = ROOT / "docs" / "clauses.csv"
TESTED = ("duban", "deadlines", "cases", "accountability", "reports")


@dataclass
class Clause:
    """One row of the register, with the tests that name it."""

    id: str
    title: str
    app: str
    status: str
    reason: str
    tests: list[str] = field(default_factory=list)


def register() -> dict[str, Clause]:
    """Every clause of the register in its order, with the tests found in the source."""
    with REGISTER.open(encoding="utf-8", newline="") as handle:
        clauses = {row["id"]: Clause(**row) for row in csv.DictReader(handle)}
    for test, ids in marks():
        for clause_id in ids:
            if clause_id in clauses:
                clauses[clause_id].tests.append(test)
    return clauses


def marks() -> Iterator[tuple[str, list[str]]]:
    """(test, clause ids) for every test function or class that carries the mark."""
    for top in TESTED:
        for path in sorted((ROOT / top).rglob("test_*.py")):
            module = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and (ids := _ids(node)):
                    yield f"{module}::{node.name}", ids


def _ids(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    return [
        argument.value
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.clause"
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
