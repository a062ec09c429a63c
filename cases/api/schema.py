"""How the interface describes itself (OpenAPI 3)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from cases.api.base import KEY_HEADER


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "duban.web.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "“Token dbn_…”，在“我的账号”中创建，随时可以撤销。",
        }


class Refused(serializers.Serializer):
    """409: why it is not lawful now, by field; `__all__` for the whole."""

    reasons = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    stale = serializers.BooleanField(required=False, help_text="记录已被他人更新。")
    seen = serializers.IntegerField(required=False, help_text="提交时所见版本。")
    now = serializers.IntegerField(required=False, help_text="现在的版本。")


class Detail(serializers.Serializer):
    detail = serializers.CharField()


class Malformed(serializers.Serializer):
    """400: what is wrong with the data, by field."""

    def to_representation(self, instance: Any) -> Any:
        return instance


_KEY = OpenApiParameter(
    KEY_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="一次性键：重复提交时返回第一次的答复，不再办理。",
)


def documented(
    summary: str,
    shown: type[serializers.Serializer],
    asked: type[serializers.Serializer] | None = None,
    *,
    status: int = 200,
) -> Any:
    """An act: what it takes, what it answers, and the four ways in which it is refused."""
    return extend_schema(
        summary=summary,
        request=asked,
        parameters=[_KEY],
        responses={status: shown, 400: Malformed, 403: Detail, 404: Detail, 409: Refused},
    )
