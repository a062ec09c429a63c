from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cases import permissions
from cases.models.assignment import Assignment
from cases.models.belonging import OfCase
from cases.models.case import Case
from duban.approvals.models import Chain
from duban.org.actor import Actor
from duban.org.roles import UNIT


class ClosureState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待初审"
    IN_REVIEW = "in_review", "审批中"
    GRANTED = "granted", "同意办结"
    REFUSED = "refused", "不予办结"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_CLOSURE = (ClosureState.SUBMITTED, ClosureState.IN_REVIEW)


class ClosureQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> ClosureQuerySet:
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            return rows.filter(assignment__unit_id=actor.unit_id)
        return rows.exclude(state=ClosureState.DRAFT)

    def undecided(self) -> ClosureQuerySet:
        return self.filter(state__in=OPEN_CLOSURE)


class ClosureRequest(OfCase):
    """办结申请: the lead unit asks that the matter be accepted as finished (CZ-3.6a)."""

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="closure_requests", verbose_name="事项"
    )
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="closure_requests", verbose_name="承办"
    )
    result = models.TextField("办理结果", max_length=5000, blank=True)
    explanation = models.TextField(
        "未按期完成的说明",
        max_length=2000,
        blank=True,
        help_text="因客观原因未能按要求完成的，说明原因（CZ-4.1.3）。",
    )
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结审批"
    )
    grade = models.CharField("评价等级", max_length=40, blank=True)
    grade_reason = models.CharField("评价理由", max_length=500, blank=True)
    decision = models.TextField("审批意见", blank=True)
    state = FSMField(
        "状态",
        default=ClosureState.DRAFT,
        choices=ClosureState.choices,
        protected=True,
        max_length=20,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    created_at = models.DateTimeField("填写时间")
    submitted_at = models.DateTimeField("申请时间", null=True, blank=True)
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办结申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=list(OPEN_CLOSURE)),
                name="one_open_closure_per_case",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="draft"), name="one_draft_of_a_closure_per_case"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ClosureState.values), name="closure_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False),
                name="submitted_closure_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"办结申请：{self.case}"

    @transition(
        state,
        ClosureState.DRAFT,
        ClosureState.SUBMITTED,
        permission=permissions.applied,
        custom={"step": "close_request"},
    )
    def submit(self, *, at: datetime, chain: Chain) -> None:
        self.submitted_at, self.chain = at, chain

    @transition(
        state,
        ClosureState.SUBMITTED,
        ClosureState.IN_REVIEW,
        permission=permissions.holds_chain,
        custom={"step": "close_review"},
    )
    def review(self) -> None:
        """The first link has agreed; the next one decides."""

    @transition(
        state,
        list(OPEN_CLOSURE),
        ClosureState.GRANTED,
        permission=permissions.holds_chain,
        custom={"step": "close_grant"},
    )
    def grant(self, *, at: datetime, decision: str, grade: str, grade_reason: str) -> None:
        self.decided_at, self.decision = at, decision
        self.grade, self.grade_reason = grade, grade_reason

    @transition(
        state,
        list(OPEN_CLOSURE),
        ClosureState.REFUSED,
        permission=permissions.holds_chain,
        custom={"step": "close_refuse"},
    )
    def refuse(self, *, at: datetime, decision: str) -> None:
        self.decided_at, self.decision = at, decision

    @transition(
        state,
        list(OPEN_CLOSURE),
        ClosureState.WITHDRAWN,
        permission=permissions.applied,
        custom={"step": "close_withdraw"},
    )
    def withdraw(self, *, at: datetime) -> None:
        self.decided_at = at
