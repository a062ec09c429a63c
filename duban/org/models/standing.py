"""Bodies that stand beside the units: who decides, who runs, who supervises in each unit."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from duban.org.models.office import Office
from duban.org.models.people import User
from duban.org.models.unit import Unit


class BodyKind(models.TextChoices):
    STEERING_GROUP = "steering_group", "领导小组"
    GROUP_OFFICE = "group_office", "领导小组办公室"
    SUPERVISION_BODY = "supervision_body", "督查机构"
    TASK_FORCE = "task_force", "工作专班"


class BodyRole(models.TextChoices):
    HEAD = "head", "组长"
    FIRST_DEPUTY = "first_deputy", "第一副组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "成员"
    DIRECTOR = "director", "主任"
    EXECUTIVE_DEPUTY = "executive_deputy", "负责日常工作的副主任"
    DEPUTY_DIRECTOR = "deputy_director", "副主任"
    STAFF = "staff", "工作人员"


# In the order in which a list of members is read.
RANK = {role: place for place, role in enumerate(BodyRole.values)}


class StandingBodyQuerySet(models.QuerySet):
    def standing(self, *, on: date) -> StandingBodyQuerySet:
        return self.filter(established_on__lte=on).filter(
            Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=on)
        )


class StandingBody(models.Model):
    """领导小组, its office, a unit's 督查机构 or a 专班 (ZZ-0.3, CZ-5.3a, AS-4.3b)."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="bodies", verbose_name="所属督查机构"
    )
    kind = models.CharField("类别", max_length=20, choices=BodyKind.choices)
    name = models.CharField("名称", max_length=120)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bodies",
        verbose_name="所在单位",
        help_text="单位明确的督查机构须填写；领导小组等不填。",
    )
    basis = models.CharField("成立依据", max_length=200, blank=True)
    established_on = models.DateField("成立日期")
    dissolved_on = models.DateField(
        "撤销日期", null=True, blank=True, help_text="自该日起不再存在。"
    )

    objects = StandingBodyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议事和工作机构"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BodyKind.values), name="body_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind="supervision_body") | Q(unit__isnull=False),
                name="supervision_body_belongs_to_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=F("established_on")),
                name="body_dissolved_after_established",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(kind="supervision_body", dissolved_on__isnull=True),
                name="one_supervision_body_of_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind == BodyKind.SUPERVISION_BODY and self.unit_id is None:
            raise ValidationError({"unit": "请选择督查机构所在的单位。"})

    def members_on(self, on: date) -> list[BodyMember]:
        """Who belonged to it on that day, the head first (ZZ-0.3)."""
        found = self.members.held(on=on).select_related("user")
        return sorted(found, key=lambda member: (RANK[member.role], member.pk))


class BodyMemberQuerySet(models.QuerySet):
    def held(self, *, on: date) -> BodyMemberQuerySet:
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class BodyMember(models.Model):
    """A dated membership. Who leaves gets a last day; the row stays."""

    body = models.ForeignKey(
        StandingBody, models.PROTECT, related_name="members", verbose_name="机构"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="人员")
    role = models.CharField("担任", max_length=20, choices=BodyRole.choices)
    title = models.CharField("本职职务", max_length=80, blank=True, help_text="如“市住建局局长”。")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True, help_text="当日仍在任。")

    objects = BodyMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构成员"
        ordering = ["body_id", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=BodyRole.values), name="body_role_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.get_role_display()}）"

    def clean(self) -> None:
        if not (self.body_id and self.user_id and self.starts_on):
            return
        others = BodyMember.objects.filter(body_id=self.body_id, user_id=self.user_id)
        others = others.exclude(pk=self.pk).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=self.starts_on)
        )
        if self.ends_on:
            others = others.filter(starts_on__lte=self.ends_on)
        if others.exists():
            raise ValidationError({"user": "该人员在这段时间已是本机构成员。"})
