"""机构 pages: the register of units, the standing bodies, the evaluated objects, the own unit."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import FormView

from duban.org.actor import Actor
from duban.org.models import (
    BodyMember,
    BodyRole,
    EvaluationList,
    EvaluationObject,
    Office,
    Post,
    StandingBody,
)
from duban.org.registry import registry_rows
from duban.org.roles import LEADERS, STAFF, UNIT
from duban.web.bodies import (
    body_staff_add,
    body_staff_end,
    may_register_body,
    own_body,
    unit_body_register,
)
from duban.web.forms import ServiceForm, ServiceFormMixin
from duban.web.liaisons import liaison_sheet
from duban.web.parts import Crumb, Stat, Tab

READERS = STAFF | LEADERS
GAPS = {
    "body": "未明确督查机构",
    "staff": "督查机构无人员",
    "liaison": "未明确联络员",
    "phone": "联络员无电话",
}
STAFF_ROLES = (BodyRole.DIRECTOR, BodyRole.DEPUTY_DIRECTOR, BodyRole.STAFF)


def tabs(here: str) -> list[Tab]:
    places = {"registry": "督查机构和联络员", "bodies": "议事和工作机构", "evaluation": "评价对象"}
    return [Tab(label, reverse(name), active=name == here) for name, label in places.items()]


def office_read(actor: Actor) -> Office:
    if actor.office_id is None or not actor.has(*READERS):
        raise PermissionDenied("the register is the office's")
    return Office.objects.select_related("root").get(pk=actor.office_id)


@login_required
@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    """Each unit with its 督查机构 and 联络员; those without stand in front (CZ-5.3a)."""
    office = office_read(request.actor)
    rows = registry_rows(office, on=timezone.localdate())
    gap = request.GET.get("gap", "")
    counts = {key: sum(key in row.gaps for row in rows) for key in GAPS}
    shown = [row for row in rows if gap not in GAPS or gap in row.gaps]
    context = {
        "tabs": tabs("registry"),
        "rows": sorted(shown, key=lambda row: not row.gaps),
        "gap": gap,
        "gaps": GAPS,
        "stats": [
            Stat(label, counts[key], f"?gap={key}", tone="amber" if counts[key] else "", unit="个")
            for key, label in GAPS.items()
        ],
        "may_export": request.actor.has(*STAFF),
    }
    return render(request, "web/registry.html", context)


@login_required
@require_POST
def liaisons_export(request: HttpRequest) -> HttpResponse:
    name, data = liaison_sheet(by=request.actor, at=timezone.now())
    return HttpResponse(
        data,
        headers={
            "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        },
    )


def bodies_seen(actor: Actor) -> QuerySet[StandingBody]:
    return StandingBody.objects.filter(office=office_read(actor)).select_related("unit")


@login_required
@require_safe
def bodies(request: HttpRequest) -> HttpResponse:
    rows = bodies_seen(request.actor).prefetch_related("members__user")
    on, asked = _day(request)
    context = {"tabs": tabs("bodies"), "on": on, "asked": asked}
    context["rows"] = [(body, _held(body, on)) for body in rows.standing(on=on)]
    return render(request, "web/bodies.html", context)


@login_required
@require_safe
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """Members valid on a chosen date (ZZ-0.3)."""
    row = get_object_or_404(bodies_seen(request.actor), pk=pk)
    on, asked = _day(request)
    context = {
        "body": row,
        "members": row.members_on(on),
        "on": on,
        "asked": asked,
        "crumbs": [Crumb("议事和工作机构", reverse("bodies")), Crumb(row.name)],
    }
    return render(request, "web/body.html", context)


def _held(row: StandingBody, on: date) -> list[BodyMember]:
    """Of the members already read."""
    return [
        member
        for member in row.members.all()
        if member.starts_on <= on and (member.ends_on is None or member.ends_on >= on)
    ]


def _day(request: HttpRequest) -> tuple[date, str]:
    """The chosen day, today where none or no real one is given."""
    asked = request.GET.get("on", "")
    try:
        chosen = parse_date(asked)
    except ValueError:
        chosen = None
    on = chosen or timezone.localdate()
    return on, on.isoformat()


@login_required
@require_safe
def evaluation(request: HttpRequest) -> HttpResponse:
    """The evaluated objects of a year: units, and 窗口 and 处室 by themselves (NT-1.1, NT-1.2)."""
    office = office_read(request.actor)
    lists = list(EvaluationList.objects.filter(office=office).order_by("-year"))
    asked = request.GET.get("year", "")
    chosen = next((row for row in lists if str(row.year) == asked), lists[0] if lists else None)
    rows = EvaluationObject.objects.filter(list=chosen).select_related("unit__parent")
    context = {
        "tabs": tabs("evaluation"),
        "lists": lists,
        "chosen": chosen,
        "rows": rows.order_by("unit__order", "unit") if chosen else [],
    }
    return render(request, "web/evaluation.html", context)


class BodyForm(ServiceForm):
    name = forms.CharField(label="督查机构名称", max_length=120, help_text="如“督查科”“办公室”。")
    basis = forms.CharField(label="成立依据", max_length=200, required=False)


class StaffForm(ServiceForm):
    spans = {"post": "half", "role": "half"}

    post = forms.TypedChoiceField(label="人员", coerce=int)
    role = forms.ChoiceField(label="担任", choices=[(r.value, r.label) for r in STAFF_ROLES])

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [
            ("", "请选择"),
            *((post.pk, f"{post.user.name}（{post.title}）") for post in posts),
        ]


@login_required
@require_safe
def own_unit(request: HttpRequest) -> HttpResponse:
    """本单位: its 督查机构 with staff, its liaisons, its 办公室主任."""
    actor = request.actor
    if not actor.has(*UNIT):
        raise PermissionDenied("only units have a page of their own")
    on = timezone.localdate()
    row = own_body(actor, on=on)
    posts = Post.objects.held(on=on).filter(unit_id=actor.unit_id).select_related("user")
    context = {
        "unit_name": actor.unit_name,
        "body": row,
        "members": row.members_on(on) if row else [],
        "posts": posts.order_by("role", "id"),
        "may_edit": may_register_body(actor),
        "once": uuid.uuid4().hex,
    }
    return render(request, "web/own_unit.html", context)


class _OwnForm(LoginRequiredMixin, ServiceFormMixin, FormView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor is not None and not may_register_body(request.actor):
            raise PermissionDenied("the unit registers its own body")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [Crumb("本单位", reverse("own_unit")), Crumb(self.heading)]
        return super().get_context_data(crumbs=crumbs, cancel=reverse("own_unit"), **kwargs)


class OwnBody(_OwnForm):
    form_class = BodyForm
    heading, submit_label = "登记督查机构", "登记"
    success_message = "已登记本单位的督查机构。"

    def get_initial(self) -> dict[str, Any]:
        row = own_body(self.request.actor, on=timezone.localdate())
        return {"name": row.name, "basis": row.basis} if row else {}

    def perform(self, form: BodyForm) -> str:
        unit_body_register(by=self.request.actor, **form.cleaned_data)
        return reverse("own_unit")


class OwnStaff(_OwnForm):
    form_class = StaffForm
    heading, submit_label = "增加督查人员", "增加"
    success_message = "已增加。"

    def get_form_kwargs(self) -> dict[str, Any]:
        held = Post.objects.held(on=timezone.localdate()).filter(
            unit_id=self.request.actor.unit_id, user__is_active=True
        )
        self.posts = {post.pk: post for post in held.select_related("user").order_by("id")}
        return {**super().get_form_kwargs(), "posts": list(self.posts.values())}

    def perform(self, form: StaffForm) -> str:
        data = form.cleaned_data
        body_staff_add(post=self.posts[data["post"]], role=data["role"], by=self.request.actor)
        return reverse("own_unit")


@login_required
@require_POST
def own_staff_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BodyMember.objects.filter(body__unit_id=request.actor.unit_id, ends_on__isnull=True)
    body_staff_end(member=get_object_or_404(rows, pk=pk), by=request.actor)
    messages.success(request, "已结束任职。")
    return redirect("own_unit")
