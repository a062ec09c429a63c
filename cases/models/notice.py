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
from duban.documents.models import OfficialDocument
from duban.org.actor import Actor
from duban.org.roles import UNIT
from duban.rulepacks.schema import DocumentKind, Step


class NoticeKind(models.TextChoices):
    """Kinds of DESIGN 4; the values are keys of the pack's documents."""

    REGISTRATION = "registration_notice", "立项通知"
    URGE = "urge", "催办单"
    EARLY_WARNING = "early_warning", "预警"
    SUPERVISION = "supervision", "督办通知书"


ISSUE_STEPS = {
    NoticeKind.REGISTRATION: "registration_notice",
    NoticeKind.URGE: "urge",
    NoticeKind.EARLY_WARNING: "early_warning",
    NoticeKind.SUPERVISION: "supervise",
}


class NoticeState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已下达"
    RECEIPTED = "receipted", "已回执"
    REPLIED = "replied", "已回复"
    SETTLED = "settled", "已了结"


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> NoticeQuerySet:
        """Drafts stay with the office; a unit sees what was issued to it."""
        rows = self.filter(case__in=Case.objects.visible_to(actor))
        if actor is not None and actor.has(*UNIT):
            return rows.filter(assignment__unit_id=actor.unit_id).exclude(state="draft")
        return rows


class Notice(OfCase):
    """文书: a written act towards a unit, with a date by which it replies where one is owed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", verbose_name="事项")
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="notices", verbose_name="承办单位"
    )
    kind = models.CharField("文种", max_length=20, choices=NoticeKind.choices)
    content = models.TextField("内容", max_length=3000)
    document = models.ForeignKey(
        OfficialDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="公文",
    )
    clock = models.OneToOneField(
        "deadlines.Clock",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="回复时限",
    )
    state = FSMField(
        "状态",
        default=NoticeState.DRAFT,
        choices=NoticeState.choices,
        protected=True,
        max_length=20,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人"
    )
    created_at = models.DateTimeField("起草时间")
    issued_at = models.DateTimeField("下达时间", null=True, blank=True)
    receipted_at = models.DateTimeField("回执时间", null=True, blank=True)
    reply = models.TextField("回复", max_length=3000, blank=True)
    replied_at = models.DateTimeField("回复时间", null=True, blank=True)
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["assignment", "kind"]),
            models.Index(fields=["case"], condition=Q(state="replied"), name="notice_replied"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_at__isnull=False),
                name="issued_notice_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.assignment.unit.label}）"

    @property
    def rule(self) -> DocumentKind:
        return self.pack.documents[self.kind]

    def step_of(self, key: str) -> Step:
        """Issuing is named after what is issued: 催办, 预警, 下达督办通知书."""
        return super().step_of(ISSUE_STEPS[self.kind] if key == "notice_issue" else key)

    @transition(
        state,
        NoticeState.DRAFT,
        NoticeState.ISSUED,
        permission=permissions.sends,
        custom={"step": "notice_issue"},
    )
    def issue(self, *, at: datetime, document: OfficialDocument | None, clock: object) -> None:
        self.issued_at, self.document, self.clock = at, document, clock

    @transition(
        state,
        NoticeState.ISSUED,
        NoticeState.RECEIPTED,
        permission=permissions.receives,
        custom={"step": "notice_receipt"},
    )
    def receipt(self, *, at: datetime) -> None:
        self.receipted_at = at

    @transition(
        state,
        [NoticeState.ISSUED, NoticeState.RECEIPTED],
        NoticeState.REPLIED,
        permission=permissions.receives,
        custom={"step": "notice_reply"},
    )
    def give_reply(self, *, at: datetime, reply: str) -> None:
        self.replied_at, self.reply = at, reply

    @transition(
        state,
        [NoticeState.ISSUED, NoticeState.RECEIPTED, NoticeState.REPLIED],
        NoticeState.SETTLED,
        permission=permissions.sends,
        custom={"step": "notice_settle"},
    )
    def settle(self, *, at: datetime) -> None:
        self.settled_at = at
