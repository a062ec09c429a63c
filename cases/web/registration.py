"""登记: write a matter down, keep it as a draft, and submit it for approval."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases import permissions
from cases.domain.drafts import completeness
from cases.models import Case, CaseState
from cases.services.cases import case_assign, case_revise, case_submit
from cases.services.registration import case_discard, case_draft, case_redraft, facts_of, parties_of
from cases.web.access import MatterAction, MatterForm, case_seen, case_url, require, require_now
from cases.web.forms.registration import (
    CoUnitFormSet,
    RegistrationForm,
    co_parties,
    initial_of,
)
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.org.models import Office, Unit, UnitAlias
from duban.org.models.office import InspectionLevel
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.selectors import active_version
from duban.web.parts import Crumb

EMPTY_ROWS = 1


class Registration(MatterForm):
    """One form for a new matter and for a draft; the co-units are rows below it."""

    template_name = "cases/registration.html"
    form_class = RegistrationForm
    draft = "registration"
    object: Case | None = None

    @property
    def on(self) -> date:
        return timezone.localdate(self.at)

    @property
    def version_of_rules(self) -> RulePackVersion:
        found = active_version(self.office, on=self.on)
        if found is None:
            raise RuleViolation(f"{self.office.name}尚未启用任何规则包，请先启用。")
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "pack": self.version_of_rules.pack,
            "office": self.office,
            "on": self.on,
        }

    def rows(self) -> CoUnitFormSet:
        """The co-units as posted, or as they stand."""
        extra = {"form_kwargs": {"office": self.office, "on": self.on}, "prefix": "co"}
        if self.request.method == "POST":
            return CoUnitFormSet(self.request.POST, **extra)
        known = self.initial_rows()
        rows = CoUnitFormSet(initial=known, **extra)
        rows.extra = EMPTY_ROWS
        return rows

    def initial_rows(self) -> list[dict[str, Any]]:
        return []

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "add_row" in request.POST:
            return self._with_another_row()
        self.co = self.rows()
        form = self.get_form()
        if form.is_valid() & self.co.is_valid():
            return self.form_valid(form)
        if not self.co.is_valid():
            form.add_error("co_units", "请更正协办单位各行中标出的内容。")
        if request.POST.get("submit_as") == "submit":
            self._say_what_is_missing(form)
        return self.form_invalid(form)

    def _say_what_is_missing(self, form: RegistrationForm) -> None:
        """Nobody is sent back twice: beside what is mistyped stands what is not there."""
        wrong = {*form.errors}
        missing = completeness(form.facts(), form.lead(on=self.on), pack=self.version_of_rules.pack)
        for name in missing.keys() - wrong:
            for reason in missing[name]:
                form.add_error(name, reason)

    def _with_another_row(self) -> HttpResponse:
        """增加一行 without JavaScript: everything stays as typed and nothing is judged yet."""
        posted = self.request.POST.copy()
        count = posted.get("co-TOTAL_FORMS", "0")
        posted["co-TOTAL_FORMS"] = str(min(int(count) if count.isdecimal() else 0, 60) + 1)
        self.request.POST = posted
        self.co, form = self.rows(), self.get_form()
        form._errors = ErrorDict()
        self.co._errors, self.co._non_form_errors = [], ErrorList()
        for row in self.co.forms:
            row._errors = ErrorDict()
        return self.render_to_response(self.get_context_data(form=form))

    def perform(self, form: RegistrationForm) -> str:
        parties = [*form.lead(on=self.on), *co_parties(self.co.forms, on=self.on)]
        case = self.store(form, parties)
        if self.request.POST.get("submit_as") == "submit":
            self.submit(case)
        return case_url(case)

    def submit(self, case: Case, *, expect: int | None = None) -> None:
        """报请立项: all that is missing is said at once, also what a guard would say alone."""
        try:
            case_submit(case=case, by=self.actor, at=self.at, expect=expect)
        except StaleVersion:
            raise
        except RuleViolation as refusal:
            if case.state != CaseState.DRAFT:
                raise
            facts, parties = facts_of(case), parties_of(case, self.at)
            missing = completeness(facts, parties, pack=self.version_of_rules.pack)
            raise RuleViolation({**missing, **refusal.reasons}) from refusal

    def store(self, form: RegistrationForm, parties: list[Any]) -> Case:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form") or self.get_form()
        _ = form.errors  # judged before the marks of what submission asks for are set
        form.mark_owed()
        return super().get_context_data(
            **{
                "rows": getattr(self, "co", None) or self.rows(),
                "units": known_names(self.office, on=self.on),
                "pack": self.version_of_rules,
                "submit_step": self.version_of_rules.pack.steps["submit"].label,
                "chain": self.version_of_rules.pack.chains["registration"].steps,
                **kwargs,
                "form": form,
            }
        )


class Create(Registration):
    heading = "登记督办事项"

    def prepare(self) -> None:
        require(permissions.may_register(self.actor))
        self.office = Office.objects.select_related("body", "root").get(pk=self.actor.office_id)

    @property
    def case(self) -> Case:
        return Case(pk=0)

    def back(self) -> str:
        return reverse("cases:list")

    def store(self, form: RegistrationForm, parties: list[Any]) -> Case:
        return case_draft(
            office=self.office,
            facts=form.facts(),
            parties=parties,
            by=self.actor,
            at=self.at,
            assigner=form.cleaned_data["assigner"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [Crumb("台账", reverse("cases:list")), Crumb(self.heading)]
        return super().get_context_data(**{"crumbs": crumbs, **kwargs})


class Edit(Registration):
    heading = "修改登记"

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        require(permissions.is_registrar_or_supervisor(self.object, self.actor))
        self.office = self.object.office

    def check_now(self) -> None:
        if self.object.state != CaseState.DRAFT:
            label = self.object.get_state_display()
            require_now({"": [f"本事项{label}，登记内容不能再修改。"]})

    @property
    def case(self) -> Case:
        return self.object

    @property
    def version_of_rules(self) -> RulePackVersion:
        return self.object.pack_version

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.object)[0]

    def initial_rows(self) -> list[dict[str, Any]]:
        return initial_of(self.object)[1]

    def store(self, form: RegistrationForm, parties: list[Any]) -> Case:
        assigner = form.cleaned_data["assigner"]
        # Who supervises follows from who assigns (CZ-3.4), not from who corrects the draft.
        same = assigner == self.object.assigner
        return case_redraft(
            case=self.object,
            facts=form.facts(),
            parties=parties,
            by=self.actor,
            at=self.at,
            assigner=assigner,
            supervisor=self.object.supervisor if same else None,
            expect=self.expected_version(),
        )


class Submit(Edit):
    """报请立项 from the matter's page: what is missing is shown beside its field."""

    def check_now(self) -> None:
        require_now({"": ["请在事项页面点击“报请立项”。"]})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        values, rows = initial_of(self.object)
        form = RegistrationForm(_as_posted(values), **self._form_arguments())
        extra = {"form_kwargs": {"office": self.office, "on": self.on}, "prefix": "co"}
        self.co = CoUnitFormSet(_rows_as_posted(rows), **extra)
        form.is_valid()
        self.co.is_valid()
        return self.form_valid(form)

    def _form_arguments(self) -> dict[str, Any]:
        return {"pack": self.version_of_rules.pack, "office": self.office, "on": self.on}

    def perform(self, form: RegistrationForm) -> str:
        self.submit(self.object, expect=self.expected_version())
        return case_url(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        action = reverse("cases:edit", args=[self.object.pk])
        return super().get_context_data(**{"action": action, **kwargs})


class Discard(MatterAction):
    success_message = "登记已删除。"

    def perform(self) -> str:
        case_discard(case=case_seen(self.actor, self.kwargs["pk"]), by=self.actor, at=self.at)
        return reverse("cases:list")


class Revise(MatterAction):
    """撤回修改."""

    success_message = "已撤回，请修改后重新报请立项。"

    def perform(self) -> str:
        case = case_seen(self.actor, self.kwargs["pk"])
        case_revise(case=case, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(case)


class Assign(MatterAction):
    """交办."""

    success_message = "已交办，立项通知已下达各承办单位。"

    def perform(self) -> str:
        case = case_seen(self.actor, self.kwargs["pk"])
        case_assign(case=case, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(case)


def known_names(office: Office, *, on: date) -> list[tuple[str, str]]:
    """Name and what else it is called, for the list under the unit fields."""
    units = Unit.objects.below(office.root).active(on=on)
    if office.level == InspectionLevel.GOVERNMENT:
        # A government's sections supervise; a bureau's are responsible units as any (ZZ-0.2).
        units = units.exclude(kind="section")
    aliases: dict[int, list[str]] = {}
    for alias in UnitAlias.objects.filter(unit__in=units):
        aliases.setdefault(alias.unit_id, []).append(alias.name)
    found = []
    for unit in units.order_by("order", "id"):
        names = [unit.short_name] if unit.short_name else []
        found.append((unit.name, "、".join([*names, *aliases.get(unit.pk, [])])))
    return found


def _as_posted(values: dict[str, Any]) -> dict[str, Any]:
    """Stored values in the shape in which a browser would send them."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in values.items()
        if value not in (None, False)
    }


def _rows_as_posted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    posted: dict[str, Any] = {"co-TOTAL_FORMS": str(len(rows)), "co-INITIAL_FORMS": "0"}
    for index, row in enumerate(rows):
        posted |= {f"co-{index}-{key}": value for key, value in _as_posted(row).items()}
    return posted
