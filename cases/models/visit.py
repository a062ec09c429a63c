from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from cases import visit_permissions as permissions
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit
from duban.org.roles import OFFICE, STAFF, UNIT
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.selectors import active_version


class VisitKind(models.TextChoices):
    ANNOUNCED = "announced", "明查"
    UNANNOUNCED = "unannounced", "暗访"


class VisitState(models.TextChoices):
    PLANNED = "planned", "已安排"
    RECORDED = "recorded", "已登记结果"
    RELEASED = "released", "已公布结果"
    CANCELLED = "cancelled", "已取消"


# What the visited unit may know: 暗访 is not spoken of before its results are (LZ-B-13b).
OPEN = Q(kind=VisitKind.ANNOUNCED) | Q(released_at__isnull=False)


class VisitQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> VisitQuerySet:
        """The rows this actor may read, in the acting post only (NT-3.3a, LZ-B-13b)."""
        if actor is None or actor.post_id is None:
            return self.none()
        going = Exists(VisitMember.objects.filter(visit=OuterRef("pk"), post_id=actor.post_id))
        if actor.has(*OFFICE, "chief_leader", "secretary_general") and actor.office_id:
            # Whoever works in the visited unit learns of a 暗访 no sooner for being staff.
            return self._at_or_below(actor).filter(OPEN | ~Q(unit_id=actor.unit_id) | going)
        if actor.has(*STAFF):
            own = Q(planned_by_unit_id=actor.unit_id) & ~Q(unit_id=actor.unit_id)
            return self.filter(own | going, office_id=actor.office_id)
        if actor.has("deputy_leader"):
            return self.filter((OPEN & Q(unit_id__in=actor.portfolio)) | going)
        if actor.has(*UNIT):
            return self.filter((OPEN & Q(unit_id=actor.unit_id)) | going)
        return self.filter(going)

    def _at_or_below(self, actor: Actor) -> VisitQuerySet:
        root = Office.objects.filter(pk=actor.office_id).values("root__path")[:1]
        below = Office.objects.annotate(top=models.Subquery(root)).filter(
            root__path__startswith=models.F("top")
        )
        return self.filter(office__in=below)

    def planned(self) -> VisitQuerySet:
        return self.filter(state=VisitState.PLANNED)

    def for_list(self) -> VisitQuerySet:
        return self.select_related("office", "unit").prefetch_related(
            "members__post__user", "members__post__unit"
        )


class Visit(Stateful):
    """A visit to a unit: announced (明查, LZ-B-13a) or not (暗访, LZ-B-13b)."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="visits", verbose_name="督查机构"
    )
    kind = models.CharField("方式", max_length=12, choices=VisitKind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="被查单位")
    planned_on = models.DateField("计划日期")
    plan = models.TextField("检查内容", max_length=3000)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="安排人"
    )
    planned_by_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name="安排科室"
    )
    created_at = models.DateTimeField("安排时间")
    state = FSMField(
        "状态",
        default=VisitState.PLANNED,
        choices=VisitState.choices,
        protected=True,
        max_length=20,
    )
    visited_on = models.DateField("检查日期", null=True, blank=True)
    result = models.TextField("检查情况", max_length=5000, blank=True)
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记人",
    )
    released_at = models.DateTimeField("公布时间", null=True, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=300, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "明查暗访"
        ordering = ["-planned_on", "-id"]
        indexes = [
            models.Index(fields=["office", "-planned_on", "-id"], name="visits_by_office"),
            models.Index(fields=["unit", "-planned_on"], name="visits_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=VisitState.values), name="visit_state_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=VisitKind.values), name="visit_kind_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["recorded", "released"])
                | (Q(visited_on__isnull=False) & ~Q(result="")),
                name="recorded_visit_has_a_result",
            ),
            models.CheckConstraint(
                condition=Q(state="released", released_at__isnull=False)
                | (~Q(state="released") & Q(released_at__isnull=True)),
                name="released_visit_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.planned_on} {self.get_kind_display()}{self.unit.label}"

    @property
    def ledger_office_id(self) -> int:
        return self.office_id

    @cached_property
    def pack_version(self) -> RulePackVersion | None:
        return active_version(self.office_id, on=timezone.localdate(self.created_at))

    @cached_property
    def member_posts(self) -> frozenset[int]:
        return frozenset(member.post_id for member in self.members.all())

    @transition(
        state,
        VisitState.PLANNED,
        VisitState.RECORDED,
        permission=permissions.may_record,
        custom={"step": "visit_record"},
    )
    def record_result(self, *, by: Actor, at: datetime, visited_on: date, result: str) -> None:
        self.recorded_at, self.recorded_by_id = at, by.user_id
        self.visited_on, self.result = visited_on, result

    @transition(
        state,
        VisitState.RECORDED,
        VisitState.RELEASED,
        permission=permissions.keeps,
        custom={"step": "visit_release"},
    )
    def release(self, *, at: datetime) -> None:
        self.released_at = at

    @transition(
        state,
        VisitState.PLANNED,
        VisitState.CANCELLED,
        permission=permissions.keeps,
        custom={"step": "visit_cancel"},
    )
    def cancel(self, *, reason: str) -> None:
        self.cancel_reason = reason


class VisitMember(models.Model):
    """Who goes, in which post: staff, 特邀监察员, 评议代表 (NT-3.3a)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="members", verbose_name="检查")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="人员")

    class Meta:
        verbose_name = verbose_name_plural = "检查人员"
        ordering = ["visit_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "post"], name="once_per_visit"),
        ]

    def __str__(self) -> str:
        return str(self.post)
