from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cases import permissions
from cases.domain import guards
from cases.models.assignment import Assignment
from cases.models.belonging import OfAssignment
from cases.models.case import Case
from duban.approvals.models import Chain
from duban.org.actor import Actor
from duban.org.roles import UNIT


class HandlingPlanState(models.TextChoices):
    OWED = "owed", "待提出方案"
    SUBMITTED = "submitted", "局办审核中"
    REPORTED = "reported", "待上级意见"
    EFFECTIVE = "effective", "已生效"
    RETURNED = "returned", "退回修改"


class HandlingPlanQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> HandlingPlanQuerySet:
        rows = self.filter(assignment__case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            own = Q(assignment__unit_id=actor.unit_id)
            rows = rows.filter(own | Q(assignment__case__lead_unit_id=actor.unit_id))
        return rows

    def unsettled(self) -> HandlingPlanQuerySet:
        return self.exclude(state=HandlingPlanState.EFFECTIVE)


class HandlingPlan(OfAssignment):
    """处理方案 of a matter that is 特别复杂: until the superior office has agreed, the original limit
    runs (ZZ-2.3d to ZZ-2.3g). The superior office is no user of the system: its decision is a record.
    """

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="plans", verbose_name="承办"
    )
    reason = models.TextField("认定为特别复杂的理由", max_length=1000)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="认定人"
    )
    marked_at = models.DateTimeField("认定时间")
    clock = models.OneToOneField(
        "deadlines.Clock",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提出时限",
    )
    content = models.TextField("处理方案", max_length=5000, blank=True)
    due_on = models.DateField("方案办结时限", null=True, blank=True)
    person = models.CharField("方案责任人", max_length=60, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提出人",
    )
    submitted_at = models.DateTimeField("提出时间", null=True, blank=True)
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="方案审核"
    )
    decision = models.TextField("审核意见", blank=True)
    # What the superior office said, as recorded by ours.
    external_on = models.DateField("上级答复日期", null=True, blank=True)
    external_contact = models.CharField("上级联系人", max_length=60, blank=True)
    external_opinion = models.TextField("上级意见", max_length=2000, blank=True)
    due_before = models.DateField("原期限", null=True, blank=True)
    effective_at = models.DateTimeField("生效时间", null=True, blank=True)
    state = FSMField(
        "状态",
        default=HandlingPlanState.OWED,
        choices=HandlingPlanState.choices,
        protected=True,
        max_length=20,
    )

    objects = HandlingPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "处理方案"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=~Q(state="effective"),
                name="one_unsettled_plan_per_assignment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=HandlingPlanState.values), name="handling_plan_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="owed") | (Q(due_on__isnull=False) & ~Q(person="")),
                name="a_plan_names_a_day_and_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="effective")
                | (Q(external_on__isnull=False) & ~Q(external_contact="")),
                name="an_effective_plan_was_agreed_above",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.unit.label}处理方案（{self.get_state_display()}）"

    @property
    def case_is_under_way(self) -> bool:
        return self.assignment.case_is_under_way

    @transition(
        state,
        [HandlingPlanState.OWED, HandlingPlanState.RETURNED],
        HandlingPlanState.SUBMITTED,
        conditions=[guards.CASE_UNDER_WAY],
        permission=permissions.asked_for,
        custom={"step": "plan_submit"},
    )
    def submit(
        self, *, by: Actor, at: datetime, content: str, due_on: date, person: str, chain: Chain
    ) -> None:
        self.content, self.due_on, self.person, self.chain = content, due_on, person, chain
        self.submitted_by_id, self.submitted_at = by.user_id, at

    @transition(
        state,
        HandlingPlanState.SUBMITTED,
        HandlingPlanState.REPORTED,
        permission=permissions.holds_chain,
        custom={"step": "plan_review"},
    )
    def report_up(self, *, decision: str) -> None:
        self.decision = decision

    @transition(
        state,
        HandlingPlanState.SUBMITTED,
        HandlingPlanState.RETURNED,
        permission=permissions.holds_chain,
        custom={"step": "plan_return"},
    )
    def send_back(self, *, decision: str) -> None:
        self.decision = decision

    @transition(
        state,
        HandlingPlanState.REPORTED,
        HandlingPlanState.EFFECTIVE,
        conditions=[guards.CASE_UNDER_WAY],
        permission=permissions.oversees,
        custom={"step": "plan_external"},
    )
    def take_effect(
        self, *, at: datetime, answered_on: date, contact: str, opinion: str, due_before: date
    ) -> None:
        self._answered(answered_on, contact, opinion)
        self.effective_at, self.due_before = at, due_before

    @transition(
        state,
        HandlingPlanState.REPORTED,
        HandlingPlanState.RETURNED,
        permission=permissions.oversees,
        custom={"step": "plan_external_refuse"},
    )
    def refuse_above(self, *, answered_on: date, contact: str, opinion: str) -> None:
        self._answered(answered_on, contact, opinion)

    def _answered(self, answered_on: date, contact: str, opinion: str) -> None:
        self.external_on, self.external_contact = answered_on, contact
        self.external_opinion = opinion
