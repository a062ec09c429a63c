from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django_fsm import FSMField, transition

from duban.approvals import permissions
from duban.ledger.guards import Guard
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit
from duban.org.roles import STAFF
from duban.rulepacks.models import RulePackVersion


class ChainKind(models.TextChoices):
    REGISTRATION = "registration", "立项"
    EXTENSION = "extension", "延期"
    CLOSURE = "closure", "办结"
    BULLETIN = "bulletin", "通报"
    ESCALATION = "escalation", "督办升级"
    AGREEMENT = "agreement", "约定时限"
    HANDLING_PLAN = "handling_plan", "处理方案"
    SUSPENSION = "suspension", "缓办"
    TERMINATION = "termination", "终止"
    REOPENING = "reopening", "重新办理"


class Chain(models.Model):
    """The approval of one request, made from the rule pack when it is submitted.

    Its owner (a case, an extension, a closure request …) holds a one-to-one to it and does what
    follows from the outcome; the chain knows its owner only by label and id.
    """

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="督查机构")
    kind = models.CharField("事由", max_length=20, choices=ChainKind.choices)
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="+", verbose_name="规则包版本"
    )
    title = models.CharField("标题", max_length=300)
    case_id = models.BigIntegerField("事项", null=True, db_index=True)
    owner_type = models.CharField(max_length=60)
    owner_id = models.BigIntegerField()
    involved = models.JSONField("须回避的人", default=list)
    opened_at = models.DateTimeField("提交时间")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审批"
        indexes = [models.Index(fields=["owner_type", "owner_id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.title}"

    @cached_property
    def ordered_steps(self) -> list[ApprovalStep]:
        return list(self.steps.select_related("decided_by").order_by("order"))

    @property
    def current(self) -> ApprovalStep | None:
        """The first link without a decision, while the chain is open."""
        if self.closed_at:
            return None
        return next((s for s in self.ordered_steps if s.state == StepState.PENDING), None)


class StepState(models.TextChoices):
    PENDING = "pending", "待审批"
    APPROVED = "approved", "同意"
    REFUSED = "refused", "不同意"


IS_OPEN = Guard(
    "step_approve", lambda step: step.chain.closed_at is None, "该申请已审批完毕或已撤回"
)
IS_CURRENT = Guard(
    "step_approve",
    lambda step: step.chain.current is not None and step.chain.current.pk == step.pk,
    "前一环节尚未审批，或本环节已由他人审批",
)


class StepQuerySet(models.QuerySet):
    def current(self) -> StepQuerySet:
        """The link of each open chain whose turn it is."""
        first = (
            ApprovalStep.objects.filter(chain=OuterRef("chain"), state=StepState.PENDING)
            .order_by("order")
            .values("pk")[:1]
        )
        return self.filter(
            state=StepState.PENDING, chain__closed_at__isnull=True, pk=Subquery(first)
        )

    def visible_to(self, actor: Actor) -> StepQuerySet:
        """Links that the acting post may decide by its role (recusal is judged per row)."""
        by_role = Q(role__in=actor.roles, chain__office_id=actor.office_id) & (
            ~Q(role="deputy_leader")
            | Q(scope_unit__isnull=True)
            | Q(scope_unit_id__in=actor.portfolio)
        )
        if actor.has("unit_head"):
            by_role |= Q(role="unit_head", scope_unit_id=actor.unit_id)
        if actor.has(*STAFF):
            by_role |= Q(role=permissions.SECTION, scope_unit_id=actor.unit_id)
        return self.filter(by_role)

    def awaiting(self, actor: Actor) -> StepQuerySet:
        """待批: whose turn it is, and may be this actor's."""
        return self.current().visible_to(actor)


class ApprovalStep(Stateful):
    """One link: a role decides, with an opinion."""

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="steps", verbose_name="审批")
    order = models.PositiveSmallIntegerField("顺序")
    key = models.CharField("环节", max_length=40)
    label = models.CharField("名称", max_length=60)
    role = models.CharField("角色", max_length=30)
    clause = models.CharField("条款", max_length=40, blank=True)
    quote = models.CharField("引文", max_length=300, blank=True)
    scope_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所涉单位"
    )
    grades = models.BooleanField("须提出评价等级", default=False)
    may_counter = models.BooleanField("可另提日期", default=False)
    state = FSMField(
        "状态", default=StepState.PENDING, choices=StepState.choices, protected=True, max_length=20
    )
    opinion = models.TextField("意见", blank=True)
    data = models.JSONField("决定内容", default=dict, blank=True, encoder=DjangoJSONEncoder)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_name = models.CharField("审批人姓名", max_length=100, blank=True)
    decided_post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审批环节"
        ordering = ["chain_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "order"], name="one_step_per_place"),
            models.CheckConstraint(
                condition=Q(state__in=StepState.values), name="approval_step_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="pending")
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="a_decision_has_an_author",
            ),
        ]
        indexes = [
            models.Index(
                F("role"), F("scope_unit"), name="pending_steps", condition=Q(state="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_state_display()}）"

    @property
    def ledger_office_id(self) -> int:
        return self.chain.office_id

    @property
    def ledger_case_id(self) -> int | None:
        return self.chain.case_id

    @property
    def pack_version(self) -> RulePackVersion:
        return self.chain.pack_version

    def _decided(self, *, by: Actor, at: object, opinion: str, data: dict[str, object]) -> None:
        self.decided_by_id, self.decided_post_id, self.decided_at = by.user_id, by.post_id, at
        behalf = f"（代{by.on_behalf_of_name}）" if by.on_behalf_of_name else ""
        self.decided_name = f"{by.unit_name}{by.post_title} {by.user_name}{behalf}"[:100]
        self.opinion, self.data = opinion, data

    @transition(
        state,
        StepState.PENDING,
        StepState.APPROVED,
        conditions=[IS_OPEN, IS_CURRENT],
        permission=permissions.may_decide,
        custom={"step": "step_approve"},
    )
    def approve(self, *, by: Actor, at: object, opinion: str, data: dict[str, object]) -> None:
        self._decided(by=by, at=at, opinion=opinion, data=data)

    @transition(
        state,
        StepState.PENDING,
        StepState.REFUSED,
        conditions=[IS_OPEN, IS_CURRENT],
        permission=permissions.may_decide,
        custom={"step": "step_refuse"},
    )
    def refuse(self, *, by: Actor, at: object, opinion: str, data: dict[str, object]) -> None:
        self._decided(by=by, at=at, opinion=opinion, data=data)
