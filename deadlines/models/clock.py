from datetime import date, datetime
from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When

from deadlines import lights, replay
from deadlines.computation import Computation
from deadlines.moments import day_of
from duban.org.models import Office, Unit


class ClockState(models.TextChoices):
    RUNNING = "running", "计时中"
    PAUSED = "paused", "缓办"
    STOPPED = "stopped", "已停止"


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> "ClockQuerySet":
        return self.filter(state=ClockState.RUNNING)

    def due(self, at: datetime) -> "ClockQuerySet":
        """Running, and late at that moment."""
        return self.running().filter(due_at__lte=at)

    def with_light(self, at: datetime) -> "ClockQuerySet":
        """Annotates `light`: green, amber, red, or off where stopped or paused."""
        return self.annotate(
            light=Case(
                When(~Q(state=ClockState.RUNNING), then=Value(lights.OFF)),
                When(due_at__lte=at, then=Value(lights.RED)),
                When(warn_at__lte=at, then=Value(lights.AMBER)),
                default=Value(lights.GREEN),
                output_field=models.CharField(),
            )
        )


class Clock(models.Model):
    """One running limit of one unit. Its owner (assignment, duty, notice …) lives in an app above
    and holds a one-to-one to it. Every value equals the replay of its events.
    """

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="督查机构")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    kind = models.CharField("时限", max_length=40, help_text="规则包中时限的名称")
    label = models.CharField("名称", max_length=120)
    cycle = models.PositiveIntegerField("轮次", default=1)
    # A case lives above; deadlines knows it by id only.
    case_id = models.BigIntegerField("事项", null=True, blank=True, db_index=True)
    subject = models.CharField("内容", max_length=300, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=ClockState.choices, default=ClockState.RUNNING
    )
    started_at = models.DateTimeField("起算时间")
    due_at = models.DateTimeField("到期时间", help_text="到期日之后的第一个时刻")
    original_due_at = models.DateTimeField("原到期时间")
    warn_at = models.DateTimeField("预警时间")
    stopped_at = models.DateTimeField("停止时间", null=True, blank=True)
    paused_at = models.DateTimeField("缓办开始时间", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    computation = models.JSONField("期限计算单")
    thresholds = models.JSONField("提醒时点", help_text="[级别, 时刻, 名称]，按时间先后")

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "时钟"
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="running"), name="clock_running_due"),
            models.Index(fields=["unit", "state", "due_at"], name="clock_of_unit"),
            models.Index(fields=["office", "state", "due_at"], name="clock_of_office"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ClockState.values), name="clock_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused"], stopped_at__isnull=True)
                | Q(state="stopped", stopped_at__isnull=False),
                name="clock_stopped_exactly_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False)
                | (~Q(state="paused") & Q(paused_at__isnull=True)),
                name="clock_paused_exactly_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("started_at")), name="clock_due_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.due_on.isoformat()}）"

    @property
    def explained(self) -> Computation:
        return Computation.from_json(self.computation)

    @property
    def due_on(self) -> date:
        """The last day on which it is in time."""
        return date.fromisoformat(self.computation["last_day"])

    @property
    def started_on(self) -> date:
        return day_of(self.started_at)

    @property
    def is_extended(self) -> bool:
        return self.due_at != self.original_due_at

    def light_at(self, at: datetime) -> str:
        return lights.light_of(
            running=self.state == ClockState.RUNNING,
            warn_at=self.warn_at,
            due_at=self.due_at,
            at=at,
        )

    def light_label(self, at: datetime) -> str:
        if self.state == ClockState.PAUSED:
            return ClockState.PAUSED.label
        return lights.LABELS[self.light_at(at)]

    def is_late(self, at: datetime) -> bool:
        """Whether it was late when it stopped, or is late now; while paused nothing is late."""
        if self.state == ClockState.PAUSED:
            return False
        return (self.stopped_at or at) >= self.due_at


class EventKind(models.TextChoices):
    OPENED = replay.OPENED, "起算"
    EXTENDED = replay.EXTENDED, "延期"
    STOPPED = replay.STOPPED, "停止"
    REOPENED = replay.REOPENED, "恢复"
    RECEIPT_CORRECTED = replay.RECEIPT_CORRECTED, "更正收到时间"
    PAUSED = replay.PAUSED, "缓办"
    RESUMED = replay.RESUMED, "恢复计时"
    RESTARTED = replay.RESTARTED, "重新起算"
    REDATED = replay.REDATED, "另定期限"
    CALENDAR_CHANGED = replay.CALENDAR_CHANGED, "工作日历调整"


class ClockEventQuerySet(models.QuerySet["ClockEvent"]):
    def update(self, **kwargs: object) -> NoReturn:
        raise RuntimeError("时钟事件只增不改")

    def delete(self) -> NoReturn:
        raise RuntimeError("时钟事件只增不删")


class ClockEvent(models.Model):
    """What happened to a clock. Append-only; `data` holds all that the replay needs."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="events", verbose_name="时钟")
    kind = models.CharField("事件", max_length=20, choices=EventKind.choices)
    at = models.DateTimeField("发生时间")
    data = models.JSONField("内容", default=dict)
    computation = models.JSONField("期限计算单", null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    actor_name = models.CharField("经办人姓名", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    objects = ClockEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "时钟事件"
        ordering = ["id"]
        indexes = [models.Index(fields=["clock", "id"], name="clock_event_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="clock_event_known"
            ),
            models.UniqueConstraint(
                fields=["clock"], condition=Q(kind="opened"), name="clock_opened_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.at:%Y-%m-%d %H:%M}）"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise RuntimeError("时钟事件只增不改")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise RuntimeError("时钟事件只增不删")
