"""What a person does to the own account: password and interface tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from axes.utils import reset
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import User
from duban.web.models import ApiToken

TOKEN_MARK = "dbn_"
TOKEN_DAYS = 365
MOST_TOKENS = 10


def password_change(*, user: User, password: str, by: Actor, at: datetime | None = None) -> User:
    """Set one's own password. Other sessions end, interface tokens are revoked."""
    at = at or timezone.now()
    if user.pk != by.user_id:
        raise PermissionDenied("a password is changed by its owner")
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
        record(user, "password_change", label="修改密码", by=by, at=at, office_id=by.office_id)
    return user


def token_create(*, name: str, by: Actor, at: datetime | None = None) -> tuple[ApiToken, str]:
    """A token for the acting post; its text is given back once and stored nowhere."""
    at = at or timezone.now()
    if by.post_id is None or by.delegation_id is not None:
        raise PermissionDenied("a token needs a post of one's own")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.user_id)  # two at once must not pass the limit
        if ApiToken.objects.filter(user_id=by.user_id).live(at=at).count() >= MOST_TOKENS:
            raise RuleViolation(f"每人最多同时持有 {MOST_TOKENS} 个有效令牌，请先撤销不用的令牌。")
        text = TOKEN_MARK + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            user_id=by.user_id,
            post_id=by.post_id,
            name=name,
            prefix=text[:8],
            digest=digest_of(text),
            created_at=at,
            expires_at=at + timedelta(days=TOKEN_DAYS),
        )
        record(
            token,
            "token_create",
            label="创建接口令牌",
            by=by,
            at=at,
            office_id=by.office_id,
            changes={"name": [None, name]},
        )
    return token, text


def token_revoke(*, token: ApiToken, by: Actor, at: datetime | None = None) -> ApiToken:
    """Revoking twice is the same as once."""
    at = at or timezone.now()
    if token.user_id != by.user_id and not by.has("security_admin"):
        raise PermissionDenied("a token is revoked by its owner or the security administrator")
    with transaction.atomic():
        moved = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)
        if moved:
            token.revoked_at = at
            record(
                token, "token_revoke", label="撤销接口令牌", by=by, at=at, office_id=by.office_id
            )
    return token


def lockout_lift(*, username: str, by: Actor, at: datetime | None = None) -> int:
    """Let a locked login name try again; returns how many failure rows were removed."""
    at = at or timezone.now()
    if not by.has("security_admin"):
        raise PermissionDenied("lock-outs are lifted by the security administrator")
    with transaction.atomic():
        removed = reset(username=username)
        user = User.objects.filter(username=username).first()
        if user is not None:
            record(user, "lockout_lift", label="解除登录锁定", by=by, at=at, office_id=by.office_id)
    return removed


def digest_of(text: str) -> str:
    """The text is 256 random bits: a plain digest is enough and can be looked up."""
    return hashlib.sha256(text.encode()).hexdigest()
