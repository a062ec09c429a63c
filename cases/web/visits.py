"""Pages of visits: what is planned, what was found. 404 for what one may not see (LZ-B-13b)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from cases import visit_permissions as permissions
from cases.models import Visit, VisitKind, VisitState
from cases.selectors.choices import units_for
from cases.services.visits import visit_cancel, visit_plan, visit_record, visit_release
from cases.web.access import Prepared, require, require_step, require_step_now
from cases.web.buttons import step
from cases.web.forms.visits import VisitCancelForm, VisitForm, VisitRecordForm, said
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit
from duban.org.roles import EXTERNAL, LEADERS, STAFF, UNIT
from duban.web.forms import ServiceActionMixin, ServiceFormMixin
from duban.web.parts import Action, Crumb, Fact

READERS = STAFF | LEADERS | UNIT | EXTERNAL
LIST = "明查暗访"
PER_PAGE = 30


def visit_seen(actor: Actor, pk: int) -> Visit:
    return get_object_or_404(Visit.objects.visible_to(actor).for_list(), pk=pk)


def visit_url(visit: Visit) -> str:
    return reverse("cases:visit", args=[visit.pk])


def crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(LIST, reverse("cases:visits")), *more]


@login_required
@require_safe
def visit_list(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    if not actor.has(*READERS):
        raise PermissionDenied("visits are not read in this post")
    rows = _asked(Visit.objects.visible_to(actor).for_list(), request)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "states": VisitState.choices,
        "kinds": VisitKind.choices,
        "state": request.GET.get("state", ""),
        "kind": request.GET.get("kind", ""),
        "may_plan": permissions.may_plan(actor),
        "external": actor.has(*EXTERNAL),
    }
    return render(request, "cases/visit_list.html", context)


def _asked(rows: QuerySet, request: HttpRequest) -> QuerySet:
    if (state := request.GET.get("state")) in VisitState.values:
        rows = rows.filter(state=state)
    if (kind := request.GET.get("kind")) in VisitKind.values:
        rows = rows.filter(kind=kind)
    return rows


@login_required
@require_safe
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_seen(request.actor, pk)
    context = {
        "visit": visit,
        "crumbs": crumbs(Crumb(str(visit.planned_on))),
        "facts": facts(visit, request.actor),
        "actions": _buttons(visit, request.actor),
        "once": uuid.uuid4().hex,
    }
    return render(request, "cases/visit.html", context)


def facts(visit: Visit, actor: Actor) -> list[Fact]:
    people = "、".join(said(member.post) for member in visit.members.all())
    found = [
        Fact("方式", visit.get_kind_display()),
        Fact("被查单位", visit.unit.name),
        Fact("计划日期", visit.planned_on.isoformat()),
        Fact("督查机构", visit.office.name),
        Fact("检查人员", people, wide=True),
        Fact("检查内容", visit.plan, wide=True),
    ]
    if visit.state == VisitState.CANCELLED:
        found.append(Fact("取消原因", visit.cancel_reason, wide=True))
    if visit.result and permissions.reads_result(visit, actor):
        found += [
            Fact("检查日期", visit.visited_on.isoformat()),
            Fact("公布", visit.released_at and f"{timezone.localdate(visit.released_at)}"),
            Fact("检查情况", visit.result, wide=True),
        ]
    return found


def _buttons(visit: Visit, actor: Actor) -> list[Action]:
    """What may be done now; a visit has few steps, so those that are over are left out."""
    warning = "公布后被查单位即可看到检查情况。确定公布？"
    found = [
        *step(visit, "record_result", actor, "visit_record", page=True, primary=True),
        *step(visit, "release", actor, "visit_release", confirm=warning, primary=True),
        *step(visit, "cancel", actor, "visit_cancel", page=True),
    ]
    return [action for action in found if not action.reasons]


class _VisitPage(LoginRequiredMixin, Prepared, ServiceFormMixin, FormView):
    template_name = "cases/visit_form.html"
    object: Visit | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = [Crumb(str(self.object.planned_on), visit_url(self.object))] if self.object else []
        known = {
            "crumbs": crumbs(*here, Crumb(self.heading)),
            "facts": facts(self.object, self.actor) if self.object else [],
            "cancel": visit_url(self.object) if self.object else reverse("cases:visits"),
        }
        return super().get_context_data(**{**known, **kwargs})


class Plan(_VisitPage):
    """安排检查."""

    form_class = VisitForm
    heading, submit_label = "安排检查", "确定安排"
    draft = "visit"
    success_message = "已安排，并已通知检查人员。"

    def prepare(self) -> None:
        require(permissions.may_plan(self.actor))
        self.units = [
            u for u in units_for(self.actor) if u.is_active(on=timezone.localdate(self.at))
        ]
        self.posts = _choosable(self.actor, self.at)

    def get_form_kwargs(self) -> dict[str, Any]:
        given = {"units": self.units, "posts": self.posts, "today": timezone.localdate(self.at)}
        return {**super().get_form_kwargs(), **given}

    def perform(self, form: VisitForm) -> str:
        data = form.cleaned_data
        chosen = set(data["members"])
        visit = visit_plan(
            kind=VisitKind(data["kind"]),
            unit=next(u for u in self.units if u.pk == data["unit"]),
            planned_on=data["planned_on"],
            plan=data["plan"],
            members=[post for post in self.posts if post.pk in chosen],
            by=self.actor,
            at=self.at,
        )
        return visit_url(visit)


def _choosable(actor: Actor, at: datetime) -> list[Post]:
    """Staff and the people from outside, of the office's own tree."""
    here = Unit.objects.below(Office.objects.select_related("root").get(pk=actor.office_id).root)
    posts = Post.objects.held(on=timezone.localdate(at)).filter(
        unit__in=here, role__in=STAFF | EXTERNAL, user__is_active=True
    )
    return list(posts.select_related("user", "unit").order_by("-role", "id"))


class _OfVisit(_VisitPage):
    step = ""

    def prepare(self) -> None:
        self.object = visit_seen(self.actor, self.kwargs["pk"])
        require_step(self.object, self.step, self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, self.step)


class Record(_OfVisit):
    """登记检查情况."""

    form_class = VisitRecordForm
    heading, submit_label, step = "登记检查情况", "登记", "record_result"
    draft = "visit-record"
    success_message = "已登记检查情况。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "today": timezone.localdate(self.at)}

    def perform(self, form: VisitRecordForm) -> str:
        visit_record(
            visit=self.object,
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
            **form.cleaned_data,
        )
        return visit_url(self.object)


class Cancel(_OfVisit):
    """取消检查."""

    form_class = VisitCancelForm
    heading, submit_label, step = "取消检查", "确定取消", "cancel"
    success_message = "已取消。"

    def perform(self, form: VisitCancelForm) -> str:
        visit_cancel(
            visit=self.object,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return visit_url(self.object)


class Release(LoginRequiredMixin, Prepared, ServiceActionMixin, View):
    """公布结果."""

    success_message = "已公布，被查单位可以看到检查情况。"

    def prepare(self) -> None:
        """The service judges."""

    def perform(self) -> str:
        visit = visit_seen(self.actor, self.kwargs["pk"])
        visit_release(visit=visit, by=self.actor, at=self.at, expect=self.expected_version())
        return visit_url(visit)
