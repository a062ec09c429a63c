"""约定时限: the lead reports a date and its plan; what the office confirms holds (LZ-A-6.3)."""

from __future__ import annotations

from typing import Any

from cases import permissions
from cases.models import Agreement
from cases.services.agreements import (
    agreement_answer,
    agreement_bars,
    agreement_propose,
    agreement_withdraw,
    open_co_units,
)
from cases.web.access import (
    AssignmentForm,
    MatterAction,
    case_url,
    require,
    require_now,
    row_seen,
)
from cases.web.due_preview import moved_place
from cases.web.forms.agreements import AgreementForm
from deadlines.sheet import long_day
from duban.web.parts import Fact


class AgreementNew(AssignmentForm):
    """报告办结时限和推进计划; with a date already there, the co-units' days alone."""

    form_class = AgreementForm
    submit_label = "报送"
    draft = "agreement"
    anchor = "agreements"
    success_message = "已报送，确认后生效。"

    def judge(self) -> None:
        require(permissions.leads(self.object, self.actor))

    def check_now(self) -> None:
        require_now(agreement_bars(self.object, at=self.at))

    def stale_subject(self) -> None:
        """A proposal creates a row; what it rests on is judged by the service."""

    @property
    def heading(self) -> str:
        return self.object.step_of(self._step).label

    @property
    def _step(self) -> str:
        return "agree_request" if self.object.is_to_agree else "co_days"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "dated": not self.object.is_to_agree,
            "co_units": open_co_units(self.object),
        }

    def get_initial(self) -> dict[str, Any]:
        """What was proposed last: a refusal is not a reason to type it again."""
        last = self.object.agreements.order_by("-pk").first()
        return {"plan": last.plan, "proposed_on": last.asked_on} if last else {}

    def facts(self) -> list[Fact]:
        clock, step = self.object.clock, self.object.step_of(self._step)
        word = "报告时限" if self.object.is_to_agree else "本事项期限"
        rules = self.case.pack.chain("agreement", importance=self.case.importance)
        found = [
            Fact("办理要求", self.case.task, wide=True),
            Fact(word, long_day(clock.due_on)),
            Fact("确认环节", " → ".join(rule.label for rule in rules)),
        ]
        if step.quote:
            found.append(Fact("依据", step.quote, wide=True, note=step.clause))
        return found

    def perform(self, form: AgreementForm) -> str:
        agreement_propose(
            assignment=self.object,
            plan=form.cleaned_data["plan"],
            proposed_on=form.cleaned_data.get("proposed_on"),
            co_days=form.co_days(),
            by=self.actor,
            at=self.at,
        )
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not self.object.is_to_agree:
            return context
        day = context["form"]["proposed_on"]
        return context | moved_place(self.object, day, actor=self.actor, at=self.at)


class AgreementAnswer(MatterAction):
    """The answer to another date."""

    success_message = "已答复。"

    def perform(self) -> str:
        row = row_seen(Agreement, self.actor, self.kwargs["pk"])
        agreement_answer(
            agreement=row,
            accept=self.request.POST.get("accept") == "1",
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return case_url(row.assignment.case, "agreements")


class AgreementWithdraw(MatterAction):
    success_message = "已撤回，请重新报告。"

    def perform(self) -> str:
        row = row_seen(Agreement, self.actor, self.kwargs["pk"])
        agreement_withdraw(agreement=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.assignment.case, "agreements")
