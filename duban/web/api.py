"""What the REST API answers when a service refuses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler
from rest_framework.views import set_rollback

from duban.ledger.errors import RuleViolation, StaleVersion


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """RuleViolation → 409 with reasons by field; a stale row also says both versions."""
    if isinstance(error, RuleViolation):
        set_rollback()
        body: dict[str, Any] = {"reasons": error.reasons}
        if isinstance(error, StaleVersion):
            body |= {"stale": True, "seen": error.seen, "now": error.now}
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ModelValidationError):
        error = ValidationError(
            error.message_dict if hasattr(error, "error_dict") else error.messages
        )
    if isinstance(error, PermissionDenied):
        set_rollback()
        return Response({"detail": "您没有办理此项的权限。"}, status=status.HTTP_403_FORBIDDEN)
    return default_handler(error, context)
