"""缓办、终止、重新办理: a matter that rests, ends without a result, or begins anew."""

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
from duban.org.models import User
from duban.org.roles import UNIT
from duban.rulepacks.schema import Step


class TurnKind(models.TextChoices):
    """The values are keys of the pack's chains, and of ChainKind."""

    SUSPENSION = "suspension", "缓办"
    TERMINATION = "termination", "终止"
    REOPENING = "reopening", "重新办理"


# What the pack calls the steps of each: suspend_request, terminate_grant …
STEP_PREFIX = {
    TurnKind.SUSPENSION: "suspend",
    TurnKind.TERMINATION: "terminate",
    TurnKind.REOPENING: "reopen",
}


class TurnState(models.TextChoices):
    SUBMITTED = "submitted", "待审核"
    IN_REVIEW = "in_review", "审批中"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    ENDED = "ended", "已结束"


OPEN_TURN = (TurnState.SUBMITTED, TurnState.IN_REVIEW)


class TurnQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> TurnQuerySet:
        """A unit sees what it asked for itself, and of the office's what has been decided."""
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            settled = Q(state__in=[TurnState.GRANTED, TurnState.ENDED])
            return rows.filter(settled | Q(assignment__unit_id=actor.unit_id))
        return rows

    def undecided(self) -> TurnQuerySet:
        return self.filter(state__in=OPEN_TURN)


class Turn(OfCase):
    """One request to suspend, terminate or reopen a matter, decided by the pack's chain."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="turns", verbose_name="事项")
    kind = models.CharField("事由", max_length=12, choices=TurnKind.choices)
    # The lead's part where the unit asks; empty where the office proposes.
    assignment = models.ForeignKey(
        Assignment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="turns",
        verbose_name="申请单位",
    )
    cycle = models.PositiveSmallIntegerField("办理轮次")
    reason = models.TextField("理由", max_length=3000)
    progress = models.TextField("进展情况", max_length=3000, blank=True)
    reply = models.TextField(
        "答复意见", max_length=3000, blank=True, help_text="终止后答复交办方的内容。"
    )
    expected_on = models.DateField("预计恢复日期", null=True, blank=True)
    due_on = models.DateField("重新办理的期限", null=True, blank=True)
    # Ids of the parts that are taken up anew; the lead's is always among them.
    parts = models.JSONField("重新办理的承办", default=list, blank=True)
    decision = models.TextField("批复意见", blank=True)
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批"
    )
    state = FSMField(
        "状态",
        default=TurnState.SUBMITTED,
        choices=TurnState.choices,
        protected=True,
        max_length=20,
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    requested_at = models.DateTimeField("提出时间")
    decided_at = models.DateTimeField("批复时间", null=True, blank=True)
    ended_at = models.DateTimeField("恢复办理时间", null=True, blank=True)
    end_reason = models.CharField("恢复办理的说明", max_length=500, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缓办、终止和重新办理"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=list(OPEN_TURN)),
                name="one_open_turn_per_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="suspension", state="granted"),
                name="one_suspension_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TurnState.values), name="turn_state_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=TurnKind.values), name="turn_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="suspension") | ~Q(state="ended"), name="only_a_suspension_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.case}"

    @property
    def asker(self) -> str:
        """The unit that asked, or the person of the office who proposed it."""
        person: User = self.requested_by
        return self.assignment.unit.label if self.assignment else person.name

    def step_of(self, key: str) -> Step:
        """Steps are named after what is asked for: 同意缓办, 同意终止."""
        if key.startswith("turn_"):
            key = f"{STEP_PREFIX[TurnKind(self.kind)]}_{key.removeprefix('turn_')}"
        return super().step_of(key)

    @transition(
        state,
        TurnState.SUBMITTED,
        TurnState.IN_REVIEW,
        permission=permissions.holds_chain,
        custom={"step": "turn_review"},
    )
    def review(self) -> None:
        """The first link has agreed; the next one decides."""

    @transition(
        state,
        list(OPEN_TURN),
        TurnState.GRANTED,
        permission=permissions.holds_chain,
        custom={"step": "turn_grant"},
    )
    def grant(self, *, at: datetime, decision: str) -> None:
        self.decided_at, self.decision = at, decision

    @transition(
        state,
        list(OPEN_TURN),
        TurnState.REFUSED,
        permission=permissions.holds_chain,
        custom={"step": "turn_refuse"},
    )
    def refuse(self, *, at: datetime, decision: str) -> None:
        self.decided_at, self.decision = at, decision

    @transition(
        state,
        list(OPEN_TURN),
        TurnState.WITHDRAWN,
        permission=permissions.asked_for_turn,
        custom={"step": "turn_withdraw"},
    )
    def withdraw(self, *, at: datetime) -> None:
        self.decided_at = at

    @transition(
        state,
        TurnState.GRANTED,
        TurnState.ENDED,
        permission=permissions.supervises_case_of,
        custom={"step": "resume"},
    )
    def end(self, *, at: datetime, reason: str) -> None:
        """恢复办理, of a suspension."""
        self.ended_at, self.end_reason = at, reason

    @transition(
        state,
        TurnState.GRANTED,
        TurnState.ENDED,
        permission=permissions.ends_with_case,
        custom={"step": "terminate_grant"},
    )
    def close(self, *, at: datetime) -> None:
        """The matter was terminated while it rested."""
        self.ended_at, self.end_reason = at, "事项终止"
