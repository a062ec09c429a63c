"""What is in a leader's charge, and work entrusted to another for a period."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from duban.org.actor import Actor
from duban.org.models import Delegation, Portfolio, Post
from duban.org.roles import ADMINISTRATORS, LEADERS, STAFF
from duban.web.admin.base import ReferenceAdmin, own_tree
from duban.web.admin.people import HEAD, people_of, posts_of


def leader_posts(actor: Actor) -> QuerySet[Post]:
    return posts_of(actor).filter(role__in=LEADERS)


@admin.register(Portfolio)
class PortfolioAdmin(ReferenceAdmin):
    """Which units are in which leader's charge (AS-4.1a), dated."""

    viewers = STAFF
    editors = frozenset({HEAD, "security_admin"})
    list_display = ("post", "unit", "starts_on", "ends_on")
    search_fields = ("post__user__name", "unit__name", "unit__short_name")
    search_help_text = "按领导姓名、单位查找"
    list_select_related = ("post__user", "post__unit", "unit")
    fields = ("post", "unit", "starts_on", "ends_on")
    autocomplete_fields = ("post", "unit")
    fixed = ("post", "unit", "starts_on")
    choices: ClassVar = {"post": leader_posts, "unit": own_tree}

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(post__in=posts_of(actor))


def delegable_posts(actor: Actor) -> QuerySet[Post]:
    return posts_of(actor).exclude(role__in=ADMINISTRATORS)


@admin.register(Delegation)
class DelegationAdmin(ReferenceAdmin):
    """A post's work entrusted to another for a period. It is shortened, never deleted."""

    viewers = frozenset({"office_staff"})
    editors = frozenset({HEAD, "security_admin"})
    list_display = ("post", "delegate", "starts_at", "ends_at", "reason")
    search_fields = ("post__user__name", "delegate__name")
    search_help_text = "按委托人、受托人姓名查找"
    list_select_related = ("post__user", "post__unit", "delegate")
    fields = ("post", "delegate", "starts_at", "ends_at", "reason")
    autocomplete_fields = ("post", "delegate")
    fixed = ("post", "delegate", "starts_at", "reason")
    choices: ClassVar = {"post": delegable_posts, "delegate": people_of}

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(post__in=posts_of(actor))

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Nobody entrusts somebody else's post to oneself."""
        form = super().get_form(request, obj, **kwargs)
        if "delegate" in form.base_fields:
            field = form.base_fields["delegate"]
            field.queryset = field.queryset.exclude(pk__in=request.actor.people)
        return form
