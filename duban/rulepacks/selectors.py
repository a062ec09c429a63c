from __future__ import annotations

from datetime import date

from duban.org.models import Office
from duban.rulepacks.models import Activation, RulePackVersion


def active_version(office: Office | int, *, on: date) -> RulePackVersion | None:
    """The version the office works by on that day; None before its first activation."""
    office_id = office if isinstance(office, int) else office.pk
    found = (
        Activation.objects.filter(
            office_id=office_id, active_from__lte=on, confirmed_at__isnull=False
        )
        .select_related("pack_version")
        .order_by("-active_from")
        .first()
    )
    return found.pack_version if found else None


def version_of(name: str, version: int | None = None) -> RulePackVersion | None:
    """A loaded version by its number, or the newest."""
    rows = RulePackVersion.objects.filter(name=name)
    if version is not None:
        rows = rows.filter(version=version)
    return rows.order_by("-version").first()
