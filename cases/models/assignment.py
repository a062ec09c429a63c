from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import FSMField, transition

from cases import permissions
from cases.domain import guards
from cases.models.case import Case, CaseState
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.org.models import Unit, User
from duban.org.roles import UNIT
from duban.org.selectors import head_of
from duban.rulepacks.models import RulePackVersion


class PartyKind(models.TextChoices):
    LEAD = "lead", "牵头单位"
    CO = "co", "协办单位"


class AssignmentState(models.TextChoices):
    ISSUED = "issued", "未送达"
    DELIVERED = "delivered", "待签收"
    ACKNOWLEDGED = "acknowledged", "办理中"
    REPORTED_DONE = "reported_done", "已报完成"
    ACCEPTED = "accepted", "已完成"
    WAIVED = "waived", "免予完成"


class Channel(models.TextChoices):
    SYSTEM = "system", "系统送达"
    PAPER = "paper", "纸质送达"


RUNNING = (AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED, AssignmentState.REPORTED_DONE)
SETTLED = (AssignmentState.ACCEPTED, AssignmentState.WAIVED)


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> AssignmentQuerySet:
        """Every party of a matter one may read; before delivery a unit knows nothing of its part."""
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            rows = rows.delivered()
        return rows

    def delivered(self) -> AssignmentQuerySet:
        return self.filter(delivered_at__isnull=False)

    def of_unit(self, unit_id: int) -> AssignmentQuerySet:
        return self.delivered().filter(unit_id=unit_id)

    def running(self) -> AssignmentQuerySet:
        return self.filter(state__in=RUNNING)


class Assignment(Stateful):
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
                condition=Q(state__in=["issued", "waived"])
                | Q(delivered_at__isnull=False, clock__isnull=False),
                name="delivered_assignment_has_a_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.label}（{self.get_kind_display()}）"

    @property
    def ledger_office_id(self) -> int:
        return self.case.office_id

    @property
    def ledger_case_id(self) -> int:
        return self.case_id

    @property
    def pack_version(self) -> RulePackVersion:
        return self.case.pack_version

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
    def deliver(self, *, at: datetime, channel: str, clock: object) -> None:
        self.delivered_at, self.channel, self.clock = at, channel, clock

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
        conditions=[guards.NO_OPEN_REQUEST, guards.FEEDBACK_FIRST],
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
