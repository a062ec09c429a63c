"""Who holds which post, on which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from duban.org.actor import Actor
from duban.org.models import Delegation, Office, Portfolio, Post, Unit, UnitAlias, User

SYSTEM_LOGIN = "system"


def portfolio_of(post_id: int, *, on: date) -> frozenset[int]:
    """Ids of the units in the post's charge on that day, with the units below them."""
    rows = Portfolio.objects.filter(post_id=post_id, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    paths = list(rows.values_list("unit__path", flat=True))
    if not paths:
        return frozenset()
    inside = Q()
    for path in paths:
        inside |= Q(path__startswith=path)
    return frozenset(Unit.objects.filter(inside).values_list("pk", flat=True))


def actors_of(user: User, *, at: datetime) -> list[Actor]:
    """Every capacity the person may act in at that moment: own posts first, then delegations."""
    on = timezone.localdate(at)
    posts = Post.objects.held(on=on).filter(user=user).select_related("user", "unit")
    actors = [Actor.of(post, portfolio=_portfolio(post, on)) for post in posts]
    delegations = Delegation.objects.filter(
        delegate=user, starts_at__lte=at, ends_at__gt=at, post__in=Post.objects.held(on=on)
    ).select_related("delegate", "post__user", "post__unit")
    actors += [Actor.delegated(d, portfolio=_portfolio(d.post, on)) for d in delegations]
    return actors


def _portfolio(post: Post, on: date) -> frozenset[int]:
    return portfolio_of(post.pk, on=on) if post.role == "deputy_leader" else frozenset()


def actor_for(post: Post, *, on: date | None = None) -> Actor:
    """The holder of this post acting in it."""
    day = on or timezone.localdate()
    return Actor.of(post, portfolio=_portfolio(post, day))


def system_actor(office: Office | None = None) -> Actor:
    """The system itself: what beat does has an author too."""
    user, _ = User.objects.get_or_create(
        username=SYSTEM_LOGIN, defaults={"name": "系统", "is_active": False, "password": "!"}
    )
    return Actor(
        user.pk, user.name, None, "", None, "", office.pk if office else None, is_system=True
    )


def holders(*, unit: Unit | int, role: str, on: date) -> list[User]:
    """Who holds the role in the unit on that day."""
    unit_id = unit if isinstance(unit, int) else unit.pk
    posts = Post.objects.held(on=on).filter(unit_id=unit_id, role=role).select_related("user")
    return [post.user for post in posts]


def head_of(unit: Unit, *, on: date) -> User | None:
    """The principal on that day (AS-4.1b, ZZ-8.1b)."""
    found = holders(unit=unit, role="unit_head", on=on)
    return found[0] if found else None


def liaisons(units: Iterable[int], *, on: date) -> list[User]:
    """The liaisons of the units, who receive the notices (CZ-5.3b)."""
    posts = Post.objects.held(on=on).filter(unit_id__in=list(units), role="liaison")
    return list(User.objects.filter(posts__in=posts, is_active=True).distinct())


def unit_named(name: str, *, office: Office) -> list[Unit]:
    """Units of the office's tree with this full name, short name or alias; exact, no guessing."""
    wanted = name.strip()
    if not wanted:
        return []
    by_alias = UnitAlias.objects.filter(name=wanted).values("unit_id")
    return list(
        Unit.objects.below(office.root)
        .filter(Q(name=wanted) | Q(short_name=wanted) | Q(pk__in=by_alias))
        .distinct()
    )
