"""Refusals of the domain. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WHOLE = "__all__"


class RuleViolation(Exception):
    """Not lawful now. `reasons` maps a field, or WHOLE, to what is wrong and what to do."""

    def __init__(self, reasons: Mapping[str, Sequence[str]] | str) -> None:
        if isinstance(reasons, str):
            reasons = {WHOLE: [reasons]}
        self.reasons: dict[str, list[str]] = {key: list(texts) for key, texts in reasons.items()}
        super().__init__("；".join(self.texts))

    @property
    def texts(self) -> list[str]:
        return [text for texts in self.reasons.values() for text in texts]


class RecordedRefusal(RuleViolation):
    """Refused, and the attempt itself is on record: what was written before it stays written."""


class StaleVersion(RuleViolation):
    """The row was changed by someone else since it was read."""

    def __init__(self, *, seen: int, now: int) -> None:
        self.seen, self.now = seen, now
        super().__init__("该记录已被他人更新，请核对最新内容后重新提交。")
