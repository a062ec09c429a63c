from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import FSMField, transition

from cases import permissions
from cases.domain import guards
from cases.models.assignment_rows import (
    RUNNING,
    SETTLED,
    TO_AGREE,
    AssignmentQuerySet,
    AssignmentState,
    Channel,
    PartyKind,
)
from cases.models.belonging import OfCase
from cases.models.case import Case, CaseState
from duban.org.actor import Actor
from duban.org.models import Unit, User
from duban.org.selectors import head_of

__all__ = [
    "RUNNING",
    "SETTLED",
    "TO_AGREE",
    "Assignment",
    "AssignmentQuerySet",
    "AssignmentState",
    "Channel",
    "PartyKind",
]


class Assignment(OfCase):
    """承办: what one unit owes in a matter, with its own duty, clock and state."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments", verbose_name="事项")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="assignments", verbose_name="承办单位"
    )
    kind = models.CharField("类别", max_length=5, choices=PartyKind.choices)
    duty_text = models.CharField("协办职责", max_length=500, blank=True)
    responsible_person = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("协办期限", null=True, blank=True)
    channel = models.CharField(
        "送达方式", max_length=10, choices=Channel.choices, default=Channel.SYSTEM
    )
    clock = models.OneToOneField(
        "deadlines.Clock",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="时限",
    )
    state = FSMField(
        "状态",
        default=AssignmentState.ISSUED,
        choices=AssignmentState.choices,
        protected=True,
        max_length=20,
    )
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    # Until when the unit should have signed, where the pack says so (LZ-A-10.1).
    sign_by_at = models.DateTimeField("应签收时间", null=True, blank=True)
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="签收人",
    )
    reported_done_at = models.DateTimeField("报告完成时间", null=True, blank=True)
    result = models.TextField("完成情况", blank=True)
    resumed_at = models.DateTimeField("退回继续办理时间", null=True, blank=True)
    accepted_at = models.DateTimeField("认可时间", null=True, blank=True)
    settled_reason = models.CharField("免予或退回理由", max_length=500, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承办"
        ordering = ["case_id", "-kind", "id"]
        indexes = [
            models.Index(fields=["unit", "state"]),
            models.Index(
                fields=["case"],
                condition=Q(state__in=["issued", "delivered", "reported_done"]),
                name="assignment_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "unit"], name="one_assignment_per_unit"),
            # LZ-A-6.3b, CZ-2.3b: exactly one lead; that there is one is a guard of submission.
            models.UniqueConstraint(
                fields=["case"], condition=Q(kind="lead"), name="one_lead_per_case"
            ),
            models.CheckConstraint(
                condition=Q(kind="lead") | ~Q(duty_text=""), name="co_unit_has_a_duty"
            ),
            models.CheckConstraint(
                condition=Q(state__in=AssignmentState.values), name="assignment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "waived", "ended"])
                | Q(delivered_at__isnull=False, clock__isnull=False),
                name="delivered_assignment_has_a_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.label}（{self.get_kind_display()}）"

    @property
    def is_lead(self) -> bool:
        return self.kind == PartyKind.LEAD

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def is_to_agree(self) -> bool:
        """待约定: delivered without a date, and none agreed yet (LZ-A-6.3a)."""
        return self.clock is not None and self.clock.kind == TO_AGREE

    def is_unsigned(self, at: datetime) -> bool:
        """未按时签收: the limit for signing has passed."""
        waiting = self.state == AssignmentState.DELIVERED and self.sign_by_at is not None
        return waiting and at >= self.sign_by_at

    @property
    def principal(self) -> User | None:
        """第一责任人: the unit's head on the day of delivery; a successor answers for later matters
        (AS-4.1b).
        """
        if self.delivered_at is None:
            return None
        return head_of(self.unit, on=timezone.localdate(self.delivered_at))

    @property
    def has_open_extension(self) -> bool:
        from cases.models.extension import OPEN_EXTENSION

        return self.extensions.filter(state__in=OPEN_EXTENSION).exists()

    @property
    def has_verified_report(self) -> bool:
        sent = self.feedback.filter(kind="verified_report")
        return sent.exclude(state__in=["draft", "returned"]).exists()

    @property
    def case_is_under_way(self) -> bool:
        return self.case.state in (CaseState.ASSIGNED, CaseState.IN_PROGRESS)

    @transition(
        state,
        AssignmentState.ISSUED,
        AssignmentState.DELIVERED,
        permission=permissions.supervises,
        custom={"step": "deliver"},
    )
    def deliver(
        self, *, at: datetime, channel: str, clock: object, sign_by_at: datetime | None
    ) -> None:
        self.delivered_at, self.channel, self.clock = at, channel, clock
        self.sign_by_at = sign_by_at

    @transition(
        state,
        AssignmentState.DELIVERED,
        AssignmentState.ACKNOWLEDGED,
        permission=permissions.works_for,
        custom={"step": "acknowledge"},
    )
    def acknowledge(self, *, by: Actor, at: datetime, responsible_person: str) -> None:
        self.acknowledged_at, self.acknowledged_by_id = at, by.user_id
        self.responsible_person = responsible_person or self.responsible_person

    @transition(
        state,
        AssignmentState.DELIVERED,
        AssignmentState.OBJECTED,
        conditions=[guards.CASE_UNDER_WAY],
        permission=permissions.works_for,
        custom={"step": "object"},
    )
    def raise_objection(self) -> None:
        """退件: not signed for, with a reason; the clock runs on (LZ-A-10.1)."""

    @transition(
        state,
        AssignmentState.OBJECTED,
        AssignmentState.DELIVERED,
        permission=permissions.supervises,
        custom={"step": "object_reject"},
    )
    def reject_objection(self) -> None:
        """The unit has to sign after all."""

    @transition(
        state,
        AssignmentState.OBJECTED,
        AssignmentState.WAIVED,
        conditions=[guards.CASE_UNDER_WAY],
        permission=permissions.supervises,
        custom={"step": "object_accept"},
    )
    def uphold_objection(self, *, at: datetime, reason: str) -> None:
        if self.is_lead:
            self.kind, self.duty_text = PartyKind.EX, "牵头办理"
        self.accepted_at, self.settled_reason = at, reason

    @transition(
        state,
        AssignmentState.ACKNOWLEDGED,
        AssignmentState.REPORTED_DONE,
        conditions=[guards.IS_CO_UNIT, guards.NO_OPEN_REQUEST],
        permission=permissions.works_for,
        custom={"step": "report_done"},
    )
    def report_done(self, *, at: datetime, result: str) -> None:
        self.reported_done_at, self.result, self.settled_reason = at, result, ""

    @transition(
        state,
        AssignmentState.ACKNOWLEDGED,
        AssignmentState.REPORTED_DONE,
        conditions=[guards.NO_OPEN_REQUEST, guards.NOT_SUSPENDED, guards.FEEDBACK_FIRST],
        permission=permissions.leads,
        custom={"step": "close_request"},
    )
    def apply_for_closure(self, *, at: datetime, result: str) -> None:
        self.reported_done_at, self.result, self.settled_reason = at, result, ""

    @transition(
        state,
        AssignmentState.REPORTED_DONE,
        AssignmentState.ACCEPTED,
        permission=permissions.judges_part,
        custom={"step": "accept"},
    )
    def accept(self, *, at: datetime) -> None:
        self.accepted_at = at

    @transition(
        state,
        AssignmentState.REPORTED_DONE,
        AssignmentState.ACCEPTED,
        permission=permissions.concludes,
        custom={"step": "close_grant"},
    )
    def accept_with_closure(self, *, at: datetime) -> None:
        self.accepted_at = at

    @transition(
        state,
        AssignmentState.REPORTED_DONE,
        AssignmentState.ACKNOWLEDGED,
        permission=permissions.judges_part,
        custom={"step": "return_for_rework"},
    )
    def return_for_rework(self, *, at: datetime, reason: str) -> None:
        self.reported_done_at, self.resumed_at, self.settled_reason = None, at, reason

    @transition(
        state,
        AssignmentState.REPORTED_DONE,
        AssignmentState.ACKNOWLEDGED,
        permission=permissions.may_take_back,
        custom={"step": "return_for_rework"},
    )
    def take_back(self, *, reason: str, returned_at: datetime | None) -> None:
        """The lead's application was refused (`returned_at`), or withdrawn by the lead itself."""
        self.reported_done_at, self.settled_reason = None, reason
        self.resumed_at = returned_at or self.resumed_at

    @transition(
        state,
        [AssignmentState.ISSUED, AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED],
        AssignmentState.WAIVED,
        conditions=[guards.CASE_UNDER_WAY],
        permission=permissions.judges_part,
        custom={"step": "waive"},
    )
    def waive(self, *, at: datetime, reason: str) -> None:
        self.accepted_at, self.settled_reason = at, reason

    @transition(
        state,
        [AssignmentState.ISSUED, AssignmentState.OBJECTED, *RUNNING],
        AssignmentState.ENDED,
        permission=permissions.may_turn_part,
        custom={"step": "terminate_grant"},
    )
    def end_with_case(self, *, at: datetime) -> None:
        """终止: neither done nor waived."""
        self.accepted_at = at

    @transition(
        state,
        [AssignmentState.ACCEPTED, AssignmentState.WAIVED],
        AssignmentState.ACKNOWLEDGED,
        conditions=[guards.WAS_DELIVERED],
        permission=permissions.may_turn_part,
        custom={"step": "reopen_grant"},
    )
    def take_up_again(self, *, at: datetime, clock: object) -> None:
        """重新办理: a new clock; what the last cycle ended in is kept with the matter."""
        self.clock, self.resumed_at = clock, at
        self.reported_done_at = self.accepted_at = None
        self.result = self.settled_reason = ""
