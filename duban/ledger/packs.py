"""Rule packs come in and into force: two acts that a person may ask about, so they are recorded.

They live here and not in `duban.rulepacks`, which lies below the ledger and knows nothing of it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import Office
from duban.rulepacks import examples
from duban.rulepacks.loader import LoadedPack
from duban.rulepacks.models import Activation, RulePackVersion

PROPOSERS = ("office_head", "system_admin")
CONFIRMERS = ("office_head", "security_admin")


def pack_load(*, loaded: LoadedPack, by: Actor, at: datetime | None = None) -> RulePackVersion:
    """Store a version of a pack. The same content again gives the row that is there.

    Raises RuleViolation where a worked example does not come out, or where the version is taken by
    other content: a version never changes.
    """
    if not (by.is_system or by.has(*PROPOSERS)):
        raise PermissionDenied("只有督查室负责人或者系统管理员可以载入规则包")
    at = at or timezone.now()
    if contradicted := examples.failures(loaded.pack):
        raise RuleViolation({"source": [f"例子与规则不符：{line}" for line in contradicted]})
    with transaction.atomic():
        # One writer at a time per name and version: the loser of a race waits, then reads.
        row, created = RulePackVersion.objects.get_or_create(
            name=loaded.pack.name,
            version=loaded.pack.version,
            defaults=_columns(loaded) | {"loaded_by_id": by.user_id, "loaded_at": at},
        )
        if created:
            record(
                row,
                "pack_load",
                label="载入规则包",
                by=by,
                at=at,
                pack_version_id=row.pk,
                changes={"sha256": [None, row.sha256]},
            )
    # The text in today's schema: a version stored before the schema grew is still the same rules.
    if row.sha256 != loaded.sha256 and row.pack.model_dump_json() != loaded.text:
        raise RuleViolation(
            {
                "version": [
                    f"规则包 {row.name} 第 {row.version} 版已于 {timezone.localdate(row.loaded_at)} 载入，"
                    "内容不同。版本不可修改，请把 version 加一后重新载入。"
                ]
            }
        )
    return row


def _columns(loaded: LoadedPack) -> dict[str, object]:
    return {
        "title": loaded.pack.title,
        "effective_on": loaded.pack.effective_on,
        "document": loaded.text,
        "inherited": dict(loaded.inherited),
        "overridden": dict(loaded.overridden),
        "source": loaded.source,
        "sha256": loaded.sha256,
    }


def activation_propose(
    *,
    office: Office,
    pack_version: RulePackVersion,
    active_from: date,
    by: Actor,
    at: datetime | None = None,
) -> Activation:
    """One person proposes from when the office works by a version; another has to confirm."""
    _check_person(office, by, PROPOSERS, "提出启用规则包")
    at = at or timezone.now()
    with transaction.atomic():
        if reasons := _reasons_against(office, pack_version, active_from, at):
            raise RuleViolation(reasons)
        row = Activation.objects.create(
            office=office,
            pack_version=pack_version,
            active_from=active_from,
            proposed_by_id=by.user_id,
            proposed_at=at,
        )
        record(
            row,
            "activation_propose",
            label="提出启用规则包",
            by=by,
            at=at,
            office_id=office.pk,
            pack_version_id=pack_version.pk,
            changes={"active_from": [None, active_from]},
        )
    return row


def activation_confirm(
    *, activation: Activation, by: Actor, at: datetime | None = None
) -> Activation:
    """The second person puts the version into force from its day. Running cases keep their own."""
    _check_person(activation.office, by, CONFIRMERS, "确认启用规则包")
    at = at or timezone.now()
    with transaction.atomic():
        # The office's row is the lock: two confirmations of one day meet here.
        office = Office.objects.select_for_update().get(pk=activation.office_id)
        row = Activation.objects.select_for_update(of=("self",)).get(pk=activation.pk)
        if row.confirmed_at is not None:
            raise RuleViolation("该启用已经确认，无需再次确认。")
        if row.proposed_by_id in by.people:
            raise RuleViolation("提出人不能确认自己提出的启用，请由另一人确认。")
        if reasons := _reasons_against(office, row.pack_version, row.active_from, at):
            raise RuleViolation(reasons)
        row.confirmed_by_id, row.confirmed_at = by.user_id, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        record(
            row,
            "activation_confirm",
            label="确认启用规则包",
            by=by,
            at=at,
            office_id=office.pk,
            pack_version_id=row.pack_version_id,
            changes={"confirmed_by_id": [None, by.user_id]},
        )
    return row


def _check_person(office: Office, by: Actor, roles: tuple[str, ...], what: str) -> None:
    """The office's own head, or an administrator, who belongs to no office."""
    elsewhere = by.office_id is not None and by.office_id != office.pk
    if elsewhere or not by.has(*roles) or (by.has("office_head") and by.office_id is None):
        raise PermissionDenied(f"您的岗位不能{what}")


def _reasons_against(
    office: Office, pack_version: RulePackVersion, active_from: date, at: datetime
) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    if pack_version.pack.status == "common":
        reasons["pack_version"] = ["通用规则供各地规则包继承，不能直接启用。"]
    if at < pack_version.loaded_at:
        reasons["pack_version"] = ["该版本此时尚未载入，不能启用。"]
    confirmed = Activation.objects.filter(office=office, confirmed_at__isnull=False)
    today = timezone.localdate(at)
    # An office's first pack may reach back, so that matters already running can be entered.
    if active_from < today and confirmed.exists():
        reasons["active_from"] = [f"启用日期不能早于今天（{today}）；规则不溯及既往。"]
    if confirmed.filter(active_from=active_from).exists():
        reasons["active_from"] = [f"{active_from} 已有启用的规则包，请另选日期。"]
    return reasons
