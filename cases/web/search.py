"""Matters in the global search: by number, title and unit."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case as SqlCase
from django.db.models import IntegerField, Q, Value, When
from django.urls import reverse

from cases.models import Case, Visit
from cases.selectors.wording import brackets, text_condition
from duban.org.actor import Actor
from duban.web.search import Hit, SearchProvider


def search_cases(actor: Actor, q: str, limit: int) -> Sequence[Hit]:
    """A number that begins or ends with the words comes first, then the newest."""
    number = brackets(q)
    place = SqlCase(
        When(number=number, then=Value(0)),
        When(number__endswith=number, then=Value(1)),
        When(title__startswith=q, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = Case.objects.visible_to(actor).filter(text_condition(q)).select_related("lead_unit")
    found = rows.order_by(place, "-pk").only("number", "title", "state", "lead_unit")[:limit]
    return [_hit(case) for case in found]


def _hit(case: Case) -> Hit:
    unit = case.lead_unit.label if case.lead_unit else ""
    return Hit(
        title=case.title,
        url=reverse("cases:detail", args=[case.pk]),
        number=case.number,
        snippet=" · ".join(filter(None, [case.get_state_display(), unit])),
    )


def search_visits(actor: Actor, q: str, limit: int) -> Sequence[Hit]:
    """By unit and content; a 暗访 is no more found than it is listed (LZ-B-13b)."""
    words = Q(unit__name__icontains=q) | Q(unit__short_name__icontains=q) | Q(plan__icontains=q)
    rows = Visit.objects.visible_to(actor).filter(words).select_related("unit")
    return [
        Hit(
            title=f"{row.get_kind_display()}：{row.unit.name}",
            url=reverse("cases:visit", args=[row.pk]),
            number=row.planned_on.isoformat(),
            snippet=f"{row.get_state_display()} · {row.plan[:40]}",
        )
        for row in rows[:limit]
    ]


VISITS = SearchProvider("明查暗访", search_visits, order=150)
PROVIDER = SearchProvider("督办事项", search_cases, order=100)
