"""What is done to an obligation: 报送登记 and 豁免."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView

from deadlines import permissions
from deadlines.models import Obligation, ObligationState, Scope
from deadlines.moments import day_of
from deadlines.obligation_selectors import missing_papers
from deadlines.services.obligation_entries import obligation_report
from deadlines.services.obligations import obligation_waive
from deadlines.web.due import due_of
from deadlines.web.forms import ReportForm, WaiveForm, may_choose_day
from deadlines.web.obligations import obligation_seen
from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor
from duban.web.forms import ServiceFormMixin
from duban.web.parts import Crumb, Fact


class ObligationForm(LoginRequiredMixin, ServiceFormMixin, FormView):
    """A form about one obligation; 404 for what one may not see, 403 for what is never theirs."""

    template_name = "deadlines/obligation_form.html"
    object: Obligation
    at: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.at = timezone.now()
        self.object = obligation_seen(request.actor, kwargs["pk"])
        if not self.is_theirs(request.actor):
            raise PermissionDenied("never this actor's")
        if request.method != "POST":
            self.check_now()
        return super().dispatch(request, *args, **kwargs)

    def is_theirs(self, actor: Actor) -> bool:
        raise NotImplementedError

    def check_now(self) -> None:
        """Raises RuleViolation where the form could not be accepted whatever it says."""

    def back(self) -> str:
        return reverse("deadlines:obligation", args=[self.object.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        context = {
            "crumbs": [
                Crumb("报送义务", reverse("deadlines:obligations")),
                Crumb(str(row), self.back()),
                Crumb(self.heading),
            ],
            "row": row,
            "facts": [
                Fact("责任单位", row.unit.name),
                Fact("所属期", row.period_name),
                Fact(
                    "依据", f"{row.clause}　“{row.quote}”" if row.clause else "本地决定", wide=True
                ),
            ],
            "due": due_of(row, at=self.at),
            "cancel": self.back(),
        }
        return super().get_context_data(**{**context, **kwargs})


class Report(ObligationForm):
    """报送登记."""

    form_class = ReportForm
    heading = "报送登记"
    submit_label = "报送"
    success_message = "已登记。"
    draft = "obligation"

    def is_theirs(self, actor: Actor) -> bool:
        return self.object.scope != Scope.PART and permissions.reports(self.object, actor)

    def check_now(self) -> None:
        if self.object.state in (ObligationState.WAIVED, ObligationState.CEASED):
            raise RuleViolation(f"该项义务{self.object.get_state_display()}，不再登记。")

    def get_initial(self) -> dict[str, Any]:
        return {"on": day_of(self.at)}

    def get_form_kwargs(self) -> dict[str, Any]:
        row = self.object
        entries = list(row.entries.all())
        left = missing_papers(row, entries) or list(row.duty.papers if row.duty else ())
        administers = permissions.administers(row, self.request.actor)
        return {
            **super().get_form_kwargs(),
            "papers": left,
            "may_date": may_choose_day(row, administers=administers),
            "date_help": "按发生的日期登记，同一日期只计一天。"
            if row.counted == "days"
            else "纸质材料填收到的日期。",
        }

    def perform(self, form: ReportForm) -> str:
        on: date | None = form.cleaned_data.get("on")
        obligation_report(
            obligation=self.object,
            content=form.cleaned_data["content"],
            paper=form.cleaned_data.get("paper", ""),
            on=on,
            by=self.request.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class Waive(ObligationForm):
    """豁免, by the office, with a reason."""

    form_class = WaiveForm
    heading = "豁免报送"
    submit_label = "豁免"
    success_message = "已豁免。"
    draft = "waive"

    def is_theirs(self, actor: Actor) -> bool:
        return permissions.administers(self.object, actor)

    def check_now(self) -> None:
        if self.object.state != ObligationState.OPEN:
            raise RuleViolation(f"该项义务{self.object.get_state_display()}，不需豁免。")

    def perform(self, form: WaiveForm) -> str:
        obligation_waive(
            obligation=self.object,
            reason=form.cleaned_data["reason"],
            by=self.request.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()
