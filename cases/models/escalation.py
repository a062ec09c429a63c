from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cases import permissions
from cases.models.assignment import Assignment
from cases.models.belonging import OfCase
from cases.models.case import Case
from cases.models.escalation_rows import (
    OPEN_ESCALATION,
    Act,
    EscalationQuerySet,
    EscalationState,
)
from cases.models.notice import Notice
from deadlines.models import Alert, Clock
from duban.approvals.models import Chain
from duban.ledger.guards import Guard
from duban.org.actor import Actor
from duban.org.models import Unit
from duban.rulepacks.schema import Rung, Step

NEEDS_NO_APPROVAL = Guard(
    "escalation_submit", lambda row: row.rule.chain is None, "须先报经规定的领导同意"
)
NEEDS_APPROVAL = Guard(
    "escalation_submit", lambda row: row.rule.chain is not None, "本级无须报批，可以直接实施"
)
IS_APPROVED = Guard("escalation_submit", lambda row: row.is_approved, "尚未报经规定的领导同意")


class Escalation(OfCase):
    """督办升级: one rung of the ladder, reached by one unit's part; never twice for a due moment."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="escalations", verbose_name="事项")
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="escalations", verbose_name="承办单位"
    )
    rung = models.CharField("阶梯", max_length=40)
    does = models.CharField("措施", max_length=20, choices=Act.choices)
    order = models.PositiveSmallIntegerField("级次")
    alert = models.OneToOneField(Alert, models.PROTECT, related_name="+", verbose_name="时限提醒")
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", verbose_name="所依时限")
    rests_on = models.ForeignKey(
        Notice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="未回复的文书",
    )
    due_at = models.DateTimeField("到期时间")
    moment = models.DateTimeField("应处理时间")
    act_at = models.DateTimeField("不早于")
    raised_at = models.DateTimeField("产生时间")
    grounds = models.TextField("事实", blank=True)
    content = models.TextField("内容", max_length=3000, blank=True)
    notice = models.OneToOneField(
        Notice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所发文书"
    )
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报批"
    )
    state = FSMField(
        "状态",
        default=EscalationState.WAITING,
        choices=EscalationState.choices,
        protected=True,
        max_length=20,
    )
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    acted_at = models.DateTimeField("办理时间", null=True, blank=True)
    outcome = models.CharField("结果说明", max_length=500, blank=True)
    supervisor_before = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原督办科室"
    )
    handed_to = models.CharField("移送单位", max_length=100, blank=True)
    handed_on = models.DateField("移送日期", null=True, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办升级"
        ordering = ["assignment_id", "due_at", "order", "id"]
        indexes = [
            # What is undecided is little; what was decided once is everything.
            models.Index(fields=["state", "act_at"], name="escalation_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "rung", "due_at"], name="one_escalation_per_rung_and_due"
            ),
            models.CheckConstraint(
                condition=Q(state__in=EscalationState.values), name="escalation_state_known"
            ),
            models.CheckConstraint(condition=Q(does__in=Act.values), name="escalation_act_known"),
            models.CheckConstraint(
                condition=~Q(state="in_review") | Q(chain__isnull=False),
                name="escalation_in_review_has_a_chain",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dismissed", "refused", "lapsed"]) | ~Q(outcome=""),
                name="escalation_not_taken_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="taken", does="propose")
                | (~Q(handed_to="") & Q(handed_on__isnull=False)),
                name="proposal_says_to_whom_it_went",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.assignment.unit.label}）"

    @property
    def rule(self) -> Rung:
        return self.pack.ladder[self.rung]

    @property
    def label(self) -> str:
        return self.rule.label

    @property
    def is_approved(self) -> bool:
        if self.chain is None:
            return False
        return all(step.state == "approved" for step in self.chain.ordered_steps)

    def step_of(self, key: str) -> Step:
        """Taking a rung is named after the rung: 催办, 下达督办通知书, 由督查室立项督办."""
        rule = self.rule
        if key != "escalation_take":
            step = super().step_of(key)
            return step.model_copy(update={"label": f"{step.label}：{rule.label}"})
        return Step(
            label=rule.label,
            clause=rule.clause,
            quote=rule.quote,
            local_decision=rule.local_decision,
        )

    @transition(
        state,
        EscalationState.WAITING,
        EscalationState.PROPOSED,
        permission=permissions.is_system,
        custom={"step": "escalation_propose"},
    )
    def propose(self, *, grounds: str) -> None:
        self.grounds = grounds

    @transition(
        state,
        [EscalationState.WAITING, EscalationState.PROPOSED],
        EscalationState.TAKEN,
        conditions=[NEEDS_NO_APPROVAL],
        permission=permissions.escalates,
        custom={"step": "escalation_take"},
    )
    def take(self, *, by: Actor, at: datetime, content: str, notice: Notice | None = None) -> None:
        self.acted_by_id, self.acted_at = by.user_id, at
        self.content, self.notice = content, notice

    @transition(
        state,
        [EscalationState.WAITING, EscalationState.PROPOSED],
        EscalationState.IN_REVIEW,
        conditions=[NEEDS_APPROVAL],
        permission=permissions.escalates,
        custom={"step": "escalation_submit"},
    )
    def submit(self, *, by: Actor, at: datetime, content: str, chain: Chain) -> None:
        self.acted_by_id, self.acted_at = by.user_id, at
        self.content, self.chain = content, chain

    @transition(
        state,
        EscalationState.IN_REVIEW,
        EscalationState.TAKEN,
        conditions=[IS_APPROVED],
        permission=permissions.holds_chain,
        custom={"step": "escalation_take"},
    )
    def grant(self, *, at: datetime, opinion: str, notice: Notice | None = None) -> None:
        self.acted_at, self.outcome, self.notice = at, opinion[:500], notice

    @transition(
        state,
        EscalationState.IN_REVIEW,
        EscalationState.REFUSED,
        permission=permissions.holds_chain,
        custom={"step": "escalation_refuse"},
    )
    def refuse(self, *, at: datetime, opinion: str) -> None:
        self.acted_at, self.outcome = at, opinion[:500]

    @transition(
        state,
        EscalationState.PROPOSED,
        EscalationState.TAKEN,
        conditions=[NEEDS_NO_APPROVAL],
        permission=permissions.hands_over,
        custom={"step": "escalation_hand_over"},
    )
    def hand_over(self, *, by: Actor, at: datetime, to: str, on: date, note: str) -> None:
        self.acted_by_id, self.acted_at = by.user_id, at
        self.handed_to, self.handed_on, self.outcome = to, on, note

    @transition(
        state,
        [EscalationState.PROPOSED, EscalationState.IN_REVIEW],
        EscalationState.DISMISSED,
        permission=permissions.decides_escalation,
        custom={"step": "escalation_dismiss"},
    )
    def dismiss(self, *, by: Actor, at: datetime, reason: str) -> None:
        self.acted_by_id, self.acted_at, self.outcome = by.user_id, at, reason

    @transition(
        state,
        list(OPEN_ESCALATION),
        EscalationState.LAPSED,
        permission=permissions.is_system,
        custom={"step": "escalation_lapse"},
    )
    def lapse(self, *, at: datetime, why: str) -> None:
        self.acted_at, self.outcome = at, why

    @transition(
        state,
        [EscalationState.WAITING, EscalationState.PROPOSED],
        EscalationState.SUPERSEDED,
        permission=permissions.is_system,
        custom={"step": "escalation_supersede"},
    )
    def supersede(self, *, at: datetime, why: str) -> None:
        self.acted_at, self.outcome = at, why
