"""Demo accounts sign in with the known password only here: in demo mode, from this machine.

The accounts have no usable password of their own, so that a database that leaves the demo lets
nobody in.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from duban.org.models import User

PASSWORD = "duban-demo"


class DemoBackend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not settings.DUBAN_DEMO or request is None or not from_this_machine(request):
            return None
        if password is None or not constant_time_compare(password, PASSWORD):
            return None
        user = User.objects.filter(username=username, is_active=True).first()
        return user if user and not user.has_usable_password() else None


def from_this_machine(request: HttpRequest) -> bool:
    """Straight from a loopback address; whatever came through a proxy did not."""
    if "HTTP_X_FORWARDED_FOR" in request.META:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
