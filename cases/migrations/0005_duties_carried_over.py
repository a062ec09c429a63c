"""Every duty to report becomes an obligation of `deadlines`: same clock, same period, same state."""

import json
from calendar import monthrange
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import migrations

PAGE = 500
SHANGHAI = ZoneInfo("Asia/Shanghai")


def carry_over(apps, schema_editor) -> None:
    alias = schema_editor.connection.alias
    duties = apps.get_model("cases", "FeedbackDuty").objects.using(alias)
    carried = _Carried(apps, alias)
    last = 0
    while page := list(
        duties.filter(pk__gt=last, obligation__isnull=True)
        .select_related("assignment__case", "clock", "fulfilled_by__created_by")
        .order_by("pk")[:PAGE]
    ):
        last = page[-1].pk
        for duty in page:
            duty.obligation = carried.obligation(duty)
        duties.bulk_update(page, ["obligation"])


class _Carried:
    def __init__(self, apps, alias) -> None:
        self.obligations = apps.get_model("deadlines", "Obligation").objects.using(alias)
        self.entries = apps.get_model("deadlines", "ObligationEntry").objects.using(alias)
        versions = apps.get_model("rulepacks", "RulePackVersion").objects.using(alias)
        self.rules = lru_cache(lambda pk: json.loads(versions.get(pk=pk).document)["duties"])

    def obligation(self, duty):
        case, clock = duty.assignment.case, duty.clock
        rule = self.rules(case.pack_version_id).get(duty.key, {})
        first, last = _days(duty.period, clock)
        state, settled_at = _state(duty, clock)
        row = self.obligations.create(
            office_id=case.office_id,
            unit_id=duty.assignment.unit_id,
            scope="part",
            key=duty.key,
            label=duty.label,
            period=duty.period,
            first_day=first,
            last_day=last,
            clause=rule.get("clause", ""),
            quote=rule.get("quote", ""),
            pack_version_id=case.pack_version_id,
            clock_id=clock.pk,
            case_id=case.pk,
            part_id=duty.assignment_id,
            state=state,
            settled_at=settled_at,
        )
        if duty.fulfilled_by is not None:
            self._entry(row, duty)
        return row

    def _entry(self, row, duty) -> None:
        report = duty.fulfilled_by
        self.entries.create(
            obligation_id=row.pk,
            on=duty.fulfilled_at.astimezone(SHANGHAI).date(),
            content=report.content[:200] or "反馈",
            by_id=report.created_by_id,
            by_name=report.created_by.name,
            at=duty.fulfilled_at,
        )


def _days(period, clock):
    if len(period) == 7 and period[4] == "-":
        year, month = int(period[:4]), int(period[5:])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return clock.started_at.astimezone(SHANGHAI).date(), None


def _state(duty, clock):
    if duty.fulfilled_at is not None:
        return "fulfilled", duty.fulfilled_at
    if clock.stopped_at is not None:
        return "ceased", clock.stopped_at
    return "open", None


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_duty_becomes_obligation"), ("rulepacks", "0001_initial")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
