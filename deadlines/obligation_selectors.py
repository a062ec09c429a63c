"""What is owed: the list, what of it has come in, and which offices somebody has to do with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, Min, Q, QuerySet, Subquery, Value, When

from deadlines.models import Clock, Obligation, ObligationEntry, ObligationState, Scope
from deadlines.periods import period_name
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import OFFICE, UNIT

Choices = list[tuple[str, str]]

STATES: dict[str, str] = {
    "open": "待报送",
    "pressing": "临期和逾期",
    "overdue": "逾期未报",
    "fulfilled": "已完成",
    "late": "逾期完成",
    "waived": "已豁免",
    "ceased": "已终止",
    "all": "全部状态",
}
# One's own, what goes with the reports on a matter left aside; what others owe; of a part.
OWN, OTHERS, PART = "own", "others", "part"
WHOSE: dict[str, str] = {OWN: "本单位报送", OTHERS: "其他单位报送", PART: "随事项反馈"}
WAITING = ("open", "pressing", "overdue")
_CLOCK_TEXT = ("clock__computation", "clock__thresholds")
PERIODS_OFFERED = 48


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters of the list; empty means not asked. Days bound the last day, both included."""

    state: str = "open"
    whose: str = ""
    kind: str = ""
    period: str = ""
    unit: int | None = None
    due_from: date | None = None
    due_to: date | None = None


def obligations_matching(actor: Actor, asked: Asked, *, at: datetime) -> QuerySet[Obligation]:
    """Of what the actor may see; what is open by due day, what is settled the latest first."""
    rows = _owed_by(asked.whose, actor).filter(_in_state(asked.state, at))
    for name, value in (("key", asked.kind), ("period", asked.period), ("unit", asked.unit)):
        if value:
            rows = rows.filter(**{name: value})
    if asked.due_from or asked.due_to:
        rows = rows.within(asked.due_from or date(2018, 1, 1), asked.due_to or date(2099, 12, 31))
    waits = asked.state in WAITING
    order = ("clock__due_at", "pk") if waits else ("-clock__due_at", "-pk")
    return rows.select_related("clock", "unit", "office").defer(*_CLOCK_TEXT).order_by(*order)


def _owed_by(whose: str, actor: Actor) -> QuerySet[Obligation]:
    rows = Obligation.objects.visible_to(actor)
    if whose == OWN:
        return rows.filter(_is_own(actor)).exclude(scope=Scope.PART)
    if whose == OTHERS:
        return rows.filter(~_is_own(actor)).exclude(scope=Scope.OFFICE)
    return rows.filter(scope=Scope.PART) if whose == PART else rows


def _is_own(actor: Actor) -> Q:
    """The 督查室 owes what its office owes, wherever the person's post stands."""
    if actor.has(*OFFICE):
        return Q(unit_id__in=Office.objects.filter(pk=actor.office_id).values("body_id"))
    return Q(unit_id=actor.unit_id)


def _in_state(state: str, at: datetime) -> Q:
    if state in ("overdue", "pressing"):
        running = Q(state=ObligationState.OPEN, clock__state="running")
        if state == "overdue":
            return running & Q(clock__due_at__lte=at)
        return running & (Q(clock__warn_at__lte=at) | Q(clock__due_at__lte=at))
    if state == "late":
        return Q(state=ObligationState.FULFILLED, settled_at__gte=F("clock__due_at"))
    return Q(state=state) if state in ObligationState.values else Q()


def kinds_for(actor: Actor) -> Choices:
    rows = Obligation.objects.visible_to(actor).order_by("key", "label")
    return list(dict(rows.values_list("key", "label").distinct()).items())


def periods_for(actor: Actor) -> Choices:
    """The newest first."""
    rows = Obligation.objects.visible_to(actor).filter(last_day__isnull=False)
    found = rows.order_by("-first_day", "period").values_list("period", "first_day").distinct()
    return [(text, period_name(text)) for text, _ in found[:PERIODS_OFFERED]]


def units_for(actor: Actor) -> list[Unit]:
    """Those that owe something the actor may see; nobody chooses among one."""
    if actor.has(*UNIT):
        return []
    owing = Obligation.objects.visible_to(actor).order_by().values("unit")
    return list(Unit.objects.filter(pk__in=owing).order_by("order", "id"))


def whose_for(actor: Actor) -> Choices:
    found = list(WHOSE.items())
    return [(key, label) for key, label in found if key != OTHERS] if actor.has(*UNIT) else found


@dataclass(frozen=True, slots=True)
class LateRound:
    """How many others are late with one thing of one period; no period of what is owed once."""

    key: str
    label: str
    period: str
    count: int


def late_rounds(actor: Actor, *, at: datetime) -> list[LateRound]:
    """The longest overdue first."""
    rows = obligations_matching(actor, Asked("overdue", whose=OTHERS), at=at).order_by()
    recurring = When(last_day__isnull=False, then="period")
    grouped = rows.values("key", of=Case(recurring, default=Value("")))
    found = grouped.annotate(name=Min("label"), count=Count("pk"), due=Min("clock__due_at"))
    return [
        LateRound(line["key"], line["name"], line["of"], line["count"])
        for line in found.order_by("due", "key", "of")
    ]


def counted_entries(rows: Iterable[Obligation]) -> dict[int, int]:
    """How many of what is asked for have come in: entries, distinct days, or distinct papers."""
    several = {row.pk: row for row in rows if row.target > 1}
    if not several:
        return {}
    found = (
        ObligationEntry.objects.filter(obligation__in=several)
        .order_by()
        .values("obligation")
        .annotate(
            entries=Count("pk"),
            days=Count("on", distinct=True),
            papers=Count("paper", distinct=True, filter=~Q(paper="")),
        )
    )
    return {line["obligation"]: _counted(several[line["obligation"]], line) for line in found}


def _counted(row: Obligation, line: dict[str, int]) -> int:
    if row.counted == "days":
        return line["days"]
    return line["papers"] or line["entries"]


def missing_papers(row: Obligation, entries: Sequence[ObligationEntry]) -> list[str]:
    """Which of the papers that the duty names have not come in (NT-3.5a)."""
    come = {entry.paper for entry in entries}
    papers = row.duty.papers if row.duty else ()
    return [paper for paper in papers if paper not in come]


def clocks_visible(actor: Actor | None) -> QuerySet[Clock]:
    """Clocks of matters: a unit's own, an office's all. Which of them a section supervises is
    known where the matters are.
    """
    if actor is None or actor.post_id is None:
        return Clock.objects.none()
    if actor.office_id and actor.has(*OFFICE, "chief_leader", "secretary_general"):
        return Clock.objects.filter(office_id=actor.office_id)
    if actor.has("deputy_leader"):
        return Clock.objects.filter(office_id=actor.office_id, unit_id__in=actor.portfolio)
    if actor.has(*UNIT):
        return Clock.objects.filter(unit_id=actor.unit_id)
    return Clock.objects.none()


def offices_of(actor: Actor) -> QuerySet[Office]:
    """The actor's own office; for a unit, the offices in whose tree it stands."""
    if actor.office_id is not None:
        return Office.objects.filter(pk=actor.office_id)
    here = Subquery(Unit.objects.filter(pk=actor.unit_id).values("path")[:1])
    return Office.objects.alias(here=here).filter(here__startswith=F("root__path"))
