"""Token authentication of the REST API: `Authorization: Token dbn_…`."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from duban.org.models import Post, User
from duban.org.selectors import actor_for
from duban.web.models import ApiToken
from duban.web.services import TOKEN_MARK, digest_of

KEYWORD = "Token"


class TokenAuthentication(BaseAuthentication):
    """The request acts in the post the token was made for, while that post is held."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != KEYWORD.lower():
            return None
        if len(parts) != 2 or not parts[1].startswith(TOKEN_MARK):
            raise AuthenticationFailed("令牌格式不正确，应为“Authorization: Token dbn_…”。")
        return self._identify(request, digest_of(parts[1]))

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD

    def _identify(self, request: Request, digest: str) -> tuple[User, ApiToken]:
        now = timezone.now()
        today = timezone.localdate(now)
        token = ApiToken.objects.live(at=now).select_related("user").filter(digest=digest).first()
        if token is None or not token.user.is_active or token.user.must_change_password:
            raise AuthenticationFailed("令牌无效、已过期或已撤销。")
        post = _held_post(token.post_id, today)
        if post is None:
            raise AuthenticationFailed("令牌对应的任职已结束，请重新创建令牌。")
        _note_use(token, today)
        actor = actor_for(post, on=today)
        token.user.actor = actor
        request._request.actor, request._request.actors = actor, [actor]
        return token.user, token


def _held_post(post_id: int, on: date) -> Post | None:
    return Post.objects.held(on=on).select_related("user", "unit").filter(pk=post_id).first()


def _note_use(token: ApiToken, on: date) -> None:
    """Once a day, so that reading through the API does not write all the time."""
    if token.last_used_on != on:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=on)
