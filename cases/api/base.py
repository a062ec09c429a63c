"""What every resource of the interface has in common.

404 for what one may not see, 403 for what is never theirs, 400 for malformed data, 409 with the
reasons for what is not lawful now or was changed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import mixins, serializers, viewsets
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from duban.ledger.errors import RuleViolation
from duban.ledger.once import MAX_KEY, once
from duban.ledger.stateful import Stateful
from duban.ledger.transition import is_ever_theirs
from duban.org.actor import Actor

M = TypeVar("M", bound=models.Model)
KEY_HEADER = "Idempotency-Key"


class HoldsPost(BasePermission):
    """Somebody without a post sees nothing and does nothing."""

    message = "您当前没有任职，不能使用接口。"

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.post_id is not None


class ActorThrottle(UserRateThrottle):
    """One program must not crowd out the people."""

    rate = "600/min"


class ActingViewSet(viewsets.GenericViewSet):
    """Acts as the post of the session or of the token."""

    permission_classes: ClassVar = [IsAuthenticated, HoldsPost]
    throttle_classes: ClassVar = [ActorThrottle]
    lookup_value_regex = "[0-9]{1,18}"
    model: type[models.Model]
    shown: type[serializers.BaseSerializer]

    @property
    def actor(self) -> Actor:
        return self.request.actor

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return self.shown

    def seen(self) -> QuerySet:
        """The rows this actor may read, with what the answer needs."""
        return self.model._default_manager.visible_to(self.actor)

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.seen()

    def row(self) -> Any:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def theirs(self, subject: Stateful, name: str) -> None:
        """What can never be this actor's is refused before anything else is looked at."""
        if not is_ever_theirs(subject, name, self.actor):
            raise PermissionDenied("never this actor's")

    def told(self, form: type[serializers.Serializer]) -> dict[str, Any]:
        """The request's body, typed; malformed data is answered with 400."""
        asked = form(data=self.request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return asked.validated_data

    def act(self, call: Callable[[], models.Model], *, status: int = 200) -> Response:
        """Call the service and show the row as it is then; a repeated key gets the first answer."""
        key = self.request.headers.get(KEY_HEADER, "").strip()
        if not key:
            return Response(self._answer(call()), status=status)
        if len(key) > MAX_KEY or not key.isprintable():
            text = f"须为 1 至 {MAX_KEY} 个可见字符。"
            raise serializers.ValidationError({KEY_HEADER: [text]})
        digest = self._digest()

        def first() -> dict[str, Any]:
            body = json.loads(JSONRenderer().render(self._answer(call())))
            return {"request": digest, "status": status, "body": body}

        kept = once(key, by=self.actor, act=first)
        if kept.get("request") != digest:
            raise RuleViolation("这个一次性键已用于另一请求，请换一个。")
        return Response(kept["body"], status=kept["status"])

    def _answer(self, row: models.Model) -> Any:
        """The row read again among the visible ones: what an act made of it may be hidden since."""
        fresh = self.seen().filter(pk=row.pk).first()
        if fresh is None:
            return {"id": row.pk}
        return self.get_serializer(fresh).data

    def _digest(self) -> str:
        request = self.request._request
        sent = f"{request.method} {request.path}\n".encode() + request.body
        return hashlib.sha256(sent).hexdigest()


class ReadingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """Listed, newest first, and read one by one."""

    filter_backends: ClassVar = [DjangoFilterBackend]
    listed: type[serializers.BaseSerializer]

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return self.listed if self.action == "list" else self.shown

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.get_serializer(self.row()).data)


def find(rows: QuerySet[M], pk: int) -> M:
    """A row named in a body: 404 where this actor may not see it."""
    return get_object_or_404(rows, pk=pk)
