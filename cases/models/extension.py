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


class ExtensionState(models.TextChoices):
    SUBMITTED = "submitted", "待审核"
    IN_REVIEW = "in_review", "审批中"
    COUNTER_PROPOSED = "counter_proposed", "另提日期待确认"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_EXTENSION = (
    ExtensionState.SUBMITTED,
    ExtensionState.IN_REVIEW,
    ExtensionState.COUNTER_PROPOSED,
)
PENDING = [ExtensionState.SUBMITTED, ExtensionState.IN_REVIEW]


class ExtensionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> ExtensionQuerySet:
        rows = self.filter(assignment__case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            own = Q(assignment__unit_id=actor.unit_id)
            rows = rows.filter(own | Q(assignment__case__lead_unit_id=actor.unit_id))
        return rows

    def undecided(self) -> ExtensionQuerySet:
        return self.filter(state__in=OPEN_EXTENSION)


class Extension(OfAssignment):
    """延期: a request made inside the limit; until it is granted the old date stands."""

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="extensions", verbose_name="承办"
    )
    progress = models.TextField("进展情况", max_length=3000)
    reason = models.TextField("延期理由", max_length=3000)
    due_before = models.DateField("原期限")
    proposed_on = models.DateField("申请延至")
    counter_on = models.DateField("另提日期", null=True, blank=True)
    granted_on = models.DateField("同意延至", null=True, blank=True)
    decision = models.TextField("批复意见", blank=True)
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="延期审批"
    )
    state = FSMField(
        "状态",
        default=ExtensionState.SUBMITTED,
        choices=ExtensionState.choices,
        protected=True,
        max_length=20,
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间")
    decided_at = models.DateTimeField("批复时间", null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state__in=list(OPEN_EXTENSION)),
                name="one_open_extension_per_assignment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExtensionState.values), name="extension_state_known"
            ),
            models.CheckConstraint(
                condition=Q(proposed_on__gt=models.F("due_before")), name="extension_is_later"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(granted_on__isnull=False),
                name="granted_extension_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.unit.label}申请延至{self.proposed_on}"

    @property
    def asked_on(self) -> date:
        """The date on the table: the counter-proposal once there is one."""
        return self.counter_on or self.proposed_on

    @transition(
        state,
        ExtensionState.SUBMITTED,
        ExtensionState.IN_REVIEW,
        permission=permissions.holds_chain,
        custom={"step": "extend_review"},
    )
    def review(self) -> None:
        """The first link has agreed; the next one decides."""

    @transition(
        state,
        PENDING,
        ExtensionState.COUNTER_PROPOSED,
        permission=permissions.holds_chain,
        custom={"step": "extend_counter"},
    )
    def counter(self, *, counter_on: date) -> None:
        self.counter_on = counter_on

    @transition(
        state,
        ExtensionState.COUNTER_PROPOSED,
        ExtensionState.IN_REVIEW,
        permission=permissions.asked_for,
        custom={"step": "extend_accept"},
    )
    def accept_counter(self) -> None:
        """Both sides have agreed on the other date (LZ-A-9b)."""

    @transition(
        state,
        ExtensionState.COUNTER_PROPOSED,
        ExtensionState.GRANTED,
        permission=permissions.asked_for,
        custom={"step": "extend_accept"},
    )
    def accept_last_counter(self, *, at: datetime) -> None:
        self.granted_on, self.decided_at = self.counter_on, at

    @transition(
        state,
        ExtensionState.COUNTER_PROPOSED,
        ExtensionState.REFUSED,
        permission=permissions.asked_for,
        custom={"step": "extend_decline"},
    )
    def decline_counter(self, *, at: datetime) -> None:
        self.decided_at = at

    @transition(
        state,
        PENDING,
        ExtensionState.GRANTED,
        permission=permissions.holds_chain,
        custom={"step": "extend_grant"},
    )
    def grant(self, *, at: datetime, decision: str) -> None:
        self.granted_on, self.decided_at, self.decision = self.asked_on, at, decision

    @transition(
        state,
        list(OPEN_EXTENSION),
        ExtensionState.REFUSED,
        permission=permissions.holds_chain,
        custom={"step": "extend_refuse"},
    )
    def refuse(self, *, at: datetime, decision: str) -> None:
        self.decided_at, self.decision = at, decision

    @transition(
        state,
        list(OPEN_EXTENSION),
        ExtensionState.WITHDRAWN,
        permission=permissions.asked_for,
        custom={"step": "extend_withdraw"},
    )
    def withdraw(self, *, at: datetime) -> None:
        self.decided_at = at
