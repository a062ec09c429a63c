"""起草: the system writes the figures, the staff the words (CZ-4.2a, ZZ-8.1a, LZ-A-14c)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.record import record
from duban.ledger.transition import lock
from duban.org.actor import Actor
from duban.org.models import Office
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.selectors import active_version
from reports import permissions
from reports.compute import figures_of
from reports.domain.figures import Figures
from reports.domain.periods import Quarter
from reports.domain.wording import default_intro, default_requirements
from reports.models import Bulletin, BulletinKind, Scope
from reports.services.telling import tell_staff


def bulletin_draft(
    *, office: Office, period: str, by: Actor, at: datetime | None = None
) -> Bulletin:
    """The bulletin of the quarter, drafted from the ledger; the one that is there, if it is.

    Raises RuleViolation before the quarter has ended, and where no pack with bulletins was in force
    on its last day.
    """
    at = at or timezone.now()
    if not permissions.runs_office(office.pk, by):
        raise PermissionDenied("only the office drafts its bulletins")
    quarter = Quarter.parse(period)
    with transaction.atomic():
        # Two workers meet here: the second one finds the draft of the first.
        Office.objects.select_for_update().get(pk=office.pk)
        if found := live_bulletin(office, quarter):
            return found
        _require_ended(quarter, at)
        row = _draft(office, quarter, version_on(office, quarter), by=by, at=at)
        tell_staff(row, "bulletin_drafted", at=at)
    return row


def live_bulletin(office: Office, quarter: Quarter) -> Bulletin | None:
    """The one that counts: not corrected by a later one."""
    rows = Bulletin.objects.live().filter(
        office=office, kind=BulletinKind.QUARTERLY, period=str(quarter)
    )
    return rows.select_related("office", "pack_version", "document").first()


def version_on(office: Office, quarter: Quarter) -> RulePackVersion:
    """The pack valid on the quarter's last day judges the report (DESIGN 3.1)."""
    version = active_version(office, on=quarter.last)
    if version is None:
        raise RuleViolation(f"{office.name}在{quarter.last}尚未启用规则包，没有该季度的通报。")
    if version.pack.bulletins is None:
        raise RuleViolation(f"{version}没有规定定期通报，不能起草。")
    return version


def redraft(bulletin: Bulletin, note: str, *, by: Actor, at: datetime) -> Bulletin:
    """A correction: a new draft of the same quarter that refers to the corrected one."""
    row = _draft(
        bulletin.office,
        bulletin.quarter,
        bulletin.pack_version,
        by=by,
        at=at,
        correction_of=bulletin,
        correction_note=note,
        intro=bulletin.intro,
        requirements=bulletin.requirements,
        scope=bulletin.scope,
    )
    tell_staff(row, "bulletin_drafted", at=at)
    return row


def _draft(
    office: Office,
    quarter: Quarter,
    version: RulePackVersion,
    *,
    by: Actor,
    at: datetime,
    **given: object,
) -> Bulletin:
    figures = figures_of(office, quarter, version=version, at=at)
    texts = {"intro": default_intro(figures), "requirements": default_requirements(figures)}
    row = Bulletin(
        office=office,
        period=str(quarter),
        pack_version=version,
        content=stored(figures),
        drafted_by_id=by.user_id,
        drafted_at=at,
        computed_at=at,
        **(texts | given),
    )
    row.full_clean()
    row.save()
    row.units.set([unit.unit_id for unit in figures.units])
    changes = {"period": [None, row.period], "totals": [None, row.content["totals"]]}
    if row.correction_of_id:
        changes["correction_of_id"] = [None, row.correction_of_id]
    _record(row, "draft", by=by, at=at, changes=changes, note=row.correction_note)
    return row


def stored(figures: Figures) -> dict[str, object]:
    return figures.model_dump(mode="json")


@transaction.atomic
def bulletin_recompute(
    *, bulletin: Bulletin, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Bulletin:
    """按最新台账重新计算: the figures only; what the staff wrote stays."""
    at = at or timezone.now()
    row = _own_draft(bulletin, by, expect)
    before = row.content["totals"]
    figures = figures_of(row.office, row.quarter, version=row.pack_version, at=at)
    row.content, row.computed_at = stored(figures), at
    row.version += 1
    row.save()
    row.units.set([unit.unit_id for unit in figures.units])
    changes = {"totals": [before, row.content["totals"]], "computed_at": [bulletin.computed_at, at]}
    _record(row, "recompute", by=by, at=at, changes=changes)
    return row


@transaction.atomic
def bulletin_edit(
    *,
    bulletin: Bulletin,
    intro: str,
    requirements: str,
    scope: str = Scope.ALL,
    by: Actor,
    at: datetime | None = None,
    expect: int | None = None,
) -> Bulletin:
    """Change the words and the circle of readers of a draft; figures are never typed."""
    at = at or timezone.now()
    row = _own_draft(bulletin, by, expect)
    new = {"intro": intro.strip(), "requirements": requirements.strip(), "scope": scope}
    empty = {name: ["此项不能为空。"] for name in ("intro", "requirements") if not new[name]}
    if scope not in Scope.values:
        empty["scope"] = ["请选择通报范围。"]
    if empty:
        raise RuleViolation(empty)
    changes = {
        name: [getattr(row, name), value]
        for name, value in new.items()
        if getattr(row, name) != value
    }
    for name, value in new.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    _record(row, "edit", by=by, at=at, changes=changes)
    return row


def is_outdated(bulletin: Bulletin) -> bool:
    """Whether the ledger now says otherwise than the draft; asked on the draft's page."""
    fresh = figures_of(
        bulletin.office, bulletin.quarter, version=bulletin.pack_version, at=bulletin.computed_at
    )
    return not fresh.same_facts(bulletin.figures)


def _require_ended(quarter: Quarter, at: datetime) -> None:
    if at < quarter.ends_at:
        raise RuleViolation(
            {"period": [f"{quarter.label}尚未结束，{quarter.following.first}起方可起草。"]}
        )


def _own_draft(bulletin: Bulletin, by: Actor, expect: int | None) -> Bulletin:
    row = lock(bulletin)
    if not permissions.keeps(row, by):
        raise PermissionDenied("only the office edits its bulletins")
    if expect is not None and row.version != expect:
        raise StaleVersion(seen=expect, now=row.version)
    if not row.is_draft:
        raise RuleViolation(f"本期通报{row.get_state_display()}，内容不能再修改。")
    return row


_LABELS = {"draft": "起草通报", "recompute": "重新计算", "edit": "修改通报"}


def _record(
    row: Bulletin,
    action: str,
    *,
    by: Actor,
    at: datetime,
    changes: dict[str, object],
    note: str = "",
) -> None:
    step = row.step_of("bulletin_draft")
    record(
        row,
        action,
        label=step.label if action == "draft" else _LABELS[action],
        by=by,
        at=at,
        office_id=row.office_id,
        clause=step.clause,
        pack_version_id=row.pack_version_id,
        changes=changes,
        note=note,
    )
