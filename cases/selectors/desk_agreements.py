"""What waits because a date is to be agreed, a plan is owed, or a part was sent back."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Agreement, Assignment, HandlingPlan
from cases.models.assignment import RUNNING, TO_AGREE, AssignmentState
from cases.models.case import UNDER_WAY
from cases.selectors.desk import supervised
from duban.org.actor import Actor

_CLOCK_TEXT = ("clock__computation", "clock__thresholds")


def own_to_agree(actor: Actor, *, limit: int) -> list[Assignment]:
    """Led by the unit, without a date, and none proposed (LZ-A-6.3a)."""
    asked = Agreement.objects.undecided().filter(assignment=OuterRef("pk"))
    rows = _own(actor).filter(
        ~Exists(asked), kind="lead", clock__kind=TO_AGREE, state__in=RUNNING[:2]
    )
    return list(rows.select_related("case", "clock").defer(*_CLOCK_TEXT).order_by("pk")[:limit])


def own_countered(actor: Actor, *, limit: int) -> list[Agreement]:
    """Another date was named; the unit answers."""
    rows = Agreement.objects.filter(assignment__in=_own(actor), state="counter_proposed")
    return list(rows.select_related("assignment__case").order_by("pk")[:limit])


def own_plans(actor: Actor, *, limit: int) -> list[HandlingPlan]:
    """Plans to hand in, for the first time or again (ZZ-2.3d)."""
    rows = HandlingPlan.objects.filter(
        assignment__in=_own(actor),
        state__in=["owed", "returned"],
        assignment__case__state__in=UNDER_WAY,
    )
    return list(rows.select_related("assignment__case", "clock").order_by("pk")[:limit])


def objected(actor: Actor, *, limit: int) -> list[Assignment]:
    """Parts sent back, for the section to decide (LZ-A-10.1)."""
    rows = Assignment.objects.filter(
        Exists(supervised(actor).filter(pk=OuterRef("case"))),
        state=AssignmentState.OBJECTED,
        case__state__in=UNDER_WAY,
    )
    return list(rows.select_related("case", "unit").order_by("pk")[:limit])


def plans_to_report(actor: Actor, *, limit: int) -> list[HandlingPlan]:
    """Agreed here, to be taken to the superior office (ZZ-2.3f)."""
    rows = HandlingPlan.objects.filter(
        Exists(supervised(actor).filter(pk=OuterRef("assignment__case"))),
        state="reported",
        assignment__case__state__in=UNDER_WAY,
    )
    return list(rows.select_related("assignment__case", "assignment__unit").order_by("pk")[:limit])


def _own(actor: Actor) -> QuerySet[Assignment]:
    return Assignment.objects.visible_to(actor).of_unit(actor.unit_id)
