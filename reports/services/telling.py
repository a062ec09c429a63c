"""Who is told what about a bulletin. Rows only, in the transaction of the act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from duban.approvals.models import Chain
from duban.approvals.services import posts_of
from duban.notify.services import message_create
from duban.org.models import Delegation, Post, User
from duban.org.roles import LEADERS, OFFICE
from reports.models import Bulletin


def tell_staff(bulletin: Bulletin, template: str, *, at: datetime, **context: Any) -> None:
    """The 督查室 of the office."""
    _tell(bulletin, _holders(bulletin, OFFICE, at), template, at=at, context=context)


def tell_people(
    bulletin: Bulletin, people: Iterable[User], template: str, *, at: datetime, **context: Any
) -> None:
    _tell(bulletin, people, template, at=at, context=context)


def tell_approvers(bulletin: Bulletin, *, at: datetime) -> None:
    """Those whose turn it is and who stands in for them, without whoever must stand back."""
    chain = Chain.objects.get(pk=bulletin.chain_id)
    step = chain.current
    if step is None:
        return
    posts = posts_of(step, at=at).exclude(user__in=chain.involved)
    standing_in = Delegation.objects.filter(post__in=posts, starts_at__lte=at, ends_at__gt=at)
    people = User.objects.filter(is_active=True).exclude(pk__in=chain.involved)
    _tell(
        bulletin,
        people.filter(Q(posts__in=posts) | Q(delegated_to_me__in=standing_in)).distinct(),
        "bulletin_awaits",
        at=at,
        context={"step": step},
        event=f"approval:{step.pk}",
    )


def tell_heads(bulletin: Bulletin, *, at: datetime) -> None:
    """反馈至承办单位主要负责人: those in office on the day of publication (CZ-4.2a)."""
    on = timezone.localdate(at)
    figures = bulletin.figures
    posts = Post.objects.held(on=on).filter(
        role="unit_head",
        unit_id__in=[unit.unit_id for unit in figures.units],
        user__is_active=True,
    )
    heads: dict[int, list[User]] = {}
    for post in posts.select_related("user"):
        heads.setdefault(post.unit_id, []).append(post.user)
    for unit in figures.units:
        _tell(
            bulletin,
            heads.get(unit.unit_id, []),
            "bulletin_unit",
            at=at,
            context={"unit": unit},
            url=reverse("reports:unit", args=[bulletin.pk, unit.unit_id]),
            event=f"bulletin_unit:{bulletin.pk}:{unit.unit_id}",
        )


def tell_leaders(bulletin: Bulletin, *, at: datetime) -> None:
    """书面上报政府领导 (LZ-A-14c)."""
    people = _holders(bulletin, LEADERS, at)
    _tell(
        bulletin, people, "bulletin_published", at=at, context={"totals": bulletin.figures.totals}
    )


def _holders(bulletin: Bulletin, roles: Iterable[str], at: datetime) -> list[User]:
    posts = Post.objects.held(on=timezone.localdate(at)).filter(
        office_id=bulletin.office_id, role__in=list(roles)
    )
    return list(User.objects.filter(posts__in=posts, is_active=True).distinct())


def _tell(
    bulletin: Bulletin,
    people: Iterable[User],
    template: str,
    *,
    at: datetime,
    context: Mapping[str, Any],
    event: str = "",
    url: str = "",
) -> None:
    message_create(
        event=event or f"{template}:{bulletin.pk}:{at.isoformat()}",
        recipients=people,
        template=template,
        context={"bulletin": bulletin, **context},
        office=bulletin.office,
        url=url or reverse("reports:bulletin", args=[bulletin.pk]),
        at=at,
    )
