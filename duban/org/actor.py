"""Who acts, and in which capacity (执行身份)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duban.org.models import Delegation, Post, User


@dataclass(frozen=True)
class Actor:
    """One person acting in one post. Rights follow this post, never the union of all posts."""

    user_id: int
    user_name: str
    post_id: int | None
    post_title: str
    unit_id: int | None
    unit_name: str
    office_id: int | None
    roles: frozenset[str] = frozenset()
    on_behalf_of_id: int | None = None
    on_behalf_of_name: str = ""
    portfolio: frozenset[int] = field(default=frozenset())
    delegation_id: int | None = None
    is_system: bool = False

    @property
    def key(self) -> str:
        """What the session keeps to remember the choice of post."""
        return f"d{self.delegation_id}" if self.delegation_id else f"p{self.post_id}"

    @property
    def people(self) -> frozenset[int]:
        """Everyone whose hand is in an act: the person, and the one acted for."""
        return frozenset(filter(None, (self.user_id, self.on_behalf_of_id)))

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    @classmethod
    def of(cls, post: Post, *, portfolio: frozenset[int] = frozenset()) -> Actor:
        return cls(
            user_id=post.user_id,
            user_name=post.user.name,
            post_id=post.pk,
            post_title=post.title,
            unit_id=post.unit_id,
            unit_name=post.unit.name,
            office_id=post.office_id,
            roles=frozenset({post.role}),
            portfolio=portfolio,
        )

    @classmethod
    def delegated(cls, delegation: Delegation, *, portfolio: frozenset[int] = frozenset()) -> Actor:
        post = delegation.post
        return cls(
            user_id=delegation.delegate_id,
            user_name=delegation.delegate.name,
            post_id=post.pk,
            post_title=post.title,
            unit_id=post.unit_id,
            unit_name=post.unit.name,
            office_id=post.office_id,
            roles=frozenset({post.role}),
            on_behalf_of_id=post.user_id,
            on_behalf_of_name=post.user.name,
            portfolio=portfolio,
            delegation_id=delegation.pk,
        )

    @classmethod
    def without_post(cls, user: User) -> Actor:
        """Somebody who signed in and holds no post today: sees nothing, may do nothing."""
        return cls(user.pk, user.name, None, "", None, "", None)
