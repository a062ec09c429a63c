"""Steps of a matter taken from its page in the admin: each asks what is owed and calls the service.

A button is there only where the step can ever be this actor's; what is not lawful now says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from cases import permissions
from cases.models import Assignment, Case, Feedback, FeedbackState, NoticeKind
from cases.services.cases import case_assign, case_strike_off, case_submit
from cases.services.feedback import feedback_accept, feedback_return
from cases.services.notices import notice_issue, notice_problems
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.web.admin.base import tell
from duban.web.admin.forms import AdminForm, Confirmation
from duban.web.admin.pages import ServicePage, serve


class NoticeForm(AdminForm):
    """To which unit, and what it is told."""

    assignment = forms.ModelChoiceField(Assignment.objects.none(), label="承办单位")
    content = forms.CharField(label="内容和要求", widget=forms.Textarea, max_length=3000)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = [party.pk for party in case.parties if party.is_running]
        field = self.fields["assignment"]
        field.queryset = Assignment.objects.filter(pk__in=running).select_related("unit")
        if len(running) == 1:
            field.initial = running[0]


class StrikeOffForm(AdminForm):
    """Every unit's task compared with its result (LZ-B-7b)."""

    confirmed = forms.MultipleChoiceField(
        label="逐项核对：任务与结果相符的打勾",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    note = forms.CharField(label="说明", max_length=500, required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].choices = [
            (str(p.pk), f"{p.unit.label}：{p.duty_text or case.task} —— {p.result or case.result}")
            for p in case.parties
        ]


class FeedbackForm(AdminForm):
    """Which report, and what is answered."""

    feedback = forms.ModelChoiceField(Feedback.objects.none(), label="反馈")
    decision = forms.ChoiceField(
        label="处理", choices=[("accept", "采纳"), ("return", "退回")], initial="accept"
    )
    reply = forms.CharField(
        label="处理意见",
        widget=forms.Textarea,
        max_length=500,
        required=False,
        help_text="退回的须写明理由。",
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feedback"].queryset = waiting_feedback(case)


def waiting_feedback(case: Case) -> Any:
    rows = Feedback.objects.filter(assignment__case=case, state=FeedbackState.SUBMITTED)
    return rows.select_related("assignment__unit").order_by("submitted_at")


class CaseSteps(admin.ModelAdmin):
    """The buttons at the head of a matter's page."""

    actions_detail = (
        "submit",
        "assign",
        {"title": "催办督办", "icon": "notifications", "items": ["urge", "warn", "supervise"]},
        "review_feedback",
        "strike_off",
        "open_page",
    )

    def _case(self, request: HttpRequest, object_id: Any) -> Case | None:
        """The visible matter; looked up once a request."""
        kept = request.__dict__.setdefault("_admin_cases", {})
        if str(object_id) not in kept:
            kept[str(object_id)] = self.get_object(request, str(object_id))
        return kept[str(object_id)]

    def _may(self, request: HttpRequest, object_id: Any, name: str) -> bool:
        case = self._case(request, object_id)
        return case is not None and is_ever_theirs(case, name, request.actor)

    def has_submit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "submit")

    def has_assign_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return permissions.may_register(request.actor)
        return self._may(request, object_id, "assign")

    def has_strike_off_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "strike_off")

    def has_notice_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return permissions.may_register(request.actor)
        case = self._case(request, object_id)
        return case is not None and permissions.is_supervisor(case, request.actor)

    @action(description="报请立项", url_path="submit", icon="send", permissions=["submit"])
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self._case(request, object_id)
        return self._transition(
            request,
            case,
            "submit",
            title="报请立项",
            form=Confirmation,
            done="已报请立项。",
            lead="报请后登记内容不能再修改，由有权审批的领导决定。",
            act=lambda form, seen: case_submit(case=case, by=request.actor, expect=seen),
        )

    @action(description="交办", url_path="assign", icon="forward_to_inbox", permissions=["assign"])
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self._case(request, object_id)
        return self._transition(
            request,
            case,
            "assign",
            title="交办",
            form=Confirmation,
            done="已交办。",
            lead="交办后向各承办单位下达立项通知，时限即行起算。",
            act=lambda form, seen: case_assign(case=case, by=request.actor, expect=seen),
        )

    @action(description="销号", url_path="strike-off", icon="task_alt", permissions=["strike_off"])
    def strike_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self._case(request, object_id)
        return self._transition(
            request,
            case,
            "strike_off",
            title="销号",
            form=StrikeOffForm,
            done="已销号。",
            lead="逐项核对任务与结果，全部相符方可销号。",
            options={"case": case},
            act=lambda form, seen: case_strike_off(
                case=case,
                confirmed=[int(pk) for pk in form.cleaned_data["confirmed"]],
                note=form.cleaned_data["note"],
                by=request.actor,
                expect=seen,
            ),
        )

    @action(description="催办", url_path="urge", icon="notifications", permissions=["notice"])
    def urge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._notice(request, object_id, NoticeKind.URGE)

    @action(description="预警", url_path="warn", icon="warning", permissions=["notice"])
    def warn(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._notice(request, object_id, NoticeKind.EARLY_WARNING)

    @action(description="督办通知书", url_path="supervise", icon="gavel", permissions=["notice"])
    def supervise(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._notice(request, object_id, NoticeKind.SUPERVISION)

    @action(description="处理反馈", url_path="feedback", icon="rate_review", permissions=["notice"])
    def review_feedback(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self._case(request, object_id)
        if not waiting_feedback(case).exists():
            return self._refuse(request, case, ["没有待处理的反馈。"])
        page = self._page(
            case,
            title="处理反馈",
            form=FeedbackForm,
            done="已处理。",
            options={"case": case},
            lead="采纳只表示收到并认可；退回的，承办单位须重新反馈。",
            act=lambda form, seen: _answer(form.cleaned_data, request.actor),
        )
        return serve(self, request, page)

    @action(description="打开事项页", url_path="page", icon="open_in_new")
    def open_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = self._case(request, object_id)
        if case is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(reverse("cases:detail", args=[case.pk]))

    def _notice(self, request: HttpRequest, object_id: str, kind: NoticeKind) -> HttpResponse:
        case = self._case(request, object_id)
        running = [party for party in case.parties if party.is_running]
        if not running:
            text = f"本事项{case.get_state_display()}，没有正在办理的单位，不能{kind.label}。"
            return self._refuse(request, case, [text])
        if len(running) == 1 and request.method != "POST":
            reasons = notice_problems(running[0], kind, "-", at=timezone.now())
            if reasons:
                return self._refuse(request, case, [t for ts in reasons.values() for t in ts])
        page = self._page(
            case,
            title=kind.label,
            form=NoticeForm,
            done=f"{kind.label}已下达。",
            options={"case": case},
            lead="下达后编号、送达承办单位，不能撤回。",
            act=lambda form, seen: notice_issue(**form.cleaned_data, kind=kind, by=request.actor),
        )
        return serve(self, request, page)

    def _transition(
        self, request: HttpRequest, case: Case, name: str, **words: Any
    ) -> HttpResponse:
        reasons = reasons_against(case, name)
        if request.method != "POST" and reasons:
            return self._refuse(request, case, [t for texts in reasons.values() for t in texts])
        return serve(self, request, self._page(case, subject=case, **words))

    def _page(
        self, case: Case, *, title: str, act: Callable[[Any, int | None], object], **words: Any
    ) -> ServicePage:
        units = "、".join(f"{p.unit.label}（{p.get_kind_display()}）" for p in case.parties)
        facts = (
            ("事项", str(case)),
            ("状态", case.get_state_display()),
            ("承办单位", units),
            ("办理要求", case.task),
        )
        return ServicePage(
            title=f"{title}：{case.title}",
            act=act,
            back=_back(case),
            facts=facts,
            submit=title,
            **words,
        )

    def _refuse(self, request: HttpRequest, case: Case, texts: list[str]) -> HttpResponse:
        tell(request, texts)
        return HttpResponseRedirect(_back(case))


def _answer(values: dict[str, Any], by: Any) -> Feedback:
    if values["decision"] == "accept":
        return feedback_accept(feedback=values["feedback"], reply=values["reply"], by=by)
    return feedback_return(feedback=values["feedback"], reply=values["reply"], by=by)


def _back(case: Case) -> str:
    return reverse("admin:cases_case_change", args=[case.pk])
