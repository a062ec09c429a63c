from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any, NoReturn

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from deadlines import calendar_permissions as permissions
from deadlines.announcement.found import Found
from deadlines.notices import Notice
from duban.ledger.models import AppendOnlyError
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import ADMINISTRATORS, LEADERS, STAFF
from duban.rulepacks.loader import load_shipped_pack
from duban.rulepacks.schema import Pack


class ChangeState(models.TextChoices):
    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已生效"
    WITHDRAWN = "withdrawn", "已撤回"


class CalendarChangeQuerySet(models.QuerySet["CalendarChange"]):
    def confirmed(self) -> CalendarChangeQuerySet:
        return self.filter(state=ChangeState.CONFIRMED)

    def visible_to(self, actor: Actor | None) -> CalendarChangeQuerySet:
        """In force: everybody whom it binds. Proposed and withdrawn: offices and administrators."""
        if actor is None or (actor.post_id is None and not actor.is_system):
            return self.none()
        if actor.has(*ADMINISTRATORS) or actor.is_system:
            return self
        binding = Q(office__isnull=True) | Q(office__in=_offices_over(actor))
        if actor.has(*STAFF, *LEADERS):
            return self.filter(binding)
        return self.filter(binding, state=ChangeState.CONFIRMED)


def _offices_over(actor: Actor) -> models.QuerySet[Office]:
    """The offices in whose tree the actor's own office, or unit, stands."""
    if actor.office_id:
        path = Office.objects.filter(pk=actor.office_id).values("root__path")[:1]
    else:
        path = Unit.objects.filter(pk=actor.unit_id).values("path")[:1]
    return (
        Office.objects.annotate(own=models.Subquery(path))
        .filter(own__startswith=F("root__path"))
        .values("pk")
    )


class CalendarChange(Stateful):
    """An arrangement of days off that two people put over the shipped notices.

    `office` empty: national. Its days never change: a wrong proposal is withdrawn, a confirmed one is
    followed by another. `number` is given at confirmation, so numbers are in order of time.
    """

    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="督查机构"
    )
    year = models.PositiveSmallIntegerField("年份")
    title = models.CharField("标题", max_length=200)
    document_no = models.CharField("文号", max_length=60, blank=True)
    decided_on = models.DateField("公布日期")
    source = models.CharField("来源", max_length=500, blank=True)
    text = models.TextField("原文", blank=True)
    whole = models.BooleanField("全年安排", default=False)
    days_off = models.JSONField("放假", default=dict, blank=True)
    workdays = models.JSONField("上班", default=dict, blank=True)
    adopts = models.DateField("启用随版本发布的安排", null=True, blank=True)
    state = FSMField(
        "状态",
        default=ChangeState.PROPOSED,
        choices=ChangeState.choices,
        protected=True,
        max_length=20,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_name = models.CharField("提出人姓名", max_length=100)
    proposed_at = models.DateTimeField("提出时间")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认（撤回）人",
    )
    closed_name = models.CharField("确认（撤回）人姓名", max_length=100, blank=True)
    confirmed_at = models.DateTimeField("生效时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回理由", max_length=500, blank=True)
    number = models.PositiveIntegerField("变更编号", null=True, blank=True, unique=True)
    seal = models.CharField("校验", max_length=64, blank=True)

    objects = CalendarChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日历变更"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ChangeState.values), name="calendar_change_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", number__isnull=False, confirmed_at__isnull=False)
                | (~Q(state="confirmed") & Q(number__isnull=True, confirmed_at__isnull=True)),
                name="calendar_change_numbered_when_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(closed_by=F("proposed_by")),
                name="calendar_change_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(adopts__isnull=True) | Q(office__isnull=True),
                name="calendar_adoption_is_national",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnlyError("日历变更只增不删")

    @property
    def ledger_office_id(self) -> int | None:
        return self.office_id

    @property
    def pack_version(self) -> None:
        """The calendar stands under no locality's regulation; labels are the base pack's."""

    @property
    def pack(self) -> Pack:
        return load_shipped_pack("base").pack

    def step_of(self, key: str) -> Any:
        return self.pack.steps[key]

    @transition(
        state,
        ChangeState.PROPOSED,
        ChangeState.CONFIRMED,
        permission=permissions.may_confirm,
        custom={"step": "calendar_confirm"},
    )
    def confirm(self, *, by: Actor, at: datetime, number: int, after: str) -> None:
        """`after` is the seal of the change before it."""
        self.closed_by_id, self.closed_name, self.confirmed_at = by.user_id, by.user_name, at
        self.number = number
        self.seal = self._seal(after)

    @transition(
        state,
        ChangeState.PROPOSED,
        ChangeState.WITHDRAWN,
        permission=permissions.may_withdraw,
        custom={"step": "calendar_withdraw"},
    )
    def withdraw(self, *, by: Actor, at: datetime, reason: str) -> None:
        self.closed_by_id, self.closed_name, self.withdrawn_at = by.user_id, by.user_name, at
        self.withdrawn_reason = reason

    def _seal(self, after: str) -> str:
        """Names everything confirmed up to here: another process sees by it whether it is behind."""
        content = [after, self.number, self.office_id, self.days_off, self.workdays, self.adopts]
        content += [self.decided_on, self.whole, self.title, self.confirmed_at]
        text = json.dumps(content, sort_keys=True, cls=DjangoJSONEncoder)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def is_local(self) -> bool:
        return self.office_id is not None

    @property
    def scope_label(self) -> str:
        return f"{self.office.name}及下级" if self.office else "全国"

    @property
    def found(self) -> Found:
        return Found(
            year=self.year,
            days_off=_dates(self.days_off),
            workdays=_dates(self.workdays),
            title=self.title,
            document_no=self.document_no,
            source=self.source,
            whole=self.whole,
        )

    @property
    def notice(self) -> Notice:
        return Notice(
            year=self.year,
            title=self.title,
            document_no=self.document_no,
            decided_on=self.decided_on,
            source=self.source,
            days_off=_dates(self.days_off),
            workdays=_dates(self.workdays),
            announces=self.whole and not self.is_local,
        )


def _dates(raw: dict[str, str]) -> dict[date, str]:
    return {date.fromisoformat(text): name for text, name in sorted(raw.items())}
