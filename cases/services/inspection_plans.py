"""专项督查计划: what is submitted ahead of its start (AS-4.2c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.models import SpecialInspectionPlan
from cases.services.fields import field_problems
from deadlines.calendars import known_calendar
from deadlines.rules import compute
from duban.ledger.errors import RuleViolation
from duban.ledger.record import difference, record, snapshot
from duban.org.actor import Actor
from duban.org.models import Office
from duban.org.roles import STAFF
from duban.rulepacks.schema import Pack
from duban.rulepacks.selectors import active_version

LEAD = "special_inspection_lead"


@dataclass(frozen=True)
class Lead:
    """How early a plan is due: `earliest_on` is the first lawful day to start."""

    earliest_on: date
    label: str
    clause: str
    quote: str


def lead_time(pack: Pack, *, at: datetime, office_id: int | None = None) -> Lead | None:
    """The earliest start of a plan submitted at that moment; None where the pack has no rule."""
    limit = pack.limits.get(LEAD)
    if limit is None:
        return None
    calendar = known_calendar(at, office_id=office_id)
    last_day = compute(limit, at, calendar, with_days=False).last_day
    return Lead(last_day, limit.label, limit.clause, limit.quote)


@transaction.atomic
def inspection_plan_submit(
    *,
    title: str,
    content: str,
    starts_on: date,
    ends_on: date,
    by: Actor,
    at: datetime | None = None,
) -> SpecialInspectionPlan:
    """Submit a plan. Raises RuleViolation with every reason, the lead time among them."""
    at = at or timezone.now()
    if by.office_id is None or not by.has(*STAFF):
        raise PermissionDenied("plans are the staff's")
    office = Office.objects.select_related("root").get(pk=by.office_id)
    version = active_version(office, on=timezone.localdate(at))
    if version is None:
        raise RuleViolation("本督查机构尚未启用规则包，不能提交计划。")
    lead = lead_time(version.pack, at=at, office_id=office.pk)
    row = SpecialInspectionPlan(
        office=office,
        level=office.level,
        title=title.strip(),
        content=content.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        pack_version=version,
        earliest_on=lead.earliest_on if lead else None,
        clause=lead.clause if lead else "",
        submitted_by_id=by.user_id,
        submitted_at=at,
    )
    if reasons := _reasons_against(row, lead, at=at):
        raise RuleViolation(reasons)
    row.save()
    step = version.pack.steps.get("inspection_plan")
    record(
        row,
        "submit",
        label=step.label if step else "提交专项督查计划",
        by=by,
        at=at,
        office_id=office.pk,
        clause=row.clause,
        pack_version_id=version.pk,
        changes=difference({}, snapshot(row)),
    )
    return row


def _reasons_against(
    row: SpecialInspectionPlan, lead: Lead | None, *, at: datetime
) -> dict[str, list[str]]:
    found = field_problems(row, "title", "content")
    if not row.title:
        found["title"] = ["请填写专项督查名称。"]
    if not row.content:
        found["content"] = ["请填写督查内容和方式。"]
    if row.ends_on < row.starts_on:
        found["ends_on"] = ["结束日期不能早于开始日期。"]
    today = timezone.localdate(at)
    if lead is not None and row.starts_on < lead.earliest_on:
        because = f"“{lead.quote}”（{lead.clause}）" if lead.quote else lead.label
        found["starts_on"] = [f"{because}：{today}提交的计划，最早于{lead.earliest_on}开始。"]
    elif row.starts_on < today:
        found["starts_on"] = [f"开始日期不能早于今天（{today}）。"]
    return found
