from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Value
from django_fsm import FSMField, transition

from duban.approvals.models import Chain
from duban.documents.models import OfficialDocument
from duban.ledger.guards import Guard
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import LEADERS, OFFICE, STAFF, UNIT
from duban.rulepacks.models import RulePackVersion
from reports import permissions
from reports.domain.figures import Figures
from reports.domain.periods import Quarter


class BulletinKind(models.TextChoices):
    QUARTERLY = "quarterly", "季度通报"


class BulletinState(models.TextChoices):
    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "审核中"
    SIGNED = "signed", "已签发"
    PUBLISHED = "published", "已发布"
    CORRECTED = "corrected", "已更正"


class Scope(models.TextChoices):
    """在一定范围内通报 (LZ-A-14c): which units may read it once it is published."""

    ALL = "all", "所辖各单位"
    CONCERNED = "concerned", "所涉承办单位"


FROZEN = (BulletinState.SIGNED, BulletinState.PUBLISHED, BulletinState.CORRECTED)

HAS_TEXT = Guard(
    "bulletin_submit",
    lambda row: bool(row.intro.strip() and row.requirements.strip()),
    "导语和工作要求不能为空",
)


class BulletinQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> BulletinQuerySet:
        """The office and its leaders: all. Offices above and units in its scope: published ones."""
        if actor is None or actor.post_id is None:
            return self.none()
        released = Q(published_at__isnull=False)
        if actor.has(*STAFF, *LEADERS) and actor.office_id:
            own = Q(office_id=actor.office_id)
            if actor.has(*OFFICE, "chief_leader", "secretary_general"):
                root = Office.objects.filter(pk=actor.office_id).values("root__path")[:1]
                below = Office.objects.annotate(top=models.Subquery(root)).filter(
                    root__path__startswith=models.F("top")
                )
                own |= Q(office__in=below) & released
            return self.filter(own)
        if actor.has(*UNIT):
            return self.filter(released).filter(
                Q(scope=Scope.ALL, office__in=self._offices_over(actor.unit_id))
                | models.Exists(
                    Bulletin.units.through.objects.filter(
                        bulletin_id=OuterRef("pk"), unit_id=actor.unit_id
                    )
                )
            )
        return self.none()

    @staticmethod
    def _offices_over(unit_id: int | None) -> models.QuerySet:
        """Offices whose tree the unit stands in."""
        path = Unit.objects.filter(pk=unit_id).values_list("path", flat=True).first() or ""
        return Office.objects.annotate(here=Value(path)).filter(
            here__startswith=models.F("root__path")
        )

    def live(self) -> BulletinQuerySet:
        return self.exclude(state=BulletinState.CORRECTED)

    def for_list(self) -> BulletinQuerySet:
        """Without the lines, which are long."""
        return (
            self.select_related("office", "document", "pack_version")
            .defer("content")
            .order_by("-period", "-id")
        )


class Bulletin(Stateful):
    """通报: the figures of a period, reviewed, signed, published; frozen from signing on."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="bulletins", verbose_name="督查机构"
    )
    kind = models.CharField(
        "种类", max_length=20, choices=BulletinKind.choices, default=BulletinKind.QUARTERLY
    )
    period = models.CharField("期间", max_length=6)
    pack_version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="+", verbose_name="规则包版本"
    )
    content = models.JSONField("数据", default=dict)
    units = models.ManyToManyField(Unit, related_name="+", verbose_name="所涉承办单位")
    intro = models.TextField("导语", max_length=2000)
    requirements = models.TextField("工作要求", max_length=5000)
    scope = models.CharField("通报范围", max_length=10, choices=Scope.choices, default=Scope.ALL)
    chain = models.OneToOneField(
        Chain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="通报审批"
    )
    document = models.OneToOneField(
        OfficialDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="文书",
    )
    correction_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="更正的通报",
    )
    correction_note = models.CharField("更正说明", max_length=500, blank=True)
    state = FSMField(
        "状态",
        default=BulletinState.DRAFT,
        choices=BulletinState.choices,
        protected=True,
        max_length=20,
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人"
    )
    drafted_at = models.DateTimeField("起草时间")
    computed_at = models.DateTimeField("数据生成时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="送审人",
    )
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    corrected_at = models.DateTimeField("更正时间", null=True, blank=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报"
        ordering = ["-period", "-id"]
        indexes = [models.Index(fields=["office", "-period", "-id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "period"],
                condition=~Q(state="corrected"),
                name="one_live_bulletin_per_period",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BulletinState.values), name="bulletin_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=BulletinKind.values), name="bulletin_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"])
                | Q(signed_at__isnull=False, document__isnull=False, chain__isnull=False),
                name="signed_bulletin_has_a_document",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="published_bulletin_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(correction_of__isnull=True) | ~Q(correction_note=""),
                name="correction_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office.name}{self.quarter.label}{self.get_kind_display()}"

    @property
    def ledger_office_id(self) -> int:
        return self.office_id

    @property
    def quarter(self) -> Quarter:
        return Quarter.parse(self.period)

    @cached_property
    def figures(self) -> Figures:
        return Figures.model_validate(self.content)

    @property
    def title(self) -> str:
        return f"{self.quarter.label}督查督办事项办理情况通报"

    @property
    def issue(self) -> str:
        """第3期, once signed."""
        if self.document is None:
            return ""
        void = "（作废）" if self.document.is_void else ""
        return f"{self.document.year}年第{self.document.seq}期{void}"

    @property
    def is_draft(self) -> bool:
        return self.state == BulletinState.DRAFT

    @property
    def is_frozen(self) -> bool:
        return self.state in FROZEN

    @transition(
        state,
        BulletinState.DRAFT,
        BulletinState.IN_REVIEW,
        conditions=[HAS_TEXT],
        permission=permissions.keeps,
        custom={"step": "bulletin_submit"},
    )
    def submit(self, *, by: Actor, at: datetime, chain: Chain) -> None:
        self.submitted_by_id, self.submitted_at, self.chain = by.user_id, at, chain

    @transition(
        state,
        BulletinState.IN_REVIEW,
        BulletinState.IN_REVIEW,
        permission=permissions.holds_chain,
        custom={"step": "bulletin_review"},
    )
    def review(self) -> None:
        """A link has agreed; the next one decides."""

    @transition(
        state,
        BulletinState.IN_REVIEW,
        BulletinState.DRAFT,
        permission=permissions.holds_chain,
        custom={"step": "bulletin_return"},
    )
    def return_to_draft(self) -> None:
        self.chain, self.submitted_at = None, None

    @transition(
        state,
        BulletinState.IN_REVIEW,
        BulletinState.SIGNED,
        permission=permissions.holds_chain,
        custom={"step": "bulletin_sign"},
    )
    def sign(self, *, at: datetime, document: OfficialDocument) -> None:
        self.signed_at, self.document = at, document

    @transition(
        state,
        BulletinState.SIGNED,
        BulletinState.PUBLISHED,
        permission=permissions.keeps,
        custom={"step": "bulletin_publish"},
    )
    def publish(self, *, at: datetime) -> None:
        self.published_at = at

    @transition(
        state,
        [BulletinState.SIGNED, BulletinState.PUBLISHED],
        BulletinState.CORRECTED,
        permission=permissions.keeps,
        custom={"step": "bulletin_correct"},
    )
    def correct(self, *, at: datetime) -> None:
        self.corrected_at = at
