"""Accounts of people: made and reset by the system administrator, who grants no rights."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import User
from duban.web.models import ApiToken
from duban.web.reference import reference_save


def user_create(*, user: User, password: str, by: Actor, at: datetime | None = None) -> User:
    """A new account with a first password, which its owner has to change."""
    _require_system_admin(by)
    _check_password(password, user)
    user.set_password(password)
    user.must_change_password = True
    reference_save(row=user, by=by, at=at)
    return user


def password_reset(*, user: User, password: str, by: Actor, at: datetime | None = None) -> User:
    """A new first password. Sessions end with the old one, interface tokens are revoked."""
    _require_system_admin(by)
    at = at or timezone.now()
    if user.pk in by.people:
        raise RuleViolation("自己的密码请在“我的账号”中修改。")
    _check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
        record(user, "password_reset", label="重置密码", by=by, at=at, office_id=by.office_id)
    return user


def _require_system_admin(by: Actor) -> None:
    if not by.has("system_admin"):
        raise PermissionDenied("accounts are the system administrator's")


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RuleViolation({"password": error.messages}) from error
