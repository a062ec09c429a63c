from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cases import permissions
from cases.models.assignment import Assignment
from cases.models.belonging import OfAssignment
from cases.models.case import Case
from deadlines.models import Clock, ClockState, Obligation, ObligationState, Scope
from duban.org.actor import Actor
from duban.org.roles import UNIT


class FeedbackKind(models.TextChoices):
    INITIAL = "initial_report", "初报"
    FOLLOW_UP = "follow_up_report", "续报"
    VERIFIED = "verified_report", "核报"
    DIFFICULTY = "difficulty_report", "困难报告"
    NO_CHANGE = "no_change", "无变化"


class FeedbackState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已报送"
    ACCEPTED = "accepted", "已采纳"
    RETURNED = "returned", "已退回"


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> FeedbackQuerySet:
        """Drafts belong to their unit; a co-unit sees its own reports, the lead all (CZ-3.2d)."""
        rows = self.filter(assignment__case__in=Case.objects.visible_to(actor))
        if actor is None or not actor.has(*UNIT):
            return rows.exclude(state=FeedbackState.DRAFT)
        own = Q(assignment__unit_id=actor.unit_id)
        of_a_led_case = Q(assignment__case__lead_unit_id=actor.unit_id) & ~Q(state="draft")
        return rows.filter(own | of_a_led_case)

    def sent(self) -> FeedbackQuerySet:
        return self.exclude(state=FeedbackState.DRAFT)


class Feedback(OfAssignment):
    """反馈: what a unit reports on its part. It is not the application for completion."""

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="feedback", verbose_name="承办"
    )
    kind = models.CharField("类别", max_length=20, choices=FeedbackKind.choices)
    content = models.TextField("进展情况", max_length=5000, blank=True)
    finished = models.BooleanField("已办理完毕", default=False)
    expected_on = models.DateField("预计完成日期", null=True, blank=True)
    expected_person = models.CharField("责任人", max_length=60, blank=True)
    problem = models.TextField("存在困难和问题", max_length=3000, blank=True)
    proposal = models.TextField("下一步意见建议", max_length=3000, blank=True)
    state = FSMField(
        "状态",
        default=FeedbackState.DRAFT,
        choices=FeedbackState.choices,
        protected=True,
        max_length=20,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人"
    )
    created_at = models.DateTimeField("填写时间")
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    reply = models.CharField("处理意见", max_length=500, blank=True)
    replied_at = models.DateTimeField("处理时间", null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "反馈"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["assignment", "-submitted_at"]),
            # What waits on the desks is little; what was ever reported is millions.
            models.Index(
                fields=["assignment"],
                condition=Q(kind="difficulty_report", state="submitted"),
                name="feedback_open_difficulty",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=FeedbackState.values), name="feedback_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False),
                name="sent_feedback_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.assignment.unit.label}）"

    @transition(
        state,
        FeedbackState.DRAFT,
        FeedbackState.SUBMITTED,
        permission=permissions.reports,
        custom={"step": "feedback"},
    )
    def submit(self, *, at: datetime) -> None:
        self.submitted_at = at

    @transition(
        state,
        FeedbackState.SUBMITTED,
        FeedbackState.ACCEPTED,
        permission=permissions.reviews,
        custom={"step": "feedback_accept"},
    )
    def accept(self, *, at: datetime, reply: str) -> None:
        self.replied_at, self.reply = at, reply

    @transition(
        state,
        FeedbackState.SUBMITTED,
        FeedbackState.RETURNED,
        permission=permissions.reviews,
        custom={"step": "feedback_return"},
    )
    def send_back(self, *, at: datetime, reply: str) -> None:
        self.replied_at, self.reply = at, reply


class FeedbackDutyQuerySet(models.QuerySet["FeedbackDuty"]):
    def owed(self) -> FeedbackDutyQuerySet:
        """By units, and not sent; a paused clock asks for nothing."""
        return self.filter(
            obligation__state=ObligationState.OPEN,
            obligation__scope=Scope.PART,
            obligation__clock__state=ClockState.RUNNING,
        )


class FeedbackDuty(models.Model):
    """An obligation that belongs to one unit's part: what is owed, and the report that met it."""

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="duties", verbose_name="承办"
    )
    obligation = models.OneToOneField(
        Obligation, models.PROTECT, related_name="+", verbose_name="义务"
    )
    fulfilled_by = models.ForeignKey(
        Feedback,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fulfils",
        verbose_name="所报反馈",
    )

    objects = FeedbackDutyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事项报送义务"
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.obligation)

    @property
    def clock(self) -> Clock:
        return self.obligation.clock

    @property
    def label(self) -> str:
        return self.obligation.label

    @property
    def period(self) -> str:
        return self.obligation.period_name

    @property
    def fulfilled_at(self) -> datetime | None:
        row = self.obligation
        return row.settled_at if row.state == ObligationState.FULFILLED else None

    @property
    def waits_for_a_report(self) -> bool:
        """Open, and owed by the unit: what the office owes upon a report is not met by another."""
        return self.obligation.state == ObligationState.OPEN and self.obligation.scope == Scope.PART
