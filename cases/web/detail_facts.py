"""What a matter says about itself: its basis, its limit, its result."""

from __future__ import annotations

from cases.models import Case, CaseState
from duban.web.parts import Fact


def facts(case: Case) -> list[Fact]:
    """办理要求与依据."""
    found = [
        Fact("事项来源", case.source_label),
        Fact("重要程度", case.get_importance_display()),
        Fact("督办科室", case.supervisor.name),
        Fact("交办领导", _leader(case)),
        Fact("立项依据", case.basis, wide=True, note=_dated(case)),
    ]
    if case.heading:
        found.insert(0, Fact("所属任务", case.heading, wide=True))
    if case.urgency_label:
        found.append(Fact("缓急程度", case.urgency_label))
    basis = case.pack.due_bases.get(case.due_basis)
    if basis:
        found.append(Fact("期限依据", basis.label, note=basis.clause))
    if case.due_citation:
        found.append(Fact("期限说明", case.due_citation, wide=True))
    if case.collective_units:
        found.append(Fact("其他责任主体", case.collective_units, wide=True))
    found.append(
        Fact(
            "适用规则",
            case.pack_version.title,
            wide=True,
            note=f"{case.pack_version.name} 第 {case.pack_version.version} 版",
        )
    )
    return found


def _leader(case: Case) -> str:
    return f"{case.assigner.user.name}（{case.assigner.title}）" if case.assigner else "—"


def _dated(case: Case) -> str:
    return f"（{case.basis_on:%Y-%m-%d}）" if case.basis_on else ""


def result_facts(case: Case) -> list[Fact]:
    """What came of it; nothing before it is done."""
    if case.state == CaseState.TERMINATED:
        return [Fact("终止的答复意见", case.result, wide=True)]
    if not case.is_done:
        return []
    found = [Fact("办理结果", case.result, wide=True)]
    if case.grade_label:
        note = case.pack.grades[case.grade].clause
        found.append(Fact("评价等级", case.grade_label, note=note))
    if case.grade_reason:
        found.append(Fact("评价情形", case.grade_reason))
    return found


def evidence_labels(case: Case) -> dict[str, str]:
    """Kinds of proof that the grades ask for, by key."""
    return {
        key: choice.label
        for grade in case.pack.grades.values()
        for key, choice in grade.evidence.items()
    }
