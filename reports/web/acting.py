"""What is done with a bulletin: one view for each act, each one service call."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views import View
from django.views.generic import FormView

from duban.ledger.errors import RuleViolation
from duban.ledger.transition import reasons_against
from duban.org.models import Office
from duban.org.roles import OFFICE
from duban.web.forms import ServiceActionMixin, ServiceFormMixin
from reports import permissions
from reports.domain.periods import PeriodError, Quarter
from reports.models import Bulletin
from reports.services.approval import bulletin_decide, bulletin_submit
from reports.services.drafting import bulletin_draft, bulletin_edit, bulletin_recompute
from reports.services.publication import bulletin_correct, bulletin_publish
from reports.web.access import bulletin_kept, bulletin_seen, bulletin_url, crumbs
from reports.web.forms import CorrectionForm, DecisionForm, TextsForm


class Draft(LoginRequiredMixin, ServiceActionMixin, View):
    success_message = "已起草，请核对数据。"

    def perform(self) -> str:
        actor = self.request.actor
        if not actor.has(*OFFICE):
            raise PermissionDenied("the office's act")
        try:
            quarter = Quarter.parse(self.request.POST.get("period", ""))
        except PeriodError as error:
            raise RuleViolation({"period": [str(error)]}) from error
        office = get_object_or_404(Office, pk=actor.office_id)
        return bulletin_url(bulletin_draft(office=office, period=str(quarter), by=actor))


class _Act(LoginRequiredMixin, ServiceActionMixin, View):
    """One button of the office."""

    def act(self, bulletin: Bulletin, **given: Any) -> None:
        raise NotImplementedError

    def perform(self) -> str:
        bulletin = bulletin_kept(self.request.actor, self.kwargs["pk"])
        self.act(bulletin, by=self.request.actor, expect=self.expected_version())
        return bulletin_url(bulletin)


class Recompute(_Act):
    success_message = "已按最新台账重新计算。"

    def act(self, bulletin: Bulletin, **given: Any) -> None:
        bulletin_recompute(bulletin=bulletin, **given)


class Submit(_Act):
    success_message = "已送审。"

    def act(self, bulletin: Bulletin, **given: Any) -> None:
        bulletin_submit(bulletin=bulletin, **given)


class Publish(_Act):
    success_message = "已发布，并已通知承办单位主要负责人和领导。"

    def act(self, bulletin: Bulletin, **given: Any) -> None:
        bulletin_publish(bulletin=bulletin, **given)


class _BulletinForm(LoginRequiredMixin, ServiceFormMixin, FormView):
    """A form about a bulletin."""

    object: Bulletin

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            self.prepare(request)
        return super().dispatch(request, *args, **kwargs)

    def prepare(self, request: HttpRequest) -> None:
        self.object = bulletin_kept(request.actor, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        defaults = {
            "crumbs": crumbs(self.object, self.heading),
            "cancel": bulletin_url(self.object),
            "subheading": self.object.title,
        }
        return super().get_context_data(**{**defaults, **kwargs})


class Edit(_BulletinForm):
    form_class = TextsForm
    heading, submit_label, success_message = "修改通报", "保存", "已保存。"

    @property
    def draft(self) -> str:
        return f"bulletin-{self.object.pk}"

    def prepare(self, request: HttpRequest) -> None:
        super().prepare(request)
        if request.method == "GET" and not self.object.is_draft:
            raise RuleViolation(f"本期通报{self.object.get_state_display()}，内容不能再修改。")

    def get_initial(self) -> dict[str, Any]:
        names = ("intro", "requirements", "scope")
        return {name: getattr(self.object, name) for name in names}

    def perform(self, form: TextsForm) -> str:
        bulletin_edit(
            bulletin=self.object,
            by=self.request.actor,
            expect=self.expected_version(),
            **form.cleaned_data,
        )
        return bulletin_url(self.object)


class Decide(_BulletinForm):
    """审核、签发; `submit_as=refuse` returns it."""

    form_class = DecisionForm
    heading = "审批通报"

    def prepare(self, request: HttpRequest) -> None:
        self.object = bulletin_seen(request.actor, self.kwargs["pk"])
        if self.object.chain and not permissions.holds_chain(self.object, request.actor):
            raise PermissionDenied("no link of the chain")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        step = self.object.chain.current if self.object.chain else None
        defaults = {
            "submit": f"同意（{step.label}）" if step else "同意",
            "extra_submits": [("refuse", "退回修改")],
        }
        return super().get_context_data(**{**defaults, **kwargs})

    def perform(self, form: DecisionForm) -> str:
        approve = self.request.POST.get("submit_as") != "refuse"
        bulletin_decide(
            bulletin=self.object,
            approve=approve,
            by=self.request.actor,
            opinion=form.cleaned_data["opinion"],
            expect=self.expected_version(),
        )
        self.success_message = "已同意。" if approve else "已退回修改。"
        return bulletin_url(self.object)


class Correct(_BulletinForm):
    form_class = CorrectionForm
    heading, submit_label, success_message = (
        "更正通报",
        "起草更正稿",
        "已起草更正稿，请核对后送审。",
    )

    def prepare(self, request: HttpRequest) -> None:
        super().prepare(request)
        if request.method == "GET" and (reasons := reasons_against(self.object, "correct")):
            raise RuleViolation(reasons)

    def perform(self, form: CorrectionForm) -> str:
        new = bulletin_correct(
            bulletin=self.object,
            by=self.request.actor,
            expect=self.expected_version(),
            **form.cleaned_data,
        )
        return reverse("reports:bulletin", args=[new.pk])
