"""A place whose pack has a ladder of its own, for what follows from a rung."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from cases.models import Assignment, Case, Escalation
from cases.services.alerts import consume_alerts
from cases.services.escalations import escalation_take
from cases.tests import given
from cases.tests.given import Place
from deadlines.services import sweep
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.selectors import system_actor
from duban.rulepacks.loader import load_shipped_pack
from duban.rulepacks.schema import Budget, Rung

CITED = {
    "clause": "CZ-3.4c",
    "quote": "督办未果、完成不力的经市政府主要领导同意后,由督查室立项督办",
}
WARNED = {"clause": "CZ-3.4e", "quote": "提出预警,并下达书面督办通知书,督促整改落实"}


def rung(label: str, does: str, offset: int, **more: object) -> Rung:
    authority = more.pop("cited", {"local_decision": "规定未定天数，由本地决定"})
    return Rung(label=label, does=does, offset=offset, **authority, **more)


# Working days after 30 June 2026: 1 July, 3 July, 7 July; then from what was not answered.
LADDER = {
    "again": rung("逾期再提醒", "remind", 1, automatic=True, tells=["unit_head"]),
    "urge": rung("催办", "urge", 3),
    "warn": rung("预警", "early_warning", 5, cited=WARNED),
    "supervise": rung("下达督办通知书", "supervise", 7, cited=WARNED),
    "take_over": rung(
        "由督查室立项督办", "take_over", 2, after="supervise", chain="escalation", cited=CITED
    ),
    "propose": rung("提请问责建议", "propose", 5, after="supervise", tells=["office_head"]),
}
APPROVED_BY_CHIEF = {
    "steps": [{"key": "chief_leader", "label": "主要领导同意", "role": "chief_leader", **CITED}]
}


def place(
    ladder: dict[str, Rung] | None = None,
    *,
    pack: str = "changzhi-2022",
    per_week: int | None = None,
    reminders: bool = False,
    without_ladder: bool = False,
    **changes: object,
) -> Place:
    """The shipped pack with this ladder, by default without the reminders of its own."""
    here = given.place(pack)
    loaded = load_shipped_pack(pack)
    chains = {**loaded.document["chains"], "escalation": APPROVED_BY_CHIEF}
    ours = loaded.pack.model_validate(
        {
            **loaded.document,
            "version": 99,
            "ladder": {} if without_ladder else _plain(ladder or LADDER),
            "chains": chains,
            "budget": _budget(per_week),
            **({} if reminders else {"reminders": {}}),
            **changes,
        }
    )
    version = pack_load(
        loaded=replace(loaded, pack=ours), by=system_actor(), at=given.at("2018-01-03")
    )
    proposed = activation_propose(
        office=here.office, pack_version=version, active_from=date(2018, 2, 1), by=here.head,
        at=given.at("2018-01-03"),
    )  # fmt: skip
    activation_confirm(activation=proposed, by=here.security, at=given.at("2018-01-03"))
    return here


def _plain(ladder: dict[str, Rung]) -> dict[str, object]:
    return {key: rung.model_dump(mode="json") for key, rung in ladder.items()}


def _budget(per_week: int | None) -> dict[str, object] | None:
    if per_week is None:
        return None
    return Budget(per_week=per_week, local_decision="减轻基层负担").model_dump(mode="json")


def lived(since: str, until: str, *, hours: int = 6) -> None:
    """Beat went round all the time."""
    at = given.at(since)
    while at <= given.at(until):
        once(at)
        at += timedelta(hours=hours)


def once(at: object) -> None:
    sweep(at)
    consume_alerts(at=at)


def rows(case: Case) -> list[tuple[str, str]]:
    return [(row.rung, row.state) for row in case.escalations.order_by("pk")]


def proposed(part: Assignment, rung: str) -> Escalation:
    return part.escalations.get(rung=rung, state="proposed")


def taken(here: Place, part: Assignment, rung: str, *, when: str, by: str = "secretary") -> None:
    escalation_take(
        escalation=proposed(part, rung), content="请抓紧办理。", by=here.actor(by),
        at=given.at(when),
    )  # fmt: skip
