"""The five grades: what a grade asks for, and which one the facts suggest. Pure (CZ-4.1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from duban.rulepacks.schema import Grade, Pack


@dataclass(frozen=True)
class Record:
    """What the system knows of how a matter was done."""

    done_at: datetime
    original_due_at: datetime | None
    due_at: datetime | None
    urged: int
    supervised: int
    reports: int
    explained: bool

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.done_at >= self.due_at

    @property
    def is_early(self) -> bool:
        """Finished before the last day of the original limit began."""
        if self.original_due_at is None:
            return False
        return (self.original_due_at - self.done_at).total_seconds() > DAY


@dataclass(frozen=True)
class Suggestion:
    grade: str
    reasons: tuple[str, ...]


DAY = 24 * 3600


def suggest(pack: Pack, record: Record) -> Suggestion | None:
    """The grade the facts point to, with the reasons; None where the pack has no grades.

    A suggestion decides nothing: the section proposes and the leader approves (CZ-3.6b).
    """
    facts = _facts(record)
    for key, grade in pack.grades.items():
        for fact in grade.suggest_when:
            if fact in facts:
                cited = f"符合“{grade.label}”的标准（{grade.clause}）"
                return Suggestion(key, (facts[fact], cited))
    return None


def _facts(record: Record) -> dict[str, str]:
    """Facts in the vocabulary of `Grade.suggest_when`, each with its sentence."""
    if not record.is_late:
        if record.is_early:
            return {"finished_early": "在规定期限前完成，早于期限一日以上"}
        return {"finished_on_time": "在规定期限内完成"}
    pressed = record.urged + record.supervised
    if record.reports == 0 and pressed:
        return {"late_without_report": f"超过期限，且经催办、督办{pressed}次未报告进展"}
    if pressed:
        return {
            "late_after_pressing": f"超过期限，其间催办{record.urged}次、督办{record.supervised}次"
        }
    if record.explained:
        return {"late_explained": "超过期限，已说明客观原因，须经批准认同"}
    return {"late_after_pressing": "超过期限，且未说明客观原因"}


def problems(
    pack: Pack, grade: str, *, reason: str, evidence: Collection[str], record: Record
) -> dict[str, list[str]]:
    """Why the grade may not be given as proposed, by field (CZ-4.1.1, 4.1.3, 4.1.5)."""
    if not pack.grades:
        return {}
    rule = pack.grades.get(grade)
    if rule is None:
        labels = "、".join(g.label for g in pack.grades.values())
        return {"grade": [f"请提出评价等级：{labels}。"]}
    found: dict[str, list[str]] = {}
    if rule.evidence and rule.evidence.keys().isdisjoint(evidence):
        kinds = "或".join(kind.label for kind in rule.evidence.values())
        found["grade"] = [f"评为“{rule.label}”须先上传{kinds}作为佐证（{rule.clause}）。"]
    if rule.reasons and reason not in rule.reasons:
        codes = "；".join(code.label for code in rule.reasons.values())
        found["grade_reason"] = [f"评为“{rule.label}”须选定情形：{codes}（{rule.clause}）。"]
    elif other := _grade_of_reason(pack, reason, besides=grade):
        found["grade_reason"] = [
            f"所选情形属于“{other.label}”，与“{rule.label}”不符，请改选或不选。"
        ]
    if rule.late_needs_approval and record.is_late and not record.explained:
        found["grade"] = [
            f"超期事项评为“{rule.label}”，须由承办单位说明客观原因并经批准认同（{rule.clause}）。"
        ]
    return found


def _grade_of_reason(pack: Pack, reason: str, *, besides: str) -> Grade | None:
    """The other grade whose circumstance was chosen; words of one's own belong to none."""
    if not reason or reason in pack.grades[besides].reasons:
        return None
    return next((grade for grade in pack.grades.values() if reason in grade.reasons), None)
