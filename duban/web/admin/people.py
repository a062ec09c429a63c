"""People and posts. Accounts, rights and work are in three pairs of hands:
the system administrator makes accounts, the security administrator grants roles, the head of the
office keeps the posts of staff and units; nobody touches the own post.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminPasswordWidget

from duban.org.actor import Actor
from duban.org.models import Office, Post, User
from duban.org.roles import ROLES, STAFF, UNIT
from duban.web.accounts import password_reset, user_create
from duban.web.admin.base import ReferenceAdmin, object_of, own_tree
from duban.web.admin.forms import AdminForm, CheckedForm
from duban.web.admin.pages import ServicePage, serve
from duban.web.liaisons import liaison_sheet
from duban.web.qualifications import may_revoke, qualification_revoke

HEAD = "office_head"
# What the head of an office may appoint; leaders and administrators are granted by security.
OF_THE_HEAD = UNIT | {"office_staff", "section_staff"}


def people_of(actor: Actor) -> QuerySet[User]:
    """Who holds or held a post in the actor's tree, and new accounts that hold none yet."""
    if actor.office_id is None:
        return User.objects.all()
    own = Q(posts__unit__in=own_tree(actor)) | Q(posts__isnull=True, is_active=True)
    return User.objects.filter(pk__in=User.objects.filter(own).values("pk"))


def posts_of(actor: Actor) -> QuerySet[Post]:
    if actor.office_id is None:
        return Post.objects.all()
    return Post.objects.filter(unit__in=own_tree(actor))


def offices_of(actor: Actor) -> QuerySet[Office]:
    return (
        Office.objects.all()
        if actor.office_id is None
        else Office.objects.filter(pk=actor.office_id)
    )


class NewUserForm(CheckedForm):
    """A new account with its first password."""

    password = forms.CharField(
        label="初始密码",
        widget=UnfoldAdminPasswordWidget,
        strip=False,
        help_text="至少 8 位；本人首次登录时必须修改。",
    )

    class Meta:
        model = User
        fields = ("username", "name", "phone", "email")

    def clean_password(self) -> str:
        from django.contrib.auth.password_validation import validate_password

        password = self.cleaned_data["password"]
        validate_password(password, User(username=self.data.get("username", "")))
        return password


class FirstPassword(AdminForm):
    password = forms.CharField(
        label="初始密码",
        widget=UnfoldAdminPasswordWidget,
        strip=False,
        help_text="至少 8 位；本人登录后必须修改。",
    )


@admin.register(User)
class UserAdmin(ReferenceAdmin):
    """Accounts. They are disabled, never deleted: the ledger names them."""

    viewers = frozenset({HEAD, "security_admin"})
    editors = frozenset({"system_admin"})
    list_display = ("name", "username", "phone", "email", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "username", "phone")
    search_help_text = "按姓名、登录名、电话查找"
    fields = ("username", "name", "phone", "email", "is_active", "created_at", "last_login")
    readonly_fields = ("created_at", "last_login")
    ordering = ("name", "id")
    actions_detail = ("reset_password",)

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(pk__in=people_of(actor).values("pk"))

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("username", "name", "phone", "email", "password")
        return self.fields

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            user_create(user=obj, password=form.cleaned_data["password"], by=request.actor)

    def has_reset_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.actor.has("system_admin")

    @action(description="重置密码", url_path="password", icon="key", permissions=["reset"])
    def reset_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = object_of(self, request, object_id)
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = ServicePage(
            title=f"重置密码：{user.name}",
            form=FirstPassword,
            submit="重置",
            lead="重置后本人现有的登录和接口令牌立即失效，下次登录须修改密码。",
            act=lambda form, seen: password_reset(
                user=user, password=form.cleaned_data["password"], by=request.actor
            ),
            back=reverse("admin:org_user_change", args=[user.pk]),
            done="密码已重置。",
        )
        return serve(self, request, page)


class RevokeReason(AdminForm):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class HeldFilter(DropdownFilter):
    title = "任职情况"
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "现任"), ("ended", "已免职"), ("coming", "未到任")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        on = timezone.localdate()
        match self.value():
            case "now":
                return queryset.held(on=on)
            case "ended":
                return queryset.filter(ends_on__lt=on)
            case "coming":
                return queryset.filter(starts_on__gt=on)
        return queryset


@admin.register(Post)
class PostAdmin(ReferenceAdmin):
    """Dated posts (AS-4.1b). A new role or unit is a new post; the old one ends."""

    viewers = STAFF | {"system_admin"}
    editors = frozenset({HEAD, "security_admin"})
    list_display = ("person", "unit", "title", "role", "starts_on", "ends_on", "in_force")
    list_filter = (HeldFilter, ("role", ChoicesDropdownFilter))
    search_fields = ("user__name", "user__username", "unit__name", "unit__short_name", "title")
    search_help_text = "按姓名、登录名、单位、职务查找"
    list_select_related = ("user", "unit")
    fields = (
        "user",
        "unit",
        "office",
        "role",
        "title",
        "secretary_section",
        "starts_on",
        "ends_on",
        "revoked_on",
        "revoked_reason",
    )
    readonly_fields = ("revoked_on", "revoked_reason")
    autocomplete_fields = ("user", "unit", "secretary_section")
    fixed = ("user", "unit", "office", "role")
    actions_list = ("export_liaisons",)
    actions_detail = ("revoke",)
    choices: ClassVar = {
        "user": people_of,
        "unit": own_tree,
        "secretary_section": own_tree,
        "office": offices_of,
    }

    def visible(self, rows: QuerySet, actor: Actor) -> QuerySet:
        return rows.filter(pk__in=posts_of(actor).values("pk"))

    def may_edit(self, actor: Actor, row: Post) -> bool:
        if row.user_id in actor.people:
            return False
        return actor.has("security_admin") or row.role in OF_THE_HEAD

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role" and not request.actor.has("security_admin"):
            kwargs["choices"] = [
                ("", "---------"),
                *((k, v) for k, v in ROLES.items() if k in OF_THE_HEAD),
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if "user" in form.base_fields:
            field = form.base_fields["user"]
            field.queryset = field.queryset.exclude(pk__in=request.actor.people)
        if "role" in form.base_fields and not request.actor.has("security_admin"):
            field = form.base_fields["role"]
            field.choices = [c for c in field.choices if not c[0] or c[0] in OF_THE_HEAD]
        return form

    @display(description="姓名", ordering="user__name")
    def person(self, row: Post) -> str:
        return row.user.name

    @display(
        description="任职",
        label={"现任": "success", "已免职": "warning", "未到任": "info", "已取消资格": "danger"},
    )
    def in_force(self, row: Post) -> str:
        on = timezone.localdate()
        if row.revoked_on:
            return "已取消资格"
        if row.starts_on > on:
            return "未到任"
        return "已免职" if row.ends_on and row.ends_on < on else "现任"

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        row = object_of(self, request, object_id) if object_id else None
        return row is not None and row.revoked_on is None and may_revoke(row, request.actor)

    @action(description="取消资格", url_path="revoke", icon="block", permissions=["revoke"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """NT-4.4c."""
        row = object_of(self, request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = ServicePage(
            title=f"取消资格：{row}",
            form=RevokeReason,
            submit="取消资格",
            lead="即日起不再享有该身份的权限，接口令牌失效；没有其他任职的，不能再登录。",
            act=lambda form, seen: qualification_revoke(
                post=row, reason=form.cleaned_data["reason"], by=request.actor
            ),
            back=reverse("admin:org_post_changelist"),
            done="资格已取消。",
        )
        return serve(self, request, page)

    def has_liaison_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.actor.has(*STAFF)

    @action(description="导出联络员名单", icon="download", permissions=["liaison"])
    def export_liaisons(self, request: HttpRequest) -> HttpResponse:
        """AS-4.3b, CZ-5.3b: who is to be spoken to in each unit, and where nobody is named."""
        name, data = liaison_sheet(by=request.actor, at=timezone.now())
        return HttpResponse(
            data,
            headers={
                "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            },
        )
