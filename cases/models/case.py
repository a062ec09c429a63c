from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django_fsm import FSMField, transition

from cases import permissions
from cases.domain import guards
from cases.models.case_rows import (
    CASE_CONSTRAINTS,
    DONE,
    ENDED,
    UNDER_WAY,
    CaseQuerySet,
    CaseState,
    Importance,
)
from duban.approvals.models import Chain
from duban.ledger.stateful import Stateful
from duban.org.models import Office, Post, Unit
from duban.rulepacks.models import RulePackVersion

if TYPE_CHECKING:
    from cases.models.assignment import Assignment

__all__ = ["DONE", "ENDED", "UNDER_WAY", "Case", "CaseQuerySet", "CaseState", "Importance"]


class Case(Stateful):
    """督查督办事项: one subject, one matter (一事一项)."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="cases", verbose_name="督查机构"
    )
    number = models.CharField("案号", max_length=60, blank=True)
    title = models.CharField("事项名称", max_length=200)
    heading = models.CharField("所属任务", max_length=200, blank=True)
    task = models.TextField("办理要求", max_length=5000, blank=True)
    source = models.CharField("事项来源", max_length=40, blank=True)
    basis = models.CharField("立项依据", max_length=300, blank=True)
    basis_on = models.DateField("依据日期", null=True, blank=True)
    importance = models.CharField(
        "重要程度", max_length=10, choices=Importance.choices, default=Importance.ORDINARY
    )
    urgency = models.CharField("缓急程度", max_length=40, blank=True)
    due_on = models.DateField("办结期限", null=True, blank=True)
    # Given as a number of days instead of a date (LZ-A-7a); counted from the delivery.
    due_count = models.PositiveSmallIntegerField("办结期限（日数）", null=True, blank=True)
    due_unit = models.CharField(
        "日数按",
        max_length=20,
        blank=True,
        choices=[("working_day", "工作日"), ("calendar_day", "自然日")],
    )
    due_basis = models.CharField("期限依据", max_length=40, blank=True)
    due_citation = models.CharField("期限依据说明", max_length=300, blank=True)
    assigner = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="交办领导"
    )
    supervisor = models.ForeignKey(
        Unit, models.PROTECT, related_name="supervised_cases", verbose_name="督办科室"
    )
    lead_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_cases",
        verbose_name="牵头单位",
    )
    collective_units = models.CharField("其他责任主体", max_length=500, blank=True)
    not_secret = models.BooleanField("不涉密", default=False)
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="cases", verbose_name="规则包版本"
    )
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="立项审批"
    )
    clock = models.ForeignKey(
        "deadlines.Clock",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办结时限",
    )
    state = FSMField(
        "状态", default=CaseState.DRAFT, choices=CaseState.choices, protected=True, max_length=20
    )
    cycle = models.PositiveSmallIntegerField("办理轮次", default=1)
    batch = models.UUIDField("批次", null=True, blank=True, db_index=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间")
    registered_at = models.DateTimeField("立项时间", null=True, blank=True)
    assigned_at = models.DateTimeField("交办时间", null=True, blank=True)
    started_at = models.DateTimeField("承办时间", null=True, blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    completed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    suspended_at = models.DateTimeField("缓办时间", null=True, blank=True)
    # Until when it is thought to rest; on that day it is put before the office again.
    resume_on = models.DateField("预计恢复日期", null=True, blank=True)
    terminated_at = models.DateTimeField("终止时间", null=True, blank=True)
    result = models.TextField("办理结果", blank=True)
    grade = models.CharField("评价等级", max_length=40, blank=True)
    grade_reason = models.CharField("评价理由", max_length=500, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办事项"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["office", "state", "-id"]),
            models.Index(fields=["supervisor", "state"]),
            models.Index(fields=["lead_unit", "completed_at"]),
            models.Index(fields=["office", "completed_at"]),
            models.Index(fields=["office", "registered_at"]),
        ]
        constraints = CASE_CONSTRAINTS

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    @property
    def ledger_office_id(self) -> int:
        return self.office_id

    @property
    def ledger_case_id(self) -> int:
        return self.pk

    @cached_property
    def parties(self) -> list[Assignment]:
        """The lead unit first, then the co-units."""
        rows = self.assignments.select_related("unit", "clock").order_by("-kind", "id")
        found = list(rows)
        for row in found:
            row.case = self
        return found

    @property
    def lead(self) -> Assignment | None:
        return next((party for party in self.parties if party.is_lead), None)

    @property
    def is_done(self) -> bool:
        return self.state in DONE

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def source_label(self) -> str:
        choice = self.pack.case_sources.get(self.source)
        return choice.label if choice else ""

    @property
    def urgency_label(self) -> str:
        choice = self.pack.urgencies.get(self.urgency)
        return choice.label if choice else ""

    @property
    def grade_label(self) -> str:
        choice = self.pack.grades.get(self.grade)
        return choice.label if choice else ""

    @transition(
        state,
        CaseState.DRAFT,
        CaseState.PENDING_APPROVAL,
        conditions=[guards.HAS_LEAD],
        permission=permissions.is_registrar_or_supervisor,
        custom={"step": "submit"},
    )
    def submit(self, *, chain: Chain, pack_version: RulePackVersion) -> None:
        self.chain, self.pack_version = chain, pack_version

    @transition(
        state,
        CaseState.PENDING_APPROVAL,
        CaseState.REGISTERED,
        permission=permissions.holds_chain,
        custom={"step": "approve"},
    )
    def approve(self, *, number: str, pack_version: RulePackVersion, at: datetime) -> None:
        self.number, self.pack_version, self.registered_at = number, pack_version, at

    @transition(
        state,
        CaseState.PENDING_APPROVAL,
        CaseState.DRAFT,
        permission=permissions.holds_chain,
        custom={"step": "return_to_draft"},
    )
    def return_to_draft(self) -> None:
        self.chain = None

    @transition(
        state,
        [CaseState.PENDING_APPROVAL, CaseState.REGISTERED],
        CaseState.DRAFT,
        permission=permissions.is_registrar_or_supervisor,
        custom={"step": "revise"},
    )
    def revise(self) -> None:
        self.chain = None

    @transition(
        state,
        CaseState.REGISTERED,
        CaseState.ASSIGNED,
        permission=permissions.is_supervisor,
        custom={"step": "assign"},
    )
    def assign(self, *, at: datetime) -> None:
        self.assigned_at = at

    @transition(
        state,
        CaseState.ASSIGNED,
        CaseState.IN_PROGRESS,
        permission=permissions.starts_case,
        custom={"step": "start"},
    )
    def start(self, *, at: datetime) -> None:
        self.started_at = at

    @transition(
        state,
        CaseState.IN_PROGRESS,
        CaseState.COMPLETED,
        conditions=[guards.CO_UNITS_DONE],
        permission=permissions.may_complete,
        custom={"step": "complete"},
    )
    def complete(
        self, *, at: datetime, done_at: datetime, result: str, grade: str, grade_reason: str
    ) -> None:
        self.completed_at, self.done_at, self.result = at, done_at, result
        self.grade, self.grade_reason = grade, grade_reason

    @transition(
        state,
        CaseState.COMPLETED,
        CaseState.CLOSED,
        conditions=[guards.RESULT_RECORDED],
        permission=permissions.is_supervisor,
        custom={"step": "strike_off"},
    )
    def strike_off(self, *, at: datetime) -> None:
        self.closed_at = at

    @transition(
        state,
        CaseState.IN_PROGRESS,
        CaseState.SUSPENDED,
        permission=permissions.may_turn,
        custom={"step": "suspend_grant"},
    )
    def suspend(self, *, at: datetime, resume_on: date | None) -> None:
        self.suspended_at, self.resume_on = at, resume_on

    @transition(
        state,
        CaseState.SUSPENDED,
        CaseState.IN_PROGRESS,
        permission=permissions.is_supervisor,
        custom={"step": "resume"},
    )
    def resume(self) -> None:
        self.suspended_at = self.resume_on = None

    @transition(
        state,
        [*UNDER_WAY, CaseState.SUSPENDED],
        CaseState.TERMINATED,
        permission=permissions.may_turn,
        custom={"step": "terminate_grant"},
    )
    def terminate(self, *, at: datetime, reply: str) -> None:
        self.terminated_at, self.result = at, reply
        self.suspended_at = self.resume_on = None

    @transition(
        state,
        list(DONE),
        CaseState.IN_PROGRESS,
        permission=permissions.may_turn,
        custom={"step": "reopen_grant"},
    )
    def reopen(self) -> None:
        """The next cycle; what the last one ended in is kept in a row of its own."""
        self.cycle += 1
        self.done_at = self.completed_at = self.closed_at = None
        self.result = self.grade = self.grade_reason = ""
