"""What is done about the calendar: read an announcement, propose it, confirm or withdraw it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import FormView

from deadlines.announcement.files import read_file
from deadlines.announcement.found import AnnouncementError, Found
from deadlines.announcement.lines import days_as_lines, days_of_lines
from deadlines.announcement.text import read_text
from deadlines.calendars import known_calendar
from deadlines.models import CalendarChange
from deadlines.moments import day_of
from deadlines.services.calendar_changes import (
    calendar_adoption_propose,
    calendar_change_confirm,
    calendar_change_propose,
    calendar_change_withdraw,
)
from deadlines.services.calendar_previews import newest_preview
from deadlines.services.calendar_runs import calendar_change_carry_out
from deadlines.sheet import WEEKDAYS
from deadlines.tasks import calendar_change
from deadlines.web.calendar_changes import change_seen, change_url, crumbs
from deadlines.web.calendar_changes_forms import (
    LOCAL,
    NATIONAL,
    PART,
    WHOLE,
    FileForm,
    PasteForm,
    ProposalForm,
    scopes_for,
)
from duban.ledger.errors import RuleViolation
from duban.org.models import Office
from duban.web.forms import ServiceActionMixin, ServiceForm, ServiceFormMixin
from duban.web.parts import Tab

# So few are moved while the person waits; more go to the worker.
AT_ONCE = 100
HOW = {"paste": "粘贴通知", "file": "导入文件", "lines": "逐日填写"}


class Read(LoginRequiredMixin, View):
    """Step one: what an announcement says. Nothing is kept yet."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not scopes_for(request.actor):
            raise PermissionDenied("no arranger of days")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        how = request.GET.get("how", "paste")
        if how == "lines":
            return redirect("calendar_changes:propose")
        form = FileForm() if how == "file" else PasteForm()
        return self._asking(request, form, how)

    def post(self, request: HttpRequest) -> HttpResponse:
        how = "file" if request.GET.get("how") == "file" else "paste"
        form = (FileForm if how == "file" else PasteForm)(request.POST, request.FILES)
        if not form.is_valid():
            return self._asking(request, form, how, status=422)
        try:
            found = self._found(request, form, how)
        except AnnouncementError as error:
            form.add_error("file" if how == "file" else "text", str(error))
            return self._asking(request, form, how, status=422)
        if found.problems:
            for problem in found.problems:
                form.add_error(None, problem)
            return self._asking(request, form, how, status=422)
        return self._checking(request, found, form.cleaned_data.get("text", ""))

    def _found(self, request: HttpRequest, form: ServiceForm, how: str) -> Found:
        year = form.cleaned_data["year"]
        if how == "file":
            return read_file(form.cleaned_data["file"].read(), year=year)
        current = known_calendar(timezone.now(), office_id=request.actor.office_id)
        return read_text(form.cleaned_data["text"], year=year, current=current)

    def _asking(
        self, request: HttpRequest, form: ServiceForm, how: str, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "tabs": tabs(how),
            "crumbs": crumbs("提出日历变更"),
            "submit": "读取日期",
            "cancel": reverse("calendar_changes:list"),
            "action": f"{reverse('calendar_changes:new')}?how={how}",
            "status": status,
        }
        return render(request, "deadlines/calendar_change_read.html", context, status=status)

    def _checking(self, request: HttpRequest, found: Found, text: str) -> HttpResponse:
        scopes = scopes_for(request.actor)
        initial = {
            "days": days_as_lines(found.days_off, found.workdays),
            "scope": scopes[0][0],
            "extent": WHOLE if found.whole else PART,
            "title": found.title,
            "year": found.year,
            "decided_on": found.signed_on or day_of(timezone.now()),
            "document_no": found.document_no,
            "source": found.source,
            "text": text,
        }
        form = ProposalForm(initial=initial, actor=request.actor)
        return render(
            request,
            "deadlines/calendar_change_check.html",
            checking_context(form, initial["days"], found.remarks),
        )


def tabs(how: str) -> list[Tab]:
    url = reverse("calendar_changes:new")
    return [Tab(label, f"{url}?how={key}", key == how) for key, label in HOW.items()]


def checking_context(
    form: ProposalForm, lines: str, remarks: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "form": form,
        "read_days": _read_days(lines),
        "remarks": remarks,
        "crumbs": crumbs("核对并提出"),
        "heading": "核对并提出",
        "submit": "提出变更",
        "cancel": reverse("calendar_changes:list"),
        "action": reverse("calendar_changes:propose"),
        "once": uuid.uuid4().hex,
    }


def _read_days(lines: str) -> list[dict[str, str]]:
    """Every day with its day of the week, so that a person sees what the lines mean."""
    try:
        days_off, workdays = days_of_lines(lines)
    except AnnouncementError:
        return []
    rows = [(on, name, "放假") for on, name in days_off.items()]
    rows += [(on, name, "上班") for on, name in workdays.items()]
    return [
        {
            "day": on.isoformat(),
            "weekday": f"星期{WEEKDAYS[on.weekday()]}",
            "name": name,
            "word": word,
        }
        for on, name, word in sorted(rows)
    ]


class Propose(LoginRequiredMixin, ServiceFormMixin, FormView):
    """Step two; without step one, by hand."""

    form_class = ProposalForm
    template_name = "deadlines/calendar_change_check.html"
    heading, submit_label = "核对并提出", "提出变更"
    success_message = "已提出，请另一人核对预览后确认。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not scopes_for(request.actor):
            raise PermissionDenied("no arranger of days")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"actor": self.request.actor}

    def get_initial(self) -> dict[str, Any]:
        scopes = [key for key, _ in scopes_for(self.request.actor)]
        return {
            "scope": LOCAL if LOCAL in scopes else NATIONAL,
            "extent": PART,
            "year": day_of(timezone.now()).year,
            "decided_on": day_of(timezone.now()),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form") or self.get_form()
        lines = form.data.get("days", "") if form.is_bound else ""
        own = checking_context(form, lines)
        if not form.is_bound:
            own["tabs"] = tabs("lines")
        return super().get_context_data(**{**own, **kwargs, "form": form})

    def perform(self, form: ProposalForm) -> str:
        given = form.cleaned_data
        try:
            days_off, workdays = days_of_lines(given["days"])
        except AnnouncementError as error:
            raise RuleViolation({"days": [str(error)]}) from error
        local = given["scope"] == LOCAL
        office = Office.objects.get(pk=self.request.actor.office_id) if local else None
        whole = given["extent"] == WHOLE and not local
        found = Found(given["year"], days_off, workdays, whole=whole)
        change = calendar_change_propose(
            office=office,
            found=found,
            title=given["title"],
            decided_on=given["decided_on"],
            document_no=given["document_no"],
            source=given["source"],
            text=given["text"],
            by=self.request.actor,
        )
        return change_url(change)


class _Act(LoginRequiredMixin, ServiceActionMixin, View):
    def change(self) -> CalendarChange:
        return change_seen(self.request.actor, self.kwargs["pk"])


class Adopt(_Act):
    success_message = Propose.success_message

    def perform(self) -> str:
        return change_url(calendar_adoption_propose(by=self.request.actor))


class Confirm(_Act):
    success_message = "已确认，各时限正在按新的日历重新计算。"

    def perform(self) -> str:
        seen = self.request.POST.get("seen", "")
        change = calendar_change_confirm(
            change=self.change(),
            seen=int(seen) if seen.isdecimal() and len(seen) < 19 else None,
            by=self.request.actor,
            expect=self.expected_version(),
        )
        preview = newest_preview(change)
        if preview and preview.counts.get("clocks", 0) <= AT_ONCE:
            calendar_change_carry_out(change=change)
        else:
            calendar_change.delay_on_commit(change.pk)
        return change_url(change)


class Withdraw(_Act):
    success_message = "已撤回。"

    def perform(self) -> str:
        change = calendar_change_withdraw(
            change=self.change(),
            reason=self.request.POST.get("reason", ""),
            by=self.request.actor,
            expect=self.expected_version(),
        )
        return change_url(change)
