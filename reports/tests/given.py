"""A quarter at work, reached by walking the services."""

from __future__ import annotations

from datetime import date

from cases.models import Case, Extension
from cases.services.extensions import extension_decide, extension_request
from cases.tests import given
from cases.tests.given import Place, at, completed, in_progress, lead, place, user
from duban.approvals.permissions import may_decide
from reports.models import Bulletin
from reports.services.approval import bulletin_decide, bulletin_submit
from reports.services.drafting import bulletin_draft, bulletin_edit
from reports.services.publication import bulletin_publish

__all__ = ["Place", "at", "completed", "in_progress", "lead", "place", "user"]

Q2 = "2026Q2"
DRAFTING = "2026-07-01"  # a Wednesday and a working day
UNITS = ("water", "housing", "finance")


def matter(
    made: Place,
    unit: str = "water",
    *,
    when: str = "2026-04-01",
    due: str = "2026-06-12",
    title: str = "城区供水管网改造",
) -> Case:
    return in_progress(
        made,
        when=when,
        parties=[lead(made.units[unit])],
        due_on=date.fromisoformat(due),
        title=title,
    )


def done(
    made: Place,
    unit: str = "water",
    *,
    applied: str = "2026-06-02",
    decided: str | None = None,
    grade: str = "basic",
    **facts: str,
) -> Case:
    case = matter(made, unit, **facts)
    given.report(made, case.lead, "initial_report", when=facts.get("when", "2026-04-01"))
    return completed(made, case, applied_on=applied, decided_on=decided, grade=grade)


def extended(made: Place, case: Case, *, to: str, when: str = "2026-05-06") -> Case:
    request = asked(made, case, to=to, when=when)
    while (request := Extension.objects.get(pk=request.pk)).state in ("submitted", "in_review"):
        extension_decide(
            extension=request, approve=True, by=made.actor(_decider(made, request)), at=at(when)
        )
    return Case.objects.get(pk=case.pk)


def asked(made: Place, case: Case, *, to: str, when: str) -> Extension:
    return extension_request(
        assignment=case.lead,
        proposed_on=date.fromisoformat(to),
        progress="已完成招标和施工准备。",
        reason="连续降雨，外线施工无法进行。",
        at=at(when),
        by=made.actor(given.liaison(made, case.lead.unit)),
    )


def busy(made: Place) -> Place:
    """Second quarter of 2026: two units tie, a third is behind them, the district has one matter."""
    for unit, grades in (
        ("water", ("good", "basic", "basic")),
        ("housing", ("basic", "good", "basic")),
        ("finance", ("basic", "basic", "weak")),
    ):
        for place_, grade in enumerate(grades, start=1):
            done(made, unit, grade=grade, title=f"{made.units[unit].label}第{place_}项任务")
    late = matter(made, "district", due="2026-05-29", title="城东区老旧小区改造")
    given.report(made, late.lead, "initial_report", when="2026-04-08")
    completed(made, late, applied_on="2026-06-05", grade="weak", explanation="施工受阻，已作说明。")
    long = extended(
        made, matter(made, "finance", due="2026-05-15", title="河道清淤"), to="2026-06-30"
    )
    given.report(made, long.lead, "initial_report", when="2026-05-12")
    completed(made, long, applied_on="2026-06-18", grade="basic")
    matter(made, "district", due="2026-06-15", title="背街小巷整治")
    matter(made, "housing", due="2026-09-30", title="保障性住房配租")
    return made


def drafted(made: Place, *, period: str = Q2, when: str = DRAFTING) -> Bulletin:
    return bulletin_draft(office=made.office, period=period, by=made.staff, at=at(when))


def submitted(made: Place, bulletin: Bulletin | None = None) -> Bulletin:
    bulletin = bulletin or drafted(made)
    bulletin_edit(
        bulletin=bulletin,
        intro=bulletin.intro,
        by=made.staff,
        at=at("2026-07-02"),
        requirements="各承办单位要对照附件逐件核对。\n超期事项要抓紧办理。",
        scope=bulletin.scope,
    )
    bulletin_submit(bulletin=bulletin, by=made.staff, at=at("2026-07-02"))
    return Bulletin.objects.get(pk=bulletin.pk)


def signed(made: Place, bulletin: Bulletin | None = None, *, when: str = "2026-07-03") -> Bulletin:
    bulletin = submitted(made, bulletin)
    bulletin_decide(bulletin=bulletin, approve=True, by=made.head, at=at(when))
    bulletin_decide(bulletin=bulletin, approve=True, by=made.secgen, at=at(when))
    return Bulletin.objects.get(pk=bulletin.pk)


def published(
    made: Place, bulletin: Bulletin | None = None, *, when: str = "2026-07-06"
) -> Bulletin:
    bulletin = signed(made, bulletin)
    bulletin_publish(bulletin=bulletin, by=made.staff, at=at(when))
    return Bulletin.objects.get(pk=bulletin.pk)


def _decider(made: Place, request: Extension) -> str:
    step = request.chain.current
    return next(name for name in made.posts if may_decide(step, made.actor(name)))
