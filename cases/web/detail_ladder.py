"""督办阶梯: what has happened on it, what comes next and when, in the words of the pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from cases.domain.ladder import DOCUMENTS, level_of, rung_of, rungs
from cases.models import Act, Assignment, Escalation, Notice, NoticeKind, Reminder
from cases.services.escalation_messages import is_by_office
from cases.services.escalations import held_by, over_by
from cases.services.notices import notice_problems
from cases.web.buttons import link, texts
from cases.web.case_record import CaseRecord
from cases.web.due import pending_mark
from deadlines.models import Clock
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.org.roles import UNIT
from duban.rulepacks.schema import Rung
from duban.web.parts import Action

TONES = {
    "waiting": "paused",
    "proposed": "waiting",
    "in_review": "waiting",
    "taken": "done",
    "refused": "returned",
    "dismissed": "stopped",
    "lapsed": "closed",
    "superseded": "closed",
}


@dataclass(frozen=True)
class LadderRow:
    """One rung of one part: reached (`state`), or still to come (`when` alone)."""

    label: str
    clause: str
    when: str
    word: str = ""
    tone: str = ""
    text: str = ""
    facts: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def dated(self) -> bool:
        """A day, and not what has to happen first."""
        return self.when[:4].isdecimal()


@dataclass(frozen=True)
class LadderPart:
    unit: str
    rows: list[LadderRow]


@dataclass(frozen=True)
class Ladder:
    parts: list[LadderPart]
    # The rung by which the 督查室 took the matter over, where it did.
    taken_over: Escalation | None = None


def ladder_of(record: CaseRecord, *, at: datetime) -> Ladder | None:
    """None where the pack of the matter knows no ladder. One query."""
    if not record.case.pack.ladder:
        return None
    found = sorted(record.escalations, key=lambda row: row.pk)
    _tie_clocks(record, found)
    reminded = _reminded(record)
    parts = [
        LadderPart(party.unit.label, shown)
        for party in record.parties
        if record.reads(party) and (shown := _of_part(record, party, found, reminded, at))
    ]
    taken = (row for row in found if row.does == Act.TAKE_OVER and row.state == "taken")
    return Ladder(parts, next(taken, None))


def _tie_clocks(record: CaseRecord, rows: Iterable[Escalation]) -> None:
    """The clocks are on record already."""
    clocks = {owner.clock.pk: owner.clock for owner in record.timed}
    for row in rows:
        if row.clock_id in clocks:
            row.clock = clocks[row.clock_id]


def _reminded(record: CaseRecord) -> dict[tuple[int, str], Reminder]:
    """What rungs that only remind came to, by clock and rung."""
    if not any(rung.does == "remind" for rung in record.case.pack.ladder.values()):
        return {}
    clocks = [owner.clock.pk for owner in record.timed]
    rows = Reminder.objects.filter(alert__clock__in=clocks, alert__level__startswith="ladder:")
    return {
        (row.alert.clock_id, rung_of(row.alert.level)): row
        for row in rows.select_related("alert").order_by("pk")
    }


def _of_part(
    record: CaseRecord,
    party: Assignment,
    found: list[Escalation],
    reminded: Mapping[tuple[int, str], Reminder],
    at: datetime,
) -> list[LadderRow]:
    shown = []
    for key, rung in rungs(record.case.pack, record.case.importance).items():
        mine = [row for row in found if row.assignment_id == party.pk and row.rung == key]
        shown += [_reached(record, row, at) for row in mine]
        clock = _clock_of(record, party, rung)
        if any(clock and row.due_at == clock.due_at for row in mine):
            continue
        if next_row := _to_come(record, party, key, rung, clock, reminded, at):
            shown.append(next_row)
    return shown


def _clock_of(record: CaseRecord, party: Assignment, rung: Rung) -> Clock | None:
    """The clock on which the rung is counted: of the part, a report, or an unanswered document."""
    owners: list[Assignment | Notice] = [party]
    if rung.after:
        kind = DOCUMENTS.get(record.case.pack.ladder[rung.after].does)
        owners = [n for n in record.notices if n.assignment_id == party.pk and n.kind == kind]
    elif rung.clock == "report":
        owners = [d for d in record.duties if d.assignment_id == party.pk]
    running = [row.clock for row in owners if row.clock and row.clock.state == "running"]
    return min(running, key=lambda clock: clock.due_at, default=None)


def _to_come(
    record: CaseRecord,
    party: Assignment,
    key: str,
    rung: Rung,
    clock: Clock | None,
    reminded: Mapping[tuple[int, str], Reminder],
    at: datetime,
) -> LadderRow | None:
    if party.is_settled or not record.case.is_under_way:
        return None
    if rung.does == Act.TAKE_OVER and is_by_office(record.case):
        return None
    if clock is None:
        return LadderRow(rung.label, rung.clause, _condition(record, rung)) if rung.after else None
    moment = _moment(clock, key)
    if moment is None:
        return None
    when = timezone.localdate(moment).isoformat()
    if moment > at:
        return LadderRow(rung.label, rung.clause, when, text=_manner(rung))
    row = reminded.get((clock.pk, key))
    if rung.does != "remind" or row is None:
        return None
    word = "已提醒" if row.sent else "未发送"
    tone = "done" if row.sent else "closed"
    return LadderRow(rung.label, rung.clause, when, word, tone, row.why_not)


def _moment(clock: Clock, key: str) -> datetime | None:
    level = level_of(key)
    found = next((item for item in clock.thresholds if item[0] == level), None)
    return datetime.fromisoformat(found[1]) if found else None


def _condition(record: CaseRecord, rung: Rung) -> str:
    earlier = record.case.pack.ladder[rung.after or ""]
    kind = NoticeKind(DOCUMENTS[earlier.does]).label if earlier.does in DOCUMENTS else earlier.label
    return f"{kind}到期未回复满{rung.offset}个工作日"


def _manner(rung: Rung) -> str:
    if rung.does == "remind":
        return "系统提醒承办单位"
    if rung.chain:
        return "届时由督办科室决定是否报请同意"
    return "届时由系统下达" if rung.automatic else "届时由督办科室决定"


def _reached(record: CaseRecord, row: Escalation, at: datetime) -> LadderRow:
    rule = row.rule
    return LadderRow(
        rule.label,
        rule.clause,
        timezone.localdate(row.moment).isoformat(),
        row.get_state_display(),
        TONES[row.state],
        _text(record, row),
        [] if record.actor.has(*UNIT) or row.state != "proposed" else row.grounds.splitlines(),
        _actions(record, row, at),
    )


def _waits(record: CaseRecord, row: Escalation) -> bool:
    return bool(pending_mark(row.assignment, record.extensions, record.closures, record.turns))


def _text(record: CaseRecord, row: Escalation) -> str:
    day = f"{timezone.localdate(row.acted_at)}" if row.acted_at else ""
    if row.state == "waiting":
        return held_by(row, waiting=_waits(record, row)) or "下一办公时间处理"
    if row.state == "taken" and row.notice and row.notice.document:
        return f"{day} {row.notice.document.number_text}"
    if row.handed_to:
        return f"{row.handed_on} 移送{row.handed_to}" + (f"，{row.outcome}" if row.outcome else "")
    return f"{day} {row.outcome}".strip()


def _actions(record: CaseRecord, row: Escalation, at: datetime) -> list[Action]:
    """One click to take it, with the reasons where not now; one to leave it."""
    if row.state not in ("proposed", "in_review"):
        return []
    by, actions = record.actor, []
    name = "hand_over" if row.does == Act.PROPOSE else "submit" if row.rule.chain else "take"
    if row.state == "proposed" and is_ever_theirs(row, name, by):
        label = {"hand_over": "登记移送", "submit": "报请同意"}.get(name, row.label)
        reasons = [*texts(reasons_against(row, name)), *_bars(record, row, at)]
        actions.append(
            link(label, "escalation", row.pk, icon="flag", primary=True, reasons=reasons)
        )
    if is_ever_theirs(row, "dismiss", by):
        label = "撤回报请" if row.state == "in_review" else "不采取"
        actions.append(link(label, "escalation_dismiss", row.pk, icon="slash-circle"))
    return actions


def _bars(record: CaseRecord, row: Escalation, at: datetime) -> list[str]:
    if row.does == Act.PROPOSE:
        return []
    sent = [
        n for n in record.notices if n.assignment_id == row.assignment_id and n.state != "draft"
    ]
    if why := over_by(row, sent=sent):
        return [f"{why}，无需再采取本级措施。"]
    if why := held_by(row, waiting=_waits(record, row)):
        return [why]
    if row.does not in DOCUMENTS:
        return []
    kind = NoticeKind(DOCUMENTS[row.does])
    return texts(notice_problems(row.assignment, kind, "-", at=at, sent=sent))
