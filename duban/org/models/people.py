from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from duban.org import roles
from duban.org.actor import Actor
from duban.org.models.office import Office
from duban.org.models.unit import Unit


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user


class User(AbstractBaseUser):
    """A person. Rights come only from the post the person is acting in; there is no superuser."""

    username = models.CharField(
        "登录名", max_length=60, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("电话", max_length=30, blank=True)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField("创建时间", default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    is_superuser = False

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name

    @cached_property
    def actor(self) -> Actor:
        """The capacity in force. ActorMiddleware sets it; elsewhere the first post of today."""
        from duban.org.selectors import actors_of

        found = actors_of(self, at=timezone.now())
        return found[0] if found else Actor.without_post(self)

    @property
    def is_staff(self) -> bool:
        """Whether the admin site opens for the acting post."""
        return self.actor.has(*roles.ADMIN_SITE)

    # What somebody may do with a model in the admin is asked of the acting post, by each admin
    # class; Django's permission tables are not used.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class PostQuerySet(models.QuerySet):
    def held(self, *, on: date) -> PostQuerySet:
        """Posts in force on that day; a revoked one is not, from the day of revocation on."""
        return (
            self.filter(starts_on__lte=on)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
            .filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=on))
        )

    def overlapping(self, starts_on: date, ends_on: date | None) -> PostQuerySet:
        """Posts in force on some day of the period."""
        found = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
        return found.filter(starts_on__lte=ends_on) if ends_on else found

    def with_role(self, *names: str) -> PostQuerySet:
        return self.filter(role__in=names)


class Post(models.Model):
    """A dated post (AS-4.1b: who was head on that day)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts", verbose_name="人员")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="单位")
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name="督查机构",
        help_text="督查室、交办科室人员和领导填写；承办单位人员不填。",
    )
    role = models.CharField("角色", max_length=20, choices=list(roles.ROLES.items()))
    title = models.CharField("职务", max_length=60)
    secretary_section = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="秘书科室",
        help_text="分管领导交办的事项由该科室督办（CZ-3.4b）。",
    )
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("免职日期", null=True, blank=True, help_text="当日仍在任。")
    # NT-4.4c: from that day on, that day included, the post gives no right any more.
    revoked_on = models.DateField("取消资格日期", null=True, blank=True, editable=False)
    revoked_reason = models.CharField("取消资格原因", max_length=200, blank=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["unit__order", "id"]
        indexes = [models.Index(fields=["unit", "role", "starts_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="post_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(role__in=list(roles.ROLES)), name="post_role_known"),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(roles.STAFF | roles.LEADERS))
                | Q(office__isnull=False),
                name="staff_and_leaders_have_an_office",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True) | ~Q(revoked_reason=""),
                name="revoked_post_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.unit.label}{self.title}）"

    def clean(self) -> None:
        if self.role in roles.STAFF | roles.LEADERS and self.office_id is None:
            raise ValidationError({"office": "督查室、交办科室人员和领导须填写督查机构。"})
        if self.user_id is None or self.starts_on is None:
            return
        others = Post.objects.filter(user_id=self.user_id).exclude(pk=self.pk)
        held = others.overlapping(self.starts_on, self.ends_on)
        exercised = set(held.values_list("role", flat=True)) | self._delegated_roles() | {self.role}
        if problem := roles.combination_problem(exercised):
            raise ValidationError({"role": problem})

    def _delegated_roles(self) -> set[str]:
        """Roles the person exercises for somebody else while holding this post."""
        meanwhile = Delegation.objects.filter(
            delegate_id=self.user_id, ends_at__gt=_start_of(self.starts_on)
        )
        if self.ends_on:
            meanwhile = meanwhile.filter(starts_at__lt=_start_of(self.ends_on + timedelta(days=1)))
        return set(meanwhile.values_list("post__role", flat=True))


class Portfolio(models.Model):
    """A unit in a leader's charge (分管, AS-4.1a), dated."""

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="portfolios", verbose_name="领导任职"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分管单位")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "领导分管"
        constraints = [
            models.UniqueConstraint(
                fields=["post", "unit", "starts_on"], name="one_portfolio_per_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} 分管 {self.unit.label}"


class Delegation(models.Model):
    """A post's work entrusted to another person for a period (委托)."""

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="delegations", verbose_name="委托人任职"
    )
    delegate = models.ForeignKey(
        User, models.PROTECT, related_name="delegated_to_me", verbose_name="受托人"
    )
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    reason = models.CharField("事由", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "委托"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post.user.name} 委托 {self.delegate.name}"

    def clean(self) -> None:
        if self.post_id and self.delegate_id == self.post.user_id:
            raise ValidationError({"delegate": "受托人不能是委托人本人。"})
        if self.post_id and self.post.role in roles.ADMINISTRATORS:
            raise ValidationError({"post": "管理员岗位不得委托他人。"})
        if self.post_id and self.delegate_id and self.starts_at and self.ends_at:
            self._check_combination()

    def _check_combination(self) -> None:
        days = timezone.localdate(self.starts_at), timezone.localdate(self.ends_at)
        held = Post.objects.filter(user_id=self.delegate_id).overlapping(*days)
        exercised = set(held.values_list("role", flat=True)) | {self.post.role}
        if problem := roles.combination_problem(exercised):
            raise ValidationError({"delegate": f"{problem}。"})

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at
