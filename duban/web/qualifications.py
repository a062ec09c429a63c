"""取消资格: a 评议代表 or 特邀监察员 loses the right from that day on (NT-4.4c)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import Post, User
from duban.org.roles import EXTERNAL, ROLES
from duban.web.models import ApiToken
from duban.web.reference import office_over

REVOKERS = frozenset({"office_head", "security_admin"})


def may_revoke(post: Post, actor: Actor) -> bool:
    return actor.has(*REVOKERS) and post.role in EXTERNAL and post.user_id not in actor.people


@transaction.atomic
def qualification_revoke(*, post: Post, reason: str, by: Actor, at: datetime | None = None) -> Post:
    """The post gives no right from today, its tokens are void; who holds no other post can no
    longer sign in, and sessions end with the next request.
    """
    at = at or timezone.now()
    row = Post.objects.select_for_update(of=("self",)).select_related("unit").get(pk=post.pk)
    if not may_revoke(row, by):
        raise PermissionDenied("only people from outside are revoked, by head or security")
    if row.revoked_on is not None:
        raise RuleViolation(f"该资格已于{row.revoked_on}取消。")
    if not reason.strip():
        raise RuleViolation({"reason": ["请写明取消资格的原因。"]})
    on = timezone.localdate(at)
    row.revoked_on, row.revoked_reason = on, reason.strip()
    row.save(update_fields=["revoked_on", "revoked_reason"])
    ApiToken.objects.filter(post=row, revoked_at__isnull=True).update(revoked_at=at)
    changes: dict[str, list[object]] = {"revoked_on": [None, on]}
    if (
        not Post.objects.filter(user_id=row.user_id)
        .overlapping(on, None)
        .exclude(revoked_on__isnull=False)
    ):
        User.objects.filter(pk=row.user_id).update(is_active=False)
        changes["is_active"] = [True, False]
    office = office_over(row.unit)
    record(
        row,
        "revoke",
        label=f"取消{ROLES[row.role]}资格",
        by=by,
        at=at,
        office_id=office.pk if office else by.office_id,
        note=row.revoked_reason,
        changes=changes,
    )
    return row
