from __future__ import annotations

from datetime import date, datetime
from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Subquery
from django_fsm import FSMField, transition

from deadlines import permissions
from deadlines.models.alert import Alert
from deadlines.models.clock import Clock
from deadlines.moments import day_end, day_of, day_start
from deadlines.periods import period_name
from duban.ledger.models import AppendOnlyError, AppendOnlyQuerySet
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import OFFICE, UNIT
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Duty, Step


class ObligationState(models.TextChoices):
    OPEN = "open", "待报送"
    FULFILLED = "fulfilled", "已完成"
    WAIVED = "waived", "已豁免"
    CEASED = "ceased", "已终止"


class Scope(models.TextChoices):
    """Of a part: answered by a report on the matter. The others are answered by an entry."""

    PART = "part", "承办事项"
    UNIT = "unit", "各单位"
    OFFICE = "office", "督查机构"


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def visible_to(self, actor: Actor | None) -> ObligationQuerySet:
        """A unit sees what it owes itself; an office all of its own and of those below."""
        if actor is None or actor.post_id is None:
            return self.none()
        if actor.office_id and actor.has(*OFFICE, "chief_leader", "secretary_general"):
            top = Subquery(Office.objects.filter(pk=actor.office_id).values("root__path")[:1])
            below = Office.objects.alias(top=top).filter(root__path__startswith=F("top"))
            return self.filter(office__in=below)
        if actor.has("section_staff"):
            # Which matters a section may read is not known here; its own work list shows them.
            return self.filter(office_id=actor.office_id, part_id__isnull=True)
        if actor.has("deputy_leader"):
            return self.filter(office_id=actor.office_id, unit_id__in=actor.portfolio)
        if actor.has(*UNIT):
            return self.filter(unit_id=actor.unit_id)
        return self.none()

    def open(self) -> ObligationQuerySet:
        return self.filter(state=ObligationState.OPEN)

    def within(self, first: date, last: date) -> ObligationQuerySet:
        """Due on a day from `first` to `last`, both included."""
        return self.filter(clock__due_at__gt=day_start(first), clock__due_at__lte=day_end(last))


class Obligation(Stateful):
    """定期报送: something owed by a day, in every period or once. The rule pack that was in force
    on the first day of the period decides; its own clock says when it is late.
    """

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="督查机构")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    scope = models.CharField("范围", max_length=10, choices=Scope.choices)
    key = models.CharField("义务", max_length=40)
    label = models.CharField("名称", max_length=120)
    period = models.CharField("所属期", max_length=10)
    first_day = models.DateField("起日")
    last_day = models.DateField("止日", null=True, blank=True)
    clause = models.CharField("条款", max_length=40, blank=True)
    quote = models.CharField("原文", max_length=200, blank=True)
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="+", verbose_name="规则包版本"
    )
    clock = models.OneToOneField(
        Clock, models.PROTECT, related_name="obligation", verbose_name="时限"
    )
    # Matters and their parts live above; deadlines knows them by id only.
    case_id = models.BigIntegerField("事项", null=True, blank=True, db_index=True)
    part_id = models.BigIntegerField("承办", null=True, blank=True)
    target = models.PositiveSmallIntegerField("应报次数", default=1)
    counted = models.CharField("计数方式", max_length=10, default="entries")
    met_by = models.CharField("自动计入", max_length=10, blank=True, default="")
    state = FSMField(
        "状态",
        default=ObligationState.OPEN,
        choices=ObligationState.choices,
        protected=True,
        max_length=10,
    )
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送义务"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["office", "state"], name="obligation_of_office"),
            models.Index(fields=["unit", "state"], name="obligation_of_unit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "unit", "key", "period"],
                condition=Q(part_id__isnull=True),
                name="one_obligation_per_unit_and_period",
            ),
            models.UniqueConstraint(
                fields=["part_id", "key", "period"],
                condition=Q(part_id__isnull=False),
                name="one_obligation_per_part_and_period",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ObligationState.values), name="obligation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values), name="obligation_scope_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="obligation_settled_at_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | ~Q(reason=""), name="obligation_waived_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.period_name}）"

    @property
    def ledger_office_id(self) -> int:
        return self.office_id

    @property
    def ledger_case_id(self) -> int | None:
        return self.case_id

    @property
    def duty(self) -> Duty | None:
        return self.pack.duties.get(self.key)

    @property
    def period_name(self) -> str:
        return period_name(self.period)

    def step_of(self, key: str) -> Step:
        """Where the step has no clause of its own, the one that asks for the obligation."""
        step = super().step_of(key)
        if step.clause or not self.clause:
            return step
        return step.model_copy(update={"clause": self.clause, "quote": self.quote})

    @transition(
        state,
        ObligationState.OPEN,
        ObligationState.FULFILLED,
        permission=permissions.reports,
        custom={"step": "obligation_fulfil"},
    )
    def fulfil(self, *, at: datetime) -> None:
        self.settled_at = at

    @transition(
        state,
        ObligationState.OPEN,
        ObligationState.WAIVED,
        permission=permissions.administers,
        custom={"step": "obligation_waive"},
    )
    def waive(self, *, at: datetime, reason: str) -> None:
        self.settled_at, self.reason = at, reason

    @transition(
        state,
        ObligationState.OPEN,
        ObligationState.CEASED,
        permission=permissions.follows,
        custom={"step": "obligation_cease"},
    )
    def cease(self, *, at: datetime, reason: str) -> None:
        self.settled_at, self.reason = at, reason


class ObligationEntry(models.Model):
    """What was handed in or done towards an obligation. Append-only.

    `on` is the day that counts: of a report the day it arrived, of a visit the day it was made.
    """

    obligation = models.ForeignKey(
        Obligation, models.PROTECT, related_name="entries", verbose_name="义务"
    )
    on = models.DateField("日期")
    paper = models.CharField("材料", max_length=120, blank=True)
    content = models.TextField("内容", max_length=5000)
    # The row above that was counted, of the sort that meets the obligation; known by id only.
    source_id = models.BigIntegerField("来源记录", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    by_name = models.CharField("登记人姓名", max_length=40)
    at = models.DateTimeField("登记时间")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送记录"
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "obligation"],
                condition=Q(source_id__isnull=False),
                name="counted_once_towards_an_obligation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on.isoformat()} {self.content[:30]}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise AppendOnlyError("报送记录只增不改")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnlyError("报送记录只增不删")

    @property
    def was_registered_later(self) -> bool:
        return day_of(self.at) > self.on


class ObligationReminder(models.Model):
    """What was made of an alert of an obligation that belongs to no matter: handled once."""

    alert = models.OneToOneField(Alert, models.PROTECT, related_name="+", verbose_name="时限提醒")
    sent = models.BooleanField("已发送")
    why_not = models.CharField("未发送原因", max_length=60, blank=True)
    handled_at = models.DateTimeField("处理时间")

    class Meta:
        verbose_name = verbose_name_plural = "报送提醒"
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.alert)
