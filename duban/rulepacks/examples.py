"""Worked examples run as tests of a pack.

What computes something registers a checker when its app is ready, because the arithmetic lives
above the packs: `deadlines` checks the limits.
"""

from __future__ import annotations

from collections.abc import Callable

from duban.rulepacks.schema import Pack

# Returns one line per example that does not come out, in Chinese, with path and clause.
Checker = Callable[[Pack], list[str]]
_CHECKERS: dict[str, Checker] = {}


def register(section: str, checker: Checker) -> None:
    _CHECKERS[section] = checker


def failures(pack: Pack) -> list[str]:
    """Everything in the pack that its own worked examples contradict.

    Raises LookupError where nobody can compute them: unchecked is not the same as right.
    """
    if "limits" not in _CHECKERS and any(limit.examples for limit in pack.limits.values()):
        raise LookupError("没有注册时限的验算程序，不能检查例子")
    return [line for check in _CHECKERS.values() for line in check(pack)]
