"""启用规则包: proposed by one person and confirmed by another, each of whom sees what it would mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView

from cases.models import Case
from cases.services.rerun import Moved, Rerun, pack_rerun, quarter_before
from cases.web.access import require
from duban.ledger.packs import CONFIRMERS, PROPOSERS, activation_confirm, activation_propose
from duban.org.actor import Actor
from duban.org.models import Office
from duban.org.roles import ADMINISTRATORS
from duban.rulepacks.comparison import Difference, differences
from duban.rulepacks.models import Activation, RulePackVersion
from duban.rulepacks.selectors import active_version
from duban.web.forms import ServiceForm, ServiceFormMixin
from duban.web.parts import Crumb, Fact
from duban.web.rulebook import loaded_of


class ActivationForm(ServiceForm):
    office = forms.ModelChoiceField(Office.objects.none(), label="督查机构")
    pack_version = forms.ModelChoiceField(
        RulePackVersion.objects.none(),
        label="规则包版本",
        help_text="提出后由另一人确认。自启用日期起新立项的事项按该版本办理。",
    )
    active_from = forms.DateField(label="启用日期")
    spans = {"office": "half", "active_from": "half"}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = Office.objects.all()
        if actor.office_id is not None:
            offices = offices.filter(pk=actor.office_id)
            self.initial["office"] = actor.office_id
        self.fields["office"].queryset = offices
        self.fields["pack_version"].queryset = RulePackVersion.objects.defer("document", "source")


class ActivationNew(LoginRequiredMixin, ServiceFormMixin, FormView):
    """提出启用; what it would mean is shown on the page that follows, before anybody confirms."""

    form_class = ActivationForm
    heading = "提出启用规则包"
    submit_label = "提出"
    success_message = "已提出，请另一人确认。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            require(request.actor.has(*PROPOSERS))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.request.actor}

    def perform(self, form: forms.BaseForm) -> str:
        row = activation_propose(**form.cleaned_data, by=self.request.actor, at=timezone.now())
        return reverse("cases:activation", args=[row.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [Crumb("规则", reverse("rules")), Crumb(self.heading)]
        return super().get_context_data(crumbs=crumbs, cancel=reverse("rules"), **kwargs)


class ConfirmForm(ServiceForm):
    """Nothing to fill in."""


class ActivationConfirm(LoginRequiredMixin, ServiceFormMixin, FormView):
    """确认启用: the difference, the matters that run on, and the last quarter under the new rules."""

    form_class = ConfirmForm
    template_name = "cases/activation.html"
    heading = "启用规则包"
    submit_label = "确认启用"
    success_message = "已确认启用。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.at = timezone.now()
            self.row = get_object_or_404(_seen(request.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def stale_subject(self) -> None:
        return None

    def perform(self, form: forms.BaseForm) -> str:
        activation_confirm(activation=self.row, by=self.request.actor, at=self.at)
        return reverse("rules")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, actor = self.row, self.request.actor
        now = active_version(row.office, on=timezone.localdate(self.at))
        rerun = _rerun(row, self.at)
        context = {
            "row": row,
            "facts": _facts(row),
            "now": now,
            # Named apart from the differences of a stale form.
            "changes": _differences(now, row.pack_version),
            "running": _running(row.office),
            "rerun": rerun,
            "moved": _readable(rerun.moved, actor),
            "why_not": _why_not(row, actor),
            "cancel": reverse("rules"),
            "crumbs": [Crumb("规则", reverse("rules")), Crumb(self.heading)],
        }
        return super().get_context_data(**context, **kwargs)


def _seen(actor: Actor) -> Any:
    rows = Activation.objects.select_related(
        "office", "pack_version", "proposed_by", "confirmed_by"
    )
    if actor.has(*ADMINISTRATORS):
        return rows
    return rows.filter(office_id=actor.office_id) if actor.office_id else rows.none()


def _facts(row: Activation) -> list[Fact]:
    found = [
        Fact("督查机构", row.office.name),
        Fact("规则包", str(row.pack_version), wide=True),
        Fact("启用日期", f"{row.active_from:%Y-%m-%d}"),
        Fact(
            "提出", f"{row.proposed_by.name}，{timezone.localtime(row.proposed_at):%Y-%m-%d %H:%M}"
        ),
    ]
    if row.confirmed_by and row.confirmed_at:
        when = f"{timezone.localtime(row.confirmed_at):%Y-%m-%d %H:%M}"
        found.append(Fact("确认", f"{row.confirmed_by.name}，{when}"))
    return found


def _why_not(row: Activation, actor: Actor) -> str:
    """Why this person cannot confirm now; empty where the button is live, the rest is the service's."""
    if row.confirmed_at is not None:
        return "本次启用已经确认。"
    if not actor.has(*CONFIRMERS):
        return "由督查机构负责人或者安全管理员确认。"
    if row.proposed_by_id in actor.people:
        return "提出人不能确认自己提出的启用，请由另一人确认。"
    return ""


def _differences(old: RulePackVersion | None, new: RulePackVersion) -> list[Difference] | None:
    """None where the office works by no version yet."""
    return differences(loaded_of(old), loaded_of(new)) if old else None


def _running(office: Office) -> list[tuple[RulePackVersion, int]]:
    """How many matters under way are pinned to which version: these stay as they are (LZ-A-15)."""
    rows = (
        Case.objects.filter(office=office)
        .under_way()
        .order_by()
        .values("pack_version_id")
        .annotate(n=Count("pk"))
    )
    counts = {row["pack_version_id"]: row["n"] for row in rows}
    versions = RulePackVersion.objects.defer("document", "source").in_bulk(counts)
    return [(versions[pk], n) for pk, n in counts.items()]


def _rerun(row: Activation, at: datetime) -> Rerun:
    first, last = quarter_before(timezone.localdate(at))
    return pack_rerun(office=row.office, pack=row.pack_version.pack, first=first, last=last, at=at)


def _readable(moved: Sequence[Moved], actor: Actor) -> list[Moved]:
    """Matters that this person may read; administrators see the counts alone."""
    ids = {item.part.case_id for item in moved}
    seen = set(Case.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    return [item for item in moved if item.part.case_id in seen]
