"""First set-up of a real office: its root unit, its body, and the three administrators."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.ledger.packs import pack_load
from duban.ledger.record import record
from duban.org.models import Office, Post, Unit, User
from duban.org.roles import ROLES
from duban.org.selectors import system_actor
from duban.rulepacks.loader import load_shipped_pack

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@dataclass(frozen=True)
class NewOffice:
    """What a real office says of itself once. `prefix` is the 机关代字 of its numbers."""

    government: str
    body: str
    organ: str
    prefix: str
    pack: str
    serial: str = "督查通报"


@transaction.atomic
def office_setup(*, new: NewOffice, at: datetime) -> list[tuple[str, str, str]]:
    """Make the office; returns (role, login, one-time password) of the administrators.

    The pack is loaded, not activated: 系统管理员 proposes and 安全管理员 confirms in the admin.
    Raises RuleViolation where the government or the prefix is taken, LookupError for the pack.
    """
    loaded = load_shipped_pack(new.pack)
    if Unit.objects.filter(name=new.government, parent=None).exists():
        raise RuleViolation(f"{new.government}已经设立。")
    if Office.objects.filter(prefix=new.prefix).exists():
        raise RuleViolation(f"机关代字“{new.prefix}”已被使用。")
    root = Unit.objects.create(name=new.government, kind="government")
    body = Unit.objects.create(name=new.body, kind="section", parent=root)
    office = Office.objects.create(
        name=f"{new.government}{new.body}",
        root=root,
        body=body,
        organ=new.organ,
        organ_mark=f"{new.organ}文件",
        prefix=new.prefix,
        serial_name=new.serial,
    )
    by = system_actor(office)
    pack_load(loaded=loaded, by=by, at=at)
    record(office, "setup", label="设立督查机构", by=by, at=at, office_id=office.pk)
    return [_administrator(office, body, role, at) for role in ADMINISTRATORS]


def _administrator(office: Office, body: Unit, role: str, at: datetime) -> tuple[str, str, str]:
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(
        f"{role.removesuffix('_admin')}{office.pk}",
        password,
        name=ROLES[role],
        must_change_password=True,
    )
    Post.objects.create(
        user=user,
        unit=body,
        office=office,
        role=role,
        title=ROLES[role],
        starts_on=timezone.localdate(at),
    )
    return ROLES[role], user.username, password
