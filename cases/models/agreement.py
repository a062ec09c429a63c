from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cases import permissions
from cases.models.assignment import Assignment
from cases.models.belonging import OfAssignment
from cases.models.case import Case
from duban.approvals.models import Chain
from duban.org.actor import Actor
from duban.org.roles import UNIT


class AgreementState(models.TextChoices):
    SUBMITTED = "submitted", "待确认"
    COUNTER_PROPOSED = "counter_proposed", "另提日期待答复"
    GRANTED = "granted", "已约定"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_AGREEMENT = (AgreementState.SUBMITTED, AgreementState.COUNTER_PROPOSED)


class AgreementQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> AgreementQuerySet:
        """A co-unit learns the day that holds for it from its own clock."""
        rows = self.filter(assignment__case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            rows = rows.filter(assignment__unit_id=actor.unit_id)
        return rows

    def undecided(self) -> AgreementQuerySet:
        return self.filter(state__in=OPEN_AGREEMENT)


class Agreement(OfAssignment):
    """约定: the lead reports when it will be done and how, with a day for each co-unit; what the
    assigner's side confirms holds (LZ-A-6.3a, LZ-A-6.3c).

    Without `proposed_on` the matter has its date already, and only the co-units' days are settled.
    """

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="agreements", verbose_name="承办"
    )
    plan = models.TextField("推进计划", max_length=3000)
    proposed_on = models.DateField("报告的办结时限", null=True, blank=True)
    counter_on = models.DateField("另提日期", null=True, blank=True)
    agreed_on = models.DateField("约定的办结时限", null=True, blank=True)
    decision = models.TextField("确认意见", blank=True)
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="约定审批"
    )
    # The clock of the proposal, which this agreement ended.
    clock = models.OneToOneField(
        "deadlines.Clock",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="报告时限",
    )
    state = FSMField(
        "状态",
        default=AgreementState.SUBMITTED,
        choices=AgreementState.choices,
        protected=True,
        max_length=20,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报告人"
    )
    proposed_at = models.DateTimeField("报告时间")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "约定"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state__in=list(OPEN_AGREEMENT)),
                name="one_open_agreement_per_assignment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AgreementState.values), name="agreement_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted", proposed_on__isnull=False)
                | Q(agreed_on__isnull=False),
                name="granted_agreement_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.unit.label}：{self.asked_on or '协办单位时限'}"

    @property
    def asked_on(self) -> date | None:
        """The date on the table: the counter-proposal once there is one."""
        return self.counter_on or self.proposed_on

    @transition(
        state,
        AgreementState.SUBMITTED,
        AgreementState.COUNTER_PROPOSED,
        permission=permissions.holds_chain,
        custom={"step": "agree_counter"},
    )
    def counter(self, *, counter_on: date) -> None:
        self.counter_on = counter_on

    @transition(
        state,
        AgreementState.COUNTER_PROPOSED,
        AgreementState.SUBMITTED,
        permission=permissions.asked_for,
        custom={"step": "agree_accept"},
    )
    def accept_counter(self) -> None:
        """The unit takes the other date; a further link has still to confirm."""

    @transition(
        state,
        AgreementState.COUNTER_PROPOSED,
        AgreementState.GRANTED,
        permission=permissions.asked_for,
        custom={"step": "agree_accept"},
    )
    def accept_last_counter(self, *, at: datetime) -> None:
        self.agreed_on, self.decided_at = self.counter_on, at

    @transition(
        state,
        AgreementState.COUNTER_PROPOSED,
        AgreementState.REFUSED,
        permission=permissions.asked_for,
        custom={"step": "agree_decline"},
    )
    def decline_counter(self, *, at: datetime) -> None:
        self.decided_at = at

    @transition(
        state,
        AgreementState.SUBMITTED,
        AgreementState.GRANTED,
        permission=permissions.holds_chain,
        custom={"step": "agree_grant"},
    )
    def grant(self, *, at: datetime, decision: str) -> None:
        self.agreed_on, self.decided_at, self.decision = self.asked_on, at, decision

    @transition(
        state,
        list(OPEN_AGREEMENT),
        AgreementState.REFUSED,
        permission=permissions.holds_chain,
        custom={"step": "agree_refuse"},
    )
    def refuse(self, *, at: datetime, decision: str) -> None:
        self.decided_at, self.decision = at, decision

    @transition(
        state,
        list(OPEN_AGREEMENT),
        AgreementState.WITHDRAWN,
        permission=permissions.asked_for,
        custom={"step": "agree_withdraw"},
    )
    def withdraw(self, *, at: datetime) -> None:
        self.decided_at = at


class CoUnitDay(models.Model):
    """One co-unit's day in the lead's plan (LZ-A-6.3c)."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="co_days", verbose_name="约定"
    )
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="+", verbose_name="协办单位"
    )
    due_on = models.DateField("协办期限")

    class Meta:
        verbose_name = verbose_name_plural = "协办单位时限"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "assignment"], name="one_day_per_co_unit_and_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.unit.label}：{self.due_on}"
