"""Bulk 交办 and 催办: choose in the list, confirm with what is known against each, one answer a row."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases import permissions
from cases.models import Assignment, Case, NoticeKind
from cases.models.assignment import RUNNING
from cases.selectors.lights import with_part_light
from cases.selectors.rows import running_due
from cases.services.budget import Load, loads_of
from cases.services.cases import case_assign_many
from cases.services.notices import notice_problems, notices_many
from cases.web.listing import EVERYTHING, require_reader
from duban.ledger.once import once
from duban.ledger.transition import reasons_against
from duban.org.roles import STAFF
from duban.web.parts import Due

MOST = 200
ACTS = {"assign": "交办", "urge": "催办"}


@dataclass(frozen=True)
class Choice:
    """One row of the confirm page; with `reasons` it cannot be done now."""

    pk: int
    case: Case
    unit: str
    due: Due | None = None
    reasons: Sequence[str] = ()
    checked: bool = True
    # How much the unit's people were reminded this week; said before anything more is sent.
    load: str = ""
    over: bool = False


@login_required
@require_POST
def case_bulk(request: HttpRequest) -> HttpResponse:
    """First the confirm page, then, with `confirm`, the act and its answers."""
    require_reader(request)
    if not request.actor.has(*STAFF):
        raise PermissionDenied("bulk acts are the staff's")
    act, at = request.POST.get("act", ""), timezone.now()
    picked = _ids(request, "pick")
    if act not in ACTS or not picked:
        messages.warning(request, "请先勾选要办理的事项。")
        return redirect(back_to(request))
    if len(picked) > MOST:
        messages.warning(request, f"一次最多办理 {MOST} 项，请分次办理。")
        return redirect(back_to(request))
    if not request.POST.get("confirm"):
        return _confirm(request, act, picked, at)
    reason = request.POST.get("reason", "").strip()
    chosen = _ids(request, "row")
    if problem := _problem(act, chosen, reason) or _over_problem(request, act, chosen, at):
        return _confirm(request, act, picked, at, problem=problem, chosen=chosen, status=422)
    return _answer(request, act, chosen, reason, at)


def back_to(request: HttpRequest) -> str:
    query = request.POST.get("query", "")
    return f"{reverse('cases:list')}?{query or EVERYTHING}"


def _ids(request: HttpRequest, name: str) -> list[int]:
    sent = request.POST.getlist(name)
    return list(dict.fromkeys(int(text) for text in sent if text.isdecimal() and len(text) < 19))


def _problem(act: str, chosen: Sequence[int], reason: str) -> str:
    if not chosen:
        return f"没有可以{ACTS[act]}的事项，或一项也没有勾选。"
    if act == "urge" and not reason:
        return "请填写催办事由和要求。"
    return "催办事由和要求不超过 1000 字。" if len(reason) > 1000 else ""


def _over_problem(request: HttpRequest, act: str, chosen: Sequence[int], at: datetime) -> str:
    """Whoever had enough reminders this week is sent another only with a reason."""
    if act != "urge" or request.POST.get("over_reason", "").strip():
        return ""
    parts = Assignment.objects.visible_to(request.actor).filter(pk__in=chosen)
    rows = list(parts.select_related("unit", "case__pack_version"))
    full = [load.unit for load in loads_of(rows, at=at).values() if load.is_full]
    names = "、".join(dict.fromkeys(full))
    return f"{names}本周收到的提醒已到上限，仍要催办的请写明理由，或者取消勾选。" if full else ""


def _confirm(
    request: HttpRequest,
    act: str,
    picked: Sequence[int],
    at: datetime,
    *,
    problem: str = "",
    chosen: Sequence[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    choices = _to_assign(request, picked) if act == "assign" else _to_urge(request, picked, at)
    if chosen is not None:
        choices = [_again(choice, choice.pk in chosen) for choice in choices]
    context = {
        **_frame(request, act),
        "choices": choices,
        "picked": picked,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "over_reason": request.POST.get("over_reason", ""),
        "over": any(choice.over for choice in choices),
        "once": uuid.uuid4().hex,
        "status": status,
        "possible": sum(1 for choice in choices if not choice.reasons),
    }
    return render(request, "cases/list_bulk.html", context, status=status)


def _again(choice: Choice, checked: bool) -> Choice:
    return replace(choice, checked=checked)


def _frame(request: HttpRequest, act: str) -> dict[str, Any]:
    return {
        "act": act,
        "label": ACTS[act],
        "query": request.POST.get("query", ""),
        "back": back_to(request),
    }


def _seen(request: HttpRequest, picked: Sequence[int]) -> list[Case]:
    rows = Case.objects.visible_to(request.actor).filter(pk__in=picked)
    found = {case.pk: case for case in rows.select_related("lead_unit", "pack_version", "office")}
    return [found[pk] for pk in picked if pk in found]


def _to_assign(request: HttpRequest, picked: Sequence[int]) -> list[Choice]:
    found = []
    for case in _seen(request, picked):
        reasons = [text for texts in reasons_against(case, "assign").values() for text in texts]
        if not permissions.is_supervisor(case, request.actor):
            reasons = ["您不是本事项的督办科室。"]
        unit = case.lead_unit.label if case.lead_unit else ""
        found.append(Choice(case.pk, case, unit, reasons=reasons))
    return found


def _to_urge(request: HttpRequest, picked: Sequence[int], at: datetime) -> list[Choice]:
    """Each unit whose part still runs. The lead is ticked, co-units where they are late."""
    cases = {case.pk: case for case in _seen(request, picked)}
    parts = with_part_light(Assignment.objects.filter(case__in=cases, state__in=RUNNING), at)
    by_case: dict[int, list[Choice]] = {pk: [] for pk in cases}
    found = list(parts.select_related("unit", "clock").order_by("-kind", "id"))
    for part in found:
        part.case = cases[part.case_id]
    loads = loads_of(found, at=at)
    for part in found:
        by_case[part.case_id].append(_urging(part, request, at, loads.get(part.pk)))
    return [
        choice
        for pk, case in cases.items()
        for choice in by_case[pk] or [Choice(0, case, "", reasons=["没有正在办理的承办单位。"])]
    ]


def _urging(part: Assignment, request: HttpRequest, at: datetime, load: Load | None) -> Choice:
    problems = notice_problems(part, NoticeKind.URGE, "-", at=at)
    reasons = [text for texts in problems.values() for text in texts]
    if not permissions.is_supervisor(part.case, request.actor):
        reasons = ["您不是本事项的督办科室。"]
    due = None
    if part.clock:
        provisional = part.clock.provisional
        due = running_due(
            part.light,
            part.clock.due_at,
            at=at,
            office_id=part.clock.office_id,
            provisional=provisional,
        )
    unit = part.unit.label if part.is_lead else f"{part.unit.label}（协办）"
    over = load is not None and load.is_full
    return Choice(
        part.pk,
        part.case,
        unit,
        due,
        reasons,
        checked=(part.is_lead or part.light == "red") and not over,
        load=load.text if load else "",
        over=over,
    )


def _answer(
    request: HttpRequest, act: str, chosen: Sequence[int], reason: str, at: datetime
) -> HttpResponse:
    """A repeated submit gets the first answer."""

    def work() -> dict[str, Any]:
        if act == "assign":
            return {"rows": _assigned(request, chosen, at)}
        return {"rows": _urged(request, chosen, reason, at)}

    rows = once(request.POST.get("once", ""), by=request.actor, act=work)["rows"]
    done = sum(1 for row in rows if not row["reasons"])
    context = {**_frame(request, act), "rows": rows, "done": done, "failed": len(rows) - done}
    return render(request, "cases/list_bulk_answer.html", context)


def _assigned(request: HttpRequest, chosen: Sequence[int], at: datetime) -> list[dict[str, Any]]:
    answers = case_assign_many(cases=_seen(request, chosen), by=request.actor, at=at)
    return [_row(case, "", reasons) for case, reasons in answers]


def _urged(
    request: HttpRequest, chosen: Sequence[int], reason: str, at: datetime
) -> list[dict[str, Any]]:
    parts = Assignment.objects.visible_to(request.actor).filter(pk__in=chosen)
    parts = parts.select_related("unit", "clock", "case__pack_version", "case__office")
    answers = notices_many(
        assignments=list(parts),
        content=reason,
        by=request.actor,
        at=at,
        over_reason=request.POST.get("over_reason", "")[:200],
    )
    return [_row(part.case, part.unit.label, reasons) for part, reasons in answers]


def _row(case: Case, unit: str, reasons: Sequence[str]) -> dict[str, Any]:
    return {
        "case": case.pk,
        "number": case.number,
        "title": case.title,
        "unit": unit,
        "reasons": list(reasons),
    }
